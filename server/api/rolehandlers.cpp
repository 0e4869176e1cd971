// SPDX-License-Identifier: Apache-2.0
#include "rolehandlers.h"

#include "pagecursor.h"

#include <contract/userapi.h>

namespace iwd {

namespace {

/// A role as it is shown; stock roles have neither a version nor dates.
struct ShownRole
{
    Role role;
    std::optional<RoleRecord> made;
};

QJsonObject shown(const ShownRole &shown)
{
    QJsonObject json = encodeRole(shown.role);
    json.insert(QStringLiteral("stock"), !shown.made.has_value());
    json.insert(QStringLiteral("version"), shown.made ? QJsonValue(shown.made->version) : QJsonValue());
    json.insert(QStringLiteral("createdDateTime"), shown.made ? QJsonValue(toIso(shown.made->created)) : QJsonValue());
    json.insert(QStringLiteral("updatedDateTime"), shown.made ? QJsonValue(toIso(shown.made->updated)) : QJsonValue());
    return json;
}

std::vector<ShownRole> allRoles(Snapshot &snapshot)
{
    std::vector<ShownRole> all;
    for (const Grant &stock : stockRoles())
        all.push_back({ { stock.name, stock.name, stock.description, stock.privileges }, std::nullopt });
    for (const RoleRecord &record : snapshot.roles())
        all.push_back({ record.role, record });
    return all;
}

Answer encodeShown(const ShownRole &role)
{
    Answer answer = jsonAnswer(shown(role));
    if (role.made)
        answer.etag = etagOf(role.made->version);
    return answer;
}

} // namespace

std::vector<ApiEndpoint> RoleHandlers::endpoints()
{
    using enum Privilege;
    const QString roles = QStringLiteral("/iwd/v3/roles");
    const QString role = roles + QStringLiteral("/{id}");
    return {
        { { .method = "GET", .pattern = roles, .privilege = UsersView, .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST", .pattern = roles, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true }, [this](Call call) { return create(std::move(call)); } },
        { { .method = "GET", .pattern = role, .privilege = UsersView }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = role, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return replace(std::move(call)); } },
        { { .method = "DELETE", .pattern = role, .privilege = UsersUpdate, .idempotent = true, .versioned = true }, [this](Call call) { return remove(std::move(call)); } },
    };
}

QCoro::Task<http::Response> RoleHandlers::list(Call call)
{
    const auto page = readPageRequest(call);
    if (!page)
        co_return call.badRequest(page.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, page = *page](Snapshot &snapshot) -> Result<Answer> {
        return pageById(call, page, allRoles(snapshot), [](const ShownRole &role) { return role.role.id; }, shown);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> RoleHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id()](Snapshot &snapshot) -> Result<Answer> {
        const auto roles = allRoles(snapshot);
        const auto found = std::find_if(roles.begin(), roles.end(), [&](const ShownRole &role) { return role.role.id == id; });
        return found == roles.end() ? Result<Answer>(noSuchRole(id)) : encodeShown(*found);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> RoleHandlers::create(Call call)
{
    const auto role = decodeRole(call.body.toObject());
    if (!role)
        co_return call.problem(role.error());
    PutRoleCommand command;
    command.role = *role;
    command.create = true;
    co_return co_await put(std::move(call), std::move(command));
}

QCoro::Task<http::Response> RoleHandlers::replace(Call call)
{
    const auto role = decodeRole(call.body.toObject(), call.id());
    if (!role)
        co_return call.problem(role.error());
    PutRoleCommand command;
    command.role = *role;
    command.ifVersion = call.ifVersion;
    command.anyVersion = call.anyVersion;
    co_return co_await put(std::move(call), std::move(command));
}

QCoro::Task<http::Response> RoleHandlers::put(Call call, PutRoleCommand command)
{
    command.granter = granterOf(call.caller);
    std::function<Result<PutRoleOutcome>(Transaction &)> work = [command](Transaction &transaction) { return putRole(transaction, command); };
    std::function<Answer(const PutRoleOutcome &)> encode = [](const PutRoleOutcome &outcome) {
        Answer answer = encodeShown({ outcome.record.role, outcome.record });
        if (outcome.created) {
            answer.status = 201;
            answer.location = "/iwd/v3/roles/" + outcome.record.role.id.toLatin1();
        }
        return answer;
    };
    const auto answer = co_await m_pipeline.write<PutRoleOutcome>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> RoleHandlers::remove(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [id = call.id(), ifVersion = call.ifVersion, granter = granterOf(call.caller)](Transaction &transaction) -> Result<bool> {
        const auto removed = removeRole(transaction, id, ifVersion, granter);
        return removed ? Result<bool>(true) : removed.error();
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
