// SPDX-License-Identifier: Apache-2.0
#include "businesscalendar.h"

#include "timezone.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <map>
#include <mutex>

namespace iwd {

namespace {

constexpr qint64 DayMillis = 86'400'000;
constexpr qint64 MinuteMillis = 60'000;
constexpr int MinutesOfADay = 1'440;
constexpr int FirstYear = 1970;
constexpr int LastYear = 2199;

constexpr qint64 floorDivide(qint64 dividend, qint64 divisor)
{
    const qint64 quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/// Monday is 0; day 0, 1 January 1970, was a Thursday.
constexpr size_t weekdayOf(qint64 day)
{
    return static_cast<size_t>(day + 3 - 7 * floorDivide(day + 3, 7));
}

/// From its begin until that of the next one the wall clock is UTC plus the offset. All in milliseconds.
struct ZoneSpan
{
    qint64 begin = 0;
    qint64 offset = 0;
};

using Zone = std::vector<ZoneSpan>;

std::shared_ptr<const Zone> readZone(const QByteArray &name)
{
    const QTimeZone zone(name);
    const auto dateTime = [](Instant instant) { return QDateTime::fromMSecsSinceEpoch(toMillis(instant), Qt::UTC); };
    auto spans = std::make_shared<Zone>();
    spans->push_back({ toMillis(BusinessCalendar::Begin), zone.offsetFromUtc(dateTime(BusinessCalendar::Begin)) * 1'000LL });
    // QTimeZone::transitions() ends with those that the zone's file lists, in 2037. So does nextTransition() when it is asked about
    // the very last of them, but not when it is asked about a later day; so a zone is taken to be at its end after a year of silence.
    constexpr auto Patience = std::chrono::days(400);
    Instant last = BusinessCalendar::Begin;
    for (Instant asked = last; asked < BusinessCalendar::End && asked <= last + Patience;) {
        const auto transition = zone.nextTransition(dateTime(asked));
        const Instant at = transition.atUtc.isValid() ? fromMillis(transition.atUtc.toMSecsSinceEpoch()) : asked;
        if (at <= asked) {
            asked += std::chrono::days(1);
            continue;
        }
        if (at >= BusinessCalendar::End)
            break;
        if (const qint64 offset = transition.offsetFromUtc * 1'000LL; offset != spans->back().offset)
            spans->push_back({ toMillis(at), offset });
        asked = last = at;
    }
    return spans;
}

/// Reading a zone asks the system hundreds of times, so each is read once. They are as many as the system knows.
std::shared_ptr<const Zone> zoneOf(const QByteArray &name)
{
    static std::mutex mutex;
    static std::map<QByteArray, std::shared_ptr<const Zone>> zones;
    const std::lock_guard lock(mutex);
    auto &zone = zones[name];
    if (!zone)
        zone = readZone(name);
    return zone;
}

Result<void> checkHours(const DayHours &hours, const QString &path)
{
    if (hours.size() > size_t(Calendar::MaxHoursOfADay))
        return invalidField(path, QStringLiteral("at most %1 open hours a day").arg(Calendar::MaxHoursOfADay), QString::number(hours.size()));
    for (size_t i = 0; i < hours.size(); ++i) {
        const QString here = QStringLiteral("%1[%2]").arg(path).arg(i);
        if (hours[i].from < 0 || hours[i].to > MinutesOfADay || hours[i].from >= hours[i].to)
            return invalidField(here, QStringLiteral("hours that end after they begin, from 00:00 to 24:00; hours across midnight are two, one in each day"));
        if (i > 0 && hours[i].from < hours[i - 1].to)
            return invalidField(here, QStringLiteral("hours that begin when those before have ended, or later"));
    }
    return {};
}

std::chrono::year_month_day dateOf(const CalendarException &exception, int year)
{
    return { std::chrono::year(year), std::chrono::month(static_cast<unsigned>(exception.month)), std::chrono::day(static_cast<unsigned>(exception.day)) };
}

Result<void> checkDate(const CalendarException &exception, const QString &path)
{
    constexpr int LeapYear = 2000;
    const bool sane = exception.month >= 1 && exception.month <= 12 && exception.day >= 1 && exception.day <= 31
        && (!exception.year || (*exception.year >= FirstYear && *exception.year <= LastYear));
    if (!sane || !dateOf(exception, exception.year.value_or(LeapYear)).ok())
        return invalidField(path, QStringLiteral("a date that exists, from %1-01-01 to %2-12-31, or month and day of every year").arg(FirstYear).arg(LastYear));
    return {};
}

Result<void> check(const Calendar &calendar)
{
    for (size_t i = 0; i < calendar.week.size(); ++i) {
        if (const auto sound = checkHours(calendar.week[i], QStringLiteral("week.") + weekdayNames()[i]); !sound)
            return sound;
    }
    if (calendar.exceptions.size() > size_t(Calendar::MaxExceptions))
        return invalidField(QStringLiteral("exceptions"), QStringLiteral("at most %1 exceptions").arg(Calendar::MaxExceptions), QString::number(calendar.exceptions.size()));
    std::map<std::tuple<int, int, int>, size_t> seen;
    for (size_t i = 0; i < calendar.exceptions.size(); ++i) {
        const CalendarException &exception = calendar.exceptions[i];
        const QString path = QStringLiteral("exceptions[%1]").arg(i);
        if (const auto sound = checkDate(exception, path + QStringLiteral(".date")); !sound)
            return sound;
        if (const auto sound = checkHours(exception.hours, path + QStringLiteral(".hours")); !sound)
            return sound;
        const auto [first, isNew] = seen.try_emplace({ exception.year.value_or(0), exception.month, exception.day }, i);
        if (!isNew)
            return invalidField(path + QStringLiteral(".date"), QStringLiteral("a date that no other exception has"), QStringLiteral("that of exceptions[%1]").arg(first->second));
    }
    return {};
}

/// The hours of a day that are not in @p hours.
DayHours complementOf(const DayHours &hours)
{
    DayHours rest;
    int from = 0;
    for (const OpenHours &open : hours) {
        if (open.from > from)
            rest.push_back({ from, open.from });
        from = open.to;
    }
    if (from < MinutesOfADay)
        rest.push_back({ from, MinutesOfADay });
    return rest;
}

} // namespace

const std::array<QString, 7> &weekdayNames()
{
    static const std::array<QString, 7> names { QStringLiteral("monday"), QStringLiteral("tuesday"), QStringLiteral("wednesday"), QStringLiteral("thursday"),
        QStringLiteral("friday"), QStringLiteral("saturday"), QStringLiteral("sunday") };
    return names;
}

/// Open time as a function of the instant, and back.
///
/// On the wall clock it is whole weeks plus what exceptions add or take away, both prefix sums. A zone is a row of spans with
/// one offset each; within a span the wall clock runs like UTC, and the sum at the beginning of each span is kept.
class BusinessCalendar::Timeline
{
public:
    Timeline(std::shared_ptr<const Zone> zone, const Calendar &calendar)
        : m_zone(std::move(zone))
    {
        for (size_t i = 0; i < 7; ++i) {
            m_week[i] = dayOf(calendar.week[i]);
            m_beforeWeekday[i + 1] = m_beforeWeekday[i] + m_week[i].total;
        }
        addExceptions(calendar);
        qint64 sum = 0;
        for (size_t i = 0; i < m_zone->size(); ++i) {
            m_before.push_back(sum);
            sum += beforeLocal(endOf(i) + (*m_zone)[i].offset) - beforeLocal((*m_zone)[i].begin + (*m_zone)[i].offset);
        }
        m_total = sum;
    }

    [[nodiscard]] qint64 total() const { return m_total; }

    [[nodiscard]] bool contains(qint64 at) const
    {
        if (at < toMillis(Begin) || at >= toMillis(End))
            return false;
        const qint64 local = at + (*m_zone)[spanAt(at)].offset;
        const qint64 day = floorDivide(local, DayMillis);
        const qint64 time = local - day * DayMillis;
        const Day &hours = dayAt(day);
        return std::any_of(hours.open.begin(), hours.open.end(), [time](const Range &range) { return time >= range.from && time < range.to; });
    }

    [[nodiscard]] qint64 before(qint64 at) const
    {
        if (at <= toMillis(Begin))
            return 0;
        if (at >= toMillis(End))
            return m_total;
        const size_t span = spanAt(at);
        const ZoneSpan &zone = (*m_zone)[span];
        return m_before[span] + beforeLocal(at + zone.offset) - beforeLocal(zone.begin + zone.offset);
    }

    [[nodiscard]] std::optional<qint64> earliest(qint64 sum) const
    {
        if (sum < 0 || sum > m_total)
            return std::nullopt;
        if (sum == 0)
            return toMillis(Begin);
        const auto next = std::lower_bound(m_before.begin(), m_before.end(), sum);
        const auto span = static_cast<size_t>(next - m_before.begin()) - 1;
        return inSpan(span, sum, [](qint64 value, qint64 wanted) { return value < wanted; }, [](qint64 rest, qint64 length) { return rest <= length; });
    }

    [[nodiscard]] std::optional<qint64> latest(qint64 sum) const
    {
        if (sum < 0 || sum >= m_total)
            return std::nullopt;
        const auto next = std::upper_bound(m_before.begin(), m_before.end(), sum);
        const auto span = static_cast<size_t>(next - m_before.begin()) - 1;
        return inSpan(span, sum, [](qint64 value, qint64 wanted) { return value <= wanted; }, [](qint64 rest, qint64 length) { return rest < length; });
    }

private:
    /// Of a day, in milliseconds.
    struct Range
    {
        qint64 from = 0;
        qint64 to = 0;
    };
    struct Day
    {
        std::vector<Range> open;
        qint64 total = 0;
    };
    struct Exception
    {
        qint64 day = 0;
        size_t hours = 0; ///< index into m_hours
        qint64 before = 0; ///< what the exceptions on earlier days add to the weeks
    };

    static Day dayOf(const DayHours &hours)
    {
        Day day;
        for (const OpenHours &one : hours) {
            day.open.push_back({ one.from * MinuteMillis, one.to * MinuteMillis });
            day.total += (one.to - one.from) * MinuteMillis;
        }
        return day;
    }

    void addExceptions(const Calendar &calendar)
    {
        const auto add = [&](const CalendarException &exception, int year) {
            if (const auto date = dateOf(exception, year); date.ok())
                m_exceptions.push_back({ std::chrono::sys_days(date).time_since_epoch().count(), m_hours.size() - 1, 0 });
        };
        // Those of a certain year come first and, in the stable sort, stay before that of every year, which is then dropped.
        for (const bool yearly : { false, true }) {
            for (const CalendarException &exception : calendar.exceptions) {
                if (exception.year.has_value() == yearly)
                    continue;
                m_hours.push_back(dayOf(exception.hours));
                if (!yearly)
                    add(exception, *exception.year);
                // On the wall, the first instant may still be in the year before and the last one in the year behind.
                for (int year = FirstYear - 1; yearly && year <= LastYear + 1; ++year)
                    add(exception, year);
            }
        }
        std::stable_sort(m_exceptions.begin(), m_exceptions.end(), [](const Exception &left, const Exception &right) { return left.day < right.day; });
        const auto same = [](const Exception &left, const Exception &right) { return left.day == right.day; };
        m_exceptions.erase(std::unique(m_exceptions.begin(), m_exceptions.end(), same), m_exceptions.end());
        for (Exception &exception : m_exceptions) {
            exception.before = m_added;
            m_added += m_hours[exception.hours].total - m_week[weekdayOf(exception.day)].total;
        }
    }

    [[nodiscard]] qint64 endOf(size_t span) const { return span + 1 < m_zone->size() ? (*m_zone)[span + 1].begin : toMillis(End); }

    /// @p at must not be before Begin.
    [[nodiscard]] size_t spanAt(qint64 at) const
    {
        const auto next = std::upper_bound(m_zone->begin(), m_zone->end(), at, [](qint64 value, const ZoneSpan &span) { return value < span.begin; });
        return static_cast<size_t>(next - m_zone->begin()) - 1;
    }

    [[nodiscard]] std::vector<Exception>::const_iterator exceptionFrom(qint64 day) const
    {
        return std::lower_bound(m_exceptions.begin(), m_exceptions.end(), day, [](const Exception &exception, qint64 value) { return exception.day < value; });
    }

    [[nodiscard]] const Day &dayAt(qint64 day) const
    {
        const auto exception = exceptionFrom(day);
        return exception != m_exceptions.end() && exception->day == day ? m_hours[exception->hours] : m_week[weekdayOf(day)];
    }

    [[nodiscard]] qint64 beforeDay(qint64 day) const
    {
        const qint64 week = floorDivide(day + 3, 7);
        const auto exception = exceptionFrom(day);
        return week * m_beforeWeekday[7] + m_beforeWeekday[weekdayOf(day)] + (exception == m_exceptions.end() ? m_added : exception->before);
    }

    [[nodiscard]] qint64 beforeLocal(qint64 local) const
    {
        const qint64 day = floorDivide(local, DayMillis);
        const qint64 time = local - day * DayMillis;
        qint64 sum = beforeDay(day);
        for (const Range &range : dayAt(day).open)
            sum += std::clamp<qint64>(time - range.from, 0, range.to - range.from);
        return sum;
    }

    /// Finds the day, and the place in it, where the sum is reached (earliest) or left (latest).
    /// @param isBefore whether a day that begins with a value may hold the place; @param isIn whether a place lies in a range
    template <typename IsBefore, typename IsIn>
    [[nodiscard]] qint64 inSpan(size_t span, qint64 sum, IsBefore isBefore, IsIn isIn) const
    {
        const ZoneSpan &zone = (*m_zone)[span];
        const qint64 wanted = sum - m_before[span] + beforeLocal(zone.begin + zone.offset);
        qint64 low = floorDivide(zone.begin + zone.offset, DayMillis);
        qint64 high = floorDivide(endOf(span) + zone.offset, DayMillis) + 1;
        while (high - low > 1) {
            const qint64 middle = low + (high - low) / 2;
            (isBefore(beforeDay(middle), wanted) ? low : high) = middle;
        }
        qint64 rest = wanted - beforeDay(low);
        for (const Range &range : dayAt(low).open) {
            if (isIn(rest, range.to - range.from))
                return low * DayMillis + range.from + rest - zone.offset;
            rest -= range.to - range.from;
        }
        Q_UNREACHABLE();
    }

    std::shared_ptr<const Zone> m_zone;
    std::vector<qint64> m_before; ///< by span, at its begin
    qint64 m_total = 0;
    std::array<Day, 7> m_week;
    std::array<qint64, 8> m_beforeWeekday {};
    std::vector<Day> m_hours; ///< of the exceptions
    std::vector<Exception> m_exceptions; ///< by day, one for a day
    qint64 m_added = 0; ///< by all exceptions
};

Result<BusinessCalendar> BusinessCalendar::compile(const Calendar &calendar)
{
    const auto zoneOfCalendar = TimeZone::named(calendar.timeZone, QStringLiteral("timeZone"));
    if (!zoneOfCalendar)
        return zoneOfCalendar.error();
    if (const auto sound = check(calendar); !sound)
        return sound.error();
    Calendar inverse = calendar;
    for (DayHours &hours : inverse.week)
        hours = complementOf(hours);
    for (CalendarException &exception : inverse.exceptions)
        exception.hours = complementOf(exception.hours);
    const auto zone = zoneOf(zoneOfCalendar->id());
    BusinessCalendar compiled;
    compiled.m_open = std::make_shared<const Timeline>(zone, calendar);
    compiled.m_closed = std::make_shared<const Timeline>(zone, inverse);
    return compiled;
}

bool BusinessCalendar::isOpen(Instant at) const
{
    return m_open->contains(toMillis(at));
}

std::optional<Instant> BusinessCalendar::nextOpen(Instant at) const
{
    return latestAt(position(at));
}

std::optional<Instant> BusinessCalendar::nextClose(Instant at) const
{
    if (!isOpen(at))
        return at;
    const auto found = m_closed->latest(m_closed->before(toMillis(at)));
    return found ? std::optional(fromMillis(*found)) : std::nullopt;
}

std::optional<Instant> BusinessCalendar::add(milliseconds duration, Instant from) const
{
    if (duration <= milliseconds(0))
        return from;
    return duration > total() ? std::nullopt : earliestAt(position(from) + duration);
}

std::optional<Instant> BusinessCalendar::subtract(milliseconds duration, Instant to) const
{
    if (duration <= milliseconds(0))
        return to;
    return duration > total() ? std::nullopt : latestAt(position(to) - duration);
}

milliseconds BusinessCalendar::position(Instant at) const
{
    return milliseconds(m_open->before(toMillis(at)));
}

milliseconds BusinessCalendar::total() const
{
    return milliseconds(m_open->total());
}

std::optional<Instant> BusinessCalendar::earliestAt(milliseconds position) const
{
    const auto found = m_open->earliest(position.count());
    return found ? std::optional(fromMillis(*found)) : std::nullopt;
}

std::optional<Instant> BusinessCalendar::latestAt(milliseconds position) const
{
    const auto found = m_open->latest(position.count());
    return found ? std::optional(fromMillis(*found)) : std::nullopt;
}

} // namespace iwd
