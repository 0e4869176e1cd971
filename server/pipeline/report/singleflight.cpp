// SPDX-License-Identifier: Apache-2.0
#include "singleflight.h"

namespace iwd {

std::optional<Delivery<bool>> SingleFlight::waitForOther()
{
    const std::lock_guard lock(m_mutex);
    if (!m_underWay)
        return std::nullopt;
    return m_waiting.emplace_back();
}

QCoro::Task<std::optional<milliseconds>> SingleFlight::begin()
{
    if (const auto other = waitForOther())
        co_await *other;
    const std::lock_guard lock(m_mutex);
    if (m_underWay)
        co_return m_interval;
    const auto now = std::chrono::steady_clock::now();
    if (now < m_due)
        co_return std::chrono::ceil<milliseconds>(m_due - now);
    m_underWay = true;
    m_due = now + m_interval;
    co_return std::nullopt;
}

void SingleFlight::end()
{
    std::vector<Delivery<bool>> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_underWay = false;
        waiting.swap(m_waiting);
    }
    for (const auto &other : waiting)
        other.deliver(true);
}

} // namespace iwd
