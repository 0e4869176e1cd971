// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemrecord.h>

#include <contract/bulkapi.h>

namespace iwd {

/// What a job is to do, as it is stored with it.
struct BulkPlan
{
    BulkRequest request;
    Instant at; ///< relative dates of the condition count from here
    ItemId upTo; ///< items captured after this one are left alone
    std::optional<qint64> undoOf; ///< then its items are those that this job has changed
};

[[nodiscard]] QByteArray encodeBulkPlan(const BulkPlan &plan);
/// @returns an Error when @p text is the plan of a newer version of the server, or damaged
[[nodiscard]] Result<BulkPlan> decodeBulkPlan(const QByteArray &text);

} // namespace iwd
