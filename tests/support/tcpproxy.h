// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace iwd::test {

/// A network between clients and a server on this machine that can be made bad. Needs no event loop.
class TcpProxy
{
public:
    explicit TcpProxy(quint16 server);
    /// Ends all connections.
    ~TcpProxy();
    TcpProxy(const TcpProxy &) = delete;
    TcpProxy &operator=(const TcpProxy &) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }

    /// What is sent is taken and goes nowhere, on old and new connections: nobody is told anything. When it ends, what was swallowed is gone and those connections are cut.
    void swallow(bool on);
    /// Nobody listens any more, and all connections end.
    void go(bool gone);
    /// What is sent takes so long to arrive, in each direction.
    void delay(std::chrono::milliseconds time) { m_delay = time; }
    /// Ends all connections that there are.
    void cut() { ++m_generation; }
    /// The next @p times that a client sends these bytes, its connection is cut: before they arrive, or when the server has had them and its answer has not.
    void cutWhenSent(const QByteArray &bytes, bool before, int times);
    /// Cuts of cutWhenSent() that are still to come.
    [[nodiscard]] int cutsLeft() const { return m_cutsLeft; }

private:
    struct Sent
    {
        std::chrono::steady_clock::time_point due;
        QByteArray bytes;
    };
    void listen();
    void accept();
    void carry(int client);

    const quint16 m_server;
    std::atomic<int> m_listener = -1;
    quint16 m_port = 0;
    std::atomic<bool> m_ended = false;
    std::atomic<bool> m_swallowing = false;
    std::atomic<std::chrono::milliseconds> m_delay { std::chrono::milliseconds(0) };
    std::atomic<int> m_generation = 0;
    std::mutex m_mutex; ///< of what follows
    QByteArray m_cutAt;
    bool m_cutBefore = false;
    std::atomic<int> m_cutsLeft = 0;
    std::thread m_acceptor;
    std::vector<std::thread> m_carriers;
};

} // namespace iwd::test
