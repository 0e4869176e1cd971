// SPDX-License-Identifier: Apache-2.0
#include "bulkstep.h"

#include <pipeline/itemoperations.h>

#include <QJsonDocument>

namespace iwd {

namespace {

constexpr milliseconds longestStep { 10'000 }; ///< more than that between two steps is no work, but a server that was away
constexpr qsizetype longestDetail = 500;

JobResult skipped(ItemId item, const QString &code, const QString &detail)
{
    return { item, JobOutcome::Skipped, 0, code, detail, {} };
}

Error noSuchItem(ItemId item)
{
    return { ErrorCode::ItemNotFound, QStringLiteral("There is no item with the id \"%1\".").arg(item.toString()), {}, {} };
}

/// What the item is not fit for is skipped; what went wrong has failed.
JobResult refusal(ItemId item, const Error &error)
{
    const bool needsNothing = error.code == ErrorCode::NotAllowedInStatus || error.code == ErrorCode::VersionMismatch;
    return { item, needsNothing ? JobOutcome::Skipped : JobOutcome::Failed, 0, errorKey(error.code), error.text.left(longestDetail), {} };
}

ItemCommand commandFor(const BulkPlan &plan, const JobRecord &job, ItemId item)
{
    const ItemParameters &parameters = plan.request.parameters;
    ItemCommand command;
    command.operation = plan.request.action;
    command.item = { item.toString(), {} };
    command.item.scope = plan.scope;
    command.reason = parameters.reason;
    command.resultCode = parameters.resultCode;
    command.queueId = parameters.queueId;
    command.categoryId = parameters.categoryId;
    command.agentId = parameters.agentId;
    command.input = parameters.input;
    command.actor = job.actor;
    if (plan.undoOf)
        command.reason = QStringLiteral("Undoes %1.").arg(jobName(*plan.undoOf));
    return command;
}

const QString shiftName = QStringLiteral("shift");
const QString fieldsName = QStringLiteral("fields");

/// What makes @p before of @p after, of the fields that @p input speaks of: as for PATCH /items/{id}, but the shift of the priority apart, whose sum may be more than one request can move.
QByteArray changeBack(const WorkItem &before, const WorkItem &after, const ItemInput &input)
{
    QJsonObject change;
    for (const FieldAssignment &assignment : input.fields) {
        if (!assignment.field->isSame(before, after))
            change.insert(assignment.field->name, assignment.field->get(before));
    }
    if (before.businessValue != after.businessValue)
        change.insert(QStringLiteral("businessValue"), before.businessValue);
    QJsonObject custom;
    for (auto entry = input.custom.begin(); entry != input.custom.end(); ++entry) {
        const auto was = before.custom.constFind(entry.key());
        const bool wasThere = was != before.custom.constEnd();
        const bool same = wasThere == after.custom.contains(entry.key()) && (!wasThere || after.custom.value(entry.key()) == QJsonValue(*was));
        if (!same)
            custom.insert(entry.key(), wasThere ? QJsonValue(*was) : QJsonValue());
    }
    if (!custom.isEmpty())
        change.insert(QStringLiteral("custom"), custom);
    const QJsonObject back { { fieldsName, change }, { shiftName, before.priorityShift - after.priorityShift } };
    return QJsonDocument(back).toJson(QJsonDocument::Compact);
}

Result<ItemInput> readChangeBack(const QByteArray &text)
{
    const QJsonObject back = QJsonDocument::fromJson(text).object();
    auto input = decodeItemInput(back.value(fieldsName).toObject(), InputMode::Update);
    if (const int shift = back.value(shiftName).toInt(); input && shift != 0)
        input->priority = IntegerChange { true, shift };
    return input;
}

/// One item. @returns an Error when it is refused
Result<JobResult> change(Transaction &transaction, const BulkPlan &plan, const JobRecord &job, const BulkItem &item, ItemRecord &record)
{
    // What was found a moment ago may have been changed by somebody since.
    const bool bySearch = !plan.undoOf && !plan.request.items;
    const bool isSeen = plan.scope.covers(*transaction.configuration(), record.item.categoryId);
    if (!isSeen && !bySearch)
        return noSuchItem(item.id);
    if (!isSeen || (bySearch && !plan.request.condition.matches(ItemAttributes(record.item), plan.at)))
        return skipped(item.id, QStringLiteral("noLongerMatches"), QStringLiteral("It does not match the search any more."));
    ItemCommand command = commandFor(plan, job, item.id);
    if (plan.undoOf) {
        if (item.ifVersion == 0)
            return skipped(item.id, QStringLiteral("nothingToUndo"), QStringLiteral("%1 left it as it was.").arg(jobName(*plan.undoOf)));
        command.ifVersion = item.ifVersion;
    }
    if (plan.undoOf && command.operation == ItemOperation::Update) {
        const auto input = readChangeBack(item.change);
        if (!input)
            return input.error();
        command.input = *input;
    }
    const WorkItem before = record.item;
    if (const auto changed = changeRecord(transaction, record, command); !changed)
        return changed.error();
    JobResult result { item.id, JobOutcome::Done, 0, {}, {}, {} };
    if (record.item.version == before.version)
        return result;
    result.version = record.item.version;
    if (command.input)
        result.before = changeBack(before, record.item, *command.input);
    return result;
}

void count(JobRecord &job, const JobResult &result)
{
    switch (result.outcome) {
    case JobOutcome::Done:
        ++job.done;
        break;
    case JobOutcome::Skipped:
        ++job.skipped;
        break;
    case JobOutcome::Failed:
        ++job.failed;
        break;
    }
}

void advance(JobRecord &job, const BulkStep &step, Instant now)
{
    if (job.started)
        job.worked += std::clamp(now - job.updated, milliseconds(0), longestStep);
    else
        job.started = now;
    job.state = JobState::Running;
    job.updated = now;
    job.last = step.to;
    if (job.processed() > job.total)
        job.total = job.processed();
    if (!step.isLast)
        return;
    job.state = JobState::Finished;
    job.ended = now;
    job.total = job.processed();
    job.totalExact = true;
}

} // namespace

Result<bool> doBulkStep(Transaction &transaction, const BulkPlan &plan, const BulkStep &step, BulkStepOutcome &outcome)
{
    outcome = {};
    const auto stored = transaction.job(step.job);
    if (!stored)
        return false;
    outcome.job = *stored;
    JobRecord &job = outcome.job;
    const bool atWork = job.state == JobState::Queued || job.state == JobState::Running;
    if (!atWork || job.last != step.from)
        return false;
    std::vector<ItemId> ids;
    for (const BulkItem &item : step.items)
        ids.push_back(item.id);
    std::map<ItemId, ItemRecord> records;
    if (!ids.empty()) {
        for (ItemRecord &record : transaction.items(ids))
            records.emplace(record.item.id, std::move(record));
    }
    std::vector<JobResult> results;
    results.reserve(step.items.size());
    for (size_t i = 0; i < step.items.size() && !transaction.failed(); ++i) {
        const BulkItem &item = step.items[i];
        const auto record = records.find(item.id);
        const auto refused = step.refused.find(item.id);
        if (refused != step.refused.end()) {
            results.push_back(refusal(item.id, refused->second));
        } else if (record == records.end()) {
            results.push_back(refusal(item.id, noSuchItem(item.id)));
        } else {
            const int changes = transaction.changeCount();
            auto result = change(transaction, plan, job, item, record->second);
            if (!result && transaction.changeCount() != changes) {
                outcome.spoiled = { i, result.error() };
                return result.error();
            }
            results.push_back(result ? *std::move(result) : refusal(item.id, result.error()));
        }
        count(job, results.back());
    }
    if (transaction.failed())
        return *transaction.failure();
    advance(job, step, transaction.now());
    transaction.addJobResults(job.id, results);
    transaction.updateJob(job);
    outcome.done = !transaction.failed();
    return true;
}

} // namespace iwd
