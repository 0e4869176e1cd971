// SPDX-License-Identifier: Apache-2.0
#include "hourlyprofile.h"

namespace iwd {

namespace {

void add(HourlyProfile &profile, const ItemHistory &history)
{
    for (const HourlyCount &hour : history.hours) {
        HourlyCount &sum = profile.queues[hour.queueId][hour.hour];
        sum.queueId = hour.queueId;
        sum.hour = hour.hour;
        sum.arrived += hour.arrived;
        sum.left += hour.left;
        sum.completed += hour.completed;
        sum.slaMissed += hour.slaMissed;
        sum.handled += hour.handled;
        sum.handlingSeconds += hour.handlingSeconds;
        sum.handlingSquares += hour.handlingSquares;
    }
    profile.items += history.items;
}

} // namespace

std::shared_ptr<const HourlyProfiles::Portion> HourlyProfiles::known(TenantId tenant, qint64 number) const
{
    const std::lock_guard lock(m_mutex);
    const auto ofTenant = m_portions.find(tenant);
    if (ofTenant == m_portions.end())
        return {};
    const auto found = ofTenant->second.find(number);
    return found == ofTenant->second.end() ? nullptr : found->second;
}

void HourlyProfiles::keep(TenantId tenant, qint64 number, std::shared_ptr<const Portion> portion, qint64 oldest)
{
    const std::lock_guard lock(m_mutex);
    Portions &portions = m_portions[tenant];
    portions[number] = std::move(portion);
    portions.erase(portions.begin(), portions.lower_bound(oldest));
}

HourlyProfile HourlyProfiles::profile(Snapshot &snapshot, int most)
{
    HourlyProfile profile;
    const auto newest = snapshot.items(ItemFilter {}, 0, true, 1);
    if (newest.empty())
        return profile;
    const qint64 newestItem = newest.front().item.id.number;
    const Instant now = snapshot.now();
    const Instant horizon = now - Window;
    std::optional<Instant> first;
    int read = 0;
    qint64 number = newestItem / ItemsAtOnce;
    for (; number >= 0 && !snapshot.failed(); --number) {
        auto portion = known(snapshot.tenant(), number);
        const bool mayChange = portion && (portion->history.open > 0 || portion->newestItem / ItemsAtOnce == number);
        const bool isStale = !portion || (mayChange && (now - portion->read >= Fresh || now < portion->read || (portion->newestItem != newestItem && newestItem / ItemsAtOnce == number)));
        if (isStale && read < most) {
            auto fresh = std::make_shared<Portion>();
            fresh->history = snapshot.itemHistory(number * ItemsAtOnce, (number + 1) * ItemsAtOnce);
            fresh->newestItem = newestItem;
            fresh->read = now;
            ++read;
            if (snapshot.failed())
                break;
            portion = std::move(fresh);
            keep(snapshot.tenant(), number, portion, newestItem / ItemsAtOnce - 1'000);
        } else if (!portion) {
            profile.complete = false;
            break;
        }
        add(profile, portion->history);
        if (portion->history.firstCaptured) {
            first = portion->history.firstCaptured;
            if (*first < horizon)
                break;
        }
    }
    if (!first)
        return profile;
    profile.firstHour = std::chrono::ceil<std::chrono::hours>(std::max(*first, horizon)).time_since_epoch().count();
    // Of the tenant's very first hour all is known, although it begins in the middle.
    if (profile.complete && *first >= horizon)
        profile.firstHour = std::chrono::floor<std::chrono::hours>(*first).time_since_epoch().count();
    return profile;
}

} // namespace iwd
