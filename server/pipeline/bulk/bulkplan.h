// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/access/categoryscope.h>
#include <pipeline/itemrecord.h>
#include <pipeline/store.h>

#include <contract/bulkapi.h>

namespace iwd {

/// What a job is to do, as it is stored with it.
struct BulkPlan
{
    BulkRequest request;
    Instant at; ///< relative dates of the condition count from here
    ItemId upTo; ///< items captured after this one are left alone
    std::optional<qint64> undoOf; ///< then its items are those that this job has changed
    CategoryScope scope; ///< what whoever confirmed it may see: other items are not there for it
};

/// What finds the items, as the configuration is now. Not for lists of ids, nor for an undo.
[[nodiscard]] Result<ItemSearch> searchOf(const BulkPlan &plan, Snapshot &snapshot);

[[nodiscard]] QByteArray encodeBulkPlan(const BulkPlan &plan);
/// @returns an Error when @p text is the plan of a newer version of the server, or damaged
[[nodiscard]] Result<BulkPlan> decodeBulkPlan(const QByteArray &text);

} // namespace iwd
