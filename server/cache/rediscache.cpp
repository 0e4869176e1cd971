// SPDX-License-Identifier: Apache-2.0
#include "rediscache.h"

#include "redisclient.h"

#include <base/eventthread.h>

#include <QTimer>

#include <deque>
#include <mutex>
#include <set>

#include <future>

namespace iwd {

namespace {

/// Keeps "for ever" within what Redis takes.
constexpr milliseconds longestLife = std::chrono::hours(24 * 365);
constexpr size_t mostOwed = 10'000;
constexpr milliseconds sweepEvery { 10 };
constexpr milliseconds patienceAtEnd { 2'000 };

} // namespace

/// What happens on Redis's thread.
class RedisCache::Worker : public QObject
{
public:
    Worker(RedisOptions options, std::function<void(const std::optional<QString> &)> tellTrouble)
        : m_timeout(options.timeout)
        , m_client(std::move(options))
        , m_tellTrouble(std::move(tellTrouble))
    {
        m_sweep.setInterval(sweepEvery);
        connect(&m_sweep, &QTimer::timeout, this, [this] {
            while (!m_waiting.empty() && m_waiting.front().first.passed()) {
                m_waiting.front().second();
                m_waiting.pop_front();
            }
            if (m_waiting.empty())
                m_sweep.stop();
        });
    }

    void get(const QByteArray &key, const Delivery<std::optional<QByteArray>> &found)
    {
        giveUpInTime([found] { found.deliver(std::nullopt); });
        readNow(key, found);
    }

    void put(const QByteArray &key, const QByteArray &value, milliseconds timeToLive, const Delivery<bool> &done)
    {
        giveUpInTime([done] { done.deliver(false); });
        m_longestPut = std::max(m_longestPut, timeToLive);
        writeNow(key, { "SET", m_client.serverKey(key), value, "PX", QByteArray::number(static_cast<qint64>(timeToLive.count())) }, done);
    }

    void erase(const QByteArray &key, const Delivery<bool> &done)
    {
        giveUpInTime([done] { done.deliver(false); });
        // Owed until Redis has confirmed it: nobody is given this entry meanwhile.
        owe(key);
        eraseNow(key, done);
    }

    void exchange(const QByteArray &name, const QByteArray &self, const QByteArray &notice, milliseconds life, const Delivery<std::optional<Board::Notices>> &read)
    {
        giveUpInTime([read] { read.deliver(std::nullopt); });
        exchangeNow(name, self, notice, life, read);
    }

    void takeDown(const QByteArray &name, const QByteArray &who, const Delivery<bool> &done)
    {
        giveUpInTime([done] { done.deliver(false); });
        takeDownNow(name, who, done);
    }

    /// Ends every connection, so that what waits for answers ends as well. @p ended is told when all of it has: that takes turns of this thread's event loop.
    void beginEnd(const std::shared_ptr<std::promise<void>> &ended)
    {
        m_ending = true;
        m_ended = ended;
        m_client.closeAll();
        checkEnded();
    }

    /// For those who still wait.
    void giveUpAll()
    {
        for (const auto &[due, giveUp] : m_waiting)
            giveUp();
    }

private:
    void giveUpInTime(std::function<void()> giveUp)
    {
        m_waiting.emplace_back(Deadline::in(m_timeout), std::move(giveUp));
        if (!m_sweep.isActive())
            m_sweep.start();
    }

    void owe(const QByteArray &key)
    {
        if (m_owed.size() >= mostOwed) {
            // Too many to remember: whatever was put so far is not believed as long as it may live.
            m_owed.clear();
            m_distrust = Deadline::in(m_longestPut);
            m_distrusting = true;
        }
        m_owed.insert(key);
    }

    void checkEnded()
    {
        if (m_ended && m_running == 0)
            std::exchange(m_ended, nullptr)->set_value();
    }

    [[nodiscard]] bool isOwed(const QByteArray &key)
    {
        if (m_distrusting && m_distrust.passed())
            m_distrusting = false;
        return m_distrusting || m_owed.contains(key);
    }

    QCoro::Task<RedisAnswer> ask(QByteArray key, std::vector<QByteArray> command)
    {
        if (m_ending)
            co_return Error { ErrorCode::StorageUnavailable, QStringLiteral("The server ends."), {}, {} };
        ++m_running;
        RedisAnswer answer = co_await m_client.ask(key, command);
        --m_running;
        checkEnded();
        if (m_client.trouble() != m_toldTrouble) {
            m_toldTrouble = m_client.trouble();
            m_tellTrouble(m_toldTrouble);
        }
        co_return answer;
    }

    QCoro::Task<> readNow(QByteArray key, Delivery<std::optional<QByteArray>> found)
    {
        const bool owed = isOwed(key);
        const std::vector<QByteArray> command { "GET", m_client.serverKey(key) };
        const RedisAnswer answer = co_await ask(key, command);
        const bool isThere = answer && answer->kind == RedisReply::Kind::Text && !owed && !isOwed(key);
        std::optional<QByteArray> value;
        if (isThere)
            value = answer->text;
        found.deliver(value);
        if (answer)
            payOff();
    }

    QCoro::Task<> writeNow(QByteArray key, std::vector<QByteArray> command, Delivery<bool> done)
    {
        // What is put now replaces what was to be erased.
        const RedisAnswer answer = co_await ask(key, command);
        if (answer)
            m_owed.erase(key);
        done.deliver(answer.ok());
        if (answer)
            payOff();
    }

    QCoro::Task<> eraseNow(QByteArray key, Delivery<bool> done)
    {
        const std::vector<QByteArray> command { "DEL", m_client.serverKey(key) };
        const RedisAnswer answer = co_await ask(key, command);
        if (answer)
            m_owed.erase(key);
        done.deliver(answer.ok());
        if (answer)
            payOff();
    }

    QCoro::Task<> exchangeNow(QByteArray name, QByteArray self, QByteArray notice, milliseconds life, Delivery<std::optional<Board::Notices>> read)
    {
        const QByteArray board = m_client.serverKey(name);
        if (!notice.isEmpty()) {
            const std::vector<QByteArray> put { "HSET", board, self, notice };
            (void)co_await ask(name, put);
            const std::vector<QByteArray> live { "PEXPIRE", board, QByteArray::number(static_cast<qint64>(life.count())) };
            (void)co_await ask(name, live);
        }
        const std::vector<QByteArray> all { "HGETALL", board };
        const RedisAnswer answer = co_await ask(name, all);
        std::optional<Board::Notices> notices;
        if (answer && answer->kind == RedisReply::Kind::Array) {
            notices.emplace();
            for (size_t i = 0; i + 1 < answer->elements.size(); i += 2)
                notices->insert_or_assign(answer->elements[i].text, answer->elements[i + 1].text);
        }
        read.deliver(notices);
    }

    QCoro::Task<> takeDownNow(QByteArray name, QByteArray who, Delivery<bool> done)
    {
        const std::vector<QByteArray> command { "HDEL", m_client.serverKey(name), who };
        const RedisAnswer answer = co_await ask(name, command);
        done.deliver(answer.ok());
    }

    /// Redis answers: makes up for an erase() that it did not get. Its answer brings on the next.
    void payOff()
    {
        if (m_owed.empty() || m_payingOff)
            return;
        payOffNow();
    }

    QCoro::Task<> payOffNow()
    {
        m_payingOff = true;
        while (!m_owed.empty()) {
            const QByteArray key = *m_owed.begin();
            const std::vector<QByteArray> command { "DEL", m_client.serverKey(key) };
            const RedisAnswer answer = co_await ask(key, command);
            if (!answer)
                break;
            m_owed.erase(key);
        }
        m_payingOff = false;
    }

    const milliseconds m_timeout;
    RedisClient m_client;
    std::function<void(const std::optional<QString> &)> m_tellTrouble;
    std::optional<QString> m_toldTrouble;
    std::deque<std::pair<Deadline, std::function<void()>>> m_waiting; ///< in the order of their time
    QTimer m_sweep;
    std::set<QByteArray> m_owed; ///< keys to be erased
    bool m_payingOff = false;
    bool m_distrusting = false;
    Deadline m_distrust = Deadline::in(milliseconds(0));
    milliseconds m_longestPut { 0 };
    int m_running = 0; ///< commands without an answer
    bool m_ending = false; ///< nothing is asked any more
    std::shared_ptr<std::promise<void>> m_ended;
};

/// The thread, and the way to it.
class RedisCache::Thread
{
public:
    explicit Thread(const RedisOptions &options)
    {
        m_thread.run([&] {
            m_worker = std::make_unique<Worker>(options, [this](const std::optional<QString> &trouble) {
                const std::lock_guard lock(m_mutex);
                m_trouble = trouble;
            });
        });
    }

    ~Thread()
    {
        // In turns: what has been delivered is resumed by the thread's event loop, and a loop inside of a turn would not get to what this turn has before it.
        const auto ended = std::make_shared<std::promise<void>>();
        m_thread.run([&] { m_worker->beginEnd(ended); });
        ended->get_future().wait_for(patienceAtEnd);
        m_thread.run([this] {
            m_worker->giveUpAll();
            m_worker.reset();
        });
    }

    void post(std::function<void(Worker &)> work)
    {
        m_thread.post([this, work = std::move(work)] { work(*m_worker); });
    }

    [[nodiscard]] std::optional<QString> trouble() const
    {
        const std::lock_guard lock(m_mutex);
        return m_trouble;
    }

private:
    mutable std::mutex m_mutex;
    std::optional<QString> m_trouble;
    EventThread m_thread { QStringLiteral("redis") };
    std::unique_ptr<Worker> m_worker; ///< lives and dies on the thread
};

RedisCache::RedisCache(RedisOptions options)
    : m_thread(std::make_unique<Thread>(options))
{
}

RedisCache::~RedisCache() = default;

QCoro::Task<std::optional<QByteArray>> RedisCache::get(QByteArray key)
{
    const Delivery<std::optional<QByteArray>> found;
    m_thread->post([key, found](Worker &worker) { worker.get(key, found); });
    std::optional<QByteArray> value = co_await found;
    co_return value;
}

QCoro::Task<> RedisCache::put(QByteArray key, QByteArray value, milliseconds timeToLive)
{
    if (timeToLive <= milliseconds(0)) {
        co_await erase(key);
        co_return;
    }
    const milliseconds life = std::min(timeToLive, longestLife);
    const Delivery<bool> done;
    m_thread->post([key, value, life, done](Worker &worker) { worker.put(key, value, life, done); });
    co_await done;
}

QCoro::Task<> RedisCache::erase(QByteArray key)
{
    const Delivery<bool> done;
    m_thread->post([key, done](Worker &worker) { worker.erase(key, done); });
    co_await done;
}

QCoro::Task<std::optional<Board::Notices>> RedisCache::exchange(QByteArray name, QByteArray self, QByteArray notice, milliseconds life)
{
    const Delivery<std::optional<Notices>> read;
    m_thread->post([=](Worker &worker) { worker.exchange(name, self, notice, life, read); });
    std::optional<Notices> notices = co_await read;
    co_return notices;
}

QCoro::Task<> RedisCache::takeDown(QByteArray name, QByteArray who)
{
    const Delivery<bool> done;
    m_thread->post([=](Worker &worker) { worker.takeDown(name, who, done); });
    co_await done;
}

std::optional<QString> RedisCache::trouble() const
{
    return m_thread->trouble();
}

} // namespace iwd
