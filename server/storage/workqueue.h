// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace iwd {

/// A bounded queue between many callers and the threads of a store. Thread-safe.
template <typename T>
class WorkQueue
{
public:
    explicit WorkQueue(int limit)
        : m_limit(static_cast<size_t>(limit))
    {
    }

    /// @returns false when the queue is full or closed
    bool push(T work)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_closed || m_work.size() >= m_limit)
                return false;
            m_work.push_back(std::move(work));
        }
        m_filled.notify_one();
        return true;
    }

    /// Waits for work. @returns up to @p most pieces in order of arrival, or nothing when the queue is closed and empty
    std::optional<std::vector<T>> take(int most)
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [this] { return m_closed || !m_work.empty(); });
        return taken(most);
    }

    /// Waits for work no longer than @p time. @returns what there is then, maybe no piece, or nothing when the queue is closed and empty
    std::optional<std::vector<T>> takeWithin(int most, std::chrono::milliseconds time)
    {
        std::unique_lock lock(m_mutex);
        const bool timely = m_filled.wait_for(lock, time, [this] { return m_closed || !m_work.empty(); });
        return timely ? taken(most) : std::vector<T>();
    }

    [[nodiscard]] bool isClosed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed;
    }

    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_filled.notify_all();
    }

private:
    std::optional<std::vector<T>> taken(int most)
    {
        if (m_work.empty())
            return std::nullopt;
        std::vector<T> taken;
        while (!m_work.empty() && taken.size() < static_cast<size_t>(most)) {
            taken.push_back(std::move(m_work.front()));
            m_work.pop_front();
        }
        return taken;
    }

    const size_t m_limit;
    mutable std::mutex m_mutex;
    std::condition_variable m_filled;
    std::deque<T> m_work;
    bool m_closed = false;
};

} // namespace iwd
