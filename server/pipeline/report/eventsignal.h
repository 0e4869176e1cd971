// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <mutex>
#include <vector>

namespace iwd {

/// Wakes readers of the log when there is something new: once for a whole transaction, never once a row. Thread-safe.
class EventSignal
{
public:
    /// Delivers true when events of @p tenant are committed after this call; false when the signal is closed.
    /// Whoever waits no longer may deliver false to it, and is forgotten.
    /// Register first, then read, then wait: so nothing can slip in between.
    [[nodiscard]] Delivery<bool> next(TenantId tenant);
    void committed(const std::vector<Event> &events);
    /// Wakes everybody for good.
    void close();

private:
    struct Waiting
    {
        std::vector<Delivery<bool>> deliveries;
        size_t tidyAt = 64; ///< so many are looked through for those that nobody waits for
    };

    std::mutex m_mutex;
    std::map<TenantId, Waiting> m_waiting;
    bool m_closed = false;
};

} // namespace iwd
