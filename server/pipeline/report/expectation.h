// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hourlyprofile.h"

namespace iwd {

/// What to expect of an hour, from what is known of the hours before: the values of the same hour of the week, exponentially smoothed. That is the seasonal naive method with simple exponential
/// smoothing over the seasons (Hyndman, Athanasopoulos: Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 8.1). With less than a week of history it is the mean of the same hour of the
/// days that are known, with less than a day the mean of all hours.
class Expectation
{
public:
    static constexpr double Smoothing = 0.3; ///< weight of the youngest week

    /// @param hours of a queue, must outlive this; @param first the first hour of which all is known; @param until the first hour that is not known
    Expectation(const HourlyProfile::Hours &hours, qint64 first, qint64 until)
        : m_hours(hours)
        , m_first(first)
        , m_until(until)
    {
    }

    /// How many of @p what to expect in the hour, which may be any from `until` on; 0 when nothing is known at all.
    [[nodiscard]] double of(qint64 HourlyCount::*what, qint64 hour) const;

private:
    [[nodiscard]] double known(qint64 HourlyCount::*what, qint64 hour) const;

    const HourlyProfile::Hours &m_hours;
    qint64 m_first;
    qint64 m_until;
};

/// How long the work on an item takes, from its taking to its end.
struct HandlingTime
{
    double mean = 300; ///< seconds
    double variance = 0; ///< seconds squared
    qint64 measured = 0; ///< of how many items it was measured; 0: it is assumed

    static constexpr qint64 Enough = 5; ///< of fewer items of a queue no mean is made
};

/// Of a queue; when too few of its items were handled, that of all queues together.
[[nodiscard]] HandlingTime handlingTime(const HourlyProfile &profile, const QString &queueId);

} // namespace iwd
