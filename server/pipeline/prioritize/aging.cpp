// SPDX-License-Identifier: Apache-2.0
#include "aging.h"

namespace iwd {

namespace {

/// The epoch of due dates that lie so early, or in a calendar that opens so little, that no SLA fits before them.
constexpr Instant BeforeAllTime = BusinessCalendar::Begin - milliseconds(1);

const BusinessCalendar *calendarOf(const ConfigurationSnapshot &configuration, const WorkClass &terms, const PrioritizationSchema &schema)
{
    const BusinessCalendar *own = configuration.calendar(terms.calendarId);
    return own ? own : configuration.calendar(schema.calendarId);
}

} // namespace

Aging::Aging(const ConfigurationSnapshot &configuration, const WorkClass &terms, const PrioritizationSchema &schema)
    : m_schema(schema)
    , m_calendar(calendarOf(configuration, terms, schema))
    , m_offset(terms.anchor == AnchorKind::Due ? schema.sla : milliseconds(0))
    , m_businessAge(m_calendar && schema.age == AgeKind::Business)
{
}

Instant Aging::epoch(Instant anchor) const
{
    return isDueInBusinessTime() ? m_calendar->subtract(m_offset, anchor).value_or(BeforeAllTime) : anchor - m_offset;
}

milliseconds Aging::rest(Instant anchor) const
{
    if (!isDueInBusinessTime())
        return milliseconds(0);
    const milliseconds position = m_calendar->position(anchor);
    const auto first = position < m_offset ? std::nullopt : m_calendar->earliestAt(position);
    return anchor - first.value_or(BusinessCalendar::Begin);
}

milliseconds Aging::age(Instant anchor, Instant at) const
{
    return m_businessAge ? m_calendar->businessTimeBetween(anchor, at) + m_offset : at - epoch(anchor);
}

Instant Aging::latestAnchor(milliseconds age, Instant at) const
{
    if (m_businessAge)
        return lastAnchorAt(m_calendar->position(at) + m_offset - age);
    return isDueInBusinessTime() ? lastAnchorWithEpochUpTo(at - age) : at - age + m_offset;
}

std::optional<Instant> Aging::reaches(Instant anchor, milliseconds age) const
{
    return m_businessAge ? m_calendar->earliestAt(m_calendar->position(anchor) + age - m_offset) : std::optional(epoch(anchor) + age);
}

/// The latest anchor up to which no more business time than @p position has passed.
Instant Aging::lastAnchorAt(milliseconds position) const
{
    if (position < milliseconds(0))
        return Instant::min();
    return m_calendar->latestAt(position).value_or(Instant::max());
}

/// An anchor's epoch lies behind @p epoch when the SLA fits between the two: that is, from a position on.
Instant Aging::lastAnchorWithEpochUpTo(Instant epoch) const
{
    if (epoch < BeforeAllTime)
        return Instant::min();
    return lastAnchorAt(m_calendar->position(epoch + milliseconds(1)) + m_offset - milliseconds(1));
}

Instant Aging::lastAnchorUpTo(Instant epoch, milliseconds rest) const
{
    if (!isDueInBusinessTime())
        return epoch + m_offset;
    const Instant last = lastAnchorWithEpochUpTo(epoch);
    const auto first = epoch < BusinessCalendar::Begin ? std::optional(BusinessCalendar::Begin) : m_calendar->add(m_offset, epoch);
    return first && this->epoch(*first) == epoch ? std::min(last, *first + rest) : last;
}

std::optional<Instant> Aging::slaDue(Instant anchor) const
{
    const milliseconds left = m_schema.sla - m_offset;
    return m_calendar ? m_calendar->add(left, anchor) : std::optional(anchor + left);
}

Instant Aging::latestManaged(Instant at) const
{
    const milliseconds left = m_schema.managedPeriod - m_offset;
    if (!m_calendar)
        return at - left;
    const Instant latest = lastAnchorAt(m_calendar->position(at) - left);
    return m_offset > milliseconds(0) ? latest : std::min(latest, at);
}

milliseconds Aging::counted(Instant from, Instant to) const
{
    return std::max(milliseconds(0), m_businessAge ? m_calendar->businessTimeBetween(from, to) : to - from);
}

Instant Aging::moved(Instant anchor, milliseconds by) const
{
    return m_businessAge ? m_calendar->add(by, anchor).value_or(anchor + by) : anchor + by;
}

} // namespace iwd
