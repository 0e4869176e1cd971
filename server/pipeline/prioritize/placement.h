// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aging.h"

#include <pipeline/store.h>

namespace iwd {

/// Where an item stands at one instant.
struct Standing
{
    int priority = 0;
    Instant epoch; ///< its age counts from here
    std::optional<Instant> slaDue; ///< what SLA figures are measured against; nothing when the calendar never opens for so long
};

/// The manual shift and the band's together. A band that the schema no longer has counts as its highest.
[[nodiscard]] int totalShift(const WorkClass &terms, const PrioritizationSchema &schema);

/// @returns nothing before classification, or when the schema is gone
[[nodiscard]] std::optional<Standing> standingOf(Snapshot &snapshot, const ItemRecord &record);

/// Where work goes that is meant for a queue: there, or on to the overflow of a queue that is being drained.
[[nodiscard]] QString queueForNewWork(const ConfigurationSnapshot &configuration, const QString &queueId);

/// How far time on hold has moved an item's anchor so far.
struct ExcludedHold
{
    Instant from; ///< the creation or due date that it was moved from
    milliseconds time { 0 }; ///< counted like the age
};

[[nodiscard]] ExcludedHold excludedHoldTime(Snapshot &snapshot, const ItemRecord &record);

/// The class that the item belongs to, in this queue and with this schema.
[[nodiscard]] WorkClass workClassFor(const ConfigurationSnapshot &configuration, const WorkItem &item, const QString &queueId, const QString &schemaId);

/// Gives the item its place for the given queue and schema: class and anchor, from its own terms.
/// @param held of an item that had a place, before it was changed: stays excluded. Nothing begins the age anew.
void place(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &schemaId, const std::optional<ExcludedHold> &held = std::nullopt);

/// Takes the time from @p since until now out of the age, when the schema says so.
void excludeHold(Snapshot &snapshot, ItemRecord &record, Instant since);

/// Turns "this priority now" into a shift and places the item again.
[[nodiscard]] Result<void> setPriorityNow(Transaction &transaction, ItemRecord &record, int priority);

} // namespace iwd
