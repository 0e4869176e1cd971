// SPDX-License-Identifier: Apache-2.0
#include "bulkjobs.h"

#include <pipeline/capture/attributes.h>

namespace iwd {

namespace {

constexpr size_t readAtOnce = 1'000;

Error noSuchObject(const QString &field, const QString &kind, const QString &id)
{
    return { ErrorCode::InvalidReference, QStringLiteral("There is no %1 \"%2\".").arg(kind, id), field, { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), id } } };
}

/// What would fail for each of the items is better said once, before.
Result<void> checkParameters(Snapshot &snapshot, const ItemParameters &parameters)
{
    const auto configuration = snapshot.configuration();
    const QString queue = QStringLiteral("queue");
    const QString category = QStringLiteral("category");
    const QString agent = QStringLiteral("agent");
    const auto path = [](const QString &name) -> QString { return QStringLiteral("parameters.") + name; };
    if (!parameters.queueId.isEmpty() && !configuration->queue(parameters.queueId))
        return noSuchObject(path(queue), queue, parameters.queueId);
    if (!parameters.categoryId.isEmpty()) {
        const CategoryNode *node = configuration->category(parameters.categoryId);
        if (!node || node->deleted)
            return noSuchObject(path(category), category, parameters.categoryId);
    }
    if (!parameters.agentId.isEmpty() && !configuration->agent(parameters.agentId))
        return noSuchObject(path(agent), agent, parameters.agentId);
    if (parameters.input) {
        if (const auto sound = checkAttributes(*configuration, parameters.input->custom, InputMode::Update); !sound)
            return inside(QStringLiteral("parameters"), sound.error());
    }
    return {};
}

void lookAt(BulkPreview &preview, const ItemRecord &record, ItemOperation action)
{
    ++preview.lookedAt;
    if (!isAllowed(action, record.item.status))
        ++preview.notAllowed;
}

/// Each of them is looked at: they are not many.
void previewList(Snapshot &snapshot, const BulkRequest &request, const CategoryScope &scope, BulkPreview &preview)
{
    const auto configuration = snapshot.configuration();
    const std::vector<ItemId> &ids = *request.items;
    for (size_t first = 0; first < ids.size() && !snapshot.failed(); first += readAtOnce) {
        const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
        const std::vector<ItemId> some(begin, begin + static_cast<std::ptrdiff_t>(std::min(readAtOnce, ids.size() - first)));
        for (ItemRecord &record : snapshot.items(some)) {
            if (!scope.covers(*configuration, record.item.categoryId))
                continue;
            lookAt(preview, record, request.action);
            preview.sample.push_back(std::move(record));
            if (preview.sample.size() > BulkSampleSize)
                preview.sample.erase(preview.sample.begin());
        }
    }
    std::reverse(preview.sample.begin(), preview.sample.end());
    preview.count = { preview.lookedAt, true };
}

void previewSearch(Snapshot &snapshot, const BulkRequest &request, const ItemSearch &search, BulkPreview &preview)
{
    preview.count = snapshot.countMatches(search, snapshot.configuration()->settings().countExactlyUpTo);
    if (!request.exclude.empty()) {
        const auto excluded = snapshot.matching(search, { request.exclude.begin(), request.exclude.end() });
        preview.count.value = std::max<qint64>(0, preview.count.value - static_cast<qint64>(excluded.size()));
    }
    // Whatever is excluded may be among the newest.
    const int wanted = BulkLookedAt + static_cast<int>(std::min<size_t>(request.exclude.size(), BulkLookedAt));
    std::vector<ItemId> ids;
    for (const SearchHit &hit : snapshot.search(search, {}, std::nullopt, wanted)) {
        if (!request.exclude.contains(hit.id) && ids.size() < BulkLookedAt)
            ids.push_back(hit.id);
    }
    for (ItemRecord &record : snapshot.items(ids)) {
        lookAt(preview, record, request.action);
        if (preview.sample.size() < BulkSampleSize)
            preview.sample.push_back(std::move(record));
    }
}

Result<void> checkRoom(Snapshot &snapshot)
{
    if (snapshot.openJobs(MostOpenJobs).size() < MostOpenJobs)
        return {};
    return Error { ErrorCode::TooManyJobs,
        QStringLiteral("There are %1 jobs that have not ended. Wait until one of them has, or cancel one that nobody needs.").arg(MostOpenJobs), {}, { { QStringLiteral("limit"), MostOpenJobs } } };
}

Error notInThisState(const JobRecord &job, const QString &operation)
{
    return { ErrorCode::JobNotAllowedInState, QStringLiteral("The job %1 is %2, so it cannot be changed by \"%3\".").arg(jobName(job.id), jobStateName(job.state), operation), {},
        { { QStringLiteral("id"), jobName(job.id) }, { QStringLiteral("operation"), operation }, { QStringLiteral("state"), jobStateName(job.state) } } };
}

Error notUndoable(const JobRecord &job, const QString &text, std::optional<qint64> undoneBy = std::nullopt)
{
    QJsonObject args { { QStringLiteral("id"), jobName(job.id) }, { QStringLiteral("action"), job.action } };
    if (undoneBy)
        args.insert(QStringLiteral("undoneBy"), jobName(*undoneBy));
    return { ErrorCode::JobNotUndoable, text, {}, args };
}

} // namespace

Result<BulkPreview> previewBulk(Snapshot &snapshot, const BulkRequest &request, const CategoryScope &scope)
{
    if (const auto sound = checkParameters(snapshot, request.parameters); !sound)
        return sound.error();
    BulkPreview preview;
    preview.at = snapshot.now();
    for (const ItemRecord &newest : snapshot.items(ItemFilter {}, 0, true, 1))
        preview.upTo = newest.item.id;
    if (request.items) {
        previewList(snapshot, request, scope, preview);
        return preview;
    }
    const auto search = searchOf({ request, preview.at, preview.upTo, std::nullopt, scope }, snapshot);
    if (!search)
        return search.error();
    previewSearch(snapshot, request, *search, preview);
    return preview;
}

Result<JobRecord> startJob(Transaction &transaction, const BulkRequest &request, const BulkConfirmation &confirmation, const Actor &actor, const CategoryScope &scope)
{
    if (const auto used = transaction.jobConfirmedBy(confirmation.digest)) {
        return Error { ErrorCode::ConfirmationInvalid, QStringLiteral("This confirmation was used before; the job %1 came of it. For another one, ask for another preview.").arg(jobName(*used)),
            QStringLiteral("confirmationToken"), { { QStringLiteral("reason"), QStringLiteral("used") }, { QStringLiteral("job"), jobName(*used) } } };
    }
    if (const auto room = checkRoom(transaction); !room)
        return room.error();
    JobRecord job;
    job.action = operationName(request.action);
    job.actor = actor;
    job.created = job.updated = transaction.now();
    job.confirmation = confirmation.digest;
    // Of a list each id is gone through, whether or not there is such an item.
    job.total = request.items ? static_cast<qint64>(request.items->size()) : confirmation.count.value;
    job.totalExact = request.items || confirmation.count.exact;
    transaction.insertJob(job, encodeBulkPlan({ request, confirmation.at, confirmation.upTo, std::nullopt, scope }));
    return job;
}

Error noSuchJob(const QString &name)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no job \"%1\". Jobs are forgotten some days after their end.").arg(name), {},
        { { QStringLiteral("kind"), QStringLiteral("job") }, { QStringLiteral("id"), name } } };
}

Result<JobRecord> findJob(Snapshot &snapshot, const QString &name)
{
    if (const auto id = jobNamed(name)) {
        if (auto job = snapshot.job(*id))
            return *std::move(job);
    }
    return noSuchJob(name);
}

Result<JobRecord> commandJob(Transaction &transaction, const QString &name, JobCommand command)
{
    auto found = findJob(transaction, name);
    if (!found)
        return found;
    JobRecord &job = *found;
    const JobState before = job.state;
    switch (command) {
    case JobCommand::Pause:
        if (hasEnded(before))
            return notInThisState(job, QStringLiteral("pause"));
        job.state = JobState::Paused;
        break;
    case JobCommand::Resume:
        if (hasEnded(before))
            return notInThisState(job, QStringLiteral("resume"));
        if (before == JobState::Paused)
            job.state = job.started ? JobState::Running : JobState::Queued;
        break;
    case JobCommand::Cancel:
        if (hasEnded(before) && before != JobState::Canceled)
            return notInThisState(job, QStringLiteral("cancel"));
        job.state = JobState::Canceled;
        break;
    }
    if (job.state == before)
        return job;
    if (hasEnded(job.state))
        job.ended = transaction.now();
    job.updated = transaction.now();
    transaction.updateJob(job);
    return job;
}

std::optional<ItemOperation> inverseOf(const JobRecord &job)
{
    const auto action = operationFromName(job.action);
    if (!action)
        return std::nullopt;
    switch (*action) {
    case ItemOperation::Hold:
        return ItemOperation::Resume;
    case ItemOperation::Resume:
        return ItemOperation::Hold;
    case ItemOperation::Update:
        return ItemOperation::Update;
    default:
        return std::nullopt;
    }
}

Result<JobRecord> undoJob(Transaction &transaction, const QString &name, const Actor &actor, const std::function<Result<void>(ItemOperation)> &allowed, const CategoryScope &scope)
{
    const auto found = findJob(transaction, name);
    if (!found)
        return found;
    const JobRecord &job = *found;
    const auto inverse = inverseOf(job);
    if (!inverse)
        return notUndoable(job, QStringLiteral("The job %1 cannot be undone, because nothing is the opposite of \"%2\". Only hold, resume and update can be taken back.").arg(jobName(job.id), job.action));
    if (const auto may = allowed(*inverse); !may)
        return may.error();
    if (!hasEnded(job.state))
        return notInThisState(job, QStringLiteral("undo"));
    if (const auto undoing = transaction.jobUndoing(job.id))
        return notUndoable(job, QStringLiteral("The job %1 is undone by the job %2 already.").arg(jobName(job.id), jobName(*undoing)), *undoing);
    if (const auto room = checkRoom(transaction); !room)
        return room.error();
    JobRecord undo;
    undo.action = operationName(*inverse);
    undo.actor = actor;
    undo.created = undo.updated = transaction.now();
    undo.total = job.done;
    undo.undoOf = job.id;
    BulkPlan plan;
    plan.undoOf = job.id;
    plan.request.action = *inverse;
    plan.scope = scope;
    transaction.insertJob(undo, encodeBulkPlan(plan));
    return undo;
}

std::optional<Instant> estimatedEnd(const JobRecord &job)
{
    const qint64 left = job.total - job.processed();
    if (job.state != JobState::Running || job.processed() == 0 || left < 0)
        return std::nullopt;
    return job.updated + milliseconds(static_cast<qint64>(double(job.worked.count()) / double(job.processed()) * double(left)));
}

} // namespace iwd
