// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "measures.h"
#include "measuring.h"
#include "serverload.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkRequest>
#include <QWebSocket>

#include <deque>
#include <unordered_map>

namespace iwd::bench {

namespace {

constexpr int Sources = 16;
constexpr int Values = 5; ///< by which the conditions for a queue differ

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { QStringLiteral("attribute"), attribute }, { QStringLiteral("operator"), op }, { QStringLiteral("value"), value } };
}

/// One of twenty: a queue, and a least business value (of 0 to 399).
QJsonObject conditionOf(int follower)
{
    const QString queue = QStringLiteral("queue%1").arg(follower % 4);
    const int least = follower / 4 % Values * 60;
    return { { QStringLiteral("all"), QJsonArray { comparison(QStringLiteral("queue"), QStringLiteral("equals"), queue), comparison(QStringLiteral("businessValue"), QStringLiteral("greaterOrEqual"), least) } } };
}

QByteArray subscriptionOf(int follower)
{
    const QJsonArray columns { QStringLiteral("captureId"), QStringLiteral("status"), QStringLiteral("queue"), QStringLiteral("priority"), QStringLiteral("businessValue"), QStringLiteral("customerId") };
    const QJsonObject search { { QStringLiteral("condition"), conditionOf(follower) }, { QStringLiteral("columns"), columns }, { QStringLiteral("limit"), 50 } };
    return compact({ { QStringLiteral("subscribe"), QStringLiteral("items") }, { QStringLiteral("topic"), QStringLiteral("items") }, { QStringLiteral("search"), search } });
}

class LiveRun
{
public:
    LiveRun(const Server &server, int followers, double rate)
        : m_server(server)
        , m_interval(duration(1 / rate))
        , m_connections(server.port(), Sources)
        , m_told(static_cast<size_t>(followers), 0)
    {
        m_connections.onAnswer(checkGood);
        for (int i = 0; i < followers; ++i)
            open(i);
        const ForSeconds patience(60);
        while (m_begun < followers && !patience.over() && m_failure.isEmpty())
            work();
        if (m_begun < followers)
            fail(QStringLiteral("Only %1 of %2 followers were given a snapshot.").arg(m_begun).arg(followers));
        endIfFailed();
    }

    ~LiveRun()
    {
        for (const auto &socket : m_sockets)
            socket->disconnect(); // its end is no failure any more
    }

    std::vector<double> run(double seconds)
    {
        const auto end = Clock::now() + duration(seconds);
        for (auto due = Clock::now(); due < end; due += m_interval) {
            while (Clock::now() < due)
                work();
            endIfFailed();
            postOne();
        }
        const ForSeconds patience(3);
        while (!patience.over())
            work();
        endIfFailed();
        check();
        return std::move(m_times);
    }

    [[nodiscard]] qint64 messages() const { return m_messages; }

private:
    void work()
    {
        m_connections.poll(std::chrono::milliseconds(1));
        QCoreApplication::processEvents();
    }

    /// Remembered, because no exception may pass through the event loop.
    void fail(const QString &why)
    {
        if (m_failure.isEmpty())
            m_failure = why;
    }
    void endIfFailed() const
    {
        if (!m_failure.isEmpty())
            giveUp(m_failure);
    }

    void open(int follower)
    {
        m_sockets.push_back(std::make_unique<QWebSocket>());
        QWebSocket *socket = m_sockets.back().get();
        QObject::connect(socket, &QWebSocket::connected, socket, [socket, follower] {
            socket->sendTextMessage(QString::fromUtf8(subscriptionOf(follower)));
            socket->sendTextMessage(QStringLiteral("{\"subscribe\":\"queues\",\"topic\":\"queues\"}"));
        });
        QObject::connect(socket, &QWebSocket::textMessageReceived, socket, [this, follower](const QString &message) { take(follower, message.toUtf8()); });
        QObject::connect(socket, &QWebSocket::disconnected, socket, [this, socket] { fail(QStringLiteral("A follower was disconnected: %1").arg(socket->closeReason())); });
        QNetworkRequest request(QUrl(QStringLiteral("ws://127.0.0.1:%1/iwd/v3/stream").arg(m_server.port())));
        request.setRawHeader("x-api-key", m_server.key());
        socket->open(request);
    }

    void postOne()
    {
        int source = 0;
        while (source < Sources && m_connections.isBusy(source))
            ++source;
        if (source == Sources)
            giveUp(QStringLiteral("The server does not keep up with the rate: %1 POSTs wait for their answers.").arg(Sources));
        const QByteArray item = m_workload.nextItem();
        m_posted.emplace(captureIdIn(item).toStdString(), Clock::now());
        m_connections.send(source, httpRequest("POST", "/iwd/v3/items", m_server.key(), item));
    }

    void take(int follower, const QByteArray &message)
    {
        ++m_messages;
        const auto now = Clock::now();
        if (!message.startsWith("{\"type\":\"changes\",\"subscription\":\"items\"")) {
            if (message.startsWith("{\"type\":\"snapshot\",\"subscription\":\"items\""))
                ++m_begun; // again at a flood, which check() finds
            else if (message.contains("\"type\":\"error\""))
                fail(QString::fromUtf8(message));
            return;
        }
        static constexpr QByteArrayView entered("\"change\":\"entered\"");
        for (qsizetype at = message.indexOf(entered); at >= 0; at = message.indexOf(entered, at + 1)) {
            const auto posted = m_posted.find(captureIdIn(QByteArrayView(message).sliced(at)).toStdString());
            if (posted == m_posted.end())
                return fail(QStringLiteral("A follower was told of an item that nobody posted."));
            m_times.push_back(milliseconds(now - posted->second));
            ++m_told[static_cast<size_t>(follower)];
        }
    }

    void check() const
    {
        if (m_begun != static_cast<int>(m_told.size()))
            giveUp(QStringLiteral("There were more snapshots than followers."));
        const size_t conditions = size_t { 4 } * Values;
        for (size_t i = 0; i < m_told.size(); ++i) {
            if (m_told[i] != m_told[i % conditions] || m_told[i] == 0)
                giveUp(QStringLiteral("Follower %1 was told of %2 items, another one with the same condition of %3.").arg(i).arg(m_told[i]).arg(m_told[i % conditions]));
        }
    }

    const Server &m_server;
    Workload m_workload;
    Clock::duration m_interval;
    HttpConnections m_connections;
    std::vector<qint64> m_told;
    std::unordered_map<std::string, Clock::time_point> m_posted;
    std::vector<double> m_times;
    QString m_failure;
    int m_begun = 0;
    qint64 m_messages = 0;
    std::vector<std::unique_ptr<QWebSocket>> m_sockets;
};

} // namespace

void measureLive(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("From POST to those who follow items live, %1 items/s, %2 followers").arg(options.rate).arg(options.followers));
    const Server server(options.server, options.folder, yardstick.newDatabase());
    configure(server);
    LiveRun run(server, options.followers, options.rate);
    Cost cost(server.process());
    const auto times = run.run(options.seconds);
    cost.end();
    report.add({ QStringLiteral("POST to followers, p50"), quantile(times, 0.5), QStringLiteral("ms"), {}, true, {} });
    report.add({ QStringLiteral("POST to followers, p99"), quantile(times, 0.99), QStringLiteral("ms"), 250, true,
        QStringLiteral("%1 deliveries in %2 messages; server %3 %, generator %4 % of a core, %5 MiB")
            .arg(times.size())
            .arg(run.messages())
            .arg(100 * cost.server / options.seconds, 0, 'f', 0)
            .arg(100 * cost.own / options.seconds, 0, 'f', 0)
            .arg(residentMib(server.process()), 0, 'f', 0) });
}

} // namespace iwd::bench
