// SPDX-License-Identifier: Apache-2.0
#include "apikeyhandlers.h"

#include "encoding.h"
#include "pagecursor.h"

#include <contract/configurationobject.h>
#include <contract/jsonreading.h>
#include <runtime/secrets.h>

#include <QJsonDocument>
#include <QUuid>

namespace iwd {

namespace {

const QString agentField = QStringLiteral("agentId");

QJsonObject encodeKey(const ApiKeyRecord &key)
{
    return { { QStringLiteral("id"), key.id }, { QStringLiteral("name"), key.name },
        { QStringLiteral("scopes"), QJsonArray::fromStringList(key.scopes) }, { agentField, textOrNull(key.agent) },
        { QStringLiteral("createdDateTime"), toIso(key.created) },
        { QStringLiteral("expiresDateTime"), isoOrNull(key.expires) } };
}

QString newKeyId()
{
    return QStringLiteral("key-") + QUuid::createUuid().toString(QUuid::Id128).left(16);
}

QStringList readScopes(ObjectReader &reader)
{
    const QString name = QStringLiteral("scopes");
    const QJsonValue value = reader.value(name);
    const QStringList scopes = reader.take(json::textList(name, value, static_cast<int>(knownScopes().size()), MaxNameLength));
    const QString expected = QStringLiteral("one or more of %1").arg(knownScopes().join(QStringLiteral(", ")));
    if (scopes.isEmpty())
        reader.fail(missingField(name, expected));
    for (qsizetype i = 0; i < scopes.size(); ++i) {
        if (!knownScopes().contains(scopes[i]))
            reader.fail(invalidField(QStringLiteral("%1[%2]").arg(name).arg(i), expected, scopes[i].left(60)));
    }
    return scopes;
}

Result<ApiKeyRecord> decodeKey(const Call &call, Instant now)
{
    ApiKeyRecord key;
    ObjectReader reader(call.body.toObject());
    key.id = newKeyId();
    key.tenant = call.caller.tenant;
    key.name = reader.requiredText(QStringLiteral("name"), MaxNameLength);
    key.scopes = readScopes(reader);
    key.agent = reader.objectId(agentField);
    const QString expires = QStringLiteral("expiresDateTime");
    key.expires = reader.take(json::date(expires, reader.value(expires)));
    if (key.expires && *key.expires <= now)
        reader.fail(invalidField(expires, QStringLiteral("a time that is still to come"), toIso(*key.expires)));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return key;
}

Error unknownAgent(const QString &id)
{
    return { ErrorCode::InvalidReference, QStringLiteral("There is no agent \"%1\". Create it first.").arg(id), agentField,
        { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), id } } };
}

} // namespace

std::vector<ApiEndpoint> ApiKeyHandlers::endpoints()
{
    const QString keys = QStringLiteral("/iwd/v3/api-keys");
    return {
        { { .method = "GET",
              .pattern = keys,
              .privilege = Privilege::ApiKeysView,
              .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST", .pattern = keys, .privilege = Privilege::ApiKeysUpdate, .body = BodyUse::Object, .idempotent = true },
            [this](Call call) { return create(std::move(call)); } },
        { { .method = "DELETE", .pattern = keys + QStringLiteral("/{id}"), .privilege = Privilege::ApiKeysUpdate, .idempotent = true },
            [this](Call call) { return remove(std::move(call)); } },
    };
}

QCoro::Task<http::Response> ApiKeyHandlers::list(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = textAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, after = *after, limit = *limit](Snapshot &snapshot) -> Result<Answer> {
        auto keys = snapshot.apiKeys();
        std::sort(keys.begin(), keys.end(), [](const ApiKeyRecord &left, const ApiKeyRecord &right) { return left.id < right.id; });
        QJsonArray data;
        for (const ApiKeyRecord &key : keys) {
            if (!after.isEmpty() && key.id <= after)
                continue;
            if (data.size() == limit)
                return encodeList(data, cursorAfter(call, data.last().toObject().value(QStringLiteral("id"))));
            data.append(encodeKey(key));
        }
        return encodeList(data, {});
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ApiKeyHandlers::create(Call call)
{
    const auto decoded = decodeKey(call, m_pipeline.clock().now());
    if (!decoded)
        co_return call.problem(decoded.error());
    // Or whoever is bound to an agent would make himself a key that is not.
    if (!call.caller.mayActAs(decoded->agent))
        co_return call.problem(notTheAgent(call.caller));
    // Keys may live in another database than agents do. Whoever repeats a request is given the stored answer, whatever has become of the agent.
    bool agentIsThere = true;
    if (!decoded->agent.isEmpty()) {
        std::function<Result<bool>(Snapshot &)> look
            = [agent = decoded->agent](Snapshot &snapshot) -> Result<bool> { return snapshot.configuration()->agent(agent) != nullptr; };
        const auto looked = co_await m_pipeline.read<bool>(call.caller.tenant, call.request.deadline, look);
        if (!looked)
            co_return call.problem(looked.error());
        agentIsThere = *looked;
    }
    const QString secret = secrets::newApiKey();
    std::function<Result<ApiKeyRecord>(Transaction &)> work
        = [key = *decoded, agentIsThere, digest = secrets::digest(secret)](Transaction &transaction) -> Result<ApiKeyRecord> {
        if (!agentIsThere)
            return unknownAgent(key.agent);
        ApiKeyRecord created = key;
        created.created = transaction.now();
        transaction.insertApiKey(created, digest);
        return created;
    };
    // What is stored under an Idempotency-Key must not hold the secret, so the key is put into the first answer only.
    std::function<Answer(const ApiKeyRecord &)> encode = [](const ApiKeyRecord &key) {
        QJsonObject json = encodeKey(key);
        json.insert(QStringLiteral("key"), QJsonValue());
        return jsonAnswer(json, 201);
    };
    auto answer = co_await m_pipeline.write<ApiKeyRecord>(call.callersWriteContext(), work, encode);
    if (answer && !answer->replayed) {
        QJsonObject json = QJsonDocument::fromJson(answer->body).object();
        json.insert(QStringLiteral("key"), secret);
        answer->body = compactJson(json);
    }
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ApiKeyHandlers::remove(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [id = call.id()](Transaction &transaction) -> Result<bool> {
        if (transaction.revokeApiKey(id))
            return true;
        return Error { ErrorCode::ObjectNotFound, QStringLiteral("There is no API key \"%1\".").arg(id), {},
            { { QStringLiteral("kind"), QStringLiteral("api-key") }, { QStringLiteral("id"), id } } };
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
