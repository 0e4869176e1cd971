// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/delivery.h>
#include <base/instant.h>

#include <qcoro/qcorotask.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

namespace iwd {

/// Lets one of many do what all of them want done, and no oftener than once in an interval. Thread-safe; coroutines resume on the thread that awaits them.
class SingleFlight
{
public:
    explicit SingleFlight(milliseconds interval)
        : m_interval(interval)
    {
    }

    /// Waits for whoever is at it.
    /// @returns nothing when it is the caller's to do now, who then has to call end(); else how long to wait before asking again
    [[nodiscard]] QCoro::Task<std::optional<milliseconds>> begin();
    void end();

private:
    [[nodiscard]] std::optional<Delivery<bool>> waitForOther();

    const milliseconds m_interval;
    std::mutex m_mutex;
    bool m_underWay = false;
    std::vector<Delivery<bool>> m_waiting; ///< one for each, because a delivery has one receiver
    std::chrono::steady_clock::time_point m_due;
};

} // namespace iwd
