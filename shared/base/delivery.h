// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "threadinbox.h"

#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>

namespace iwd {

/// A value that is delivered once, from any thread, to one coroutine that awaits it. The coroutine resumes on the thread it
/// waited on, which must have an event loop. Copies share the value.
template <typename T>
class Delivery
{
    struct State
    {
        std::mutex mutex;
        std::optional<T> value;
        std::coroutine_handle<> waiter;
        std::shared_ptr<ThreadInbox> inbox;
        bool delivered = false;
    };

public:
    Delivery()
        : m_state(std::make_shared<State>())
    {
    }

    /// The first delivery counts. @returns whether this was it
    bool deliver(T value) const
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->delivered)
            return false;
        m_state->delivered = true;
        m_state->value.emplace(std::move(value));
        if (m_state->waiter)
            m_state->inbox->post([waiter = m_state->waiter] { waiter.resume(); });
        return true;
    }

    /// Whether it has been delivered; by the time the answer is read this may have changed.
    [[nodiscard]] bool delivered() const
    {
        const std::lock_guard lock(m_state->mutex);
        return m_state->delivered;
    }

    struct Awaiter
    {
        std::shared_ptr<State> state;

        bool await_ready() const
        {
            const std::lock_guard lock(state->mutex);
            return state->delivered;
        }
        bool await_suspend(std::coroutine_handle<> waiter)
        {
            const std::lock_guard lock(state->mutex);
            if (state->delivered)
                return false;
            state->inbox = ThreadInbox::current();
            state->waiter = waiter;
            return true;
        }
        T await_resume()
        {
            const std::lock_guard lock(state->mutex);
            return std::move(*state->value);
        }
    };
    [[nodiscard]] Awaiter operator co_await() const { return Awaiter { m_state }; }

private:
    std::shared_ptr<State> m_state;
};

} // namespace iwd
