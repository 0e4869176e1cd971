// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemrecord.h>
#include <pipeline/report/event.h>

#include <QByteArray>

#include <optional>

namespace iwd {

/// How far a job is. The names (jobStateName()) are part of the API; the numbers are stored.
enum class JobState {
    Queued = 0, ///< nothing has been done yet
    Running = 1,
    Paused = 2, ///< somebody has stopped it, and may let it go on
    Finished = 3, ///< it has been through all of its items
    Canceled = 4, ///< somebody has ended it before that; what it has done stays
    Failed = 5, ///< it cannot go on; what it has done stays
};

[[nodiscard]] QString jobStateName(JobState state);
[[nodiscard]] constexpr bool hasEnded(JobState state)
{
    return state >= JobState::Finished;
}

/// One action on many items, carried out in the background. See bulk/bulkjobs.h.
struct JobRecord
{
    qint64 id = 0; ///< people see "job-<number>"
    JobState state = JobState::Queued;
    QString action; ///< name of an ItemOperation
    Actor actor; ///< who confirmed it: what it does is done in this name
    Instant created;
    std::optional<Instant> started;
    std::optional<Instant> ended;
    qint64 total = 0; ///< how many items it is about, as far as is known
    bool totalExact = true; ///< else `total` is an estimate
    qint64 done = 0;
    qint64 skipped = 0;
    qint64 failed = 0;
    ItemId last; ///< items go by in the order of their ids; all up to this one have
    milliseconds worked { 0 }; ///< for how long it has been at work, without pauses
    Instant updated; ///< when one of the figures changed last
    std::optional<qint64> undoOf; ///< the job whose work this one undoes
    QByteArray confirmation; ///< see Snapshot::jobConfirmedBy(); empty: of none
    QString error; ///< why it failed

    [[nodiscard]] qint64 processed() const { return done + skipped + failed; }
};

[[nodiscard]] QString jobName(qint64 id); ///< "job-17"
/// @returns nothing when @p name is not of that form
[[nodiscard]] std::optional<qint64> jobNamed(QStringView name);

/// What has become of an item. The names (jobOutcomeName()) are part of the API; the numbers are stored.
enum class JobOutcome {
    Done = 0, ///< "ok"
    Skipped = 1, ///< it could not take the action, and needed nothing
    Failed = 2,
};
[[nodiscard]] QString jobOutcomeName(JobOutcome outcome);
[[nodiscard]] std::optional<JobOutcome> jobOutcomeNamed(QStringView name);

struct JobResult
{
    ItemId item;
    JobOutcome outcome = JobOutcome::Done;
    qint64 version = 0; ///< of the item, as the job left it; 0: it did not change it
    QString code; ///< why not: the key of an error, or of a reason to skip
    QString detail; ///< the same for people
    QByteArray before; ///< of an update: what undoes it (JSON, for the bulk steps alone); empty: nothing changed
};

} // namespace iwd
