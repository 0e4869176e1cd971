// SPDX-License-Identifier: Apache-2.0
#include "timewarp.h"

#include <cmath>
#include <map>

namespace iwd::demo {

TimeWarp::TimeWarp(std::vector<Instant> moments, milliseconds duration)
    : m_duration(duration)
{
    Q_ASSERT(!moments.empty());
    using std::chrono::hours;
    std::map<qint64, int> perHour;
    for (const Instant moment : moments)
        ++perHour[std::chrono::floor<hours>(moment).time_since_epoch().count()];
    const auto [first, last] = std::minmax_element(moments.begin(), moments.end());
    m_first = *first;
    m_last = *last;

    double weight = 0;
    for (const auto &[hour, count] : perHour) {
        const Instant from { milliseconds(hours(hour)) };
        const Instant begin = std::max(from, m_first);
        const Instant end = std::min(from + hours(1), m_last);
        if (m_knots.empty() || m_knots.back().moment < begin)
            m_knots.push_back({ begin, weight });
        if (end > begin) {
            const double share = std::chrono::duration<double>(end - begin) / std::chrono::duration<double>(hours(1));
            weight += share * std::min(1.0, static_cast<double>(count) / BusyHour);
            m_knots.push_back({ end, weight });
        }
    }
}

milliseconds TimeWarp::playTime(Instant moment) const
{
    const double whole = m_knots.back().weight;
    if (whole <= 0 || moment <= m_first)
        return milliseconds(0);
    if (moment >= m_last)
        return m_duration;
    const auto next = std::upper_bound(m_knots.begin(), m_knots.end(), moment, [](Instant at, const Knot &knot) { return at < knot.moment; });
    const auto before = std::prev(next);
    const double part = std::chrono::duration<double>(moment - before->moment) / std::chrono::duration<double>(next->moment - before->moment);
    const double weight = before->weight + part * (next->weight - before->weight);
    return milliseconds(std::llround(weight / whole * static_cast<double>(m_duration.count())));
}

Instant TimeWarp::moment(milliseconds playTime) const
{
    if (playTime <= milliseconds(0))
        return m_first;
    if (playTime >= m_duration)
        return m_last;
    const double weight = m_knots.back().weight * static_cast<double>(playTime.count()) / static_cast<double>(m_duration.count());
    const auto next = std::upper_bound(m_knots.begin(), m_knots.end(), weight, [](double value, const Knot &knot) { return value < knot.weight; });
    if (next == m_knots.end() || next == m_knots.begin())
        return m_last;
    const auto before = std::prev(next);
    const double part = (weight - before->weight) / (next->weight - before->weight);
    const auto length = std::chrono::duration<double, std::milli>(next->moment - before->moment);
    return before->moment + milliseconds(std::llround(part * length.count()));
}

} // namespace iwd::demo
