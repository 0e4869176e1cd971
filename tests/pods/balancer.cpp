// SPDX-License-Identifier: Apache-2.0
#include "balancer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::test {

namespace {

constexpr int lookMs = 50; ///< how soon an end is noticed

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void answerAtOnce(int socket)
{
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// @returns false when there is no more to come
bool pass(int from, int to)
{
    char bytes[16 * 1024];
    const ssize_t got = ::recv(from, bytes, sizeof bytes, 0);
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t now = ::send(to, bytes + sent, static_cast<size_t>(got - sent), MSG_NOSIGNAL);
        if (now <= 0)
            return false;
        sent += now;
    }
    return got > 0;
}

} // namespace

Balancer::Balancer(std::vector<quint16> servers)
    : m_servers(std::move(servers))
    , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (::bind(m_listener, reinterpret_cast<sockaddr *>(&address), length) != 0 || ::listen(m_listener, 100) != 0
        || ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &length) != 0)
        qFatal("No port of loopback is free.");
    m_port = ntohs(address.sin_port);
    m_acceptor = std::thread([this] { accept(); });
}

Balancer::~Balancer()
{
    m_ended = true;
    m_acceptor.join();
    for (std::thread &carrier : m_carriers)
        carrier.join();
    ::close(m_listener);
}

void Balancer::accept()
{
    while (!m_ended) {
        pollfd waiting { m_listener, POLLIN, 0 };
        if (::poll(&waiting, 1, lookMs) != 1)
            continue;
        const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0)
            continue;
        const std::lock_guard lock(m_mutex);
        m_carriers.emplace_back([this, client] { carry(client); });
    }
}

int Balancer::connectSomewhere()
{
    for (size_t tries = 0; tries < m_servers.size(); ++tries) {
        const sockaddr_in address = loopback(m_servers[m_next++ % m_servers.size()]);
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
            return server;
        ::close(server);
    }
    return -1;
}

void Balancer::carry(int client)
{
    const int server = connectSomewhere();
    if (server >= 0) {
        answerAtOnce(client);
        answerAtOnce(server);
        pollfd both[] { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
        bool open = true;
        while (open && !m_ended) {
            if (::poll(both, 2, lookMs) <= 0)
                continue;
            if (both[0].revents != 0)
                open = pass(client, server);
            if (open && both[1].revents != 0)
                open = pass(server, client);
        }
        ::close(server);
    }
    ::close(client);
}

} // namespace iwd::test
