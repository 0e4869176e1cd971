// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <mutex>

namespace iwd {

/// What happened hour by hour, summed over the items that were looked at.
struct HourlyProfile
{
    using Hours = std::map<qint64, HourlyCount>; ///< by hours since 1970; hours in which nothing happened are absent

    std::map<QString, Hours> queues;
    /// The first whole hour of which everything is known that arrived; nothing when no item was ever captured.
    std::optional<qint64> firstHour;
    bool complete = true; ///< else there are older items within the time that is looked at, which were not read yet
    qint64 items = 0; ///< that were looked at

    /// The last hour that is over.
    [[nodiscard]] static qint64 lastHour(Instant now) { return std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count() - 1; }
};

/// Keeps the hourly profile of each tenant, made of portions of items by their ids that are read once each: what lies so far back that nothing happens to it any more is not read
/// again. So a call costs the newest portion and, at first, a few older ones; history of millions of items is read in many calls, the newest first. Thread-safe.
class HourlyProfiles
{
public:
    static constexpr qint64 ItemsAtOnce = 50'000; ///< of a portion
    static constexpr std::chrono::hours Window { 8 * 7 * 24 }; ///< what lies further back is of no interest
    static constexpr std::chrono::seconds Fresh { 60 }; ///< for so long a portion counts that something may still happen to

    /// Reads what is not known yet, and sums it up. Call it in Store::search().
    /// @param most portions to be read in this call
    [[nodiscard]] HourlyProfile profile(Snapshot &snapshot, int most = 2);

private:
    struct Portion
    {
        ItemHistory history;
        qint64 newestItem = 0; ///< of the tenant, when it was read
        Instant read;
    };
    using Portions = std::map<qint64, std::shared_ptr<const Portion>>; ///< by number: first id divided by ItemsAtOnce

    [[nodiscard]] std::shared_ptr<const Portion> known(TenantId tenant, qint64 number) const;
    void keep(TenantId tenant, qint64 number, std::shared_ptr<const Portion> portion, qint64 oldest);

    mutable std::mutex m_mutex;
    std::map<TenantId, Portions> m_portions;
};

} // namespace iwd
