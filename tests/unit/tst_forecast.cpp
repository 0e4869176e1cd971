// SPDX-License-Identifier: Apache-2.0
#include <pipeline/report/forecast.h>

#include <QTest>

#include <cmath>
#include <random>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 First = 500'000; ///< an hour of 2027
constexpr qint64 Week = 168;

/// A history of so many hours.
HourlyProfile::Hours history(qint64 hours, const std::function<std::pair<double, double>(qint64)> &arrivedAndLeft)
{
    HourlyProfile::Hours all;
    for (qint64 i = 0; i < hours; ++i) {
        const auto [arrived, left] = arrivedAndLeft(i);
        HourlyCount count;
        count.hour = First + i;
        count.arrived = std::llround(arrived);
        count.left = std::llround(left);
        if (count.arrived != 0 || count.left != 0)
            all.emplace(count.hour, count);
    }
    return all;
}

ForecastInput inputOf(const HourlyProfile::Hours &hours, qint64 known, qint64 waiting = 0)
{
    return { &hours, First, First + known, waiting, 60, {} };
}

/// Busy by day, quiet at night and on two days of the week.
double weekly(qint64 hour)
{
    const bool isDay = hour % 24 >= 8 && hour % 24 < 18;
    return (hour / 24) % 7 >= 5 ? 2 : isDay ? 30 : 4;
}

} // namespace

/// What the next day will bring, by what is known of the weeks before.
class TestForecast : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weeksAreExpectedToRepeat();
    void youngerWeeksCountMore();
    void withoutAWeekDaysAreExpectedToRepeat();
    void withLessThanADayThereIsNoForecast();
    void aHistoryWithoutChanceIsForeseenExactly();
    void theRangeHoldsAboutFourFifthsOfWhatHappens();
    void aBacklogGrowsByWhatCannotBeTaken();
    void workThatWaitsTooLongMissesItsSla();
    void theBackTestKnowsNothingOfWhatCameLater();
    void handlingTimesAreThoseOfTheQueueOrOfAll();
};

void TestForecast::weeksAreExpectedToRepeat()
{
    const auto hours = history(3 * Week, [](qint64 hour) { return std::pair { weekly(hour), weekly(hour) }; });
    const Expectation expectation(hours, First, First + 3 * Week);
    for (qint64 hour = 3 * Week; hour < 5 * Week; ++hour)
        QCOMPARE(expectation.of(&HourlyCount::arrived, First + hour), weekly(hour));
}

void TestForecast::youngerWeeksCountMore()
{
    const auto hours = history(3 * Week, [](qint64 hour) { return std::pair { hour < Week ? 10.0 : hour < 2 * Week ? 20.0 : 30.0, 0.0 }; });
    const double level = Expectation(hours, First, First + 3 * Week).of(&HourlyCount::arrived, First + 3 * Week + 5);
    QCOMPARE(level, 10 + 0.3 * 10 + 0.3 * (30 - 13.0));
    QCOMPARE(Expectation(hours, First, First + 2 * Week).of(&HourlyCount::arrived, First + 2 * Week), 13.0);
}

void TestForecast::withoutAWeekDaysAreExpectedToRepeat()
{
    const auto hours = history(72, [](qint64 hour) { return std::pair { hour % 24 == 9 ? 12.0 + static_cast<double>(hour / 24) : 0.0, 0.0 }; });
    QCOMPARE(Expectation(hours, First, First + 72).of(&HourlyCount::arrived, First + 72 + 9), 13.0);
    QCOMPARE(Expectation(hours, First, First + 72).of(&HourlyCount::arrived, First + 72 + 10), 0.0);
    QCOMPARE(Expectation(hours, First, First + 12).of(&HourlyCount::arrived, First + 12), 1.0); // twelve in twelve hours
    QCOMPARE(Expectation(hours, First, First).of(&HourlyCount::arrived, First), 0.0);
}

void TestForecast::withLessThanADayThereIsNoForecast()
{
    const auto hours = history(30, [](qint64) { return std::pair { 5.0, 5.0 }; });
    QVERIFY(forecast(inputOf(hours, 23)).empty());
    QCOMPARE(forecast(inputOf(hours, 24)).size(), size_t(24));
    QCOMPARE(backTest(inputOf(hours, 30), 7).hours, 0);
}

void TestForecast::aHistoryWithoutChanceIsForeseenExactly()
{
    const qint64 known = 5 * Week;
    const auto hours = history(known, [](qint64 hour) { return std::pair { weekly(hour), weekly(hour) }; });
    const auto day = forecast(inputOf(hours, known), 400);
    QCOMPARE(day.size(), size_t(24));
    for (const ForecastHour &hour : day) {
        const double exact = weekly(hour.hour - First);
        QVERIFY2(std::abs(hour.arrivals.mean - exact) < 0.12 * exact + 0.3, qPrintable(u"%1 instead of %2"_s.arg(hour.arrivals.mean).arg(exact)));
        QVERIFY(hour.arrivals.low <= exact && exact <= hour.arrivals.high);
    }
    const auto accuracy = backTest(inputOf(hours, known), 7);
    QCOMPARE(accuracy.hours, 168);
    QVERIFY2(accuracy.arrivalsError < 0.15, qPrintable(QString::number(accuracy.arrivalsError)));
    QCOMPARE(accuracy.arrivalsWithin, 1.0);
}

void TestForecast::theRangeHoldsAboutFourFifthsOfWhatHappens()
{
    std::mt19937 random(20261123);
    const qint64 known = 8 * Week;
    double within = 0;
    double backlogWithin = 0;
    for (int round = 0; round < 4; ++round) {
        double waiting = 0;
        const auto hours = history(known, [&](qint64 hour) {
            const double arrived = std::poisson_distribution<int>(weekly(hour))(random);
            const double left = std::min(waiting + arrived, 25.0); // by day too few agents are there
            waiting += arrived - left;
            return std::pair { arrived, left };
        });
        const auto accuracy = backTest(inputOf(hours, known, std::llround(waiting)), 14);
        QCOMPARE(accuracy.hours, 14 * 24);
        within += accuracy.arrivalsWithin / 4;
        backlogWithin += accuracy.backlogWithin / 4;
        QVERIFY2(accuracy.arrivalsError < 0.8, qPrintable(QString::number(accuracy.arrivalsError)));
    }
    QVERIFY2(within > 0.75 && within < 0.95, qPrintable(QString::number(within)));
    QVERIFY2(backlogWithin > 0.6, qPrintable(QString::number(backlogWithin)));
}

void TestForecast::aBacklogGrowsByWhatCannotBeTaken()
{
    const qint64 known = 2 * Week;
    const auto hours = history(known, [](qint64) { return std::pair { 10.0, 7.0 }; });
    const auto day = forecast(inputOf(hours, known, 3 * known), 400);
    for (size_t i = 0; i < day.size(); ++i) {
        const double exact = static_cast<double>(3 * known) + 3.0 * static_cast<double>(i + 1);
        QVERIFY2(std::abs(day[i].backlog.mean - exact) < 0.03 * exact, qPrintable(u"%1 instead of %2"_s.arg(day[i].backlog.mean).arg(exact)));
        QVERIFY(day[i].backlog.low <= day[i].backlog.mean && day[i].backlog.mean <= day[i].backlog.high);
    }
    QVERIFY(day.back().backlog.high - day.back().backlog.low > day.front().backlog.high - day.front().backlog.low); // what is further off is less certain

    // Where nothing was ever left waiting, what stays behind is soon taken.
    const auto enough = history(known, [](qint64 hour) { return std::pair { weekly(hour), weekly(hour) }; });
    for (const ForecastHour &hour : forecast(inputOf(enough, known)))
        QVERIFY2(hour.backlog.mean < 40, qPrintable(QString::number(hour.backlog.mean)));
}

void TestForecast::workThatWaitsTooLongMissesItsSla()
{
    const qint64 known = 2 * Week;
    const auto hours = history(known, [](qint64) { return std::pair { 10.0, 10.0 }; });
    // Fifty wait, ten are taken an hour: each waits for five hours.
    ForecastInput input = inputOf(hours, known, 50);
    const auto missedWithin = [&](std::chrono::hours sla) {
        input.slaDue = [sla](Instant created) { return std::optional(created + sla); };
        double missed = 0;
        for (const ForecastHour &hour : forecast(input, 50))
            missed += hour.missed.mean;
        return missed;
    };
    QVERIFY2(missedWithin(std::chrono::hours(2)) > 100, qPrintable(QString::number(missedWithin(std::chrono::hours(2)))));
    QVERIFY2(missedWithin(std::chrono::hours(20)) < 1, qPrintable(QString::number(missedWithin(std::chrono::hours(20)))));
    input.slaDue = {};
    QCOMPARE(forecast(input, 10).front().missed.mean, 0.0);
}

void TestForecast::theBackTestKnowsNothingOfWhatCameLater()
{
    // Since yesterday ten times as much comes: nobody could have known.
    const qint64 known = 3 * Week;
    const auto hours = history(known, [](qint64 hour) { return std::pair { hour >= known - 24 ? 100.0 : 10.0, hour >= known - 24 ? 100.0 : 10.0 }; });
    const auto accuracy = backTest(inputOf(hours, known), 1);
    QCOMPARE(accuracy.hours, 24);
    QCOMPARE(accuracy.arrivalsWithin, 0.0);
    QVERIFY2(accuracy.arrivalsError > 0.85 && accuracy.arrivalsError < 0.95, qPrintable(QString::number(accuracy.arrivalsError)));
}

void TestForecast::handlingTimesAreThoseOfTheQueueOrOfAll()
{
    HourlyProfile profile;
    QCOMPARE(handlingTime(profile, u"a"_s).measured, 0);
    HourlyCount count;
    count.handled = 10;
    count.handlingSeconds = 1'000;
    count.handlingSquares = 10 * 100 * 100 + 10 * 900;
    profile.queues[u"a"_s][First] = count;
    count.handled = 4;
    count.handlingSeconds = 400'000;
    count.handlingSquares = 40'000'000'000;
    profile.queues[u"b"_s][First] = count;
    QCOMPARE(handlingTime(profile, u"a"_s).mean, 100.0);
    QCOMPARE(handlingTime(profile, u"a"_s).variance, 900.0);
    QCOMPARE(handlingTime(profile, u"b"_s).measured, 14); // four are too few
    QCOMPARE(handlingTime(profile, u"b"_s).mean, 401'000.0 / 14);
}

QTEST_APPLESS_MAIN(TestForecast)
#include "tst_forecast.moc"
