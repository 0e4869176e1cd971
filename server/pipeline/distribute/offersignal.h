// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <mutex>

namespace iwd {

/// Wakes those who wait for the offers of one agent when an offer to that agent was made or has ended. Thread-safe.
class OfferSignal
{
public:
    /// Delivers true when something about the agent's offers is committed after this call; false when the signal is closed. Whoever
    /// waits no longer may deliver false to it, and is forgotten. Register first, then read, then wait.
    [[nodiscard]] Delivery<bool> next(TenantId tenant, const QString &agentId);
    void committed(const std::vector<Event> &events);
    /// Wakes everybody for good.
    void close();

private:
    using Deliveries = std::vector<Delivery<bool>>;

    std::mutex m_mutex;
    std::map<std::pair<TenantId, QString>, Deliveries> m_waiting;
    bool m_closed = false;
};

} // namespace iwd
