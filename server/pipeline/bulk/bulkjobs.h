// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bulkplan.h"

#include <pipeline/store.h>

namespace iwd {

/// Jobs: one action on many items, in two steps. A preview says what would happen to how many items; whoever confirms it makes a job, which BulkRunner carries out in the background.

inline constexpr int BulkSampleSize = 10; ///< items that a preview shows
inline constexpr int BulkLookedAt = 500; ///< of a search, so many of its newest matches are tried against the status machine
inline constexpr int MostOpenJobs = 100; ///< of a tenant at any time

/// What an action would be about, at this moment.
struct BulkPreview
{
    MatchCount count; ///< exact as far as the tenant's settings let a search count
    std::vector<ItemRecord> sample; ///< the newest
    int lookedAt = 0;
    int notAllowed = 0; ///< of `lookedAt`: cannot take the action in the status they have
    Instant at; ///< relative dates count from here
    ItemId upTo; ///< the newest item of all
};

/// Call it in Store::search(). @returns InvalidReference when the action names something that is not there
/// @param scope what the caller may see
[[nodiscard]] Result<BulkPreview> previewBulk(Snapshot &snapshot, const BulkRequest &request, const CategoryScope &scope = {});

/// A preview that somebody has confirmed.
struct BulkConfirmation
{
    QByteArray digest; ///< tells confirmations apart: each counts once
    MatchCount count;
    Instant at;
    ItemId upTo;
};

/// @returns ConfirmationInvalid when the confirmation was used before, TooManyJobs
[[nodiscard]] Result<JobRecord> startJob(Transaction &transaction, const BulkRequest &request, const BulkConfirmation &confirmation, const Actor &actor, const CategoryScope &scope = {});

[[nodiscard]] Error noSuchJob(const QString &name);
/// @param name "job-17". @returns ObjectNotFound
[[nodiscard]] Result<JobRecord> findJob(Snapshot &snapshot, const QString &name);

enum class JobCommand { Pause, Resume, Cancel };
/// Does nothing when the job is in that state already. @returns JobNotAllowedInState when it has ended
[[nodiscard]] Result<JobRecord> commandJob(Transaction &transaction, const QString &name, JobCommand command);

/// The action that takes back what the job did; nothing: none does.
[[nodiscard]] std::optional<ItemOperation> inverseOf(const JobRecord &job);

/// Makes a job that takes back what another has done, on the items that nobody has changed since.
/// @param allowed whether the caller may carry out the inverse
/// @returns JobNotUndoable, JobNotAllowedInState while the job has not ended, TooManyJobs
[[nodiscard]] Result<JobRecord> undoJob(Transaction &transaction, const QString &name, const Actor &actor, const std::function<Result<void>(ItemOperation)> &allowed, const CategoryScope &scope = {});

/// When a running job will have been through its items, if it goes on as before.
[[nodiscard]] std::optional<Instant> estimatedEnd(const JobRecord &job);

} // namespace iwd
