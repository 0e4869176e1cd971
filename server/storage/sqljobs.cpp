// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

#include <base/jsonwriter.h>

namespace iwd {

using namespace column;

namespace {

constexpr qint64 beyondAllJobs = std::numeric_limits<qint64>::max();

JobRecord readJob(const Statement &row)
{
    JobRecord job;
    job.id = row.integer(0);
    job.state = static_cast<JobState>(row.integer(1));
    job.action = row.text(2);
    job.actor = { row.text(3), row.text(4), row.text(5) };
    job.created = fromMillis(row.integer(6));
    job.started = instantAt(row, 7);
    job.ended = instantAt(row, 8);
    job.total = row.integer(9);
    job.totalExact = row.integer(10) != 0;
    job.done = row.integer(11);
    job.skipped = row.integer(12);
    job.failed = row.integer(13);
    job.last = { row.integer(14) };
    job.worked = milliseconds(row.integer(15));
    job.updated = fromMillis(row.integer(16));
    if (!row.isNull(17))
        job.undoOf = row.integer(17);
    job.confirmation = row.bytes(18);
    job.error = row.text(19);
    return job;
}

/// One list for one statement, whatever the database.
QByteArray encodeResults(const std::vector<JobResult> &results)
{
    JsonWriter json(static_cast<qsizetype>(results.size()) * 64);
    json.beginArray();
    for (const JobResult &result : results) {
        json.beginObject();
        json.name(QLatin1StringView("item_id")).number(result.item.number);
        json.name(QLatin1StringView("outcome")).number(static_cast<int>(result.outcome));
        json.name(QLatin1StringView("version")).number(result.version);
        if (!result.code.isEmpty())
            json.name(QLatin1StringView("code")).text(result.code);
        if (!result.detail.isEmpty())
            json.name(QLatin1StringView("detail")).text(result.detail);
        if (!result.before.isEmpty())
            json.name(QLatin1StringView("before")).text(QString::fromUtf8(result.before));
        json.endObject();
    }
    json.endArray();
    return json.take();
}

} // namespace

std::vector<JobRecord> SqlTransaction::readJobs(Statement &rows)
{
    std::vector<JobRecord> jobs;
    rows.run();
    while (!failed() && rows.next())
        jobs.push_back(readJob(rows));
    return jobs;
}

std::optional<JobRecord> SqlTransaction::job(qint64 id)
{
    auto row = statement("job/get");
    row.bind(QStringLiteral(":id"), id);
    return row.run() && row.next() ? std::optional(readJob(row)) : std::nullopt;
}

std::vector<JobRecord> SqlTransaction::jobs(qint64 before, int limit)
{
    auto rows = statement("job/list");
    rows.bind(QStringLiteral(":before"), before > 0 ? before : beyondAllJobs).bind(QStringLiteral(":limit"), limit);
    return readJobs(rows);
}

std::vector<JobRecord> SqlTransaction::openJobs(int limit)
{
    auto rows = statement("job/open");
    rows.bind(QStringLiteral(":limit"), limit);
    return readJobs(rows);
}

QByteArray SqlTransaction::jobPlan(qint64 id)
{
    auto row = statement("job/plan");
    row.bind(QStringLiteral(":job_id"), id);
    return row.run() && row.next() ? row.bytes(0) : QByteArray();
}

std::vector<JobResult> SqlTransaction::jobResults(qint64 id, ItemId after, std::optional<JobOutcome> outcome, int limit)
{
    auto rows = statement(!outcome ? "job/results" : *outcome == JobOutcome::Done ? "job/results_done" : "job/results_trouble");
    rows.bind(QStringLiteral(":job_id"), id).bind(QStringLiteral(":after"), after.number).bind(QStringLiteral(":limit"), limit);
    if (outcome && *outcome != JobOutcome::Done)
        rows.bind(QStringLiteral(":outcome"), static_cast<int>(*outcome));
    std::vector<JobResult> results;
    rows.run();
    while (!failed() && rows.next())
        results.push_back({ { rows.integer(0) }, static_cast<JobOutcome>(rows.integer(1)), rows.integer(2), rows.text(3), rows.text(4), rows.bytes(5) });
    return results;
}

std::optional<qint64> SqlTransaction::jobConfirmedBy(const QByteArray &confirmation)
{
    auto row = statement("job/of_confirmation");
    row.bind(QStringLiteral(":confirmation"), confirmation);
    return row.run() && row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<qint64> SqlTransaction::jobUndoing(qint64 id)
{
    auto row = statement("job/undoing");
    row.bind(QStringLiteral(":id"), id);
    return row.run() && row.next() && !row.isNull(0) ? std::optional(row.integer(0)) : std::nullopt;
}

void SqlTransaction::insertJob(JobRecord &job, const QByteArray &plan)
{
    noteChange();
    {
        auto row = statement("job/insert");
        row.bind(QStringLiteral(":state"), static_cast<int>(job.state))
            .bind(QStringLiteral(":action"), job.action)
            .bind(QStringLiteral(":actor_kind"), present(job.actor.kind))
            .bind(QStringLiteral(":actor_id"), present(job.actor.id))
            .bind(QStringLiteral(":actor_name"), present(job.actor.name))
            .bind(QStringLiteral(":created_ms"), toMillis(job.created))
            .bind(QStringLiteral(":total"), job.total)
            .bind(QStringLiteral(":total_exact"), job.totalExact ? 1 : 0)
            .bind(QStringLiteral(":updated_ms"), toMillis(job.updated))
            .bind(QStringLiteral(":undo_of"), job.undoOf ? QVariant(*job.undoOf) : QVariant(QMetaType::fromType<qint64>()))
            .bind(QStringLiteral(":confirmation"), job.confirmation.isEmpty() ? QByteArray() : job.confirmation);
        if (!row.run() || !row.next())
            return;
        job.id = row.integer(0);
    }
    auto row = statement("job/insert_plan");
    row.bind(QStringLiteral(":job_id"), job.id).bindUtf8(QStringLiteral(":document"), plan);
    change(row);
}

void SqlTransaction::updateJob(const JobRecord &job)
{
    auto row = statement("job/update");
    row.bind(QStringLiteral(":state"), static_cast<int>(job.state))
        .bind(QStringLiteral(":started_ms"), nullable(job.started))
        .bind(QStringLiteral(":ended_ms"), nullable(job.ended))
        .bind(QStringLiteral(":total"), job.total)
        .bind(QStringLiteral(":total_exact"), job.totalExact ? 1 : 0)
        .bind(QStringLiteral(":done"), job.done)
        .bind(QStringLiteral(":skipped"), job.skipped)
        .bind(QStringLiteral(":failed"), job.failed)
        .bind(QStringLiteral(":last_item"), job.last.number)
        .bind(QStringLiteral(":worked_ms"), qint64(job.worked.count()))
        .bind(QStringLiteral(":updated_ms"), toMillis(job.updated))
        .bind(QStringLiteral(":error"), nullable(job.error))
        .bind(QStringLiteral(":id"), job.id);
    change(row);
}

void SqlTransaction::addJobResults(qint64 job, const std::vector<JobResult> &results)
{
    if (results.empty())
        return;
    auto rows = statement("job/add_results");
    rows.bind(QStringLiteral(":job_id"), job).bindUtf8(QStringLiteral(":rows"), encodeResults(results));
    change(rows);
}

bool SqlTransaction::forgetJobsEndedBefore(Instant instant, int limit)
{
    qint64 id = 0;
    {
        auto row = statement("job/ended");
        row.bind(QStringLiteral(":before_ms"), toMillis(instant));
        if (!row.run() || !row.next())
            return false;
        id = row.integer(0);
    }
    {
        auto rows = statement("job/forget_results");
        rows.bind(QStringLiteral(":job_id"), id).bind(QStringLiteral(":limit"), limit);
        noteChange();
        if (!rows.run())
            return false;
        if (rows.changedRows() >= limit)
            return true;
    }
    auto plan = statement("job/forget_plan");
    plan.bind(QStringLiteral(":job_id"), id);
    change(plan);
    auto job = statement("job/forget");
    job.bind(QStringLiteral(":id"), id);
    return change(job);
}

} // namespace iwd
