// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/history.h>
#include <support/httpcaller.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <sys/types.h>

namespace iwd::test {

/// Lets clients work, or wait. Thread-safe.
class Gate
{
public:
    void open();
    void close();
    void end();
    /// Waits while it is closed. @returns which opening this is; nothing when all is over
    [[nodiscard]] std::optional<int> pass();
    /// Waits for the next opening after @p opening, because the server is gone. @returns false when all is over
    [[nodiscard]] bool passAfter(int opening);

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_opening = 0;
    bool m_open = false;
    bool m_ended = false;
};

/// Kills the server at the very moment at which a client is told that something was done: then it has to be there. Thread-safe.
class Trigger
{
public:
    /// Kills @p server when the clients have been told so many times.
    void arm(pid_t server, int acknowledgements);
    /// Afterwards it does not kill any more, so that the process may be laid to rest.
    void disarm();
    void acknowledged();

private:
    std::mutex m_mutex;
    pid_t m_server = -1;
    int m_left = 0; ///< 0: not armed
};

/// How far the clients have come together. Thread-safe.
class Progress
{
public:
    void acknowledged();
    /// Operations of all clients that were acknowledged so far.
    [[nodiscard]] int acknowledgements() const;
    /// Waits until there are so many. @returns false when they did not come within @p patience
    [[nodiscard]] bool reaches(int acknowledgements, std::chrono::milliseconds patience);

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_acknowledgements = 0;
};

/// Items that clients know of. Thread-safe.
class KnownItems
{
public:
    void add(const QString &id);
    [[nodiscard]] QString some(std::mt19937 &random) const;

private:
    mutable std::mutex m_mutex;
    std::vector<QString> m_ids;
    size_t m_next = 0;
};

/// What clients have in common.
struct Stage
{
    Gate gate;
    Trigger trigger;
    Progress progress;
    KnownItems items;
};

/// One client on a thread of its own, that asks for whatever the API has, at random, and writes down what it was told. Some of its writes bear
/// an Idempotency-Key; those it repeats until it is told, and sometimes afterwards. What it was told it also looks for by searches.
class Client
{
public:
    Client(int number, quint16 port, const QByteArray &apiKey, unsigned seed, Stage &stage);

    void work();
    /// Asks once more for every write that bears a key and was not answered.
    void settle();
    /// What it was told, and offers that it saw.
    [[nodiscard]] const std::vector<Operation> &operations() const { return m_operations; }
    /// Searches that did not find what was acknowledged, or found what was refused.
    [[nodiscard]] const QStringList &complaints() const { return m_complaints; }
    [[nodiscard]] int searches() const { return m_searches; }

private:
    /// What it captured and was told the id of.
    struct Captured
    {
        QString captureId;
        QString item;
    };
    struct Holding
    {
        QString item;
        QString agent;
        qint64 token = 0;
    };

    void step();
    void captureOne();
    void captureSeveral();
    void patch();
    void holdOrResume();
    void requeueOrCancel();
    void takeNext();
    void actOnHolding();
    void transfer(const Holding &holding);
    void answerOffers();
    void setAgentState();
    void changeQueue();
    void changeCalendar();
    void search();
    void repeat();

    [[nodiscard]] int number(int below) { return std::uniform_int_distribution<int>(0, below - 1)(m_random); }
    [[nodiscard]] QString mark();
    [[nodiscard]] QString agent();
    [[nodiscard]] QString ownAgent() const { return QStringLiteral("agent-%1").arg(m_number); }
    Operation make(const QByteArray &method, const QString &target, const QJsonDocument &body, std::vector<Effect> effects = {});
    /// Sends it. When nobody answers and it may be repeated, it is, by and by. @returns the last answer
    std::optional<HttpAnswer> perform(Operation operation);
    std::optional<HttpAnswer> attempt(Operation &operation);
    /// Asks without wishing for anything. @returns nothing when the server died meanwhile
    std::optional<HttpAnswer> read(const QByteArray &method, const QString &target, const QJsonDocument &body = {});
    void see(const QJsonObject &offer);
    void learn(Operation &operation, const HttpAnswer &answer);

    const int m_number;
    HttpCaller m_caller;
    std::mt19937 m_random;
    Stage &m_stage;
    int m_opening = 0;
    qint64 m_marks = 0;
    std::vector<Holding> m_holdings;
    std::set<qint64> m_offers; ///< tokens of all that it ever saw
    std::vector<Captured> m_captured;
    QStringList m_refusedCaptures; ///< captureIds
    QStringList m_complaints;
    int m_searches = 0;
    std::deque<size_t> m_unanswered; ///< those of m_operations that are to be repeated
    std::vector<Operation> m_operations;
};

/// Reads the feed as it grows, across all deaths of the server.
class Follower
{
public:
    Follower(quint16 port, const QByteArray &apiKey, Gate &gate);
    void work();
    [[nodiscard]] const std::vector<QByteArray> &seen() const { return m_seen; }

private:
    HttpCaller m_caller;
    Gate &m_gate;
    std::vector<QByteArray> m_seen;
    qint64 m_after = 0;
};

/// Agents and queues that the clients use. One queue pushes its items, the items of another are handed out in its open hours alone.
constexpr int clientCount = 4;
[[nodiscard]] QStringList agentIds();
[[nodiscard]] QStringList queueIds();
[[nodiscard]] QJsonObject queueBody(const QString &queue, const QString &description = {});
/// The calendar of that other queue: always open, or never.
[[nodiscard]] QString calendarId();
[[nodiscard]] QJsonObject calendarBody(bool open, const QString &description = {});

/// The body of a search that finds nothing but what has @p words, one after the other, in one of its texts.
[[nodiscard]] QJsonObject searchBody(const QString &words);
/// What an answer to a search found.
[[nodiscard]] QStringList foundIds(const HttpAnswer &answer);

/// The events of an answer of GET /events.
[[nodiscard]] std::vector<QByteArray> eventsOf(const HttpAnswer &answer);

} // namespace iwd::test
