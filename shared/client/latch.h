// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <utility>

namespace iwd {

/// One coroutine waits until somebody opens the latch. Opening first is remembered; opening twice does nothing more.
/// The waiting coroutine runs on inside open(), so call it last and keep the latch alive (a shared_ptr on both sides).
/// For one thread.
class Latch
{
public:
    Latch() = default;
    Latch(const Latch &) = delete;
    Latch &operator=(const Latch &) = delete;

    void open()
    {
        m_open = true;
        if (const auto waiting = std::exchange(m_waiting, nullptr))
            waiting.resume();
    }
    [[nodiscard]] bool isOpen() const { return m_open; }

    /// co_await latch->wait();
    [[nodiscard]] auto wait()
    {
        struct Awaiter
        {
            Latch *latch;
            [[nodiscard]] bool await_ready() const noexcept { return latch->m_open; }
            void await_suspend(std::coroutine_handle<> waiting) const noexcept { latch->m_waiting = waiting; }
            void await_resume() const noexcept { }
        };
        return Awaiter { this };
    }

private:
    bool m_open = false;
    std::coroutine_handle<> m_waiting;
};

} // namespace iwd
