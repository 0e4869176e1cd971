// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "latch.h"

#include <base/clock.h>

#include <QNetworkAccessManager>

#include <deque>

namespace iwd {

/// Up to N requests at once. One QNetworkAccessManager opens at most six connections to a host, so the pool keeps as many
/// managers as N needs and never gives one more than six requests: a request that waits here waits for the next free
/// connection of all, not behind the long poll of one. For one thread.
class ConnectionPool
{
public:
    static constexpr int ConnectionsPerManager = 6;

    explicit ConnectionPool(int connections);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool &) = delete;
    ConnectionPool &operator=(const ConnectionPool &) = delete;

    /// A connection to use, given back when it is destroyed.
    class Slot
    {
    public:
        Slot() = default;
        Slot(std::shared_ptr<ConnectionPool> pool, size_t index);
        ~Slot();
        Slot(Slot &&other) noexcept;
        Slot &operator=(Slot &&other) noexcept;

        [[nodiscard]] QNetworkAccessManager *manager() const;
        explicit operator bool() const { return m_pool != nullptr; }

    private:
        std::shared_ptr<ConnectionPool> m_pool;
        size_t m_index = 0;
    };

    /// Waits in line for a connection.
    /// @returns an empty slot when @p deadline passed first or the pool was closed
    [[nodiscard]] static QCoro::Task<Slot> acquire(std::shared_ptr<ConnectionPool> pool, Deadline deadline);

    /// Sends everybody in line away and lets nobody in again.
    void close();
    [[nodiscard]] bool isClosed() const { return m_closed; }

private:
    struct Member
    {
        QNetworkAccessManager *manager = nullptr;
        int limit = 0;
        int inUse = 0;
    };
    struct Waiting
    {
        Latch latch;
        std::optional<size_t> index;
    };

    [[nodiscard]] std::optional<size_t> leastUsed() const;
    void giveBack(size_t index);

    std::vector<Member> m_members;
    std::deque<std::shared_ptr<Waiting>> m_waiting;
    bool m_closed = false;
};

} // namespace iwd
