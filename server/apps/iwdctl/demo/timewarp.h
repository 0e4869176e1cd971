// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <vector>

namespace iwd::demo {

/// Maps the days of the record to the seconds of the play and back.
///
/// An hour in which a lot happened gets its full share of the play; an hour in which less happened gets less, in proportion, and one in
/// which nothing did takes no time at all: so nights are short and the months until the last old incident is closed pass quickly, while the
/// rhythm of the busy days stays as it was.
class TimeWarp
{
public:
    /// From so many moments on an hour counts as busy.
    static constexpr int BusyHour = 40;

    /// @param moments when something happened, in any order; not empty
    /// @param duration of the whole play
    TimeWarp(std::vector<Instant> moments, milliseconds duration);

    /// Time since the start of the play at which @p moment is reached; clamped to the record's ends.
    [[nodiscard]] milliseconds playTime(Instant moment) const;
    /// The moment of the record at @p playTime; clamped to its ends.
    [[nodiscard]] Instant moment(milliseconds playTime) const;

    [[nodiscard]] milliseconds duration() const { return m_duration; }
    [[nodiscard]] Instant first() const { return m_first; }
    [[nodiscard]] Instant last() const { return m_last; }

private:
    struct Knot
    {
        Instant moment;
        double weight = 0; ///< of all time before it
    };

    std::vector<Knot> m_knots; ///< rising in both
    Instant m_first;
    Instant m_last;
    milliseconds m_duration;
};

} // namespace iwd::demo
