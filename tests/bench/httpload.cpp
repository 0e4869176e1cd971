// SPDX-License-Identifier: Apache-2.0
#include "httpload.h"

#include "failure.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::bench {

namespace {

using std::chrono::steady_clock;

int connectTo(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        giveUp(QStringLiteral("Cannot connect to 127.0.0.1:%1: %2.").arg(port).arg(QString::fromLocal8Bit(std::strerror(errno))));
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

/// @returns the value of Content-Length, which this server's answers always have
qsizetype contentLength(QByteArrayView head)
{
    static constexpr QByteArrayView name("\r\nContent-Length: ");
    const qsizetype at = head.indexOf(name);
    if (at < 0)
        giveUp(QStringLiteral("An answer has no Content-Length."));
    const QByteArrayView rest = head.sliced(at + name.size());
    return rest.first(std::max<qsizetype>(0, rest.indexOf('\r'))).toLongLong();
}

} // namespace

HttpConnections::HttpConnections(quint16 port, int count)
    : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_connections(static_cast<size_t>(count))
{
    for (int index = 0; index < count; ++index) {
        Connection &connection = m_connections[static_cast<size_t>(index)];
        connection.descriptor = connectTo(port);
        epoll_event event {};
        event.events = EPOLLIN;
        event.data.u32 = static_cast<uint32_t>(index);
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, connection.descriptor, &event);
    }
}

HttpConnections::~HttpConnections()
{
    for (const Connection &connection : m_connections)
        ::close(connection.descriptor);
    ::close(m_epoll);
}

void HttpConnections::send(int index, const QByteArray &request)
{
    Connection &connection = m_connections[static_cast<size_t>(index)];
    Q_ASSERT(!connection.busy);
    connection.busy = true;
    connection.sent = steady_clock::now();
    connection.output = request;
    ++m_busy;
    flush(index);
}

void HttpConnections::flush(int index)
{
    Connection &connection = m_connections[static_cast<size_t>(index)];
    while (!connection.output.isEmpty()) {
        const ssize_t sent
            = ::send(connection.descriptor, connection.output.constData(), static_cast<size_t>(connection.output.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            giveUp(QStringLiteral("The server closed a connection: %1.").arg(QString::fromLocal8Bit(std::strerror(errno))));
        epoll_event event {};
        event.data.u32 = static_cast<uint32_t>(index);
        event.events = EPOLLIN | EPOLLOUT;
        if (sent < 0) {
            ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, connection.descriptor, &event);
            return;
        }
        const bool wasWaiting = sent < connection.output.size();
        connection.output = wasWaiting ? connection.output.sliced(sent) : QByteArray();
    }
}

void HttpConnections::poll(std::chrono::milliseconds atMost)
{
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), static_cast<int>(atMost.count()));
    for (int i = 0; i < ready; ++i) {
        const auto index = static_cast<int>(events[static_cast<size_t>(i)].data.u32);
        const uint32_t what = events[static_cast<size_t>(i)].events;
        if (what & EPOLLOUT) {
            flush(index);
            epoll_event event {};
            event.data.u32 = static_cast<uint32_t>(index);
            event.events = EPOLLIN;
            if (m_connections[static_cast<size_t>(index)].output.isEmpty())
                ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, m_connections[static_cast<size_t>(index)].descriptor, &event);
        }
        if (what & (EPOLLIN | EPOLLHUP | EPOLLERR))
            receive(index);
    }
}

void HttpConnections::receive(int index)
{
    static thread_local std::array<char, 256 * 1024> buffer;
    Connection &connection = m_connections[static_cast<size_t>(index)];
    const ssize_t got = ::recv(connection.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        giveUp(QStringLiteral("The server closed a connection."));
    connection.input.append(buffer.data(), got);
    takeAnswer(index);
}

bool HttpConnections::takeAnswer(int index)
{
    Connection &connection = m_connections[static_cast<size_t>(index)];
    const qsizetype headEnd = connection.input.indexOf("\r\n\r\n");
    if (headEnd < 0)
        return false;
    const QByteArrayView head = QByteArrayView(connection.input).first(headEnd + 2);
    const qsizetype length = contentLength(head);
    if (connection.input.size() < headEnd + 4 + length)
        return false;
    const TimePoint now = steady_clock::now();
    const QByteArray whole = std::exchange(connection.input, {});
    connection.busy = false;
    --m_busy;
    if (m_handler)
        m_handler({ index, whole.mid(9, 3).toInt(), QByteArrayView(whole).sliced(headEnd + 4, length), now - connection.sent, now });
    return true;
}

QByteArray httpRequest(const char *method, const QByteArray &target, const QByteArray &key, const QByteArray &body)
{
    QByteArray request;
    request.reserve(256 + body.size());
    request.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    if (!key.isEmpty())
        request.append("x-api-key: ").append(key).append("\r\n");
    if (!body.isEmpty())
        request.append("Content-Type: application/json\r\nContent-Length: ").append(QByteArray::number(body.size())).append("\r\n");
    return request.append("\r\n").append(body);
}

QByteArray httpReplace(const QByteArray &target, const QByteArray &key, const QByteArray &body)
{
    QByteArray request = httpRequest("PUT", target, key, body);
    return request.insert(request.indexOf("\r\n") + 2, "If-Match: *\r\n");
}

double LoadOutcome::quantile(double part) const
{
    if (times.empty())
        return 0;
    const auto at = std::min(times.size() - 1, static_cast<size_t>(part * static_cast<double>(times.size())));
    return std::chrono::duration<double, std::milli>(times[at]).count();
}

LoadOutcome load(
    quint16 port, int count, const std::function<QByteArray()> &make, const std::function<void(const HttpConnections::Answer &)> &see)
{
    LoadOutcome outcome;
    HttpConnections connections(port, count);
    bool enough = false;
    const auto sendNext = [&](int connection) {
        const QByteArray request = enough ? QByteArray() : make();
        enough = request.isEmpty();
        if (!enough)
            connections.send(connection, request);
    };
    connections.onAnswer([&](const HttpConnections::Answer &answer) {
        ++outcome.answers;
        outcome.times.push_back(answer.took);
        if (answer.status != 200 && outcome.failures++ == 0)
            outcome.firstFailure = answer.body.toByteArray();
        else if (answer.status == 200 && see)
            see(answer);
        sendNext(answer.connection);
    });
    const TimePoint start = steady_clock::now();
    for (int connection = 0; connection < count; ++connection)
        sendNext(connection);
    while (connections.busy() > 0)
        connections.poll(std::chrono::seconds(1));
    outcome.seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    std::sort(outcome.times.begin(), outcome.times.end());
    return outcome;
}

} // namespace iwd::bench
