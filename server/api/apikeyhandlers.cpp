// SPDX-License-Identifier: Apache-2.0
#include "apikeyhandlers.h"

#include "encoding.h"
#include "namedfilter.h"
#include "pagecursor.h"

#include <contract/configurationobject.h>
#include <contract/jsonreading.h>
#include <contract/userapi.h>
#include <pipeline/access/users.h>
#include <runtime/secrets.h>

#include <QJsonDocument>
#include <QUuid>

namespace iwd {

namespace {

const QString agentField = QStringLiteral("agentId");
const QString categoriesField = QStringLiteral("categories");
constexpr std::chrono::seconds longestOverlap = std::chrono::hours(24 * 7);

QJsonObject encodeKey(const ApiKeyRecord &key)
{
    return { { QStringLiteral("id"), key.id }, { QStringLiteral("name"), key.name },
        { QStringLiteral("scopes"), QJsonArray::fromStringList(key.scopes) }, { agentField, textOrNull(key.agent) },
        { categoriesField, QJsonArray::fromStringList(key.categories) }, { QStringLiteral("createdDateTime"), toIso(key.created) },
        { QStringLiteral("expiresDateTime"), isoOrNull(key.expires) }, { QStringLiteral("oldKeyUntilDateTime"), isoOrNull(key.oldKeyUntil) },
        { QStringLiteral("lastUsedDateTime"), isoOrNull(key.lastUsed) }, { QStringLiteral("lastUsedAddress"), textOrNull(key.lastAddress) } };
}

QString newKeyId()
{
    return QStringLiteral("key-") + QUuid::createUuid().toString(QUuid::Id128).left(16);
}

QStringList readScopes(ObjectReader &reader)
{
    const QString name = QStringLiteral("scopes");
    const QJsonValue value = reader.value(name);
    const QStringList known = namesOf(stockScopes());
    const QStringList scopes = reader.take(json::textList(name, value, PrivilegeCount, MaxNameLength));
    const QString expected = QStringLiteral("one or more of %1, or names of privileges").arg(known.join(QStringLiteral(", ")));
    if (scopes.isEmpty())
        reader.fail(missingField(name, expected));
    for (qsizetype i = 0; i < scopes.size(); ++i) {
        if (!known.contains(scopes[i]) && !privilegeNamed(scopes[i]))
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
    key.categories = reader.objectIds(categoriesField, MaxCategoriesOfCaller);
    const QString expires = QStringLiteral("expiresDateTime");
    key.expires = reader.take(json::date(expires, reader.value(expires)));
    if (key.expires && *key.expires <= now)
        reader.fail(invalidField(expires, QStringLiteral("a time that is still to come"), toIso(*key.expires)));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return key;
}

const QString keyKind = QStringLiteral("api-key");

/// What stands in the audit: all but when it was used.
QJsonObject audited(const ApiKeyRecord &key)
{
    QJsonObject json = encodeKey(key);
    for (const QString &name : { QStringLiteral("lastUsedDateTime"), QStringLiteral("lastUsedAddress"), QStringLiteral("oldKeyUntilDateTime") })
        json.remove(name);
    return json;
}

/// What is stored under an Idempotency-Key must not hold the secret …
QJsonObject withoutKey(const ApiKeyRecord &key)
{
    QJsonObject json = encodeKey(key);
    json.insert(QStringLiteral("key"), QJsonValue());
    return json;
}

/// … so that is put into the first answer only.
Result<Answer> withKey(Result<Answer> answer, const QString &secret)
{
    if (answer && !answer->replayed) {
        QJsonObject json = QJsonDocument::fromJson(answer->body).object();
        json.insert(QStringLiteral("key"), secret);
        answer->body = compactJson(json);
    }
    return answer;
}

std::optional<ApiKeyRecord> find(Transaction &transaction, const QString &id)
{
    auto keys = transaction.apiKeys();
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const ApiKeyRecord &key) { return key.id == id; });
    return found == keys.end() ? std::nullopt : std::optional(*found);
}

Error noSuchKey(const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no API key \"%1\".").arg(id), {}, { { QStringLiteral("kind"), keyKind }, { QStringLiteral("id"), id } } };
}

/// Whoever is given a new key of somebody else can do what that one can.
Result<void> mayTouch(const ApiKeyRecord &key, const Granter &granter, const QString &agent)
{
    if (!agent.isEmpty() && key.agent != agent) {
        return Error { ErrorCode::NotAllowed, QStringLiteral("\"%1\" belongs to the agent \"%2\" and may change keys of that agent only.").arg(granter.actor.name, agent), {},
            { { QStringLiteral("agent"), agent } } };
    }
    return checkGrantOf(granter, privilegesOf(key.scopes));
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
        { { .method = "POST", .pattern = keys + QStringLiteral("/{id}/rotate"), .privilege = Privilege::ApiKeysUpdate, .body = BodyUse::Optional, .idempotent = true },
            [this](Call call) { return rotate(std::move(call)); } },
        { { .method = "DELETE", .pattern = keys + QStringLiteral("/{id}"), .privilege = Privilege::ApiKeysUpdate, .idempotent = true },
            [this](Call call) { return remove(std::move(call)); } },
    };
}

QCoro::Task<http::Response> ApiKeyHandlers::list(Call call)
{
    const auto page = readPageRequest(call);
    if (!page)
        co_return call.badRequest(page.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, page = *page](Snapshot &snapshot) -> Result<Answer> {
        return pageById(call, page, snapshot.apiKeys(), [](const ApiKeyRecord &key) { return key.id; }, encodeKey);
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
    // Keys may live in another database than agents and categories do, which is asked only if it matters. Whoever repeats a request is given the stored answer, whatever has become of them.
    using Configuration = std::shared_ptr<const ConfigurationSnapshot>;
    Configuration configuration;
    if (!decoded->agent.isEmpty() || !decoded->categories.isEmpty()) {
        std::function<Result<Configuration>(Snapshot &)> look = [](Snapshot &snapshot) -> Result<Configuration> { return snapshot.configuration(); };
        const auto found = co_await m_pipeline.read<Configuration>(call.caller.tenant, call.request.deadline, look);
        if (!found)
            co_return call.problem(found.error());
        configuration = *found;
    }
    const Granter granter = granterOf(call.caller, configuration);
    const QString secret = secrets::newApiKey();
    std::function<Result<ApiKeyRecord>(Transaction &)> work
        = [key = *decoded, granter, digest = secrets::digest(secret)](Transaction &transaction) -> Result<ApiKeyRecord> {
        if (!key.agent.isEmpty() && !granter.configuration->agent(key.agent))
            return unknownAgent(key.agent);
        if (const auto may = checkGrantOf(granter, privilegesOf(key.scopes)); !may)
            return may.error();
        if (const auto may = checkGrantOf(granter, key.categories); !may)
            return may.error();
        ApiKeyRecord created = key;
        created.created = transaction.now();
        transaction.insertApiKey(created, digest);
        auditCaller(transaction, granter.actor, QStringLiteral("create"), keyKind, key.id, {}, audited(created));
        return created;
    };
    std::function<Answer(const ApiKeyRecord &)> encode = [](const ApiKeyRecord &key) { return jsonAnswer(withoutKey(key), 201); };
    const auto answer = co_await m_pipeline.write<ApiKeyRecord>(call.callersWriteContext(), work, encode);
    co_return call.respond(withKey(answer, secret));
}

QCoro::Task<http::Response> ApiKeyHandlers::rotate(Call call)
{
    ObjectReader reader(call.body.toObject());
    const std::chrono::seconds overlap(reader.integer(QStringLiteral("oldKeySeconds"), 0, static_cast<int>(longestOverlap.count()), 0));
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    const QString secret = secrets::newApiKey();
    std::function<Result<ApiKeyRecord>(Transaction &)> work
        = [id = call.id(), granter = granterOf(call.caller), agent = call.caller.agent, overlap, digest = secrets::digest(secret)](Transaction &transaction) -> Result<ApiKeyRecord> {
        auto key = find(transaction, id);
        if (!key)
            return noSuchKey(id);
        if (const auto may = mayTouch(*key, granter, agent); !may)
            return may.error();
        key->oldKeyUntil = transaction.now() + overlap;
        transaction.rotateApiKey(id, digest, *key->oldKeyUntil);
        if (overlap.count() == 0)
            key->oldKeyUntil.reset();
        auditCaller(transaction, granter.actor, QStringLiteral("rotate"), keyKind, id, {}, QJsonObject { { QStringLiteral("oldKeyUntilDateTime"), isoOrNull(key->oldKeyUntil) } });
        return *key;
    };
    std::function<Answer(const ApiKeyRecord &)> encode = [](const ApiKeyRecord &key) { return jsonAnswer(withoutKey(key)); };
    const auto answer = co_await m_pipeline.write<ApiKeyRecord>(call.callersWriteContext(), work, encode);
    co_return call.respond(withKey(answer, secret));
}

QCoro::Task<http::Response> ApiKeyHandlers::remove(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [id = call.id(), granter = granterOf(call.caller), agent = call.caller.agent](Transaction &transaction) -> Result<bool> {
        const auto key = find(transaction, id);
        if (!key)
            return noSuchKey(id);
        if (const auto may = mayTouch(*key, granter, agent); !may)
            return may.error();
        transaction.revokeApiKey(id);
        auditCaller(transaction, granter.actor, QStringLiteral("delete"), keyKind, id, audited(*key), {});
        return true;
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    if (answer && !answer->replayed) {
        const Actor gone { QStringLiteral("apiKey"), call.id(), call.id() };
        co_await forgetFiltersOf(m_pipeline, call, gone);
    }
    co_return call.respond(answer);
}

} // namespace iwd
