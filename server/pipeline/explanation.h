// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distribute/outlook.h"
#include "itemlookup.h"
#include "prioritize/ordering.h"

namespace iwd {

/// One summand of a priority.
struct PriorityTerm
{
    QString name; ///< "curve", "escalation", "businessValue", "manual"
    int value = 0;
    QString text;
};

struct PriorityAt
{
    Instant at;
    int priority = 0;
};

/// What an item's priority is made of, and how it goes on if nobody touches the item.
struct PriorityExplanation
{
    int priority = 0; ///< the sum of the terms
    std::vector<PriorityTerm> terms;
    milliseconds age { 0 };
    Instant epoch;
    std::optional<Instant> slaDue;
    std::optional<PriorityAt> nextChange; ///< nothing when it never changes again
    std::vector<PriorityAt> nextDay; ///< now, then every hour
};

/// How many waiting items come before this one, in the order of the Universal Queue.
struct Position
{
    static constexpr int MostCounted = 10'000;

    int ahead = 0;
    bool exact = true; ///< false: at least so many
    std::vector<Candidate> first; ///< the first few of those ahead, best first
};

/// Why nobody works on the item just now. The code is for programs, the text for people.
struct Obstacle
{
    QString code;
    QString text;
};

/// An agent who may have the item, now or later.
struct Prospect
{
    QString agentId;
    QString name;
    bool couldTakeNow = false;
    std::optional<Instant> eligibleFrom; ///< nothing: never, as things are
    std::vector<Obstacle> obstacles;
};

struct Explanation
{
    static constexpr int MostProspects = 50;

    Instant at;
    ItemRecord record;
    std::optional<PriorityExplanation> priority; ///< nothing before classification and after the end
    std::optional<Position> inQueue; ///< of waiting items
    std::optional<Position> overall;
    std::vector<UpcomingStep> steps; ///< what will happen by itself, by time
    std::vector<Obstacle> notAssigned; ///< empty when it is assigned or has ended
    std::vector<Prospect> prospects; ///< who could take it now first, then who could soonest; at most MostProspects
    int prospectCount = 0;
};

/// Where the item stands, why, and what would change it.
/// @param scope what the caller may see: others that are ahead are counted but not named
[[nodiscard]] Explanation explain(Snapshot &snapshot, const ItemRecord &record, const CategoryScope &scope = {});

} // namespace iwd
