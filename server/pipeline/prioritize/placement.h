// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// Where an item stands at one instant.
struct Standing
{
    int priority = 0;
    Instant epoch; ///< its age counts from here
    Instant slaDue; ///< what SLA figures are measured against
};

/// How far anchors of a class lie after the epochs: the SLA when they are due dates.
[[nodiscard]] inline milliseconds anchorOffset(const WorkClass &terms, const PrioritizationSchema &schema)
{
    return terms.anchor == AnchorKind::Due ? schema.sla : milliseconds(0);
}

/// The manual shift and the band's together. A band that the schema no longer has counts as its highest.
[[nodiscard]] int totalShift(const WorkClass &terms, const PrioritizationSchema &schema);

/// @returns nothing before classification, or when the schema is gone
[[nodiscard]] std::optional<Standing> standingOf(Snapshot &snapshot, const ItemRecord &record);

/// Where work goes that is meant for a queue: there, or on to the overflow of a queue that is being drained.
[[nodiscard]] QString queueForNewWork(const ConfigurationSnapshot &configuration, const QString &queueId);

/// Gives the item its place for the given queue and schema: class and anchor, from its own terms. Time on hold that already moved
/// the anchor of an item that had a place is kept.
void place(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &schemaId, milliseconds heldTime = milliseconds(0));

/// The time on hold by which the anchor was moved so far.
[[nodiscard]] milliseconds excludedHoldTime(const ItemRecord &record);

/// Turns "this priority now" into a shift and places the item again.
[[nodiscard]] Result<void> setPriorityNow(Transaction &transaction, ItemRecord &record, int priority);

} // namespace iwd
