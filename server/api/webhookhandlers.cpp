// SPDX-License-Identifier: Apache-2.0
#include "webhookhandlers.h"

#include "encoding.h"
#include "pagecursor.h"

#include <contract/jsonreading.h>
#include <pipeline/webhooks/webhookretry.h>
#include <runtime/secrets.h>

#include <QJsonDocument>

namespace iwd {

namespace {

const QString secretMember = QStringLiteral("secret");
const QString idsMember = QStringLiteral("ids");
const QString capturePointMember = QStringLiteral("capturePointId");

QJsonObject encodeState(Snapshot &snapshot, const WebhookPlace &place)
{
    const WebhookRecord &record = place.record;
    auto counts = snapshot.webhookCounts();
    const WebhookCounts &count = counts[place.capturePointId];
    const WebhookLag lag = webhookLag(snapshot, record, count);
    const bool overlaps = record.oldUntil && snapshot.now() < *record.oldUntil;
    return { { capturePointMember, place.capturePointId }, { QStringLiteral("url"), place.webhook.url }, { QStringLiteral("enabled"), place.webhook.enabled },
        { QStringLiteral("events"), QJsonArray::fromStringList(place.webhook.events) }, { QStringLiteral("secretSinceDateTime"), isoOrNull(record.secretSince) },
        { QStringLiteral("oldSecretUntilDateTime"), overlaps ? isoOrNull(record.oldUntil) : QJsonValue() }, { QStringLiteral("lagEvents"), lag.events },
        { QStringLiteral("lagSeconds"), qint64(std::chrono::floor<std::chrono::seconds>(lag.time).count()) }, { QStringLiteral("pending"), count.pending }, { QStringLiteral("dead"), count.dead },
        { QStringLiteral("lastSuccessDateTime"), isoOrNull(record.lastSuccess) }, { QStringLiteral("lastFailureDateTime"), isoOrNull(record.lastFailure) },
        { QStringLiteral("lastFailure"), textOrNull(record.failure) }, { QStringLiteral("missedEvents"), record.missed }, { QStringLiteral("missedDateTime"), isoOrNull(record.missedAt) } };
}

QJsonObject encodeDeadLetter(const WebhookDelivery &dead)
{
    return { { QStringLiteral("id"), QString::number(dead.id) }, { capturePointMember, dead.capturePointId }, { QStringLiteral("webhookId"), webhookId(dead) },
        { QStringLiteral("event"), dead.event }, { QStringLiteral("type"), dead.type }, { QStringLiteral("item"), dead.item.toString() }, { QStringLiteral("eventDateTime"), toIso(dead.at) },
        { QStringLiteral("attempts"), dead.attempts }, { QStringLiteral("firstAttemptDateTime"), isoOrNull(dead.firstAttempt) }, { QStringLiteral("diedDateTime"), isoOrNull(dead.died) },
        { QStringLiteral("status"), dead.status > 0 ? QJsonValue(dead.status) : QJsonValue() }, { QStringLiteral("failure"), textOrNull(dead.failure) } };
}

/// The secret is in the first answer only, and not in the one that an Idempotency-Key brings back.
Result<Answer> withSecret(Result<Answer> answer, const QString &secret)
{
    if (answer && !answer->replayed) {
        QJsonObject json = QJsonDocument::fromJson(answer->body).object();
        json.insert(secretMember, secret);
        answer->body = compactJson(json);
    }
    return answer;
}

Result<qint64> readId(const QString &path, const QJsonValue &value)
{
    bool isNumber = false;
    const qint64 id = value.toString().toLongLong(&isNumber);
    if (!value.isString() || !isNumber || id < 1)
        return invalidField(path, QStringLiteral("the id of a dead letter, as the list has it"), json::describe(value));
    return id;
}

Result<std::vector<qint64>> readIds(const QString &path, const QJsonValue &value)
{
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.isEmpty() || array.size() > WebhookHandlers::MostChosen)
        return invalidField(path, QStringLiteral("a list of 1 to %1 ids").arg(WebhookHandlers::MostChosen), value.isArray() ? QString::number(array.size()) : json::describe(value));
    std::vector<qint64> ids;
    for (qsizetype i = 0; i < array.size(); ++i) {
        const auto id = readId(QStringLiteral("%1[%2]").arg(path).arg(i), array[i]);
        if (!id)
            return id.error();
        ids.push_back(*id);
    }
    return ids;
}

Result<DeadLetterChoice> readChoice(const QJsonObject &body)
{
    ObjectReader reader(body);
    DeadLetterChoice choice;
    const QJsonValue ids = reader.value(idsMember);
    choice.capturePointId = reader.objectId(capturePointMember);
    if (!ids.isUndefined())
        choice.ids = reader.take(readIds(idsMember, ids));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    if (choice.ids.empty() == choice.capturePointId.isEmpty())
        return invalidField(idsMember, QStringLiteral("either ids, or a capturePointId for all of its dead letters"));
    return choice;
}

} // namespace

std::vector<ApiEndpoint> WebhookHandlers::endpoints()
{
    const QString webhook = QStringLiteral("/iwd/v3/capture-points/{id}/webhook");
    const QString dead = QStringLiteral("/iwd/v3/webhooks/dead-letters");
    constexpr Privilege view = Privilege::CapturePointsView;
    constexpr Privilege update = Privilege::CapturePointsUpdate;
    return {
        { { .method = "GET", .pattern = webhook, .privilege = view, .showsWork = true }, [this](Call call) { return state(std::move(call)); } },
        { { .method = "POST", .pattern = webhook + QStringLiteral("/secret"), .privilege = update, .showsWork = true, .idempotent = true },
            [this](Call call) { return rotateSecret(std::move(call)); } },
        { { .method = "POST", .pattern = webhook + QStringLiteral("/test"), .privilege = update, .showsWork = true }, [this](Call call) { return test(std::move(call)); } },
        { { .method = "GET", .pattern = dead, .privilege = view, .showsWork = true, .parameters = { capturePointMember, QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return listDead(std::move(call)); } },
        { { .method = "POST", .pattern = dead + QStringLiteral("/replay"), .privilege = update, .showsWork = true, .body = BodyUse::Object, .idempotent = true },
            [this](Call call) { return settleDead(DeadLetterAction::Replay, std::move(call)); } },
        { { .method = "POST", .pattern = dead + QStringLiteral("/discard"), .privilege = update, .showsWork = true, .body = BodyUse::Object, .idempotent = true },
            [this](Call call) { return settleDead(DeadLetterAction::Discard, std::move(call)); } },
    };
}

QCoro::Task<http::Response> WebhookHandlers::state(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id()](Snapshot &snapshot) -> Result<Answer> {
        const auto place = webhookPlace(snapshot, id);
        return place ? Result<Answer>(jsonAnswer(encodeState(snapshot, *place))) : place.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WebhookHandlers::rotateSecret(Call call)
{
    const QString seed = QString::fromLatin1(secrets::newSecret().toHex());
    std::function<Result<WebhookRecord>(Transaction &)> work = [id = call.id(), seed, actor = call.caller.actor](Transaction &transaction) {
        return rotateWebhookSecret(transaction, id, seed, actor);
    };
    std::function<Answer(const WebhookRecord &)> encode = [](const WebhookRecord &record) {
        return jsonAnswer({ { capturePointMember, record.capturePointId }, { secretMember, QJsonValue() }, { QStringLiteral("oldSecretUntilDateTime"), isoOrNull(record.oldUntil) } });
    };
    const auto answer = co_await m_pipeline.write<WebhookRecord>(call.writeContext(), work, encode);
    co_return call.respond(withSecret(answer, m_sender.secretText({ call.caller.tenant, call.id(), seed })));
}

QCoro::Task<http::Response> WebhookHandlers::test(Call call)
{
    std::function<Result<WebhookMessage>(Snapshot &)> work = [id = call.id(), tenant = call.caller.tenant](Snapshot &snapshot) -> Result<WebhookMessage> {
        const auto place = webhookPlace(snapshot, id);
        if (!place)
            return place.error();
        if (place->record.secretSeed.isEmpty())
            return noWebhookSecret(id);
        return testMessage(tenant, *place, snapshot.now());
    };
    const auto message = co_await m_pipeline.read<WebhookMessage>(call.caller.tenant, call.request.deadline, work);
    if (!message)
        co_return call.problem(message.error());
    const auto answer = co_await m_sender.send(*message);
    const WebhookVerdict verdict = judgeAttempt(answer, 1, milliseconds(0), 0);
    co_return toResponse(jsonAnswer({ { QStringLiteral("delivered"), verdict.kind == WebhookVerdict::Delivered }, { QStringLiteral("webhookId"), message->id },
        { QStringLiteral("status"), verdict.status > 0 ? QJsonValue(verdict.status) : QJsonValue() }, { QStringLiteral("failure"), textOrNull(verdict.failure) } }));
}

QCoro::Task<http::Response> WebhookHandlers::listDead(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, after = *after, limit = *limit](Snapshot &snapshot) -> Result<Answer> {
        auto letters = snapshot.deadDeliveries(call.parameter(capturePointMember), after, limit + 1);
        const bool more = letters.size() > static_cast<size_t>(limit);
        if (more)
            letters.pop_back();
        QJsonArray data;
        for (const WebhookDelivery &dead : letters)
            data.append(encodeDeadLetter(dead));
        return encodeList(data, more ? cursorAfter(call, letters.back().id) : QString());
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WebhookHandlers::settleDead(DeadLetterAction action, Call call)
{
    const auto choice = readChoice(call.body.toObject());
    if (!choice)
        co_return call.problem(choice.error());
    std::function<Result<DeadLetterOutcome>(Transaction &)> work = [action, choice = *choice, actor = call.caller.actor](Transaction &transaction) {
        return settleDeadLetters(transaction, action, choice, actor);
    };
    std::function<Answer(const DeadLetterOutcome &)> encode = [](const DeadLetterOutcome &outcome) {
        return jsonAnswer({ { QStringLiteral("count"), outcome.count }, { QStringLiteral("more"), outcome.more } });
    };
    const auto answer = co_await m_pipeline.write<DeadLetterOutcome>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
