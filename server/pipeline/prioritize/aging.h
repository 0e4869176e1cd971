// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>
#include <pipeline/itemrecord.h>

namespace iwd {

/// How time counts for the items of one work class: from an item's anchor (see WorkClass) to its age, its SLA and the end of its managed period, and
/// back from an age to the anchors that have it.
///
/// Without a calendar every hour counts. With one, SLA and managed period are business time, and so is the age where the schema says so. The
/// calendar is the class's own (its items', or their category's), else the schema's; one that does not exist counts as none.
///
/// Everything here is monotone in the anchor: an older anchor never has the lesser age, nor the later epoch. So the index by anchor is the
/// order of a class, whatever the calendar, and a changed calendar changes no row.
class Aging
{
public:
    /// What is passed must outlive this.
    Aging(const ConfigurationSnapshot &configuration, const WorkClass &terms, const PrioritizationSchema &schema);

    /// The instant from which age counts: the creation, or the due date less the SLA.
    [[nodiscard]] Instant epoch(Instant anchor) const;
    /// Due dates in the same closed hours share their epoch. This is how far the anchor lies behind the first of those: 0 for all others.
    [[nodiscard]] milliseconds rest(Instant anchor) const;
    /// What the curve is asked for; negative before the epoch.
    [[nodiscard]] milliseconds age(Instant anchor, Instant at) const;
    /// The latest anchor that has at least this age at @p at; Instant::min() when none has, Instant::max() when all have.
    [[nodiscard]] Instant latestAnchor(milliseconds age, Instant at) const;
    /// The first instant at which the age is reached; nothing when it never is.
    [[nodiscard]] std::optional<Instant> reaches(Instant anchor, milliseconds age) const;

    /// The last anchor whose (epoch, rest) is not behind the given one.
    [[nodiscard]] Instant lastAnchorUpTo(Instant epoch, milliseconds rest) const;

    /// When the SLA ends; nothing when it never does, because the calendar does not open for so long.
    [[nodiscard]] std::optional<Instant> slaDue(Instant anchor) const;
    /// Items with this anchor or an older one are at the end of their managed period.
    [[nodiscard]] Instant latestManaged(Instant at) const;

    /// Time from one instant to another as the age counts it; never negative.
    [[nodiscard]] milliseconds counted(Instant from, Instant to) const;
    /// The anchor, moved on by time that does not count as age.
    [[nodiscard]] Instant moved(Instant anchor, milliseconds by) const;

private:
    [[nodiscard]] bool isDueInBusinessTime() const { return m_calendar && m_offset > milliseconds(0); }
    [[nodiscard]] Instant lastAnchorWithEpochUpTo(Instant epoch) const;
    [[nodiscard]] Instant lastAnchorAt(milliseconds position) const;

    const PrioritizationSchema &m_schema;
    const BusinessCalendar *m_calendar = nullptr;
    milliseconds m_offset; ///< how far the anchor lies behind the epoch, in the time in which the SLA counts
    bool m_businessAge;
};

} // namespace iwd
