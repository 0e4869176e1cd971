// SPDX-License-Identifier: Apache-2.0
#include "prioritycurve.h"

#include <algorithm>

namespace iwd {

namespace {

// All products below are a difference of priorities (at most 2 * MaxPriority) times a difference of ages (at most MaxAge):
// 2e6 * 6.4e11 = 1.3e18, so 64 bits hold them exactly and nothing is ever rounded but where the header says so.
static_assert(PriorityCurve::MaxAge.count() < INT64_MAX / (2LL * PriorityCurve::MaxPriority) / 4);

/// Quotient rounded toward negative infinity; @p divisor is positive.
qint64 floorDivide(qint64 dividend, qint64 divisor)
{
    const qint64 quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

qint64 ceilDivide(qint64 dividend, qint64 divisor)
{
    return -floorDivide(-dividend, divisor);
}

/// The line between two neighboring points, for ages counted from the first of them.
struct Segment
{
    CurvePoint from;
    CurvePoint to;

    [[nodiscard]] qint64 length() const { return (to.age - from.age).count(); }
    [[nodiscard]] qint64 rise() const { return qint64(to.priority) - from.priority; }

    [[nodiscard]] int valueAt(milliseconds age) const
    {
        return static_cast<int>(from.priority + floorDivide(rise() * (age - from.age).count(), length()));
    }

    /// The first age at which the rounded line has left @p value for the next one; may lie beyond the segment. Not for flat segments.
    [[nodiscard]] milliseconds ageOfLeaving(int value) const
    {
        const qint64 covered = qint64(value) - from.priority;
        if (rise() > 0)
            return from.age + milliseconds(ceilDivide((covered + 1) * length(), rise()));
        return from.age + milliseconds(floorDivide(-covered * length(), -rise()) + 1);
    }

    /// The first age at which the rounded line has reached @p value, which lies on it. Not for flat segments.
    [[nodiscard]] milliseconds ageOfReaching(int value) const
    {
        const qint64 covered = qint64(value) - from.priority;
        if (covered == 0)
            return from.age;
        if (rise() > 0)
            return from.age + milliseconds(ceilDivide(covered * length(), rise()));
        return from.age + milliseconds(floorDivide((-covered - 1) * length(), -rise()) + 1);
    }
};

/// Index of the first point later than @p age; the segment around @p age lies between the point before it and it.
size_t pointAfter(const std::vector<CurvePoint> &points, milliseconds age)
{
    const auto next = std::upper_bound(
        points.begin(), points.end(), age, [](milliseconds value, const CurvePoint &point) { return value < point.age; });
    return static_cast<size_t>(next - points.begin());
}

/// Greedy: a stretch goes on until a change of the other direction. With steps a change happens at a point, so the
/// stretch that it ends does not include the point's value and the new stretch may go either way from it. On lines the turning
/// point belongs to both directions; it begins the new stretch.
std::vector<PriorityCurve::Stretch> stretchesOf(Interpolation interpolation, const std::vector<CurvePoint> &points)
{
    std::vector<PriorityCurve::Stretch> stretches;
    milliseconds begin = milliseconds::min();
    int direction = 0;
    for (size_t i = 1; i < points.size(); ++i) {
        const int change = (points[i].priority > points[i - 1].priority) - (points[i].priority < points[i - 1].priority);
        if (change == 0 || change == direction)
            continue;
        if (direction == 0) {
            direction = change;
            continue;
        }
        const milliseconds turn = interpolation == Interpolation::Step ? points[i].age : points[i - 1].age;
        stretches.push_back({ { begin, turn }, direction < 0 });
        begin = turn;
        direction = interpolation == Interpolation::Step ? 0 : change;
    }
    stretches.push_back({ { begin, milliseconds::max() }, direction < 0 });
    return stretches;
}

/// The first age of the run of equal values that @p age lies in; milliseconds::min() when it has no beginning.
milliseconds beginOfRun(Interpolation interpolation, const std::vector<CurvePoint> &points, milliseconds age, int value)
{
    for (size_t next = pointAfter(points, age); next > 0; --next) {
        const CurvePoint &point = points[next - 1];
        if (interpolation == Interpolation::Linear && next < points.size() && points[next].priority != point.priority) {
            const milliseconds reached = Segment { point, points[next] }.ageOfReaching(value);
            if (reached > point.age)
                return reached;
        }
        const bool changesHere = interpolation == Interpolation::Step && next > 1 && points[next - 2].priority != value;
        if (changesHere)
            return point.age;
    }
    return milliseconds::min();
}

Result<void> checkPoint(const std::vector<CurvePoint> &points, size_t index)
{
    const CurvePoint &point = points[index];
    const QString path = QStringLiteral("points[%1]").arg(index);
    if (point.age < milliseconds(0) || point.age > PriorityCurve::MaxAge)
        return invalidField(path + QStringLiteral(".age"), QStringLiteral("an age from 0 to 20 years"));
    if (index > 0 && point.age <= points[index - 1].age)
        return invalidField(path + QStringLiteral(".age"), QStringLiteral("an age greater than that of the point before"));
    if (std::abs(qint64(point.priority)) > PriorityCurve::MaxPriority) {
        return invalidField(path + QStringLiteral(".priority"),
            QStringLiteral("a whole number from -%1 to %1").arg(PriorityCurve::MaxPriority), QString::number(point.priority));
    }
    return {};
}

} // namespace

PriorityCurve::PriorityCurve()
    : m_points { CurvePoint {} }
    , m_stretches(stretchesOf(m_interpolation, m_points))
{
}

Result<PriorityCurve> PriorityCurve::create(Interpolation interpolation, std::vector<CurvePoint> points)
{
    if (points.empty() || points.size() > size_t(MaxPoints)) {
        return invalidField(
            QStringLiteral("points"), QStringLiteral("1 to %1 points").arg(MaxPoints), QStringLiteral("%1 points").arg(points.size()));
    }
    for (size_t i = 0; i < points.size(); ++i) {
        if (const auto checked = checkPoint(points, i); !checked)
            return checked.error();
    }
    PriorityCurve curve;
    curve.m_interpolation = interpolation;
    curve.m_stretches = stretchesOf(interpolation, points);
    curve.m_points = std::move(points);
    return curve;
}

int PriorityCurve::lineValueAt(milliseconds age) const
{
    const size_t next = pointAfter(m_points, age);
    if (next == 0)
        return m_points.front().priority;
    const CurvePoint &point = m_points[next - 1];
    if (m_interpolation == Interpolation::Step || next == m_points.size())
        return point.priority;
    return Segment { point, m_points[next] }.valueAt(age);
}

PriorityCurve::AgeRange PriorityCurve::plateau(milliseconds age) const
{
    const auto stretch = std::find_if(m_stretches.begin(), m_stretches.end(), [age](const Stretch &one) { return age < one.ages.to; });
    // Only milliseconds::max() itself lies outside of every half-open range; the last stretch answers for it.
    const AgeRange ages = stretch == m_stretches.end() ? m_stretches.back().ages : stretch->ages;
    const milliseconds begin = beginOfValue(age);
    const milliseconds end = nextChange(age).value_or(milliseconds::max());
    return { std::max(begin, ages.from), std::min(end, ages.to) };
}

/// A step and the line may cancel each other out; then the value goes on. That takes a step each time, so the walks end.
milliseconds PriorityCurve::beginOfValue(milliseconds age) const
{
    const int value = valueAt(age);
    for (milliseconds at = age;;) {
        const auto next = stepAfter(at);
        const milliseconds step = next == m_steps.begin() ? milliseconds::min() : std::prev(next)->age;
        const milliseconds begin = std::max(step, beginOfRun(m_interpolation, m_points, at, lineValueAt(at)));
        if (begin == milliseconds::min() || valueAt(begin - milliseconds(1)) != value)
            return begin;
        at = begin - milliseconds(1);
    }
}

std::optional<milliseconds> PriorityCurve::nextChange(milliseconds age) const
{
    const int value = valueAt(age);
    for (milliseconds at = age;;) {
        const auto line = nextChangeOfLine(at);
        const auto step = stepAfter(at);
        if (!line && step == m_steps.end())
            return std::nullopt;
        at = std::min(line.value_or(milliseconds::max()), step == m_steps.end() ? milliseconds::max() : step->age);
        if (valueAt(at) != value)
            return at;
    }
}

std::vector<CurveStep>::const_iterator PriorityCurve::stepAfter(milliseconds age) const
{
    return std::upper_bound(m_steps.begin(), m_steps.end(), age, [](milliseconds value, const CurveStep &step) { return value < step.age; });
}

int PriorityCurve::raisedAt(milliseconds age) const
{
    const auto next = stepAfter(age);
    return next == m_steps.begin() ? 0 : m_raised[static_cast<size_t>(next - m_steps.begin()) - 1];
}

PriorityCurve PriorityCurve::withSteps(std::vector<CurveStep> steps) const
{
    PriorityCurve curve = *this;
    curve.m_steps = std::move(steps);
    curve.m_raised.clear();
    int sum = 0;
    for (const CurveStep &step : curve.m_steps)
        curve.m_raised.push_back(sum += step.shift);
    curve.m_stretches = curve.m_steps.empty() ? stretchesOf(curve.m_interpolation, curve.m_points) : curve.stretchesWithSteps();
    return curve;
}

/// Greedy like stretchesOf(). Between two neighboring ages of points or steps the value moves in one direction; on such an age it may jump.
std::vector<PriorityCurve::Stretch> PriorityCurve::stretchesWithSteps() const
{
    std::vector<milliseconds> ages;
    for (const CurvePoint &point : m_points)
        ages.push_back(point.age);
    for (const CurveStep &step : m_steps)
        ages.push_back(step.age);
    std::sort(ages.begin(), ages.end());
    ages.erase(std::unique(ages.begin(), ages.end()), ages.end());

    constexpr milliseconds moment { 1 };
    std::vector<Stretch> stretches;
    milliseconds begin = milliseconds::min();
    int direction = 0;
    const auto move = [&](milliseconds at, milliseconds from, milliseconds to, bool jump) {
        const int change = (valueAt(to) > valueAt(from)) - (valueAt(to) < valueAt(from));
        if (change == 0 || change == direction)
            return;
        if (direction != 0) {
            stretches.push_back({ { begin, at }, direction < 0 });
            begin = at;
        }
        // A jump ends a stretch and is no part of the next one; the way from here on is.
        direction = jump && direction != 0 ? 0 : change;
    };
    for (size_t i = 0; i < ages.size(); ++i) {
        move(ages[i], ages[i] - moment, ages[i], true);
        if (i + 1 < ages.size())
            move(ages[i], ages[i], ages[i + 1] - moment, false);
    }
    stretches.push_back({ { begin, milliseconds::max() }, direction < 0 });
    return stretches;
}

std::optional<milliseconds> PriorityCurve::nextChangeOfLine(milliseconds age) const
{
    const int value = lineValueAt(age);
    for (size_t next = pointAfter(m_points, age); next < m_points.size(); ++next) {
        const CurvePoint &point = m_points[next];
        if (m_interpolation == Interpolation::Step) {
            if (point.priority != value)
                return point.age;
        } else if (next > 0 && point.priority != m_points[next - 1].priority) {
            const milliseconds left = Segment { m_points[next - 1], point }.ageOfLeaving(value);
            if (left <= point.age)
                return left;
        }
    }
    return std::nullopt;
}

} // namespace iwd
