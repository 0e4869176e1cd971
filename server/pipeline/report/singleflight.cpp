// SPDX-License-Identifier: Apache-2.0
#include "singleflight.h"

namespace iwd {

std::optional<Delivery<bool>> SingleFlight::underWay()
{
    const std::lock_guard lock(m_mutex);
    return m_underWay;
}

QCoro::Task<std::optional<milliseconds>> SingleFlight::begin()
{
    if (const auto other = underWay())
        co_await *other;
    const std::lock_guard lock(m_mutex);
    if (m_underWay)
        co_return m_interval;
    const auto now = std::chrono::steady_clock::now();
    if (now < m_due)
        co_return std::chrono::ceil<milliseconds>(m_due - now);
    m_underWay.emplace();
    m_due = now + m_interval;
    co_return std::nullopt;
}

void SingleFlight::end()
{
    std::optional<Delivery<bool>> ended;
    {
        const std::lock_guard lock(m_mutex);
        ended.swap(m_underWay);
    }
    if (ended)
        ended->deliver(true);
}

} // namespace iwd
