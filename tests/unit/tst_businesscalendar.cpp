// SPDX-License-Identifier: Apache-2.0
#include <domain/businesscalendar.h>

#include <QDateTime>
#include <QRandomGenerator>
#include <QTest>
#include <QTimeZone>

#include <numeric>
#include <set>

using namespace iwd;
using namespace std::chrono_literals;

namespace {

constexpr milliseconds Day = 24h;

class Random
{
public:
    explicit Random(quint32 seed)
        : m_generator(seed)
    {
    }
    qint64 between(qint64 least, qint64 most) { return least + m_generator.bounded(most - least + 1); }
    bool chance(int percent) { return between(1, 100) <= percent; }

private:
    QRandomGenerator m_generator;
};

QDateTime utc(Instant instant)
{
    return QDateTime::fromMSecsSinceEpoch(toMillis(instant), Qt::UTC);
}

Instant at(const char *iso)
{
    return *instantFromIso(QLatin1StringView(iso));
}

/// What the calendar says of an instant by its definition: the wall clock is looked at, then the list of hours.
class Oracle
{
public:
    explicit Oracle(const Calendar &calendar)
        : m_calendar(calendar)
        , m_zone(calendar.timeZone.toLatin1())
    {
    }

    [[nodiscard]] qint64 offsetSeconds(Instant instant) const { return m_zone.offsetFromUtc(utc(instant)); }

    [[nodiscard]] bool isOpen(Instant instant) const
    {
        const QDateTime wall = utc(instant + std::chrono::seconds(offsetSeconds(instant)));
        const int minute = wall.time().hour() * 60 + wall.time().minute();
        for (const OpenHours &hours : hoursOf(wall.date())) {
            if (minute >= hours.from && minute < hours.to)
                return true;
        }
        return false;
    }

private:
    [[nodiscard]] const DayHours &hoursOf(const QDate &date) const
    {
        const CalendarException *yearly = nullptr;
        for (const CalendarException &exception : m_calendar.exceptions) {
            if (exception.month != date.month() || exception.day != date.day())
                continue;
            if (exception.year == date.year())
                return exception.hours;
            if (!exception.year)
                yearly = &exception;
        }
        return yearly ? yearly->hours : m_calendar.week[static_cast<size_t>(date.dayOfWeek() - 1)];
    }

    const Calendar &m_calendar;
    QTimeZone m_zone;
};

DayHours randomHours(Random &random, int raster)
{
    if (random.chance(20))
        return {};
    if (random.chance(10))
        return { { 0, 1440 } };
    DayHours hours;
    int from = random.chance(25) ? 0 : int(random.between(0, 600 / raster)) * raster;
    for (qint64 i = random.between(1, 3); i > 0 && from < 1440; --i) {
        const int to = random.chance(15) ? 1440 : std::min<int>(1440, from + int(random.between(1, 600 / raster)) * raster);
        hours.push_back({ from, to });
        from = to + (random.chance(30) ? 0 : int(random.between(1, 240 / raster)) * raster);
    }
    return hours;
}

/// @param around exceptions lie near it, so that they matter; @param raster minutes that all hours are a multiple of
Calendar randomCalendar(Random &random, const QString &zone, Instant around, int raster)
{
    Calendar calendar;
    calendar.timeZone = zone;
    for (DayHours &hours : calendar.week)
        hours = randomHours(random, raster);
    std::set<std::tuple<int, int, int>> seen;
    for (qint64 i = random.between(0, 6); i > 0; --i) {
        const QDate date = utc(around).date().addDays(random.between(-3, 3));
        CalendarException exception;
        if (random.chance(50))
            exception.year = std::clamp(date.year(), 1970, 2199);
        exception.month = date.month();
        exception.day = date.day();
        exception.hours = randomHours(random, raster);
        const std::tuple key { exception.year.value_or(0), exception.month, exception.day };
        if (exception.year.value_or(date.year()) == date.year() && !seen.contains(key)) {
            seen.insert(key);
            calendar.exceptions.push_back(exception);
        }
    }
    return calendar;
}

Calendar officeHours(const QString &zone)
{
    Calendar calendar;
    calendar.timeZone = zone;
    for (size_t day = 0; day < 5; ++day)
        calendar.week[day] = { { 9 * 60, 12 * 60 }, { 13 * 60, 17 * 60 } };
    return calendar;
}

BusinessCalendar compiled(const Calendar &calendar)
{
    const auto result = BusinessCalendar::compile(calendar);
    if (!result)
        qFatal("%s", qPrintable(result.error().text));
    return *result;
}

QString shown(std::optional<Instant> instant)
{
    return instant ? toIso(*instant) : QStringLiteral("never");
}

/// Everything the calendar can be asked, compared with a plain walk over [from, from + steps * step).
QString differenceIn(const BusinessCalendar &calendar, const Oracle &oracle, Instant from, milliseconds step, int steps, Random &random)
{
    std::vector<bool> open;
    std::vector<milliseconds> passed { milliseconds(0) };
    for (int i = 0; i < steps; ++i) {
        open.push_back(oracle.isOpen(from + i * step));
        passed.push_back(passed.back() + (open.back() ? step : 0ms));
    }
    const auto instant = [&](int i) { return from + i * step; };
    const auto tell = [&](const char *what, int i, const QString &got, const QString &expected) {
        return QStringLiteral("%1 at %2: %3 instead of %4").arg(QLatin1StringView(what), toIso(instant(i)), got, expected);
    };
    std::optional<Instant> nextOpen;
    std::optional<Instant> nextClose;
    for (int i = steps - 1; i >= 0; --i) {
        (open[size_t(i)] ? nextOpen : nextClose) = instant(i);
        if (calendar.isOpen(instant(i)) != open[size_t(i)] || calendar.isOpen(instant(i) + step - 1ms) != open[size_t(i)])
            return tell("open", i, QString::number(!open[size_t(i)]), QString::number(open[size_t(i)]));
        if (nextOpen && calendar.nextOpen(instant(i)) != nextOpen)
            return tell("next open", i, shown(calendar.nextOpen(instant(i))), shown(nextOpen));
        if (nextClose && calendar.nextClose(instant(i)) != nextClose)
            return tell("next close", i, shown(calendar.nextClose(instant(i))), shown(nextClose));
        if (calendar.businessTimeBetween(from, instant(i)) != passed[size_t(i)])
            return tell("passed", i, QString::number(calendar.businessTimeBetween(from, instant(i)).count()), QString::number(passed[size_t(i)].count()));
    }
    for (int question = 0; question < 300; ++question) {
        // Odd milliseconds too: within a step the walk's sum grows evenly, or not at all.
        const int i = int(random.between(0, steps - 1));
        const milliseconds into = random.chance(50) ? 0ms : milliseconds(random.between(0, step.count() - 1));
        const milliseconds start = passed[size_t(i)] + (open[size_t(i)] ? into : 0ms);
        if (start < passed.back()) {
            const milliseconds duration(random.between(1, (passed.back() - start).count()));
            const auto next = std::lower_bound(passed.begin(), passed.end(), start + duration);
            const Instant expected = instant(int(next - passed.begin())) - (*next - start - duration);
            if (calendar.add(duration, instant(i) + into) != expected)
                return tell("add", i, shown(calendar.add(duration, instant(i) + into)), shown(expected));
        }
        if (start > 0ms) {
            const milliseconds duration(random.between(1, start.count()));
            const auto next = std::upper_bound(passed.begin(), passed.end(), start - duration);
            const Instant expected = instant(int(next - passed.begin()) - 1) + (start - duration - *(next - 1));
            if (calendar.subtract(duration, instant(i) + into) != expected)
                return tell("subtract", i, shown(calendar.subtract(duration, instant(i) + into)), shown(expected));
        }
    }
    return {};
}

} // namespace

class TestBusinessCalendar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Every zone that the system knows, minute by minute: around a change of its clocks, and around a midnight that is the
    /// end of a year, a 29 February or any other.
    void everyZoneAgreesWithAWalkMinuteByMinute_data();
    void everyZoneAgreesWithAWalkMinuteByMinute();
    void decadesAgreeWithAWalkHourByHour_data();
    void decadesAgreeWithAWalkHourByHour();

    void officeHoursOfAWeek();
    void hoursThatAreSkippedAreNoBusinessTime();
    void hoursThatComeTwiceAreOpenTwice();
    void aDayThatAZoneLeavesOutDoesNotExist();
    void aHolidayIsClosedAndADayOfAYearGoesBeforeItsYearlyOne();
    void aLeapDayComesInLeapYearsAlone();
    void hoursThatCrossMidnightAreOnePieceOfTime();
    void aCalendarThatNeverOpensSaysSo();
    void aCalendarThatNeverClosesCountsEveryHour();
    void beyondItsEndsACalendarIsClosed();
    void whatIsDueWhenTheDoorsCloseIsDueThen();
    void aQuestionOverCenturiesIsAnsweredLikeOneOverHours();
    void mistakesAreNamed_data();
    void mistakesAreNamed();
};

void TestBusinessCalendar::everyZoneAgreesWithAWalkMinuteByMinute_data()
{
    // A tenth of the zones to a row, so that a failure says quickly where it is.
    QTest::addColumn<int>("part");
    for (int part = 0; part < 10; ++part)
        QTest::addRow("seed %d", part) << part;
}

void TestBusinessCalendar::everyZoneAgreesWithAWalkMinuteByMinute()
{
    QFETCH(int, part);
    const auto names = QTimeZone::availableTimeZoneIds();
    QVERIFY(names.size() > 300);
    for (qsizetype i = part; i < names.size(); i += 10) {
        Random random(quint32(i) + 1);
        const QTimeZone zone(names[i]);
        QList<Instant> places;
        const auto change = zone.nextTransition(utc(at("1970-01-02T00:00:00Z") + random.between(0, random.chance(50) ? 229 : 67) * 366 * Day));
        if (change.atUtc.isValid() && change.atUtc.date().year() < 2199)
            places.append(fromMillis(change.atUtc.toMSecsSinceEpoch()));
        const int year = int(random.between(1971, 2198));
        const int kind = int(random.between(0, 2));
        const int leapYear = std::clamp(year / 4 * 4, 1972, 2196) == 2100 ? 2096 : std::clamp(year / 4 * 4, 1972, 2196);
        const QDate date = kind == 0 ? QDate(year, 1, 1) : kind == 1 ? QDate(leapYear, 2, 29) : QDate(year, 1, 1).addDays(random.between(0, 364));
        places.append(fromMillis(date.startOfDay(Qt::UTC).toMSecsSinceEpoch()));
        for (const Instant place : places) {
            const Calendar calendar = randomCalendar(random, QString::fromLatin1(names[i]), place, 1);
            const Oracle oracle(calendar);
            // Some zones had offsets with seconds; the walk's steps must still meet every minute of the wall clock.
            const Instant from = fromMillis(std::max<qint64>(0, toMillis(place - 36h) / 60'000 * 60'000));
            qint64 raster = 60;
            for (const Instant seen : { from, place, from + 3 * Day })
                raster = std::gcd(raster, std::abs(oracle.offsetSeconds(seen)));
            const milliseconds step = std::chrono::seconds(raster);
            const QString difference = differenceIn(compiled(calendar), oracle, from, step, int((3 * Day) / step), random);
            QVERIFY2(difference.isEmpty(), qPrintable(QStringLiteral("%1 (seed %2): %3").arg(calendar.timeZone).arg(i + 1).arg(difference)));
        }
    }
}

void TestBusinessCalendar::decadesAgreeWithAWalkHourByHour_data()
{
    QTest::addColumn<QString>("zone");
    for (const char *zone : { "Europe/Berlin", "America/New_York", "Africa/Casablanca", "America/Santiago", "Pacific/Apia" })
        QTest::newRow(zone) << QString::fromLatin1(zone);
}

void TestBusinessCalendar::decadesAgreeWithAWalkHourByHour()
{
    QFETCH(QString, zone);
    Random random(qHash(zone, 7) & 0xffff);
    const Instant from = at("2005-01-01T00:00:00Z");
    Calendar calendar = randomCalendar(random, zone, from, 60);
    for (int month = 1; month <= 12; ++month) {
        if (const int day = int(random.between(4, 28)); month % 2 == 0)
            calendar.exceptions.push_back({ std::nullopt, month, day, {}, randomHours(random, 60) });
    }
    const QString difference = differenceIn(compiled(calendar), Oracle(calendar), from, 1h, 20 * 8'766, random);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
}

void TestBusinessCalendar::officeHoursOfAWeek()
{
    const BusinessCalendar calendar = compiled(officeHours(QStringLiteral("Europe/Berlin")));
    // A Friday in winter: 9:00 there is 8:00 UTC.
    QVERIFY(!calendar.isOpen(at("2026-01-09T07:59:59.999Z")));
    QVERIFY(calendar.isOpen(at("2026-01-09T08:00:00Z")));
    QVERIFY(!calendar.isOpen(at("2026-01-09T11:30:00Z")));
    QCOMPARE(calendar.nextOpen(at("2026-01-09T11:30:00Z")), at("2026-01-09T12:00:00Z"));
    QCOMPARE(calendar.nextClose(at("2026-01-09T09:00:00Z")), at("2026-01-09T11:00:00Z"));
    QCOMPARE(calendar.nextOpen(at("2026-01-09T16:00:00Z")), at("2026-01-12T08:00:00Z"));
    QCOMPARE(calendar.add(8h, at("2026-01-09T15:00:00Z")), at("2026-01-12T16:00:00Z"));
    QCOMPARE(calendar.subtract(8h, at("2026-01-12T16:00:00Z")), at("2026-01-09T15:00:00Z"));
    QVERIFY(calendar.businessTimeBetween(at("2026-01-05T00:00:00Z"), at("2026-01-12T00:00:00Z")) == 35h);
    QVERIFY(calendar.businessTimeBetween(at("2026-01-12T00:00:00Z"), at("2026-01-05T00:00:00Z")) == -35h);
}

void TestBusinessCalendar::hoursThatAreSkippedAreNoBusinessTime()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("Europe/Berlin");
    calendar.week[6] = { { 60, 240 } }; // Sundays from 1:00 to 4:00
    const BusinessCalendar berlin = compiled(calendar);
    // On 29 March 2026 the clock goes from 2:00 to 3:00.
    QVERIFY(berlin.businessTimeBetween(at("2026-03-29T00:00:00Z"), at("2026-03-29T03:00:00Z")) == 2h);
    QVERIFY(berlin.businessTimeBetween(at("2026-03-22T00:00:00Z"), at("2026-03-22T03:00:00Z")) == 3h);
    // Hours that lie in the gap alone do not come at all that day.
    calendar.week[6] = { { 120, 180 } };
    QCOMPARE(compiled(calendar).nextOpen(at("2026-03-29T00:00:00Z")), at("2026-04-05T00:00:00Z"));
}

void TestBusinessCalendar::hoursThatComeTwiceAreOpenTwice()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("Europe/Berlin");
    calendar.week[6] = { { 130, 170 } }; // Sundays from 2:10 to 2:50; on 25 October 2026 the clock goes from 3:00 back to 2:00
    const BusinessCalendar berlin = compiled(calendar);
    QVERIFY(berlin.businessTimeBetween(at("2026-10-25T00:00:00Z"), at("2026-10-25T06:00:00Z")) == 80min);
    QCOMPARE(berlin.nextOpen(at("2026-10-25T00:00:00Z")), at("2026-10-25T00:10:00Z"));
    QCOMPARE(berlin.nextClose(at("2026-10-25T00:10:00Z")), at("2026-10-25T00:50:00Z"));
    QCOMPARE(berlin.nextOpen(at("2026-10-25T00:50:00Z")), at("2026-10-25T01:10:00Z"));
}

void TestBusinessCalendar::aDayThatAZoneLeavesOutDoesNotExist()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("Pacific/Apia"); // went from 29 to 31 December 2011
    calendar.exceptions.push_back({ 2011, 12, 30, {}, { { 0, 1440 } } });
    const BusinessCalendar apia = compiled(calendar);
    QVERIFY(apia.total() == 0ms);
    QVERIFY(!apia.nextOpen(at("2011-12-29T00:00:00Z")));
}

void TestBusinessCalendar::aHolidayIsClosedAndADayOfAYearGoesBeforeItsYearlyOne()
{
    Calendar calendar = officeHours(QStringLiteral("UTC"));
    calendar.exceptions.push_back({ std::nullopt, 12, 24, QStringLiteral("Christmas Eve"), { { 540, 720 } } });
    calendar.exceptions.push_back({ std::nullopt, 12, 25, QStringLiteral("Christmas"), {} });
    calendar.exceptions.push_back({ 2026, 12, 24, QStringLiteral("Moving house"), {} });
    const BusinessCalendar utc = compiled(calendar);
    const auto hoursOf = [&](const char *day) { return utc.businessTimeBetween(at(day), at(day) + Day) / 1h; };
    QCOMPARE(hoursOf("2025-12-24T00:00:00Z"), 3);
    QCOMPARE(hoursOf("2026-12-24T00:00:00Z"), 0);
    QCOMPARE(hoursOf("2026-12-25T00:00:00Z"), 0);
    QCOMPARE(hoursOf("2026-12-23T00:00:00Z"), 7);
    QCOMPARE(hoursOf("2027-12-24T00:00:00Z"), 3);
}

void TestBusinessCalendar::aLeapDayComesInLeapYearsAlone()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("UTC");
    calendar.exceptions.push_back({ std::nullopt, 2, 29, {}, { { 600, 660 } } });
    const BusinessCalendar leap = compiled(calendar);
    QCOMPARE(leap.nextOpen(at("2026-01-01T00:00:00Z")), at("2028-02-29T10:00:00Z"));
    QCOMPARE(leap.nextOpen(at("2096-03-01T00:00:00Z")), at("2104-02-29T10:00:00Z")); // 2100 is none
    QCOMPARE(leap.add(2h, at("2026-01-01T00:00:00Z")), at("2032-02-29T11:00:00Z"));
}

void TestBusinessCalendar::hoursThatCrossMidnightAreOnePieceOfTime()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("UTC");
    calendar.week[0] = { { 22 * 60, 24 * 60 } };
    calendar.week[1] = { { 0, 6 * 60 } };
    const BusinessCalendar night = compiled(calendar);
    QCOMPARE(night.nextOpen(at("2026-01-05T12:00:00Z")), at("2026-01-05T22:00:00Z"));
    QCOMPARE(night.nextClose(at("2026-01-05T22:00:00Z")), at("2026-01-06T06:00:00Z"));
    QCOMPARE(night.add(3h, at("2026-01-05T22:00:00Z")), at("2026-01-06T01:00:00Z"));
}

void TestBusinessCalendar::aCalendarThatNeverOpensSaysSo()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("Europe/Berlin");
    const BusinessCalendar closed = compiled(calendar);
    const Instant now = at("2026-01-05T12:00:00Z");
    QVERIFY(!closed.isOpen(now));
    QVERIFY(!closed.nextOpen(now));
    QCOMPARE(closed.nextClose(now), now);
    QVERIFY(!closed.add(1ms, now));
    QVERIFY(!closed.subtract(1ms, now));
    QCOMPARE(closed.add(0ms, now), now);
    QVERIFY(closed.businessTimeBetween(now, now + 10'000h) == 0ms);
    // Once open and never again.
    calendar.exceptions.push_back({ 2026, 1, 2, {}, { { 600, 660 } } });
    const BusinessCalendar once = compiled(calendar);
    QVERIFY(!once.nextOpen(now));
    QVERIFY(!once.add(1ms, now));
    QCOMPARE(once.subtract(1h, now), at("2026-01-02T09:00:00Z"));
    QVERIFY(!once.subtract(61min, now));
}

void TestBusinessCalendar::aCalendarThatNeverClosesCountsEveryHour()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("America/New_York");
    calendar.week.fill({ { 0, 1440 } });
    const BusinessCalendar always = compiled(calendar);
    const Instant now = at("2026-01-05T12:00:00Z");
    QVERIFY(!always.nextClose(now));
    QCOMPARE(always.nextOpen(now), now);
    QVERIFY(always.businessTimeBetween(now, now + 100'000h) == 100'000h);
    QCOMPARE(always.add(100'000h, now), now + 100'000h);
    QCOMPARE(always.subtract(100'000h, now), now - 100'000h);
    QVERIFY(always.total() == BusinessCalendar::End - BusinessCalendar::Begin);
}

void TestBusinessCalendar::beyondItsEndsACalendarIsClosed()
{
    Calendar calendar;
    calendar.timeZone = QStringLiteral("UTC");
    calendar.week.fill({ { 0, 1440 } });
    const BusinessCalendar always = compiled(calendar);
    for (const Instant far : { BusinessCalendar::End, at("9999-12-31T23:59:59Z"), Instant::max() }) {
        QVERIFY(!always.isOpen(far));
        QVERIFY(!always.nextOpen(far));
        QCOMPARE(always.nextClose(far), far);
        QVERIFY(!always.add(1h, far));
        QCOMPARE(always.subtract(1h, far), BusinessCalendar::End - 1h);
    }
    for (const Instant far : { BusinessCalendar::Begin - 1ms, Instant::min() }) {
        QVERIFY(!always.isOpen(far));
        QCOMPARE(always.nextOpen(far), BusinessCalendar::Begin);
        QCOMPARE(always.add(1h, far), BusinessCalendar::Begin + 1h);
        QVERIFY(!always.subtract(1h, far));
    }
    QVERIFY(!always.add(milliseconds::max(), BusinessCalendar::Begin));
    QVERIFY(!always.subtract(milliseconds::max(), BusinessCalendar::End));
}

void TestBusinessCalendar::whatIsDueWhenTheDoorsCloseIsDueThen()
{
    const BusinessCalendar calendar = compiled(officeHours(QStringLiteral("UTC")));
    QCOMPARE(calendar.add(2h, at("2026-01-05T15:00:00Z")), at("2026-01-05T17:00:00Z"));
    QCOMPARE(calendar.add(2h + 1ms, at("2026-01-05T15:00:00Z")), at("2026-01-06T09:00:00.001Z"));
    // Back from a morning, the latest start is the opening, not the evening before.
    QCOMPARE(calendar.subtract(2h, at("2026-01-06T11:00:00Z")), at("2026-01-06T09:00:00Z"));
    QCOMPARE(calendar.subtract(1h, at("2026-01-06T08:00:00Z")), at("2026-01-05T16:00:00Z"));
}

void TestBusinessCalendar::aQuestionOverCenturiesIsAnsweredLikeOneOverHours()
{
    // Not a measurement: a loop over days would not come to an end here before the test's time is over.
    Random random(11);
    const Calendar definition = officeHours(QStringLiteral("Europe/Berlin"));
    const BusinessCalendar calendar = compiled(definition);
    milliseconds sum = 0ms;
    for (int i = 0; i < 100'000; ++i) {
        const Instant from = fromMillis(random.between(0, toMillis(at("2000-01-01T00:00:00Z"))));
        const milliseconds duration(random.between(1, (20 * 366 * Day).count() / 5));
        const auto due = calendar.add(duration, from);
        QVERIFY(due && calendar.businessTimeBetween(from, *due) == duration);
        const auto back = calendar.subtract(duration, *due);
        QVERIFY(back && *back >= from && calendar.businessTimeBetween(from, *back) == 0ms);
        sum += duration;
    }
    QVERIFY(sum > 0ms);
}

void TestBusinessCalendar::mistakesAreNamed_data()
{
    QTest::addColumn<int>("mistake");
    QTest::addColumn<QString>("field");
    QTest::newRow("zone") << 0 << QStringLiteral("timeZone");
    QTest::newRow("path as zone") << 1 << QStringLiteral("timeZone");
    QTest::newRow("no zone") << 2 << QStringLiteral("timeZone");
    QTest::newRow("backward") << 3 << QStringLiteral("week.tuesday[0]");
    QTest::newRow("beyond midnight") << 4 << QStringLiteral("week.sunday[1]");
    QTest::newRow("overlap") << 5 << QStringLiteral("week.monday[1]");
    QTest::newRow("no such date") << 6 << QStringLiteral("exceptions[0].date");
    QTest::newRow("leap day of a common year") << 7 << QStringLiteral("exceptions[0].date");
    QTest::newRow("same date twice") << 8 << QStringLiteral("exceptions[1].date");
    QTest::newRow("hours of an exception") << 9 << QStringLiteral("exceptions[0].hours[0]");
    QTest::newRow("year") << 10 << QStringLiteral("exceptions[0].date");
    QTest::newRow("too many hours") << 11 << QStringLiteral("week.monday");
    QTest::newRow("too many exceptions") << 12 << QStringLiteral("exceptions");
}

void TestBusinessCalendar::mistakesAreNamed()
{
    QFETCH(int, mistake);
    QFETCH(QString, field);
    Calendar calendar;
    calendar.timeZone = QStringLiteral("UTC");
    const std::vector<std::function<void()>> make {
        [&] { calendar.timeZone = QStringLiteral("Europe/Berlni"); },
        [&] { calendar.timeZone = QStringLiteral("../../etc/passwd"); },
        [&] { calendar.timeZone.clear(); },
        [&] { calendar.week[1] = { { 600, 600 } }; },
        [&] { calendar.week[6] = { { 0, 60 }, { 1400, 1441 } }; },
        [&] { calendar.week[0] = { { 0, 60 }, { 59, 70 } }; },
        [&] { calendar.exceptions = { { std::nullopt, 4, 31, {}, {} } }; },
        [&] { calendar.exceptions = { { 2026, 2, 29, {}, {} } }; },
        [&] { calendar.exceptions = { { 2026, 2, 28, {}, {} }, { 2026, 2, 28, {}, {} } }; },
        [&] { calendar.exceptions = { { 2026, 2, 28, {}, { { -1, 5 } } } }; },
        [&] { calendar.exceptions = { { 2200, 2, 28, {}, {} } }; },
        [&] {
            for (int i = 0; i < 25; ++i)
                calendar.week[0].push_back({ i * 2, i * 2 + 1 });
        },
        [&] { calendar.exceptions.resize(1'001); },
    };
    make[size_t(mistake)]();
    const auto result = BusinessCalendar::compile(calendar);
    QVERIFY(!result.ok());
    QCOMPARE(result.error().field, field);
    if (mistake == 0)
        QVERIFY(result.error().text.contains(QStringLiteral("Europe/Berlin")));
}

QTEST_GUILESS_MAIN(TestBusinessCalendar)
#include "tst_businesscalendar.moc"
