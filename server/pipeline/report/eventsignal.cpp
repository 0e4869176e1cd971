// SPDX-License-Identifier: Apache-2.0
#include "eventsignal.h"

namespace iwd {

Delivery<bool> EventSignal::next(TenantId tenant)
{
    Delivery<bool> delivery;
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        delivery.deliver(false);
    else
        m_waiting[tenant].push_back(delivery);
    return delivery;
}

void EventSignal::committed(const std::vector<Event> &events)
{
    std::vector<Delivery<bool>> woken;
    {
        const std::lock_guard lock(m_mutex);
        for (const Event &event : events) {
            auto &waiting = m_waiting[event.tenant];
            std::move(waiting.begin(), waiting.end(), std::back_inserter(woken));
            waiting.clear();
        }
    }
    for (const auto &delivery : woken)
        delivery.deliver(true);
}

void EventSignal::close()
{
    std::map<TenantId, std::vector<Delivery<bool>>> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        waiting.swap(m_waiting);
    }
    for (const auto &[tenant, deliveries] : waiting) {
        for (const auto &delivery : deliveries)
            delivery.deliver(false);
    }
}

} // namespace iwd
