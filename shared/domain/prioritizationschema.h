// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "prioritycurve.h"

#include <QString>

#include <optional>

namespace iwd {

enum class UrgencyUnit { Minutes, Hours, Days };

[[nodiscard]] constexpr milliseconds unitLength(UrgencyUnit unit)
{
    switch (unit) {
    case UrgencyUnit::Minutes:
        return std::chrono::minutes(1);
    case UrgencyUnit::Hours:
        return std::chrono::hours(1);
    case UrgencyUnit::Days:
        return std::chrono::hours(24);
    }
    return milliseconds(1);
}

/// From which business value on a band holds, and by how much it shifts the priority.
struct BusinessValueBand
{
    int from = 0;
    int shift = 0;

    bool operator==(const BusinessValueBand &) const = default;
};

/// What the curve counts: every hour, or the open hours of the calendar.
enum class AgeKind { Elapsed, Business };

/// How the priority of an item develops with its age.
struct PrioritizationSchema
{
    static constexpr int MaxBands = 16;

    QString id;
    QString name;
    QString description;
    UrgencyUnit unit = UrgencyUnit::Hours; ///< the unit people see; everything below is in milliseconds
    milliseconds sla { 0 }; ///< in business time when there is a calendar
    milliseconds managedPeriod { 0 }; ///< includes the SLA; counted like it
    QString calendarId; ///< for items that have none of their own; empty: every hour counts
    AgeKind age = AgeKind::Elapsed;
    PriorityCurve curve;
    std::vector<BusinessValueBand> bands; ///< rising by `from`; empty: business value has no influence
    bool excludeHoldTime = false; ///< whether time on hold does not count as age
    bool autoComplete = false; ///< complete what still waits when the managed period ends

    /// Index of the band that @p businessValue falls in; 0 is below the first `from`, so there are bands.size() + 1 ranks.
    [[nodiscard]] int bandOf(int businessValue) const;
    /// What the band of rank @p band adds to the priority.
    [[nodiscard]] int bandShift(int band) const { return band == 0 ? 0 : bands[static_cast<size_t>(band) - 1].shift; }
};

/// Priority of an item: the curve's value at its age, plus its shift.
/// @param age time since the item's epoch; negative before it
/// @returns a priority in the schema's own range, never clamped silently
[[nodiscard]] inline int effectivePriority(const PriorityCurve &curve, milliseconds age, int shift)
{
    return curve.valueAt(age) + shift;
}

} // namespace iwd
