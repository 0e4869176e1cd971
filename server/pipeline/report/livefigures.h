// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <array>
#include <mutex>

namespace iwd {

/// The items of a queue as they stand. An item counts for the queue it is in now: a transfer takes its arrival along, and one that is
/// restarted has not been completed. Today is since midnight (UTC).
struct QueueFigures
{
    std::array<qint64, ItemStatusCount> byStatus {};
    qint64 arrivedToday = 0; ///< of any status
    qint64 completedToday = 0;
    qint64 canceledToday = 0;
    qint64 slaMetToday = 0; ///< of completedToday
    qint64 slaMissedToday = 0;
};

/// Live figures of a tenant, kept up to date from the events as they are committed; no query counts rows while people watch.
/// Thread-safe.
class LiveFigures
{
public:
    /// Starts from what is stored. Call before the first write of the tenant by this process.
    /// @returns false when events have been applied meanwhile that the snapshot does not know: then load again
    [[nodiscard]] bool load(Snapshot &snapshot);
    /// Takes in committed events, but those that are known already.
    void apply(const std::vector<Event> &events);

    struct Figures
    {
        std::map<QString, QueueFigures> queues; ///< "" is for items without a queue
        std::map<QString, qint64> completedByAgent; ///< today
        qint64 arrivedLastMinute = 0;
        qint64 completedLastMinute = 0;
        qint64 lastEvent = 0;
    };
    [[nodiscard]] Figures figures(TenantId tenant, Instant now) const;
    /// The newest event that this process knows of.
    [[nodiscard]] qint64 lastEvent(TenantId tenant) const;

private:
    /// Counts of the last 60 whole seconds.
    struct Minute
    {
        std::array<std::pair<qint64, qint64>, 60> seconds {}; ///< second of the epoch, count
        void add(Instant at);
        [[nodiscard]] qint64 sum(Instant now) const;
    };
    struct TenantFigures
    {
        qint64 day = 0; ///< days since the epoch that "today" is about
        Figures figures;
        Minute arrivals;
        Minute completions;
    };
    static void startDay(TenantFigures &tenant, Instant now);
    static void count(TenantFigures &tenant, const ItemFacts &item, int by);

    mutable std::mutex m_mutex;
    mutable std::map<TenantId, TenantFigures> m_tenants;
};

} // namespace iwd
