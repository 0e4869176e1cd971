// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instant.h"

namespace iwd {

/// Where time comes from. Nothing else in the code asks the system for it, so that a test can stand still or leap.
/// Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    /// Time that only passes: nobody can change it, and it means nothing outside of this process.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const { return std::chrono::steady_clock::now(); }
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override;
};

/// A point on the monotonic clock by which an answer is wanted. Travels with a request through every layer.
class Deadline
{
public:
    [[nodiscard]] static Deadline in(milliseconds duration) { return Deadline(std::chrono::steady_clock::now() + duration); }
    [[nodiscard]] static Deadline at(std::chrono::steady_clock::time_point at) { return Deadline(at); }
    [[nodiscard]] static Deadline never() { return Deadline(std::chrono::steady_clock::time_point::max()); }

    [[nodiscard]] bool passed() const { return m_at != std::chrono::steady_clock::time_point::max() && std::chrono::steady_clock::now() >= m_at; }
    [[nodiscard]] std::chrono::steady_clock::time_point at() const { return m_at; }

private:
    explicit Deadline(std::chrono::steady_clock::time_point at)
        : m_at(at)
    {
    }
    std::chrono::steady_clock::time_point m_at;
};

} // namespace iwd
