// SPDX-License-Identifier: Apache-2.0
#include <domain/prioritizationschema.h>
#include <domain/prioritycurve.h>

#include <QTest>

#include <random>

using namespace iwd;

namespace {

constexpr milliseconds second { 1000 };
constexpr milliseconds openBegin = milliseconds::min();
constexpr milliseconds openEnd = milliseconds::max();

PriorityCurve curveOf(Interpolation interpolation, std::vector<CurvePoint> points)
{
    auto curve = PriorityCurve::create(interpolation, std::move(points));
    Q_ASSERT(curve);
    return *curve;
}

PriorityCurve steps(std::vector<CurvePoint> points)
{
    return curveOf(Interpolation::Step, std::move(points));
}
PriorityCurve lines(std::vector<CurvePoint> points)
{
    return curveOf(Interpolation::Linear, std::move(points));
}

/// The definition in the header, written with 128-bit arithmetic and a walk over all points.
int definedValue(const PriorityCurve &curve, milliseconds age)
{
    const auto &points = curve.points();
    if (age <= points.front().age)
        return points.front().priority;
    for (size_t i = 1; i < points.size(); ++i) {
        const CurvePoint &a = points[i - 1];
        const CurvePoint &b = points[i];
        if (age >= b.age)
            continue;
        if (curve.interpolation() == Interpolation::Step)
            return a.priority;
        const __int128 numerator = __int128(b.priority - a.priority) * (age - a.age).count();
        const __int128 length = (b.age - a.age).count();
        __int128 quotient = numerator / length;
        while (quotient * length > numerator)
            --quotient;
        return a.priority + int(quotient);
    }
    return points.back().priority;
}

enum class Shape { Rising, Falling, Mixed };

/// A random curve of up to 8 points whose ages stay below 400 ms, so that every age can be looked at.
PriorityCurve smallCurve(std::mt19937 &random, Interpolation interpolation, Shape shape, int maxStep)
{
    const auto pick = [&random](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
    std::vector<CurvePoint> points;
    milliseconds age { pick(0, 30) };
    int priority = pick(-50, 50);
    const int count = pick(1, 8);
    for (int i = 0; i < count; ++i) {
        points.push_back({ age, priority });
        age += milliseconds(pick(1, 45));
        const int step = pick(0, maxStep);
        priority += shape == Shape::Rising ? step : shape == Shape::Falling ? -step : step * pick(-1, 1);
    }
    return curveOf(interpolation, std::move(points));
}

/// Steps in the direction of the curve; of a mixed one in both, some of them on its points.
PriorityCurve withRandomSteps(std::mt19937 &random, const PriorityCurve &curve, Shape shape, int most)
{
    const auto pick = [&random](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
    std::map<milliseconds, int> steps;
    for (int i = pick(1, 6); i > 0; --i) {
        const bool onPoint = pick(0, 2) == 0;
        const milliseconds age = onPoint ? curve.points()[static_cast<size_t>(pick(0, static_cast<int>(curve.points().size()) - 1))].age : milliseconds(pick(0, 390));
        const int size = pick(1, most);
        steps[age] = shape == Shape::Rising || (shape == Shape::Mixed && pick(0, 1) == 0) ? size : -size;
    }
    std::vector<CurveStep> list;
    for (const auto &[age, shift] : steps)
        list.push_back({ age, shift });
    return curve.withSteps(list);
}

QByteArray describe(const PriorityCurve &curve, int age)
{
    QByteArray text = curve.interpolation() == Interpolation::Step ? "step" : "linear";
    for (const CurveStep &step : curve.steps())
        text += " +" + QByteArray::number(step.shift) + " from " + QByteArray::number(qint64(step.age.count()));
    for (const CurvePoint &point : curve.points())
        text += " " + QByteArray::number(qint64(point.age.count())) + ":" + QByteArray::number(point.priority);
    return text + " at " + QByteArray::number(age);
}

/// Length of the shortest list of monotone runs that covers @p values.
int fewestRuns(const std::vector<int> &values)
{
    int runs = 1;
    int direction = 0;
    for (size_t i = 1; i < values.size(); ++i) {
        const int change = (values[i] > values[i - 1]) - (values[i] < values[i - 1]);
        if (change == 0 || change == direction)
            continue;
        if (direction == 0) {
            direction = change;
            continue;
        }
        ++runs;
        direction = 0;
    }
    return runs;
}

} // namespace

class TestPriorityCurve : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void defaultCurveIsZeroForever();
    void stepHoldsUntilTheNextPoint();
    void lineIsRoundedTowardNegativeInfinity_data();
    void lineIsRoundedTowardNegativeInfinity();
    void firstAndLastValueHoldOutside();
    void extremeCurveIsExact();
    void badPointsAreNamed_data();
    void badPointsAreNamed();
    void stretchesOfTypicalCurves_data();
    void stretchesOfTypicalCurves();
    void plateauEndsAtTheStretch();
    void nextChangeOnLongLinesIsExact();
    void randomCurvesAgreeWithTheDefinition_data();
    void randomCurvesAgreeWithTheDefinition();
    void randomLongCurvesAgreeAroundTheirBorders();
    void bandsCountFromTheirLowerBorder_data();
    void bandsCountFromTheirLowerBorder();
    void shiftIsAddedWithoutClamping();
};

void TestPriorityCurve::defaultCurveIsZeroForever()
{
    const PriorityCurve curve;
    QCOMPARE(curve.valueAt(openBegin), 0);
    QCOMPARE(curve.valueAt(milliseconds(0)), 0);
    QCOMPARE(curve.valueAt(openEnd), 0);
    QVERIFY(!curve.nextChange(openBegin));
    QVERIFY((curve.stretches() == std::vector<PriorityCurve::Stretch> { { { openBegin, openEnd }, false } }));
    QVERIFY((curve.plateau(milliseconds(5)) == PriorityCurve::AgeRange { openBegin, openEnd }));
}

void TestPriorityCurve::stepHoldsUntilTheNextPoint()
{
    const auto curve = steps({ { 0 * second, 10 }, { 60 * second, 20 }, { 120 * second, 20 }, { 180 * second, -5 } });
    QCOMPARE(curve.valueAt(-1 * second), 10);
    QCOMPARE(curve.valueAt(60 * second - milliseconds(1)), 10);
    QCOMPARE(curve.valueAt(60 * second), 20);
    QCOMPARE(curve.valueAt(180 * second - milliseconds(1)), 20);
    QCOMPARE(curve.valueAt(180 * second), -5);
    QVERIFY(curve.nextChange(milliseconds(0)) == 60 * second);
    QVERIFY(curve.nextChange(60 * second) == 180 * second); // the point between changes nothing
    QVERIFY(!curve.nextChange(180 * second));
    QVERIFY((curve.plateau(100 * second) == PriorityCurve::AgeRange { 60 * second, 180 * second }));
}

void TestPriorityCurve::lineIsRoundedTowardNegativeInfinity_data()
{
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("to");
    QTest::addColumn<int>("age");
    QTest::addColumn<int>("value");
    // Always over 10 ms.
    QTest::newRow("rising, just begun") << 0 << 3 << 1 << 0;
    QTest::newRow("rising, before the first whole") << 0 << 3 << 3 << 0;
    QTest::newRow("rising, past the first whole") << 0 << 3 << 4 << 1;
    QTest::newRow("rising, last") << 0 << 3 << 9 << 2;
    QTest::newRow("rising, arrived") << 0 << 3 << 10 << 3;
    QTest::newRow("falling, just begun") << 3 << 0 << 1 << 2;
    QTest::newRow("falling, last") << 3 << 0 << 9 << 0;
    QTest::newRow("below zero, rising") << -3 << 0 << 1 << -3;
    QTest::newRow("below zero, falling") << 0 << -3 << 1 << -1;
    QTest::newRow("through zero") << -5 << 5 << 5 << 0;
    QTest::newRow("flat") << 7 << 7 << 5 << 7;
}

void TestPriorityCurve::lineIsRoundedTowardNegativeInfinity()
{
    QFETCH(const int, from);
    QFETCH(const int, to);
    QFETCH(const int, age);
    QFETCH(const int, value);
    const auto curve = lines({ { milliseconds(0), from }, { milliseconds(10), to } });
    QCOMPARE(curve.valueAt(milliseconds(age)), value);
}

void TestPriorityCurve::firstAndLastValueHoldOutside()
{
    const auto curve = lines({ { 10 * second, 5 }, { 20 * second, 50 } });
    QCOMPARE(curve.valueAt(openBegin), 5);
    QCOMPARE(curve.valueAt(milliseconds(0)), 5);
    QCOMPARE(curve.valueAt(20 * second), 50);
    QCOMPARE(curve.valueAt(openEnd), 50);
    QVERIFY((curve.plateau(openEnd) == PriorityCurve::AgeRange { 20 * second, openEnd }));
    QCOMPARE(curve.plateau(openBegin).from, openBegin);
    QVERIFY(!curve.nextChange(openEnd));
}

void TestPriorityCurve::extremeCurveIsExact()
{
    const int top = PriorityCurve::MaxPriority;
    const auto curve = lines({ { milliseconds(0), -top }, { PriorityCurve::MaxAge, top } });
    QCOMPARE(curve.valueAt(PriorityCurve::MaxAge - milliseconds(1)), top - 1);
    QCOMPARE(curve.valueAt(PriorityCurve::MaxAge / 2), 0);
    QCOMPARE(curve.valueAt(PriorityCurve::MaxAge / 2 - milliseconds(1)), -1);
    QVERIFY(curve.nextChange(PriorityCurve::MaxAge - milliseconds(1)) == PriorityCurve::MaxAge);
    const auto falling = lines({ { milliseconds(0), top }, { PriorityCurve::MaxAge, -top } });
    QCOMPARE(falling.valueAt(milliseconds(1)), top - 1);
    QVERIFY(falling.nextChange(milliseconds(0)) == milliseconds(1));
}

void TestPriorityCurve::badPointsAreNamed_data()
{
    QTest::addColumn<QList<qint64>>("ages");
    QTest::addColumn<int>("priority");
    QTest::addColumn<QString>("field");
    QTest::newRow("none") << QList<qint64> {} << 0 << QStringLiteral("points");
    QTest::newRow("too many") << [] {
        QList<qint64> ages;
        for (int i = 0; i <= PriorityCurve::MaxPoints; ++i)
            ages.append(i);
        return ages;
    }() << 0 << QStringLiteral("points");
    QTest::newRow("negative age") << QList<qint64> { -1 } << 0 << QStringLiteral("points[0].age");
    QTest::newRow("same age twice") << QList<qint64> { 0, 5, 5 } << 0 << QStringLiteral("points[2].age");
    QTest::newRow("ages out of order") << QList<qint64> { 9, 5 } << 0 << QStringLiteral("points[1].age");
    QTest::newRow("age too great") << QList<qint64> { 0, PriorityCurve::MaxAge.count() + 1 } << 0 << QStringLiteral("points[1].age");
    QTest::newRow("priority too high") << QList<qint64> { 0 } << PriorityCurve::MaxPriority + 1 << QStringLiteral("points[0].priority");
    QTest::newRow("priority too low") << QList<qint64> { 0 } << -PriorityCurve::MaxPriority - 1 << QStringLiteral("points[0].priority");
    QTest::newRow("least int") << QList<qint64> { 0 } << std::numeric_limits<int>::min() << QStringLiteral("points[0].priority");
}

void TestPriorityCurve::badPointsAreNamed()
{
    QFETCH(const QList<qint64>, ages);
    QFETCH(const int, priority);
    QFETCH(const QString, field);
    std::vector<CurvePoint> points;
    for (const qint64 age : ages)
        points.push_back({ milliseconds(age), priority });
    const auto curve = PriorityCurve::create(Interpolation::Linear, points);
    QVERIFY(!curve);
    QCOMPARE(curve.error().field, field);
    QVERIFY(curve.error().text.contains(field));
}

void TestPriorityCurve::stretchesOfTypicalCurves_data()
{
    QTest::addColumn<bool>("linear");
    QTest::addColumn<QList<int>>("priorities"); // at 0, 10, 20, … ms
    QTest::addColumn<QList<int>>("borders");
    QTest::addColumn<QList<bool>>("falling");
    QTest::newRow("steps up") << false << QList<int> { 1, 2, 2, 3 } << QList<int> {} << QList<bool> { false };
    QTest::newRow("steps down") << false << QList<int> { 3, 2, 1 } << QList<int> {} << QList<bool> { true };
    QTest::newRow("steps up, then one down") << false << QList<int> { 1, 2, 0 } << QList<int> { 20 } << QList<bool> { false, false };
    QTest::newRow("steps down, then one up") << false << QList<int> { 3, 1, 9 } << QList<int> { 20 } << QList<bool> { true, false };
    QTest::newRow("saw of steps") << false << QList<int> { 5, 10, 3, 20 } << QList<int> { 20 } << QList<bool> { false, false };
    QTest::newRow("flat") << true << QList<int> { 4, 4, 4 } << QList<int> {} << QList<bool> { false };
    QTest::newRow("flat, then falling") << true << QList<int> { 4, 4, 1 } << QList<int> {} << QList<bool> { true };
    QTest::newRow("peak") << true << QList<int> { 0, 9, 0 } << QList<int> { 10 } << QList<bool> { false, true };
    QTest::newRow("high plain") << true << QList<int> { 0, 9, 9, 0 } << QList<int> { 20 } << QList<bool> { false, true };
    QTest::newRow("valley") << true << QList<int> { 9, 0, 9 } << QList<int> { 10 } << QList<bool> { true, false };
}

void TestPriorityCurve::stretchesOfTypicalCurves()
{
    QFETCH(const bool, linear);
    QFETCH(const QList<int>, priorities);
    QFETCH(const QList<int>, borders);
    QFETCH(const QList<bool>, falling);
    std::vector<CurvePoint> points;
    for (int i = 0; i < priorities.size(); ++i)
        points.push_back({ milliseconds(10 * i), priorities[i] });
    const auto curve = curveOf(linear ? Interpolation::Linear : Interpolation::Step, points);
    std::vector<PriorityCurve::Stretch> expected;
    for (int i = 0; i < falling.size(); ++i) {
        const milliseconds from = i == 0 ? openBegin : milliseconds(borders[i - 1]);
        const milliseconds to = i == borders.size() ? openEnd : milliseconds(borders[i]);
        expected.push_back({ { from, to }, falling[i] });
    }
    QVERIFY(curve.stretches() == expected);
}

void TestPriorityCurve::plateauEndsAtTheStretch()
{
    // The valley's floor spans the turning point at 100 ms; each stretch has its own part of it.
    const auto curve = lines({ { milliseconds(0), 10 }, { milliseconds(100), 0 }, { milliseconds(200), 10 } });
    QCOMPARE(curve.valueAt(milliseconds(95)), 0);
    QVERIFY((curve.plateau(milliseconds(95)) == PriorityCurve::AgeRange { milliseconds(91), milliseconds(100) }));
    QVERIFY((curve.plateau(milliseconds(105)) == PriorityCurve::AgeRange { milliseconds(100), milliseconds(110) }));
    QVERIFY(curve.nextChange(milliseconds(95)) == milliseconds(110));
}

void TestPriorityCurve::nextChangeOnLongLinesIsExact()
{
    // Three levels over about 19 years: a scan by milliseconds would never end.
    const milliseconds age = PriorityCurve::MaxAge - milliseconds(1);
    const auto curve = lines({ { milliseconds(0), 0 }, { age, 3 } });
    const auto first = curve.nextChange(milliseconds(0));
    QVERIFY(first.has_value());
    QCOMPARE(curve.valueAt(*first), 1);
    QCOMPARE(curve.valueAt(*first - milliseconds(1)), 0);
    QVERIFY(curve.nextChange(openBegin) == first);
}

void TestPriorityCurve::randomCurvesAgreeWithTheDefinition_data()
{
    QTest::addColumn<Interpolation>("interpolation");
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<int>("maxStep");
    QTest::addColumn<bool>("stepped");
    for (const int maxStep : { 3, 200 }) {
        for (const auto shape : { Shape::Rising, Shape::Falling, Shape::Mixed }) {
            for (const auto &[interpolation, stepped] : { std::pair(Interpolation::Step, false), std::pair(Interpolation::Linear, false), std::pair(Interpolation::Step, true), std::pair(Interpolation::Linear, true) }) {
                QTest::addRow("%s%s, %s, steps up to %d", stepped ? "escalated " : "", interpolation == Interpolation::Step ? "steps" : "lines",
                    shape == Shape::Rising        ? "rising"
                        : shape == Shape::Falling ? "falling"
                                                  : "mixed",
                    maxStep)
                    << interpolation << shape << maxStep << stepped;
            }
        }
    }
}

void TestPriorityCurve::randomCurvesAgreeWithTheDefinition()
{
    QFETCH(const Interpolation, interpolation);
    QFETCH(const Shape, shape);
    QFETCH(const int, maxStep);
    QFETCH(const bool, stepped);
    std::mt19937 random(20240 + maxStep);
    constexpr int first = -20;
    constexpr int last = 420;
    for (int round = 0; round < 120; ++round) {
        const PriorityCurve bare = smallCurve(random, interpolation, shape, maxStep);
        const PriorityCurve curve = stepped ? withRandomSteps(random, bare, shape, maxStep) : bare;
        std::vector<int> values;
        for (int age = first; age <= last; ++age) {
            values.push_back(definedValue(bare, milliseconds(age)));
            for (const CurveStep &step : curve.steps())
                values.back() += milliseconds(age) >= step.age ? step.shift : 0;
            QVERIFY2(curve.valueAt(milliseconds(age)) == values.back(), describe(curve, age).constData());
        }
        const auto valueAt = [&values](int age) { return values[static_cast<size_t>(age - first)]; };

        // Stretches: a partition of all ages, each part monotone, no more parts than the shape needs.
        const auto &stretches = curve.stretches();
        QCOMPARE(stretches.front().ages.from, openBegin);
        QCOMPARE(stretches.back().ages.to, openEnd);
        for (size_t i = 1; i < stretches.size(); ++i)
            QCOMPARE(stretches[i].ages.from, stretches[i - 1].ages.to);
        const auto stretchAt = [&stretches](int age) {
            return *std::find_if(
                stretches.begin(), stretches.end(), [age](const auto &stretch) { return milliseconds(age) < stretch.ages.to; });
        };
        for (int age = first + 1; age <= last; ++age) {
            const auto stretch = stretchAt(age);
            if (stretch.ages.from >= milliseconds(age))
                continue;
            QVERIFY2(
                stretch.falling ? valueAt(age) <= valueAt(age - 1) : valueAt(age) >= valueAt(age - 1), describe(curve, age).constData());
        }
        std::vector<int> corners = values;
        if (!stepped) {
            corners.clear();
            for (const CurvePoint &point : curve.points())
                corners.push_back(point.priority);
        }
        if (interpolation == Interpolation::Step)
            QCOMPARE(int(stretches.size()), fewestRuns(corners));
        else if (shape != Shape::Mixed)
            QCOMPARE(int(stretches.size()), 1);

        for (int age = first; age <= last; ++age) {
            int change = age + 1;
            while (change <= last && valueAt(change) == valueAt(age))
                ++change;
            const auto next = curve.nextChange(milliseconds(age));
            QVERIFY2(change > last ? !next : next == milliseconds(change), describe(curve, age).constData());

            const auto ages = stretchAt(age).ages;
            int begin = age;
            while (begin > first && milliseconds(begin) > ages.from && valueAt(begin - 1) == valueAt(age))
                --begin;
            const milliseconds expectedFrom = begin == first ? openBegin : milliseconds(begin);
            const milliseconds expectedTo = std::min(change > last ? openEnd : milliseconds(change), ages.to);
            const auto plateau = curve.plateau(milliseconds(age));
            QVERIFY2(plateau.from == expectedFrom && plateau.to == expectedTo, describe(curve, age).constData());
        }
    }
}

void TestPriorityCurve::randomLongCurvesAgreeAroundTheirBorders()
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 500; ++round) {
        std::vector<CurvePoint> points;
        milliseconds age { 0 };
        for (int i = 0; i < 6; ++i) {
            points.push_back({ age, int(random() % 2'000'001) - 1'000'000 });
            age += milliseconds(1 + qint64(random() % 100'000'000'000));
        }
        const PriorityCurve curve = lines(points);
        for (const CurvePoint &point : points) {
            for (int offset = -3; offset <= 3; ++offset) {
                const milliseconds at = point.age + milliseconds(offset);
                QCOMPARE(curve.valueAt(at), definedValue(curve, at));
            }
        }
        for (int probe = 0; probe < 20; ++probe) {
            const milliseconds at { qint64(random() % quint64(age.count())) };
            QCOMPARE(curve.valueAt(at), definedValue(curve, at));
            const auto next = curve.nextChange(at);
            if (next) {
                QVERIFY(*next > at);
                QVERIFY(definedValue(curve, *next) != definedValue(curve, at));
                QCOMPARE(definedValue(curve, *next - milliseconds(1)), definedValue(curve, at));
            }
            const auto plateau = curve.plateau(at);
            QVERIFY(plateau.from <= at && at < plateau.to);
            QCOMPARE(definedValue(curve, plateau.to - milliseconds(1)), definedValue(curve, at));
            QCOMPARE(definedValue(curve, std::max(plateau.from, milliseconds(0))), definedValue(curve, at));
        }
    }
}

void TestPriorityCurve::bandsCountFromTheirLowerBorder_data()
{
    QTest::addColumn<int>("businessValue");
    QTest::addColumn<int>("band");
    QTest::addColumn<int>("shift");
    QTest::newRow("below all") << -1000 << 0 << 0;
    QTest::newRow("just below the first") << 9 << 0 << 0;
    QTest::newRow("on the first") << 10 << 1 << 5;
    QTest::newRow("between") << 99 << 1 << 5;
    QTest::newRow("on the second") << 100 << 2 << -7;
    QTest::newRow("above all") << 1'000'000 << 2 << -7;
}

void TestPriorityCurve::bandsCountFromTheirLowerBorder()
{
    QFETCH(const int, businessValue);
    QFETCH(const int, band);
    QFETCH(const int, shift);
    PrioritizationSchema schema;
    QCOMPARE(schema.bandOf(businessValue), 0);
    QCOMPARE(schema.bandShift(0), 0);
    schema.bands = { { 10, 5 }, { 100, -7 } };
    QCOMPARE(schema.bandOf(businessValue), band);
    QCOMPARE(schema.bandShift(schema.bandOf(businessValue)), shift);
}

void TestPriorityCurve::shiftIsAddedWithoutClamping()
{
    const auto curve = steps({ { milliseconds(0), 10 } });
    QCOMPARE(effectivePriority(curve, milliseconds(0), -25), -15);
    QCOMPARE(effectivePriority(curve, milliseconds(0), 5'000'000), 5'000'010);
}

QTEST_GUILESS_MAIN(TestPriorityCurve)
#include "tst_prioritycurve.moc"
