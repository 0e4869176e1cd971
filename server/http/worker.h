// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "poller.h"
#include "serverstate.h"

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWebSocket>

#include <unordered_map>

namespace iwd::http {

class Connection;

/// A descriptor that is closed unless somebody takes it.
class Descriptor
{
public:
    explicit Descriptor(int value)
        : m_value(value)
    {
    }
    ~Descriptor();
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    [[nodiscard]] int take() { return std::exchange(m_value, -1); }

private:
    int m_value;
};

/// A connection on its way from the accepting thread to the one that will serve it.
struct Arrival
{
    std::shared_ptr<Descriptor> descriptor;
    std::shared_ptr<ConnectionPermit> permit; ///< null: beyond a limit, to be told so
    QString address;
};

/// All connections of one thread, and what they share: the poller, the clock tick that enforces every time limit, the Date.
/// Made, used and destroyed on its own thread.
class Worker : public QObject
{
    Q_OBJECT
public:
    explicit Worker(std::shared_ptr<ServerState> state);
    ~Worker() override;

    void adopt(Arrival arrival);
    /// Everything ends at once. What is left of sockets is deleted before this returns.
    void shutDown();
    /// Idle connections close now, the others after their present requests; WebSockets are told that the server goes away.
    void drain();

    [[nodiscard]] const std::shared_ptr<ServerState> &state() const { return m_state; }
    [[nodiscard]] Poller &poller() { return m_poller; }
    [[nodiscard]] QByteArrayView date();
    [[nodiscard]] QByteArray nextCorrelationId();
    /// Room for one read of any connection of this thread.
    [[nodiscard]] QByteArray &scratch() { return m_scratch; }

    void forget(Connection *connection);
    void watch(QWebSocket *socket);

private:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// An open WebSocket, whoever writes to it.
    struct LiveSocket
    {
        QPointer<QWebSocket> socket;
        UnsentShare unsent;
        std::optional<TimePoint> waitingSince; ///< when something was first seen to wait; nothing: all is sent
    };

    void tick();
    void look(LiveSocket &live, TimePoint at);

    std::shared_ptr<ServerState> m_state;
    Poller m_poller;
    QTimer m_timer;
    std::unordered_map<Connection *, std::shared_ptr<Connection>> m_connections;
    std::vector<std::unique_ptr<LiveSocket>> m_webSockets;
    QByteArray m_scratch;
    QByteArray m_date;
    qint64 m_dateSecond = -1;
    quint64 m_correlationSeed;
    quint64 m_correlationCount = 0;
};

} // namespace iwd::http
