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
    void advance(milliseconds time) { m_millis += time.count(); }
    void set(Instant now) { m_millis = toMillis(now); }

private:
    std::atomic<qint64> m_millis;
};

} // namespace iwd::test
