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
    /// Register first, then read, then wait: so nothing can slip in between.
    [[nodiscard]] Delivery<bool> next(TenantId tenant);
    void committed(const std::vector<Event> &events);
    /// Wakes everybody for good.
    void close();

private:
    std::mutex m_mutex;
    std::map<TenantId, std::vector<Delivery<bool>>> m_waiting;
    bool m_closed = false;
};

} // namespace iwd
