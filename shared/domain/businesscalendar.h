// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QString>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace iwd {

/// Open hours within one day: [from, to) in minutes of the local wall clock. Hours across midnight are two, one in each day.
struct OpenHours
{
    int from = 0; ///< 0 to 1439
    int to = 0; ///< 1 to 1440; 1440 is the end of the day, "24:00"

    bool operator==(const OpenHours &) const = default;
};

/// Rising, without overlap; they may touch. Empty: closed.
using DayHours = std::vector<OpenHours>;

/// A date whose hours are not those of its weekday: a holiday, or a day with hours of its own.
struct CalendarException
{
    std::optional<int> year; ///< none: every year. 29 February then concerns leap years alone.
    int month = 1;
    int day = 1;
    QString name;
    DayHours hours;

    bool operator==(const CalendarException &) const = default;
};

/// When a business is open, as people write it down. A date of a certain year goes before the same date of every year.
struct Calendar
{
    static constexpr int MaxHoursOfADay = 24;
    static constexpr int MaxExceptions = 1'000;

    QString id;
    QString name;
    QString description;
    QString timeZone; ///< IANA name, "Europe/Berlin"
    std::array<DayHours, 7> week; ///< Monday first
    std::vector<CalendarException> exceptions;
};

/// The names of the days as the API has them: "monday", …
[[nodiscard]] const std::array<QString, 7> &weekdayNames();

/// A calendar compiled for questions about instants. Immutable, cheap to copy, thread-safe; every question costs a few binary
/// searches, however far apart the instants lie.
///
/// An instant is open when the clock on the wall, in the calendar's zone, shows open hours of the date that it shows. So where clocks
/// are put forward, the hours that are skipped do not exist and are no business time; where they are put back, hours that
/// come twice are open twice. Time zones are those of the system (QTimeZone).
///
/// Business time is counted to the millisecond from Begin to End. Outside of that every calendar is closed, so all
/// answers are bounded; a calendar without open hours answers nothing where it is asked for an instant.
class BusinessCalendar
{
public:
    static constexpr Instant Begin { milliseconds(0) }; ///< 1970-01-01T00:00Z
    static constexpr Instant End { milliseconds(7'258'118'400'000) }; ///< 2200-01-01T00:00Z

    /// @returns an Error whose field is "timeZone", "week.monday[0]", "exceptions[2].date" or "exceptions[2].hours[0]"
    [[nodiscard]] static Result<BusinessCalendar> compile(const Calendar &calendar);

    [[nodiscard]] bool isOpen(Instant at) const;
    /// @p at itself when it is open; nothing when the calendar never opens again
    [[nodiscard]] std::optional<Instant> nextOpen(Instant at) const;
    /// The first instant from @p at on that is closed, @p at itself when it is; nothing when the calendar never closes again
    [[nodiscard]] std::optional<Instant> nextClose(Instant at) const;

    /// Negative when @p to is before @p from.
    [[nodiscard]] milliseconds businessTimeBetween(Instant from, Instant to) const { return position(to) - position(from); }
    /// The earliest instant by which @p duration of business time has passed since @p from: an SLA that is used up when the
    /// doors close is due then, not when they open again. @p from when nothing is to pass.
    /// @returns nothing when so much never passes
    [[nodiscard]] std::optional<Instant> add(milliseconds duration, Instant from) const;
    /// The latest instant from which @p duration of business time passes until @p to. The inverse of add() but for closed hours, in which many
    /// instants are the same moment of business time.
    [[nodiscard]] std::optional<Instant> subtract(milliseconds duration, Instant to) const;

    /// Business time from Begin until @p at. Never falls; the same all through closed hours.
    [[nodiscard]] milliseconds position(Instant at) const;
    [[nodiscard]] milliseconds total() const; ///< position(End)
    /// The first and the last instant with position() == @p position. Nothing for a position that there is not; the last is also
    /// nothing for total(), which no instant is the last to have.
    [[nodiscard]] std::optional<Instant> earliestAt(milliseconds position) const;
    [[nodiscard]] std::optional<Instant> latestAt(milliseconds position) const;

private:
    class Timeline;
    BusinessCalendar() = default;

    std::shared_ptr<const Timeline> m_open;
    std::shared_ptr<const Timeline> m_closed; ///< the same calendar with open and closed changed about
};

} // namespace iwd
