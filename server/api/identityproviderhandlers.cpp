// SPDX-License-Identifier: Apache-2.0
#include "identityproviderhandlers.h"

#include "granters.h"
#include "pagecursor.h"

namespace iwd {

namespace {

QJsonObject shown(const IdentityProviderRecord &record)
{
    QJsonObject json = encodeIdentityProvider(record.provider);
    json.insert(QStringLiteral("hasClientSecret"), !record.secret.isEmpty());
    json.insert(QStringLiteral("version"), record.version);
    json.insert(QStringLiteral("createdDateTime"), toIso(record.created));
    json.insert(QStringLiteral("updatedDateTime"), toIso(record.updated));
    return json;
}

Answer encodeShown(const IdentityProviderRecord &record)
{
    Answer answer = jsonAnswer(shown(record));
    answer.etag = etagOf(record.version);
    return answer;
}

} // namespace

QByteArray IdentityProviderHandlers::secretName(TenantId tenant, const QString &provider)
{
    return "identity-provider/" + QByteArray::number(tenant.number) + '/' + provider.toUtf8();
}

std::vector<ApiEndpoint> IdentityProviderHandlers::endpoints()
{
    using enum Privilege;
    const QString providers = QStringLiteral("/iwd/v3/identity-providers");
    const QString provider = providers + QStringLiteral("/{id}");
    return {
        { { .method = "GET", .pattern = providers, .privilege = UsersView, .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST", .pattern = providers, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true }, [this](Call call) { return create(std::move(call)); } },
        { { .method = "GET", .pattern = provider, .privilege = UsersView }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = provider, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return replace(std::move(call)); } },
        { { .method = "DELETE", .pattern = provider, .privilege = UsersUpdate, .idempotent = true, .versioned = true }, [this](Call call) { return remove(std::move(call)); } },
    };
}

QCoro::Task<http::Response> IdentityProviderHandlers::list(Call call)
{
    const auto page = readPageRequest(call);
    if (!page)
        co_return call.badRequest(page.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, page = *page](Snapshot &snapshot) -> Result<Answer> {
        return pageById(call, page, snapshot.identityProviders(), [](const IdentityProviderRecord &record) { return record.provider.id; }, shown);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> IdentityProviderHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id()](Snapshot &snapshot) -> Result<Answer> {
        for (const IdentityProviderRecord &record : snapshot.identityProviders()) {
            if (record.provider.id == id)
                return encodeShown(record);
        }
        return noSuchIdentityProvider(id);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> IdentityProviderHandlers::create(Call call)
{
    const auto input = decodeIdentityProvider(call.body.toObject());
    if (!input)
        co_return call.problem(input.error());
    co_return co_await put(std::move(call), *input, true);
}

QCoro::Task<http::Response> IdentityProviderHandlers::replace(Call call)
{
    const auto input = decodeIdentityProvider(call.body.toObject(), call.id());
    if (!input)
        co_return call.problem(input.error());
    co_return co_await put(std::move(call), *input, false);
}

QCoro::Task<http::Response> IdentityProviderHandlers::put(Call call, IdentityProviderInput input, bool create)
{
    const auto granter = co_await granterFor(m_pipeline, call, input.provider.categories);
    if (!granter)
        co_return call.problem(granter.error());
    PutIdentityProviderCommand command;
    command.provider = input.provider;
    command.create = create;
    command.ifVersion = call.ifVersion;
    command.anyVersion = call.anyVersion;
    command.granter = *granter;
    if (input.secret)
        command.secret = input.secret->isEmpty() ? QByteArray() : m_box.close(secretName(call.caller.tenant, input.provider.id), input.secret->toUtf8());
    std::function<Result<PutIdentityProviderOutcome>(Transaction &)> work = [command](Transaction &transaction) { return putIdentityProvider(transaction, command); };
    std::function<Answer(const PutIdentityProviderOutcome &)> encode = [](const PutIdentityProviderOutcome &outcome) {
        Answer answer = encodeShown(outcome.record);
        if (outcome.created) {
            answer.status = 201;
            answer.location = "/iwd/v3/identity-providers/" + outcome.record.provider.id.toLatin1();
        }
        return answer;
    };
    const auto answer = co_await m_pipeline.write<PutIdentityProviderOutcome>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> IdentityProviderHandlers::remove(Call call)
{
    const auto granter = co_await granterFor(m_pipeline, call);
    if (!granter)
        co_return call.problem(granter.error());
    std::function<Result<bool>(Transaction &)> work = [id = call.id(), ifVersion = call.ifVersion, granter = *granter](Transaction &transaction) -> Result<bool> {
        const auto removed = removeIdentityProvider(transaction, id, ifVersion, granter);
        return removed ? Result<bool>(true) : removed.error();
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
