// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "expectation.h"

#include <functional>

namespace iwd {

/// A figure that is not certain: a tenth of the cases is below `low`, a tenth above `high`.
struct Expected
{
    double mean = 0;
    double low = 0;
    double high = 0;
};

/// What is expected of one hour of a queue.
struct ForecastHour
{
    qint64 hour = 0; ///< hours since 1970
    Expected arrivals;
    Expected backlog; ///< items that wait at its end
    Expected missed; ///< items that are completed in it after the end of their SLA
};

/// How well a forecast would have done.
struct ForecastAccuracy
{
    int hours = 0; ///< that were compared
    double arrivalsError = 0; ///< mean absolute percentage error, as a share: of the hours in which anything arrived
    double arrivalsWithin = 0; ///< share of the hours whose arrivals lay in the range
    double backlogError = 0; ///< of the hours at whose end anything waited
    double backlogWithin = 0;
};

/// All that a forecast of a queue is made of.
struct ForecastInput
{
    const HourlyProfile::Hours *hours = nullptr;
    qint64 first = 0; ///< the first hour of which all is known
    qint64 until = 0; ///< the first hour that is not over
    qint64 waiting = 0; ///< items that wait now
    double handlingSeconds = 0;
    std::function<std::optional<Instant>(Instant)> slaDue; ///< when the SLA of an item ends that is created then; nothing: never
};

inline constexpr int ForecastHours = 24;
inline constexpr int LeastHistoryHours = 24; ///< with less no forecast is made
inline constexpr int EnoughHistoryHours = 8 * 24; ///< with less nothing is known of weekdays

/// What the 24 hours from `until` on will bring, from arrivals as they are expected (Expectation) and from how many items agents have taken in such hours.
///
/// Many runs are drawn. Arrivals of a run are distributed around what is expected like those of the past were: a factor for the day as a whole, and within it a negative binomial distribution as wide as its residuals. What can be
/// taken in an hour is, where something was left waiting at its end in the weeks before, as much as was taken then (smoothed); else the most that was taken in such an hour or its neighbors, and a little, because then there was room for more.
/// The oldest go first. That is a fluid approximation of the queue by the hour (Hall: Queueing Methods for Services and Manufacturing, chapter 6), which knows no priorities: for those of single items there is whatIf().
///
/// The same input has the same outcome. @returns nothing when less than LeastHistoryHours are known
[[nodiscard]] std::vector<ForecastHour> forecast(const ForecastInput &input, int runs = 100);

/// Back-test: what forecast() would have said at the beginning of each of the last @p days, from what was known then, against what happened. Days without history before them are left out.
[[nodiscard]] ForecastAccuracy backTest(const ForecastInput &input, int days, int runs = 40);

} // namespace iwd
