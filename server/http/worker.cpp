// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include "connection.h"

#include <base/log.h>

#include <QCoreApplication>
#include <QRandomGenerator>

#include <ctime>

#include <unistd.h>

namespace iwd::http {

namespace {

constexpr milliseconds tickTime { 100 }; ///< how exactly time limits are kept
constexpr qsizetype readBytes = 64 * 1024;

/// IMF-fixdate of RFC 9110, 5.6.7. Names are written out because the C library would use those of the locale.
QByteArray httpDate(std::time_t second)
{
    static constexpr std::array<const char *, 7> days { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static constexpr std::array<const char *, 12> months { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
        "Dec" };
    std::tm time {};
    gmtime_r(&second, &time);
    return QByteArray::fromStdString(QString::asprintf("%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<size_t>(time.tm_wday)],
        time.tm_mday, months[static_cast<size_t>(time.tm_mon)], time.tm_year + 1900, time.tm_hour, time.tm_min, time.tm_sec)
                                         .toStdString());
}

} // namespace

Descriptor::~Descriptor()
{
    if (m_value >= 0)
        ::close(m_value);
}

Worker::Worker(std::shared_ptr<ServerState> state)
    : m_state(std::move(state))
    , m_scratch(readBytes, Qt::Uninitialized)
    , m_correlationSeed(QRandomGenerator::system()->generate64())
{
    m_timer.setInterval(tickTime);
    connect(&m_timer, &QTimer::timeout, this, &Worker::tick);
}

Worker::~Worker() = default;

void Worker::shutDown()
{
    for (auto &[connection, owner] : std::exchange(m_connections, {}))
        owner->close();
    for (const auto &live : std::exchange(m_webSockets, {})) {
        if (live->socket)
            live->socket->abort();
    }
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void Worker::adopt(Arrival arrival)
{
    if (m_state->draining)
        return; // it came in just before the listener closed
    const bool turnAway = !arrival.permit;
    auto connection = Connection::open(*this, std::move(arrival));
    m_connections.emplace(connection.get(), connection);
    if (!m_timer.isActive())
        m_timer.start();
    if (turnAway)
        connection->turnAway();
}

void Worker::forget(Connection *connection)
{
    m_connections.erase(connection);
}

void Worker::watch(QWebSocket *socket)
{
    m_webSockets.push_back(std::unique_ptr<LiveSocket>(new LiveSocket { socket, UnsentShare(m_state), std::nullopt }));
}

void Worker::drain()
{
    for (auto next = m_connections.begin(); next != m_connections.end();) {
        const auto connection = next->second;
        ++next;
        connection->drain();
    }
    for (const auto &live : m_webSockets) {
        if (live->socket)
            live->socket->close(QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("The server is shutting down."));
    }
}

void Worker::tick()
{
    const auto now = std::chrono::steady_clock::now();
    for (auto next = m_connections.begin(); next != m_connections.end();) {
        const auto connection = next->second; // a connection may end in its tick, no other one does
        ++next;
        connection->tick(now);
    }
    for (const auto &live : m_webSockets)
        look(*live, now);
    std::erase_if(m_webSockets, [](const auto &live) { return live->socket.isNull(); });
    if (m_connections.empty() && m_webSockets.empty())
        m_timer.stop();
}

/// What waits to be sent over a WebSocket counts like the answers of any connection. Routes write without telling, so it is looked at each tick.
void Worker::look(LiveSocket &live, TimePoint at)
{
    const qint64 unsent = live.socket ? live.socket->bytesToWrite() : 0;
    live.unsent.resize(unsent);
    if (unsent == 0)
        live.waitingSince.reset();
    else if (!live.waitingSince)
        live.waitingSince = at;
    const Limits &limits = m_state->options.limits;
    if (!live.waitingSince || at - *live.waitingSince < limits.crowdedTimeout || m_state->unsentBytes <= limits.unsentBytes)
        return;
    log::warning(u"Dropped a client.", { { QLatin1StringView("address"), live.socket->peerAddress().toString() }, { QLatin1StringView("unsentBytes"), unsent },
        { QLatin1StringView("reason"), QStringLiteral("It takes its messages too slowly while the server holds as many unsent bytes as it may.") } });
    live.unsent.resize(0); // now, so that not everybody has to go
    live.socket->abort();
}

QByteArrayView Worker::date()
{
    const std::time_t second = std::time(nullptr);
    if (second != m_dateSecond) {
        m_dateSecond = second;
        m_date = httpDate(second);
    }
    return m_date;
}

QByteArray Worker::nextCorrelationId()
{
    // Unique, not secret: a random start for each thread, then a step that visits every value (odd constant of SplitMix64).
    const quint64 value = m_correlationSeed + ++m_correlationCount * 0x9e3779b97f4a7c15ULL;
    static constexpr char digits[] = "0123456789abcdef";
    QByteArray text(16, Qt::Uninitialized);
    for (int i = 0; i < 16; ++i)
        text[i] = digits[(value >> (60 - 4 * i)) & 0xf];
    return text;
}

} // namespace iwd::http
