// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace iwd::test {

/// A load balancer of few lines for servers on this machine: each connection goes to the next server that takes it, and ends when either side ends it.
/// Needs no event loop.
class Balancer
{
public:
    explicit Balancer(std::vector<quint16> servers);
    /// Ends all connections.
    ~Balancer();
    Balancer(const Balancer &) = delete;
    Balancer &operator=(const Balancer &) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }

private:
    void accept();
    void carry(int client);
    [[nodiscard]] int connectSomewhere();

    const std::vector<quint16> m_servers;
    int m_listener = -1;
    quint16 m_port = 0;
    std::atomic<bool> m_ended = false;
    std::atomic<size_t> m_next = 0;
    std::thread m_acceptor;
    std::mutex m_mutex;
    std::vector<std::thread> m_carriers;
};

} // namespace iwd::test
