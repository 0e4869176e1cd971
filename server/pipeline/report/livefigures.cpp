// SPDX-License-Identifier: Apache-2.0
#include "livefigures.h"

namespace iwd {

namespace {

qint64 dayOf(Instant instant)
{
    return std::chrono::floor<std::chrono::days>(instant).time_since_epoch().count();
}

qint64 secondOf(Instant instant)
{
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

} // namespace

void LiveFigures::Minute::add(Instant at)
{
    const qint64 second = secondOf(at);
    auto &slot = seconds[static_cast<size_t>(second % 60)];
    if (slot.first != second)
        slot = { second, 0 };
    ++slot.second;
}

qint64 LiveFigures::Minute::sum(Instant now) const
{
    qint64 total = 0;
    for (const auto &[second, count] : seconds)
        total += second > secondOf(now) - 60 && second <= secondOf(now) ? count : 0; // later ones: the clock was set back
    return total;
}

void LiveFigures::startDay(TenantFigures &tenant, Instant now)
{
    if (dayOf(now) <= tenant.day)
        return; // a day does not come back when the clock does
    tenant.day = dayOf(now);
    tenant.figures.completedByAgent.clear();
    for (auto &[id, queue] : tenant.figures.queues)
        queue.arrivedToday = queue.completedToday = queue.canceledToday = queue.slaMetToday = queue.slaMissedToday = 0;
}

bool LiveFigures::load(Snapshot &snapshot)
{
    const Instant midnight = std::chrono::floor<std::chrono::days>(snapshot.now());
    TenantFigures tenant;
    tenant.day = dayOf(snapshot.now());
    for (const ItemCount &count : snapshot.countItems(midnight)) {
        QueueFigures &queue = tenant.figures.queues[count.queueId];
        queue.byStatus[static_cast<size_t>(count.status)] += count.count;
        queue.arrivedToday += count.arrivedSince;
        if (count.status == ItemStatus::Completed) {
            if (!count.agentId.isEmpty())
                tenant.figures.completedByAgent[count.agentId] += count.endedSince;
            queue.completedToday += count.endedSince;
            queue.slaMetToday += count.slaMetSince;
            queue.slaMissedToday += count.endedSince - count.slaMetSince;
        } else if (count.status == ItemStatus::Canceled) {
            queue.canceledToday += count.endedSince;
        }
    }
    tenant.figures.lastEvent = snapshot.lastEvent();
    const std::lock_guard lock(m_mutex);
    TenantFigures &known = m_tenants[snapshot.tenant()];
    if (known.figures.lastEvent > tenant.figures.lastEvent)
        return false;
    known = std::move(tenant);
    return true;
}

/// Adds an item to the figures, or takes it out.
void LiveFigures::count(TenantFigures &tenant, const ItemFacts &item, int by)
{
    QueueFigures &queue = tenant.figures.queues[item.queueId];
    queue.byStatus[static_cast<size_t>(item.status)] += by;
    if (dayOf(item.captured) >= tenant.day)
        queue.arrivedToday += by;
    if (!item.ended || dayOf(*item.ended) < tenant.day)
        return;
    if (item.status == ItemStatus::Canceled)
        queue.canceledToday += by;
    if (item.status == ItemStatus::Completed) {
        queue.completedToday += by;
        (item.slaMet ? queue.slaMetToday : queue.slaMissedToday) += by;
        if (!item.agentId.isEmpty())
            tenant.figures.completedByAgent[item.agentId] += by;
    }
}

void LiveFigures::apply(const std::vector<Event> &events)
{
    const std::lock_guard lock(m_mutex);
    for (const Event &event : events) {
        TenantFigures &tenant = m_tenants[event.tenant];
        if (event.id <= tenant.figures.lastEvent)
            continue;
        startDay(tenant, event.at);
        tenant.figures.lastEvent = event.id;
        if (event.before)
            count(tenant, *event.before, -1);
        if (event.after)
            count(tenant, *event.after, 1);
        if (event.type == EventType::ItemCreated)
            tenant.arrivals.add(event.at);
        if (event.type == EventType::ItemCompleted)
            tenant.completions.add(event.at);
    }
}

qint64 LiveFigures::lastEvent(TenantId tenant) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_tenants.find(tenant);
    return found == m_tenants.end() ? 0 : found->second.figures.lastEvent;
}

LiveFigures::Figures LiveFigures::figures(TenantId tenantId, Instant now) const
{
    const std::lock_guard lock(m_mutex);
    TenantFigures &tenant = m_tenants[tenantId];
    startDay(tenant, now);
    Figures figures = tenant.figures;
    figures.arrivedLastMinute = tenant.arrivals.sum(now);
    figures.completedLastMinute = tenant.completions.sum(now);
    return figures;
}

} // namespace iwd
