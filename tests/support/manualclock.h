// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>

#include <atomic>

namespace iwd::test {

/// A clock that stands still until it is told to move. Thread-safe.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(Instant start = fromMillis(1'772'352'000'000)) // 2026-03-01T08:00:00Z
        : m_millis(toMillis(start))
    {
    }

    [[nodiscard]] Instant now() const override { return fromMillis(m_millis); }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override
    {
        return std::chrono::steady_clock::time_point(milliseconds(m_passed));
    }
    /// Time passes.
    void advance(milliseconds time)
    {
        m_millis += time.count();
        m_passed += time.count();
    }
    /// Somebody sets the clock; no time passes.
    void set(Instant now) { m_millis = toMillis(now); }
    void jump(milliseconds by) { m_millis += by.count(); }

private:
    std::atomic<qint64> m_millis;
    std::atomic<qint64> m_passed = 0;
};

} // namespace iwd::test
