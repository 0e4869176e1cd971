// SPDX-License-Identifier: Apache-2.0
#include "userhandlers.h"

#include "granters.h"
#include "namedfilter.h"
#include "pagecursor.h"

#include <contract/jsonreading.h>
#include <contract/userapi.h>
#include <runtime/passwordstrength.h>
#include <runtime/secrets.h>

namespace iwd {

namespace {

constexpr int longestPassword = 1'000;
const QString passwordField = QStringLiteral("password");

QJsonObject shown(const UserRecord &record)
{
    QJsonObject json = encodeUser(record.user);
    json.insert(QStringLiteral("changePassword"), record.changePassword);
    json.insert(QStringLiteral("passwordSetDateTime"), toIso(record.passwordSet));
    json.insert(QStringLiteral("lastSignInDateTime"), isoOrNull(record.signedIn));
    const bool wasLocked = record.lockedUntil > Instant();
    json.insert(QStringLiteral("lockedUntilDateTime"), wasLocked ? QJsonValue(toIso(record.lockedUntil)) : QJsonValue());
    json.insert(QStringLiteral("identityProvider"), textOrNull(record.identity.provider));
    json.insert(QStringLiteral("version"), record.version);
    json.insert(QStringLiteral("createdDateTime"), toIso(record.created));
    json.insert(QStringLiteral("updatedDateTime"), toIso(record.updated));
    return json;
}

Answer encodeShown(const UserRecord &record)
{
    Answer answer = jsonAnswer(shown(record));
    answer.etag = etagOf(record.version);
    return answer;
}

/// A password that somebody gives another: typed, or made here and shown once.
struct GivenPassword
{
    QString text;
    bool isMade = false;
};

/// @param password empty: one is made
Result<GivenPassword> givenPassword(const QString &password, const User &user)
{
    if (password.isEmpty())
        return GivenPassword { secrets::newPassword(), true };
    if (const auto strong = checkPasswordStrength(passwordField, password, { user.name, user.displayName, user.email }); !strong)
        return strong.error();
    return GivenPassword { password, false };
}

/// The answer that shows a password that was made, which is not stored with the write.
Result<Answer> withPassword(Result<Answer> answer, const GivenPassword &password)
{
    if (answer && !answer->replayed && password.isMade) {
        QJsonObject json = QJsonDocument::fromJson(answer->body).object();
        json.insert(passwordField, password.text);
        answer->body = compactJson(json);
    }
    return answer;
}

Answer encodeNew(const UserRecord &record)
{
    QJsonObject json = shown(record);
    json.insert(passwordField, QJsonValue());
    Answer answer = jsonAnswer(json, 201);
    answer.etag = etagOf(record.version);
    answer.location = "/iwd/v3/users/" + QUrl::toPercentEncoding(record.user.name);
    return answer;
}

} // namespace

std::vector<ApiEndpoint> UserHandlers::endpoints()
{
    using enum Privilege;
    const QString users = QStringLiteral("/iwd/v3/users");
    const QString user = users + QStringLiteral("/{id}");
    return {
        { { .method = "GET", .pattern = users, .privilege = UsersView, .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST", .pattern = users, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true }, [this](Call call) { return create(std::move(call)); } },
        { { .method = "GET", .pattern = user, .privilege = UsersView }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = user, .privilege = UsersUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return replace(std::move(call)); } },
        { { .method = "DELETE", .pattern = user, .privilege = UsersUpdate, .idempotent = true }, [this](Call call) { return remove(std::move(call)); } },
        { { .method = "PUT", .pattern = user + QStringLiteral("/password"), .privilege = UsersUpdate, .body = BodyUse::Optional, .idempotent = true },
            [this](Call call) { return setPassword(std::move(call)); } },
        { { .method = "POST", .pattern = user + QStringLiteral("/unlock"), .privilege = UsersUpdate, .idempotent = true }, [this](Call call) { return unlock(std::move(call)); } },
        { { .method = "DELETE", .pattern = user + QStringLiteral("/sessions"), .privilege = UsersUpdate, .idempotent = true }, [this](Call call) { return endSessions(std::move(call)); } },
    };
}

QCoro::Task<http::Response> UserHandlers::list(Call call)
{
    const auto page = readPageRequest(call);
    if (!page)
        co_return call.badRequest(page.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, page = *page](Snapshot &snapshot) -> Result<Answer> {
        return pageById(call, page, snapshot.users(), [](const UserRecord &record) { return record.user.name; }, shown);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> UserHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [name = call.id()](Snapshot &snapshot) -> Result<Answer> {
        const auto record = snapshot.user(name);
        return record ? Result<Answer>(encodeShown(*record)) : noSuchUser(name);
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> UserHandlers::create(Call call)
{
    QJsonObject body = call.body.toObject();
    const QJsonValue typed = body.take(passwordField);
    const auto text = json::text(passwordField, typed, longestPassword);
    if (!text)
        co_return call.problem(text.error());
    const auto user = decodeUser(body);
    if (!user)
        co_return call.problem(user.error());
    const auto password = givenPassword(*text, *user);
    if (!password)
        co_return call.problem(password.error());
    const auto granter = co_await granterFor(m_pipeline, call, user->categories);
    if (!granter)
        co_return call.problem(granter.error());
    const auto hash = co_await m_passwords.hash(password->text, call.request.deadline);
    if (!hash)
        co_return call.problem(hash.error());
    const CreateUserCommand command { *user, *hash, true, *granter };
    std::function<Result<UserRecord>(Transaction &)> work = [command](Transaction &transaction) { return createUser(transaction, command); };
    std::function<Answer(const UserRecord &)> encode = encodeNew;
    const auto answer = co_await m_pipeline.write<UserRecord>(call.callersWriteContext(), work, encode);
    co_return call.respond(withPassword(answer, *password));
}

QCoro::Task<http::Response> UserHandlers::replace(Call call)
{
    const auto user = decodeUser(call.body.toObject(), call.id());
    if (!user)
        co_return call.problem(user.error());
    const auto granter = co_await granterFor(m_pipeline, call, user->categories);
    if (!granter)
        co_return call.problem(granter.error());
    const ReplaceUserCommand command { *user, call.ifVersion, call.anyVersion, *granter };
    std::function<Result<UserRecord>(Transaction &)> work = [command](Transaction &transaction) { return replaceUser(transaction, command); };
    std::function<Answer(const UserRecord &)> encode = encodeShown;
    const auto answer = co_await m_pipeline.write<UserRecord>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> UserHandlers::remove(Call call)
{
    const auto granter = co_await granterFor(m_pipeline, call);
    if (!granter)
        co_return call.problem(granter.error());
    std::function<Result<bool>(Transaction &)> work = [name = call.id(), granter = *granter](Transaction &transaction) -> Result<bool> {
        const auto removed = removeUser(transaction, name, granter);
        return removed ? Result<bool>(true) : removed.error();
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    if (answer && !answer->replayed) {
        const Actor gone { QStringLiteral("user"), call.id(), call.id() };
        co_await forgetFiltersOf(m_pipeline, call, gone);
    }
    co_return call.respond(answer);
}

QCoro::Task<http::Response> UserHandlers::setPassword(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString text = reader.text(passwordField, longestPassword);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    std::function<Result<User>(Snapshot &)> look = [name = call.id()](Snapshot &snapshot) -> Result<User> {
        const auto record = snapshot.user(name);
        if (record && !record->identity.isEmpty())
            return hasNoPassword(*record);
        return record ? Result<User>(record->user) : noSuchUser(name);
    };
    const auto user = co_await m_pipeline.readCallers<User>(call.caller.tenant, call.request.deadline, look);
    if (!user)
        co_return call.problem(user.error());
    const auto password = givenPassword(text, *user);
    if (!password)
        co_return call.problem(password.error());
    const auto granter = co_await granterFor(m_pipeline, call);
    if (!granter)
        co_return call.problem(granter.error());
    const auto hash = co_await m_passwords.hash(password->text, call.request.deadline);
    if (!hash)
        co_return call.problem(hash.error());
    std::function<Result<UserRecord>(Transaction &)> work = [name = call.id(), hash = *hash, granter = *granter](Transaction &transaction) -> Result<UserRecord> {
        return iwd::setPassword(transaction, name, hash, true, granter);
    };
    std::function<Answer(const UserRecord &)> encode = [](const UserRecord &record) {
        QJsonObject json { { QStringLiteral("name"), record.user.name }, { QStringLiteral("changePassword"), record.changePassword } };
        json.insert(passwordField, QJsonValue());
        return jsonAnswer(json);
    };
    const auto answer = co_await m_pipeline.write<UserRecord>(call.callersWriteContext(), work, encode);
    if (answer)
        m_guard.succeeded(LoginGuard::nameOf(call.caller.tenant, call.id()));
    co_return call.respond(withPassword(answer, *password));
}

QCoro::Task<http::Response> UserHandlers::unlock(Call call)
{
    std::function<Result<UserRecord>(Transaction &)> work = [name = call.id(), actor = call.caller.actor](Transaction &transaction) { return unlockUser(transaction, name, actor); };
    std::function<Answer(const UserRecord &)> encode = encodeShown;
    const auto answer = co_await m_pipeline.write<UserRecord>(call.callersWriteContext(), work, encode);
    if (answer)
        m_guard.succeeded(LoginGuard::nameOf(call.caller.tenant, call.id()));
    co_return call.respond(answer);
}

QCoro::Task<http::Response> UserHandlers::endSessions(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [name = call.id(), actor = call.caller.actor](Transaction &transaction) -> Result<bool> {
        if (!transaction.user(name))
            return noSuchUser(name);
        transaction.removeSessionsOf(name);
        auditCaller(transaction, actor, QStringLiteral("end-sessions"), QStringLiteral("user"), name);
        return true;
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
