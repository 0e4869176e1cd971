// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proposal.h"

#include <pipeline/report/hourlyprofile.h>
#include <pipeline/report/livefigures.h>

namespace iwd {

/// An item near the front of a queue.
struct NextItem
{
    ItemId id;
    qint64 place = 0; ///< in the queue, from 1 on
    int priority = 0;
    QString otherQueueId; ///< where it stands in the other case; empty: nowhere
    qint64 otherPlace = 0; ///< there
    int otherPriority = 0;
};

struct QueueOutcome
{
    qint64 waiting = 0; ///< of the items that were looked at
    qint64 proposedWaiting = 0;
    qint64 came = 0; ///< from other queues
    qint64 left = 0;
    qint64 placeChanged = 0; ///< of those that stay
    qint64 priorityChanged = 0; ///< of those that stay
    std::vector<NextItem> next;
    std::vector<NextItem> proposedNext;
};

/// A figure of several runs of a simulation.
struct Spread
{
    double mean = 0;
    qint64 low = 0; ///< a tenth of the runs is below
    qint64 high = 0; ///< a tenth is above
};

struct QueueForecast
{
    double arrivals = 0; ///< expected
    double handlingSeconds = 0; ///< mean
    qint64 handlingMeasured = 0; ///< of how many items; 0: it is assumed
    Spread missed;
    Spread proposedMissed;
    Spread waitingAtEnd;
    Spread proposedWaitingAtEnd;
};

struct ServiceForecast
{
    Instant from;
    Instant to;
    int runs = 0;
    bool finished = true; ///< else the simulation took too much and was broken off, so that figures of queues are too low
    bool allAgents = false; ///< nobody was present, or all were asked for
    qint64 agents = 0;
    qint64 proposedAgents = 0;
    double busy = 0; ///< share of their time that agents work, 0 to 1
    double proposedBusy = 0;
    std::map<QString, QueueForecast> queues;
};

struct WhatIfOutcome
{
    qint64 waiting = 0; ///< items in the whole backlog
    qint64 lookedAt = 0; ///< of them; the oldest of each work class
    bool exact = true; ///< all were looked at
    qint64 queueChanged = 0;
    qint64 placeChanged = 0; ///< in their queue
    qint64 priorityChanged = 0;
    qint64 unclassified = 0; ///< that the proposed rules would hold with an error
    std::map<QString, QueueOutcome> queues;
    std::optional<ServiceForecast> forecast;
};

/// How much is looked at.
struct WhatIfLimits
{
    int items = 50'000; ///< waiting items whose places are computed
    int documents = 5'000; ///< the same where their attributes are needed, because rules, bands or divisions change
    qint64 steps = 3'000'000; ///< of all runs of a simulation together, see simulateService()
    int runs = 10;
    qint64 played = 200'000; ///< items in all runs together; of many items fewer runs tell as much
};

/// What would be if the configuration were as proposed: the order of what waits, and, for some hours, SLAs that would be missed. Everything is computed on copies in memory, and nothing is written.
///
/// Changed categories are applied to what waits as if it were classified once more: an item moves when the proposed rules lead to another queue or schema than today's. Without such a change items stay in the class they are in.
/// The forecast plays both cases with the same arrivals, drawn from the arrivals of the same hours of the weeks before, which are like the items that wait, and the same handling times (gamma-distributed around what was measured).
///
/// Call it in Store::search().
/// @param profile of the tenant's past; @param waiting how many items wait in all
[[nodiscard]] Result<WhatIfOutcome> whatIf(Snapshot &snapshot, const Proposal &proposal, const HourlyProfile &profile, qint64 waiting, const WhatIfLimits &limits = {});

} // namespace iwd
