// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace iwd {

/// Knows which connections of a store wait for an answer, and can cut all of them off. A network that carries nothing, or a proxy that hangs, looks like a server that takes its time;
/// when a question that needs none is not answered either, there is no use in waiting on. Thread-safe.
class ConnectionWatch
{
public:
    using Clock = std::chrono::steady_clock;

    /// One connection, of which its thread tells.
    class Place
    {
    public:
        void connected(int socket);
        /// Before the socket is closed.
        void closing();
        void waits() { m_since = Clock::now().time_since_epoch().count(); }
        void waitsNoLonger() { m_since = 0; }

    private:
        friend class ConnectionWatch;
        std::mutex m_mutex;
        int m_socket = -1;
        std::atomic<Clock::rep> m_since = 0; ///< 0: it does not wait
    };

    [[nodiscard]] std::shared_ptr<Place> newPlace();
    [[nodiscard]] std::chrono::milliseconds longestWait() const;
    /// Whoever waits is told at once that the connection is lost.
    void cutAll();

private:
    mutable std::mutex m_mutex;
    std::vector<std::weak_ptr<Place>> m_places;
};

} // namespace iwd
