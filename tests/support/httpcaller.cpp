// SPDX-License-Identifier: Apache-2.0
#include "httpcaller.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace iwd::test {

using std::chrono::steady_clock;

QByteArray HttpAnswer::header(const QByteArray &name) const
{
    for (const auto &[known, value] : headers) {
        if (known == name)
            return value;
    }
    return {};
}

HttpCaller::HttpCaller(quint16 port, HeaderFields headers)
    : m_port(port)
    , m_headers(std::move(headers))
{
}

HttpCaller::~HttpCaller()
{
    hangUp();
}

void HttpCaller::hangUp()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
    m_input.clear();
}

bool HttpCaller::connectNow()
{
    m_descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return true;
    hangUp();
    return false;
}

bool HttpCaller::sendAll(const QByteArray &bytes)
{
    qsizetype sent = 0;
    while (sent < bytes.size()) {
        const ssize_t taken = ::send(m_descriptor, bytes.constData() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken <= 0)
            return false;
        sent += taken;
    }
    return true;
}

std::optional<HttpAnswer> HttpCaller::call(
    const QByteArray &method, const QByteArray &target, const QByteArray &body, const HeaderFields &headers, std::chrono::milliseconds patience)
{
    if (begin(method, target, body, headers))
        return finish(patience);
    hangUp();
    return std::nullopt;
}

bool HttpCaller::begin(const QByteArray &method, const QByteArray &target, const QByteArray &body, const HeaderFields &headers)
{
    QByteArray request = method + ' ' + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto &fields : { m_headers, headers }) {
        for (const auto &[name, value] : fields)
            request += name + ": " + value + "\r\n";
    }
    if (!body.isEmpty())
        request += "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n";
    request += "\r\n" + body;

    m_connected = m_descriptor >= 0 || connectNow();
    return m_connected && sendAll(request);
}

bool HttpCaller::ended() const
{
    char byte = 0;
    const ssize_t got = ::recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

std::optional<HttpAnswer> HttpCaller::finish(std::chrono::milliseconds patience)
{
    auto answer = receive(steady_clock::now() + patience);
    if (!answer || answer->header("connection") == "close")
        hangUp();
    return answer;
}

std::optional<HttpAnswer> HttpCaller::receive(steady_clock::time_point until)
{
    HttpAnswer answer;
    qsizetype bodyAt = -1;
    qsizetype bodySize = 0;
    for (;;) {
        if (bodyAt < 0 && m_input.contains("\r\n\r\n")) {
            bodyAt = m_input.indexOf("\r\n\r\n") + 4;
            QList<QByteArray> lines = m_input.first(bodyAt - 4).split('\n');
            answer.status = lines.takeFirst().mid(9, 3).toInt();
            for (const QByteArray &line : lines) {
                const auto colon = line.indexOf(':');
                answer.headers.append({ line.first(colon).toLower(), line.sliced(colon + 1).trimmed() });
            }
            bodySize = answer.header("content-length").toLongLong();
        }
        if (bodyAt >= 0 && m_input.size() >= bodyAt + bodySize) {
            answer.body = m_input.sliced(bodyAt, bodySize);
            m_input.remove(0, bodyAt + bodySize);
            return answer;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        pollfd readable { m_descriptor, POLLIN, 0 };
        if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0)
            return std::nullopt;
        char buffer[65536];
        const ssize_t got = ::recv(m_descriptor, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return std::nullopt;
        m_input.append(buffer, got);
    }
}

} // namespace iwd::test
