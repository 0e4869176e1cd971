// SPDX-License-Identifier: Apache-2.0
#include "offersignal.h"

namespace iwd {

Delivery<bool> OfferSignal::next(TenantId tenant, const QString &agentId)
{
    Delivery<bool> delivery;
    const std::lock_guard lock(m_mutex);
    if (m_closed) {
        delivery.deliver(false);
        return delivery;
    }
    Deliveries &waiting = m_waiting[{ tenant, agentId }];
    std::erase_if(waiting, [](const Delivery<bool> &other) { return other.delivered(); });
    waiting.push_back(delivery);
    return delivery;
}

void OfferSignal::committed(const std::vector<Event> &events)
{
    Deliveries woken;
    {
        const std::lock_guard lock(m_mutex);
        const auto wake = [&](TenantId tenant, const std::optional<ItemFacts> &facts) {
            if (!facts || facts->status != ItemStatus::Distributed)
                return;
            const auto waiting = m_waiting.find({ tenant, facts->agentId });
            if (waiting == m_waiting.end())
                return;
            std::move(waiting->second.begin(), waiting->second.end(), std::back_inserter(woken));
            m_waiting.erase(waiting);
        };
        for (const Event &event : events) {
            wake(event.tenant, event.before);
            wake(event.tenant, event.after);
        }
    }
    for (const auto &delivery : woken)
        delivery.deliver(true);
}

void OfferSignal::close()
{
    std::map<std::pair<TenantId, QString>, Deliveries> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        waiting.swap(m_waiting);
    }
    for (const auto &[agent, deliveries] : waiting) {
        for (const auto &delivery : deliveries)
            delivery.deliver(false);
    }
}

} // namespace iwd
