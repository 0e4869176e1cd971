// SPDX-License-Identifier: Apache-2.0
#include "tcpproxy.h"

#include <QByteArray>

#include <deque>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::test {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int lookMs = 20; ///< how soon a change is noticed

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool sendAll(int to, const QByteArray &bytes)
{
    for (qsizetype sent = 0; sent < bytes.size();) {
        const ssize_t now = ::send(to, bytes.constData() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (now <= 0)
            return false;
        sent += now;
    }
    return true;
}

} // namespace

TcpProxy::TcpProxy(quint16 server)
    : m_server(server)
{
    listen();
}

/// On the port that it had, if it had one.
void TcpProxy::listen()
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(m_port);
    socklen_t length = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr *>(&address), length) != 0 || ::listen(listener, 100) != 0
        || ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length) != 0)
        qFatal("No port of loopback is free.");
    m_port = ntohs(address.sin_port);
    m_listener = listener;
    m_acceptor = std::thread([this] { accept(); });
}

void TcpProxy::go(bool gone)
{
    if (!gone)
        return listen();
    const int listener = m_listener.exchange(-1);
    m_acceptor.join();
    ::close(listener);
    cut();
}

TcpProxy::~TcpProxy()
{
    m_ended = true;
    if (m_acceptor.joinable())
        m_acceptor.join();
    for (std::thread &carrier : m_carriers)
        carrier.join();
    if (m_listener >= 0)
        ::close(m_listener);
}

void TcpProxy::swallow(bool on)
{
    m_swallowing = on;
    if (!on)
        cut();
}

void TcpProxy::cutWhenSent(const QByteArray &bytes, bool before, int times)
{
    const std::lock_guard lock(m_mutex);
    m_cutAt = bytes;
    m_cutBefore = before;
    m_cutsLeft = times;
}

void TcpProxy::accept()
{
    while (!m_ended) {
        const int listener = m_listener;
        if (listener < 0)
            return;
        pollfd waiting { listener, POLLIN, 0 };
        if (::poll(&waiting, 1, lookMs) != 1)
            continue;
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0)
            m_carriers.emplace_back([this, client] { carry(client); });
    }
}

void TcpProxy::carry(int client)
{
    const int generation = m_generation;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(m_server);
    bool open = ::connect(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    const int on = 1;
    for (const int socket : { client, server })
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::deque<Sent> toServer;
    std::deque<Sent> toClient;
    bool cutAtAnswer = false;
    while (open && !m_ended && m_generation == generation) {
        int wait = lookMs;
        for (const auto *queue : { &toServer, &toClient }) {
            if (!queue->empty())
                wait = std::clamp(static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(queue->front().due - Clock::now()).count()), 0, wait);
        }
        pollfd both[] { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
        ::poll(both, 2, wait);
        for (const int side : { 0, 1 }) {
            if (both[side].revents == 0)
                continue;
            char bytes[16 * 1024];
            const ssize_t got = ::recv(side == 0 ? client : server, bytes, sizeof bytes, 0);
            open = open && got > 0;
            if (got <= 0 || m_swallowing)
                continue;
            const QByteArray sent(bytes, got);
            if (side == 1 && cutAtAnswer)
                open = false;
            if (side == 0 && m_cutsLeft > 0) {
                const std::lock_guard lock(m_mutex);
                if (m_cutsLeft > 0 && sent.contains(m_cutAt)) {
                    --m_cutsLeft;
                    cutAtAnswer = !m_cutBefore;
                    open = open && !m_cutBefore;
                }
            }
            if (open)
                (side == 0 ? toServer : toClient).push_back({ Clock::now() + m_delay.load(), sent });
        }
        const auto now = Clock::now();
        for (; open && !toServer.empty() && toServer.front().due <= now; toServer.pop_front())
            open = sendAll(server, toServer.front().bytes);
        for (; open && !toClient.empty() && toClient.front().due <= now; toClient.pop_front())
            open = sendAll(client, toClient.front().bytes);
    }
    ::close(server);
    ::close(client);
}

} // namespace iwd::test
