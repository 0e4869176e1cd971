// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <cerrno>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::test {

QByteArray WireResponse::field(const QByteArray &name) const
{
    for (const auto &[key, value] : fields) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

int WireResponse::fieldCount(const QByteArray &name) const
{
    return static_cast<int>(std::count_if(
        fields.begin(), fields.end(), [&name](const auto &field) { return field.first.compare(name, Qt::CaseInsensitive) == 0; }));
}

namespace {

/// Runs the event loop until @p condition holds; looks at it after each event, so somebody has to see to it that there are some.
bool untilItHolds(const std::function<bool()> &condition, int boundMs)
{
    QElapsedTimer timer;
    timer.start();
    QTimer wake; // so that the bound is noticed where nothing ever happens
    wake.start(100);
    while (!condition()) {
        if (timer.hasExpired(boundMs))
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

/// Reads a chunked body from @p at on. @returns false when it is not all there
bool readChunks(const QByteArray &bytes, qsizetype &at, QByteArray &body)
{
    for (qsizetype next = at;;) {
        const qsizetype line = bytes.indexOf("\r\n", next);
        bool isNumber = false;
        const qsizetype size = line < 0 ? -1 : bytes.mid(next, line - next).toLongLong(&isNumber, 16);
        if (!isNumber || bytes.mid(line + 2 + size, 2) != "\r\n")
            return false;
        body += bytes.mid(line + 2, size);
        next = line + 2 + size + 2;
        if (size == 0) {
            at = next;
            return true;
        }
    }
}

} // namespace

bool waitUntil(const std::function<bool()> &condition, int boundMs)
{
    // What the threads of a server do is announced to nobody here.
    QTimer look;
    look.setTimerType(Qt::PreciseTimer);
    look.start(1);
    return untilItHolds(condition, boundMs);
}

bool RawClient::waitFor(QSocketNotifier::Type readiness, const std::function<bool()> &condition)
{
    const QSocketNotifier ready(m_descriptor, readiness);
    return untilItHolds(condition, patienceMs);
}

RawClient::RawClient(quint16 port, int receiveBuffer)
    : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    if (receiveBuffer > 0)
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("The test's client cannot connect to port %d: errno %d", port, errno);
    ::fcntl(m_descriptor, F_SETFL, ::fcntl(m_descriptor, F_GETFL) | O_NONBLOCK);
}

RawClient::~RawClient()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

bool RawClient::send(const QByteArray &bytes)
{
    qsizetype sent = 0;
    return waitFor(QSocketNotifier::Write, [&] {
        const ssize_t taken = ::send(m_descriptor, bytes.constData() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (taken < 0)
            return errno != EAGAIN;
        sent += taken;
        return sent == bytes.size();
    }) && sent == bytes.size();
}

void RawClient::finishSending()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void RawClient::reset()
{
    const linger hard { 1, 0 };
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(m_descriptor, -1));
}

void RawClient::receive()
{
    char buffer[65536];
    while (!m_ended) {
        const ssize_t got = ::recv(m_descriptor, buffer, sizeof buffer, 0);
        if (got > 0)
            m_received.append(buffer, got);
        else if (got == 0 || errno != EAGAIN) {
            m_wasReset = got < 0;
            m_ended = true;
        }
        else
            return;
    }
}

bool RawClient::waitForEnd()
{
    return waitFor(QSocketNotifier::Read, [this] {
        receive();
        return m_ended;
    });
}

QList<WireResponse> RawClient::responses(int count, bool bodyless)
{
    QList<WireResponse> found;
    (void)waitFor(QSocketNotifier::Read, [&] {
        receive();
        found = parse(bodyless);
        return found.size() >= count || m_ended;
    });
    return found;
}

QList<WireResponse> RawClient::parse(bool bodyless) const
{
    QList<WireResponse> found;
    qsizetype at = 0;
    for (;;) {
        const qsizetype end = m_received.indexOf("\r\n\r\n", at);
        if (end < 0)
            return found;
        QByteArrayList lines = m_received.mid(at, end - at).split('\n');
        WireResponse response;
        response.status = lines.takeFirst().mid(9, 3).toInt();
        for (const QByteArray &line : lines) {
            const qsizetype colon = line.indexOf(':');
            response.fields.append({ line.left(colon), line.mid(colon + 1).trimmed() });
        }
        at = end + 4;
        if (!bodyless && response.field("Transfer-Encoding") == "chunked") {
            if (!readChunks(m_received, at, response.body))
                return found;
            found.append(response);
            continue;
        }
        const qsizetype length = bodyless ? 0 : response.field("Content-Length").toLongLong();
        if (at + length > m_received.size())
            return found;
        response.body = m_received.mid(at, length);
        at += length;
        found.append(response);
    }
}

} // namespace iwd::test
