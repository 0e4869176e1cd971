// SPDX-License-Identifier: Apache-2.0
#include "eventsignal.h"

namespace iwd {

Delivery<bool> EventSignal::next(TenantId tenant)
{
    Delivery<bool> delivery;
    const std::lock_guard lock(m_mutex);
    if (m_closed) {
        delivery.deliver(false);
        return delivery;
    }
    Waiting &waiting = m_waiting[tenant];
    if (waiting.deliveries.size() >= waiting.tidyAt) {
        // In a quiet tenant readers come, wait and go without any event that would clear the list.
        std::erase_if(waiting.deliveries, [](const Delivery<bool> &other) { return other.delivered(); });
        waiting.tidyAt = std::max<size_t>(64, waiting.deliveries.size() * 2);
    }
    waiting.deliveries.push_back(delivery);
    return delivery;
}

void EventSignal::committed(const std::vector<Event> &events)
{
    std::vector<Delivery<bool>> woken;
    {
        const std::lock_guard lock(m_mutex);
        for (const Event &event : events) {
            auto &waiting = m_waiting[event.tenant].deliveries;
            std::move(waiting.begin(), waiting.end(), std::back_inserter(woken));
            waiting.clear();
        }
    }
    for (const auto &delivery : woken)
        delivery.deliver(true);
}

void EventSignal::close()
{
    std::map<TenantId, Waiting> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        waiting.swap(m_waiting);
    }
    for (const auto &[tenant, readers] : waiting) {
        for (const auto &delivery : readers.deliveries)
            delivery.deliver(false);
    }
}

} // namespace iwd
