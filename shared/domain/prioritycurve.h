// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <optional>
#include <vector>

namespace iwd {

enum class Interpolation { Step, Linear };

struct CurvePoint
{
    milliseconds age { 0 }; ///< since the item's epoch
    int priority = 0;

    bool operator==(const CurvePoint &) const = default;
};

/// From this age on the priority is higher by the shift; lower when it is negative.
struct CurveStep
{
    milliseconds age { 0 };
    int shift = 0;

    bool operator==(const CurveStep &) const = default;
};

/// Priority as a function of age: an immutable value, compiled for ordering.
///
/// Before the first point the first priority holds, after the last point the last. Step: a point's priority holds until
/// the next point. Linear: exact integer interpolation between neighbors, rounded toward negative infinity.
class PriorityCurve
{
public:
    static constexpr int MaxPoints = 100;
    static constexpr int MaxPriority = 1'000'000; ///< in either direction
    static constexpr int MaxSteps = 50;
    static constexpr milliseconds MaxAge { 20LL * 366 * 24 * 3600 * 1000 };

    /// A half-open range of ages [from, to). milliseconds::min() and max() stand for the open ends.
    struct AgeRange
    {
        milliseconds from;
        milliseconds to;

        bool operator==(const AgeRange &) const = default;
    };
    /// A maximal range of ages on which the priority never falls (falling == false) or never rises (falling == true).
    /// Between two lines the turning point belongs to the later stretch. Flat parts belong to the earlier one.
    struct Stretch
    {
        AgeRange ages;
        bool falling = false;

        bool operator==(const Stretch &) const = default;
    };

    /// The constant curve 0.
    PriorityCurve();

    /// @param points 1 to MaxPoints, ages strictly rising from 0 or later up to MaxAge, priorities within +-MaxPriority
    /// @returns an Error whose field is "points[i].age", "points[i].priority" or "points"
    [[nodiscard]] static Result<PriorityCurve> create(Interpolation interpolation, std::vector<CurvePoint> points);

    /// This curve with @p steps on top of it, in place of those it has.
    /// @param steps at most MaxSteps, ages strictly rising from 0 or later up to MaxAge, shifts within +-MaxPriority
    [[nodiscard]] PriorityCurve withSteps(std::vector<CurveStep> steps) const;

    [[nodiscard]] int valueAt(milliseconds age) const { return m_steps.empty() ? lineValueAt(age) : lineValueAt(age) + raisedAt(age); }

    /// The stretches in order of age. They cover every age exactly once. A curve that never falls is one stretch.
    [[nodiscard]] const std::vector<Stretch> &stretches() const { return m_stretches; }

    /// The largest range of ages around @p age, within its stretch, on which the value equals valueAt(@p age).
    [[nodiscard]] AgeRange plateau(milliseconds age) const;

    /// The first age after @p age at which the value differs; nothing when it never changes again.
    [[nodiscard]] std::optional<milliseconds> nextChange(milliseconds age) const;

    [[nodiscard]] Interpolation interpolation() const { return m_interpolation; }
    [[nodiscard]] const std::vector<CurvePoint> &points() const { return m_points; }

    [[nodiscard]] const std::vector<CurveStep> &steps() const { return m_steps; }

    bool operator==(const PriorityCurve &other) const
    {
        return m_interpolation == other.m_interpolation && m_points == other.m_points && m_steps == other.m_steps;
    }

private:
    /// The points alone, without the steps.
    [[nodiscard]] int lineValueAt(milliseconds age) const;
    [[nodiscard]] std::optional<milliseconds> nextChangeOfLine(milliseconds age) const;
    /// The sum of the steps up to @p age.
    [[nodiscard]] int raisedAt(milliseconds age) const;
    [[nodiscard]] std::vector<CurveStep>::const_iterator stepAfter(milliseconds age) const;
    [[nodiscard]] std::vector<Stretch> stretchesWithSteps() const;
    [[nodiscard]] milliseconds beginOfValue(milliseconds age) const;

    Interpolation m_interpolation = Interpolation::Step;
    std::vector<CurvePoint> m_points;
    std::vector<CurveStep> m_steps;
    std::vector<int> m_raised; ///< by step: the sum of it and those before
    std::vector<Stretch> m_stretches;
};

} // namespace iwd
