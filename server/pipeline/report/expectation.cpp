// SPDX-License-Identifier: Apache-2.0
#include "expectation.h"

namespace iwd {

namespace {

constexpr qint64 DayHours24 = 24;
constexpr qint64 WeekHours = 168;
constexpr qint64 MostDays = 7;

void add(HourlyCount &sum, const HourlyProfile::Hours &hours)
{
    for (const auto &[number, hour] : hours) {
        sum.handled += hour.handled;
        sum.handlingSeconds += hour.handlingSeconds;
        sum.handlingSquares += hour.handlingSquares;
    }
}

} // namespace

double Expectation::known(qint64 HourlyCount::*what, qint64 hour) const
{
    const auto found = m_hours.find(hour);
    return found == m_hours.end() ? 0 : static_cast<double>(found->second.*what);
}

double Expectation::of(qint64 HourlyCount::*what, qint64 hour) const
{
    if (m_until <= m_first)
        return 0;
    const auto lastBefore = [&](qint64 season) { return hour - season * ((hour - m_until) / season + 1); };
    if (const qint64 youngest = lastBefore(WeekHours); youngest >= m_first) {
        qint64 oldest = youngest;
        while (oldest - WeekHours >= m_first)
            oldest -= WeekHours;
        double level = known(what, oldest);
        for (qint64 week = oldest + WeekHours; week <= youngest; week += WeekHours)
            level += Smoothing * (known(what, week) - level);
        return level;
    }
    double sum = 0;
    int days = 0;
    for (qint64 day = lastBefore(DayHours24); day >= m_first && days < MostDays; day -= DayHours24, ++days)
        sum += known(what, day);
    if (days > 0)
        return sum / days;
    for (qint64 each = m_first; each < m_until; ++each)
        sum += known(what, each);
    return sum / static_cast<double>(m_until - m_first);
}

HandlingTime handlingTime(const HourlyProfile &profile, const QString &queueId)
{
    HourlyCount sum;
    if (const auto own = profile.queues.find(queueId); own != profile.queues.end())
        add(sum, own->second);
    if (sum.handled < HandlingTime::Enough) {
        sum = {};
        for (const auto &[id, hours] : profile.queues)
            add(sum, hours);
    }
    if (sum.handled < HandlingTime::Enough)
        return {};
    HandlingTime time;
    const auto count = static_cast<double>(sum.handled);
    time.mean = std::max(1.0, static_cast<double>(sum.handlingSeconds) / count);
    time.variance = std::max(0.0, static_cast<double>(sum.handlingSquares) / count - time.mean * time.mean);
    time.measured = sum.handled;
    return time;
}

} // namespace iwd
