// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bulkplan.h"

#include <pipeline/store.h>

#include <span>

namespace iwd {

/// One of a job's items.
struct BulkItem
{
    ItemId id;
    std::optional<qint64> ifVersion; ///< of an undo: as the other job left it; 0: it changed nothing
    QByteArray change; ///< of the undo of an update: what restores it (JSON)
};

/// Some of a job's items, one after the other in the order of their ids: what one transaction does.
struct BulkStep
{
    qint64 job = 0;
    ItemId from; ///< where the job has to be (JobRecord::last) for the step to be done
    ItemId to; ///< where the job is when all of the items are done
    std::span<const BulkItem> items; ///< in (from, to]
    bool isLast = false; ///< nothing comes behind `to`
    std::map<ItemId, Error> refused = {}; ///< these are not tried (again), for this reason
};

struct BulkStepOutcome
{
    JobRecord job; ///< as it is now
    bool done = false; ///< else the job is not where the step begins, or not at work any more: nothing was changed
    /// This item was refused when it had been changed in part: nothing of the transaction holds. Do the step again up to this item, which is refused.
    std::optional<std::pair<size_t, Error>> spoiled;
};

/// Carries out the action on the items, with all that belongs to it: events, results, and how far the job is. All of it holds or none.
/// @param outcome is set in any case
/// @returns an Error when the transaction has to be undone
[[nodiscard]] Result<bool> doBulkStep(Transaction &transaction, const BulkPlan &plan, const BulkStep &step, BulkStepOutcome &outcome);

} // namespace iwd
