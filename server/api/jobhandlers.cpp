// SPDX-License-Identifier: Apache-2.0
#include "jobhandlers.h"

#include "encoding.h"
#include "pagecursor.h"

#include <runtime/secrets.h>

#include <QCryptographicHash>
#include <QJsonDocument>

#include <array>

namespace iwd {

namespace {

constexpr std::chrono::minutes confirmationLifetime { 10 };

// ---- Confirmations

/// To what a confirmation belongs: it is worth nothing to anybody else and for anything else.
QByteArray bindingOf(const Caller &caller, const BulkRequest &request)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const auto add = [&hash](const QByteArray &part) {
        const QByteArray size = QByteArray::number(part.size()) + ':';
        hash.addData(size);
        hash.addData(part);
    };
    add(QByteArray::number(caller.tenant.number));
    add(caller.actor.kind.toUtf8());
    add(caller.actor.id.toUtf8());
    add(caller.categories.join(u' ').toUtf8());
    add(request.canonical);
    return "bulk/" + hash.result().toHex();
}

struct Confirmation
{
    BulkConfirmation confirmed;
    Instant until;
};

QString makeToken(const Seal &seal, const Caller &caller, const BulkRequest &request, const BulkPreview &preview, Instant until)
{
    // Two previews of the same thing at the same moment are two confirmations.
    const QJsonObject json { { QStringLiteral("n"), QString::fromLatin1(secrets::newSecret().left(12).toHex()) }, { QStringLiteral("u"), toMillis(until) }, { QStringLiteral("a"), toMillis(preview.at) },
        { QStringLiteral("i"), preview.upTo.number }, { QStringLiteral("c"), preview.count.value }, { QStringLiteral("e"), preview.count.exact } };
    return QString::fromLatin1(seal.close(bindingOf(caller, request), compactJson(json)).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

Error badConfirmation(const QString &reason, const QString &text)
{
    return { ErrorCode::ConfirmationInvalid, text, QStringLiteral("confirmationToken"), { { QStringLiteral("reason"), reason } } };
}

Result<Confirmation> readToken(const Seal &seal, const Caller &caller, const BulkRequest &request)
{
    const auto sealed = QByteArray::fromBase64Encoding(request.confirmationToken.toUtf8(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    const auto text = sealed ? seal.open(bindingOf(caller, request), *sealed) : std::nullopt;
    if (!text) {
        return badConfirmation(QStringLiteral("other"),
            QStringLiteral("This confirmation belongs to another request or to somebody else. Send the very request of the preview, with the token that it answered."));
    }
    const QJsonObject json = QJsonDocument::fromJson(*text).object();
    Confirmation confirmation;
    confirmation.until = fromMillis(json.value(QStringLiteral("u")).toInteger());
    confirmation.confirmed.at = fromMillis(json.value(QStringLiteral("a")).toInteger());
    confirmation.confirmed.upTo = { json.value(QStringLiteral("i")).toInteger() };
    confirmation.confirmed.count = { json.value(QStringLiteral("c")).toInteger(), json.value(QStringLiteral("e")).toBool() };
    confirmation.confirmed.digest = QCryptographicHash::hash(*sealed, QCryptographicHash::Sha256);
    return confirmation;
}

Error expired(Instant until)
{
    return badConfirmation(QStringLiteral("expired"), QStringLiteral("This confirmation was good until %1. Look at the preview once more, and confirm that.").arg(toIso(until)));
}

// ---- Answers

Answer answerJob(const JobRecord &job)
{
    return jsonAnswer(encodeJob(job));
}

/// A job that was made just now.
Answer answerNewJob(const JobRecord &job)
{
    Answer answer = jsonAnswer(encodeJob(job), 202);
    answer.location = "/iwd/v3/jobs/" + jobName(job.id).toLatin1();
    return answer;
}

QJsonObject encodeResult(const JobResult &result)
{
    return { { QStringLiteral("item"), result.item.toString() }, { QStringLiteral("outcome"), jobOutcomeName(result.outcome) }, { QStringLiteral("code"), textOrNull(result.code) },
        { QStringLiteral("detail"), textOrNull(result.detail) } };
}

Answer answerPreview(Snapshot &snapshot, const BulkRequest &request, const BulkPreview &preview, const QString &token, Instant until)
{
    QJsonArray sample;
    for (const ItemRecord &record : preview.sample)
        sample.append(encodeItemView(answerOf(snapshot, record)));
    return jsonAnswer({ { QStringLiteral("action"), operationName(request.action) },
        { QStringLiteral("count"), QJsonObject { { QStringLiteral("value"), preview.count.value }, { QStringLiteral("exact"), preview.count.exact } } }, { QStringLiteral("sample"), sample },
        { QStringLiteral("checked"), QJsonObject { { QStringLiteral("items"), preview.lookedAt }, { QStringLiteral("notAllowed"), preview.notAllowed } } },
        { QStringLiteral("confirmationToken"), token }, { QStringLiteral("expiresDateTime"), toIso(until) } });
}

/// Jobs of others tell how much there is that one does not see.
bool isSeen(const Caller &caller, const JobRecord &job)
{
    return caller.categories.isEmpty() || (job.actor.kind == caller.actor.kind && job.actor.id == caller.actor.id);
}

Result<JobRecord> findSeen(Snapshot &snapshot, const Caller &caller, const QString &name)
{
    auto job = findJob(snapshot, name);
    return !job || isSeen(caller, *job) ? job : noSuchJob(name);
}

/// Beside the privilege for many items, that for the action itself.
Result<void> checkCaller(const Caller &caller, ItemOperation action)
{
    if (!caller.may(privilegeFor(action)))
        return lacks(caller, privilegeFor(action));
    // Who may act only on what it holds has to show a token for each item.
    if (caller.actsOnlyOnWhatItHolds())
        return lacks(caller, Privilege::WorkitemsAssign);
    return {};
}

Result<std::optional<JobOutcome>> readOutcome(const Call &call)
{
    const QString name = QStringLiteral("outcome");
    const auto text = call.request.queryValue(name);
    if (!text)
        return std::optional<JobOutcome>();
    const auto outcome = jobOutcomeNamed(*text);
    if (!outcome)
        return invalidField(name, QStringLiteral("ok, skipped or failed"), text->left(60));
    return outcome;
}

std::vector<JobRecord> seenJobs(Snapshot &snapshot, const Caller &caller, qint64 before, int limit)
{
    std::vector<JobRecord> seen;
    for (;;) {
        const auto jobs = snapshot.jobs(before, limit);
        for (const JobRecord &job : jobs) {
            if (isSeen(caller, job) && seen.size() < static_cast<size_t>(limit))
                seen.push_back(job);
        }
        if (seen.size() == static_cast<size_t>(limit) || jobs.size() < static_cast<size_t>(limit))
            return seen;
        before = jobs.back().id;
    }
}

Result<Answer> listJobs(Snapshot &snapshot, const Call &call, qint64 before, int limit)
{
    auto jobs = seenJobs(snapshot, call.caller, before, limit + 1);
    const bool more = jobs.size() > static_cast<size_t>(limit);
    if (more)
        jobs.pop_back();
    QJsonArray data;
    for (const JobRecord &job : jobs)
        data.append(encodeJob(job));
    return encodeList(data, more ? cursorAfter(call, jobs.back().id) : QString());
}

Result<Answer> listResults(Snapshot &snapshot, const Call &call, std::optional<JobOutcome> outcome, ItemId after, int limit)
{
    const auto job = findSeen(snapshot, call.caller, call.id());
    if (!job)
        return job.error();
    auto results = snapshot.jobResults(job->id, after, outcome, limit + 1);
    const bool more = results.size() > static_cast<size_t>(limit);
    if (more)
        results.pop_back();
    QJsonArray data;
    for (const JobResult &result : results)
        data.append(encodeResult(result));
    return encodeList(data, more ? cursorAfter(call, results.back().item.number) : QString());
}

struct Way
{
    const char *path;
    JobCommand command;
};
constexpr std::array ways { Way { "/pause", JobCommand::Pause }, Way { "/resume", JobCommand::Resume }, Way { "/cancel", JobCommand::Cancel } };

} // namespace

JobHandlers::JobHandlers(Pipeline &pipeline, QByteArray secret)
    : m_pipeline(pipeline)
    , m_seal(std::make_shared<const Seal>(secret.isEmpty() ? secrets::newSecret() : std::move(secret)))
{
}

std::vector<ApiEndpoint> JobHandlers::endpoints()
{
    const QString jobs = QStringLiteral("/iwd/v3/jobs");
    const QString job = QStringLiteral("/iwd/v3/jobs/{id}");
    const Privilege many = Privilege::WorkitemsBulk;
    std::vector<ApiEndpoint> all {
        { { .method = "POST", .pattern = QStringLiteral("/iwd/v3/items/bulk"), .privilege = many, .keepsToCategories = true, .body = BodyUse::Object, .idempotent = true },
            [this](Call call) { return bulk(std::move(call)); } },
        { { .method = "GET", .pattern = jobs, .privilege = many, .keepsToCategories = true, .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } }, [this](Call call) { return list(std::move(call)); } },
        { { .method = "GET", .pattern = job, .privilege = many, .keepsToCategories = true }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "GET",
              .pattern = job + QStringLiteral("/results"),
              .privilege = many,
              .keepsToCategories = true,
              .parameters = { QStringLiteral("outcome"), QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return results(std::move(call)); } },
        { { .method = "POST", .pattern = job + QStringLiteral("/undo"), .privilege = many, .keepsToCategories = true, .idempotent = true }, [this](Call call) { return undo(std::move(call)); } },
    };
    for (const Way &way : ways) {
        all.push_back({ { .method = "POST", .pattern = job + QLatin1StringView(way.path), .privilege = many, .keepsToCategories = true, .idempotent = true },
            [this, which = way.command](Call call) { return command(which, std::move(call)); } });
    }
    return all;
}

QCoro::Task<http::Response> JobHandlers::bulk(Call call)
{
    const auto request = decodeBulkRequest(call.body.toObject());
    if (!request)
        co_return call.problem(request.error());
    if (const auto allowed = checkCaller(call.caller, request->action); !allowed)
        co_return call.problem(allowed.error());
    if (request->confirmationToken.isEmpty())
        co_return co_await preview(std::move(call), *request);
    co_return co_await confirm(std::move(call), *request);
}

QCoro::Task<http::Response> JobHandlers::preview(Call call, BulkRequest request)
{
    // It shows items.
    if (!call.caller.may(Privilege::WorkitemsView))
        co_return call.problem(lacks(call.caller, Privilege::WorkitemsView));
    const auto wanted = std::make_shared<const BulkRequest>(std::move(request));
    std::function<Result<Answer>(Snapshot &)> work = [call, wanted, seal = m_seal](Snapshot &snapshot) -> Result<Answer> {
        const auto found = previewBulk(snapshot, *wanted, { call.caller.categories });
        if (!found)
            return found.error();
        const Instant until = snapshot.now() + confirmationLifetime;
        return answerPreview(snapshot, *wanted, *found, makeToken(*seal, call.caller, *wanted, *found, until), until);
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::confirm(Call call, BulkRequest request)
{
    const auto wanted = std::make_shared<const BulkRequest>(std::move(request));
    // In the transaction, because whoever repeats a request with its Idempotency-Key is given the answer of then.
    std::function<Result<JobRecord>(Transaction &)> work = [caller = call.caller, wanted, seal = m_seal](Transaction &transaction) -> Result<JobRecord> {
        const auto confirmation = readToken(*seal, caller, *wanted);
        if (!confirmation)
            return confirmation.error();
        if (confirmation->until < transaction.now())
            return expired(confirmation->until);
        return startJob(transaction, *wanted, confirmation->confirmed, caller.actor, { caller.categories });
    };
    std::function<Answer(const JobRecord &)> encode = answerNewJob;
    const auto answer = co_await m_pipeline.write<JobRecord>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::list(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto before = numberAfter(call);
    if (!before)
        co_return call.badRequest(before.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, before = *before, limit = *limit](Snapshot &snapshot) { return listJobs(snapshot, call, before, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id(), caller = call.caller](Snapshot &snapshot) -> Result<Answer> {
        const auto job = findSeen(snapshot, caller, id);
        return job ? Result<Answer>(answerJob(*job)) : job.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::results(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto outcome = readOutcome(call);
    if (!outcome)
        co_return call.badRequest(outcome.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, outcome = *outcome, after = ItemId { *after }, limit = *limit](
                                                         Snapshot &snapshot) { return listResults(snapshot, call, outcome, after, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::command(JobCommand command, Call call)
{
    std::function<Result<JobRecord>(Transaction &)> work = [id = call.id(), caller = call.caller, command](Transaction &transaction) {
        const auto seen = findSeen(transaction, caller, id);
        return seen ? commandJob(transaction, id, command) : seen;
    };
    std::function<Answer(const JobRecord &)> encode = answerJob;
    const auto answer = co_await m_pipeline.write<JobRecord>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> JobHandlers::undo(Call call)
{
    std::function<Result<JobRecord>(Transaction &)> work = [id = call.id(), caller = call.caller](Transaction &transaction) {
        const auto seen = findSeen(transaction, caller, id);
        const auto allowed = [&caller](ItemOperation inverse) { return checkCaller(caller, inverse); };
        return seen ? undoJob(transaction, id, caller.actor, allowed, { caller.categories }) : seen;
    };
    std::function<Answer(const JobRecord &)> encode = answerNewJob;
    const auto answer = co_await m_pipeline.write<JobRecord>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
