// SPDX-License-Identifier: Apache-2.0
#include "sessionhandlers.h"

#include "newsession.h"
#include "pagecursor.h"

#include <contract/configurationobject.h>
#include <contract/userapi.h>
#include <pipeline/access/users.h>
#include <runtime/passwordstrength.h>
#include <runtime/secrets.h>

namespace iwd {

namespace {

constexpr int longestPassword = 1'000;

Error locked(milliseconds wait)
{
    const qint64 seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return { ErrorCode::TooManyAttempts, QStringLiteral("Too many wrong passwords. Try again in %1 s.").arg(seconds), {},
        { { QStringLiteral("retryAfterSeconds"), seconds } } };
}

Actor userActor(const QString &name)
{
    return { QStringLiteral("user"), name, name };
}

Error noSession()
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("This request was made with an API key, so there is no session to end."), {},
        { { QStringLiteral("kind"), QStringLiteral("session") }, { QStringLiteral("id"), QStringLiteral("current") } } };
}

Answer encodeCaller(const Caller &caller)
{
    return jsonAnswer({ { QStringLiteral("kind"), caller.actor.kind }, { QStringLiteral("id"), caller.actor.id },
        { QStringLiteral("name"), caller.actor.name }, { QStringLiteral("agentId"), textOrNull(caller.agent) },
        { QStringLiteral("tenant"), tenantJson(caller.tenantId, caller.tenantName) }, { QStringLiteral("roles"), QJsonArray::fromStringList(caller.roles) },
        { QStringLiteral("privileges"), QJsonArray::fromStringList(namesOf(caller.privileges)) }, { QStringLiteral("categories"), QJsonArray::fromStringList(caller.categories) },
        { QStringLiteral("changePassword"), caller.changePassword }, { QStringLiteral("sessionId"), textOrNull(caller.session) } });
}

QJsonObject encodeSession(const SessionRecord &session, const Caller &caller)
{
    return { { QStringLiteral("id"), session.id }, { QStringLiteral("user"), session.user }, { QStringLiteral("createdDateTime"), toIso(session.created) },
        { QStringLiteral("expiresDateTime"), toIso(session.expires) }, { QStringLiteral("lastUsedDateTime"), toIso(session.seen) }, { QStringLiteral("address"), textOrNull(session.address) },
        { QStringLiteral("program"), textOrNull(session.program) },
        { QStringLiteral("identityProvider"), textOrNull(session.provider) }, { QStringLiteral("current"), !session.id.isEmpty() && session.id == caller.session } };
}

bool isUser(const Caller &caller)
{
    return caller.actor.kind == QLatin1StringView("user");
}

Error seesOnlyItsOwn(const Caller &caller)
{
    const Privilege privilege = Privilege::UsersView;
    return { ErrorCode::NotAllowed, QStringLiteral("\"%1\" lacks the privilege %2 and so sees its own sessions only.").arg(caller.actor.name, privilegeName(privilege)), {},
        { { QStringLiteral("privilege"), privilegeName(privilege) } } };
}

Error wrong()
{
    return { ErrorCode::InvalidCredentials, QStringLiteral("User or password is wrong."), {}, {} };
}

Error disabled()
{
    return { ErrorCode::InvalidCredentials, QStringLiteral("This user is disabled. Ask an administrator."), {}, {} };
}

/// Where somebody is looked for who signs in.
struct Wanted
{
    QString tenant; ///< id or name; empty: the first one that has a user of the name
    QString name;
};

} // namespace

struct SessionHandlers::Login
{
    QString name;
    std::optional<UserRecord> user;
    TenantRecord tenant;

    [[nodiscard]] QString guarded() const { return LoginGuard::nameOf(user ? user->tenant : TenantId {}, name); }
    [[nodiscard]] LoginGuard::State stored() const { return user ? LoginGuard::State { user->failures, user->lockedUntil } : LoginGuard::State {}; }

    [[nodiscard]] static Login find(Directory &directory, const Wanted &wanted)
    {
        Login login { wanted.name, std::nullopt, {} };
        const auto tenants = directory.tenants();
        for (const UserRecord &user : directory.users(wanted.name)) {
            // Who signs in through an identity provider has no password to be guessed, and is not locked out by those who try.
            if (!user.identity.isEmpty())
                continue;
            const auto tenant = std::find_if(tenants.begin(), tenants.end(), [&](const TenantRecord &record) { return record.number == user.tenant; });
            if (tenant == tenants.end() || (!wanted.tenant.isEmpty() && tenant->id != wanted.tenant && tenant->name != wanted.tenant))
                continue;
            login.user = user;
            login.tenant = *tenant;
            break;
        }
        return login;
    }
};

std::vector<ApiEndpoint> SessionHandlers::endpoints()
{
    const QString sessions = QStringLiteral("/iwd/v3/sessions");
    return {
        { { .method = "POST", .pattern = sessions, .open = true, .body = BodyUse::Object }, [this](Call call) { return create(std::move(call)); } },
        { { .method = "GET", .pattern = sessions, .parameters = { QStringLiteral("user"), QStringLiteral("limit"), QStringLiteral("cursor") } },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "DELETE", .pattern = sessions + QStringLiteral("/current"), .beforePasswordChange = true }, [this](Call call) { return end(std::move(call)); } },
        { { .method = "DELETE", .pattern = sessions + QStringLiteral("/{id}"), .idempotent = true }, [this](Call call) { return remove(std::move(call)); } },
        { { .method = "GET", .pattern = QStringLiteral("/iwd/v3/me"), .beforePasswordChange = true }, [this](Call call) { return me(std::move(call)); } },
        { { .method = "PUT", .pattern = QStringLiteral("/iwd/v3/me/password"), .beforePasswordChange = true, .body = BodyUse::Object },
            [this](Call call) { return changePassword(std::move(call)); } },
    };
}

QCoro::Task<http::Response> SessionHandlers::create(Call call)
{
    ObjectReader reader(call.body.toObject());
    Wanted wanted;
    wanted.name = reader.requiredText(QStringLiteral("user"), MaxUserNameLength);
    wanted.tenant = reader.text(QStringLiteral("tenant"), MaxNameLength);
    const QString password = reader.requiredText(QStringLiteral("password"), longestPassword);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());

    std::function<Login(Directory &)> find = [wanted](Directory &directory) { return Login::find(directory, wanted); };
    const auto found = co_await lookUp<Login>(m_pipeline.store(), call.request.deadline, find);
    if (!found)
        co_return call.problem(found.error());
    const auto login = std::make_shared<const Login>(*found);
    if (const auto wait = m_guard.begin(login->guarded(), login->stored(), m_pipeline.clock().now()))
        co_return call.problem(locked(*wait));
    // Chosen outside of the co_await: GCC 12 destroys the temporaries of both branches of a conditional inside of one, also the one never made.
    const QString hash = login->user ? login->user->passwordHash : QString();
    const auto matches = co_await m_passwords.check(hash, password, call.request.deadline);
    if (!matches)
        co_return call.problem(matches.error());
    if (!*matches || !login->user) {
        if (login->user)
            rememberFailure(*login->user, call.request.remoteAddress);
        co_return call.problem(wrong());
    }
    m_guard.succeeded(login->guarded());
    if (login->user->user.disabled)
        co_return call.problem(disabled());
    co_return co_await open(std::move(call), login);
}

void SessionHandlers::rememberFailure(const UserRecord &user, const QString &address)
{
    // Nobody waits for it: the answer for a known user must not take longer than that for an unknown one.
    const QString name = user.user.name;
    const LoginGuard::State state = m_guard.state(LoginGuard::nameOf(user.tenant, name));
    Actor actor = userActor(name);
    actor.address = address;
    const bool isLocked = state.lockedUntil > m_pipeline.clock().now();
    WriteUnit unit { user.tenant,
        [name, state, actor, isLocked](Transaction &transaction) {
            transaction.setLoginFailures(name, state.failures, state.lockedUntil);
            const QJsonObject what { { QStringLiteral("failures"), state.failures }, { QStringLiteral("lockedUntilDateTime"), isLocked ? QJsonValue(toIso(state.lockedUntil)) : QJsonValue() } };
            auditCaller(transaction, actor, QStringLiteral("sign-in-failed"), QStringLiteral("user"), name, {}, what);
        },
        [](const std::optional<Error> &) {} };
    unit.aboutCallers = true;
    m_pipeline.store().write(std::move(unit));
}

QCoro::Task<http::Response> SessionHandlers::open(Call call, std::shared_ptr<const Login> login)
{
    NewSession session = NewSession::make(call.request, login->user->tenant);
    session.record.user = login->name;
    WriteContext context;
    context.tenant = session.record.tenant;
    context.actor = session.actor();
    context.deadline = call.request.deadline;
    context.aboutCallers = true;
    std::function<Result<Instant>(Transaction &)> work = [session, lifetime = m_lifetime](Transaction &transaction) -> Result<Instant> { return session.insertInto(transaction, lifetime); };
    std::function<Answer(const Instant &)> encode = [session, login](const Instant &expires) { return session.answer(login->tenant, expires, login->user->changePassword); };
    const auto answer = co_await m_pipeline.write<Instant>(context, work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SessionHandlers::list(Call call)
{
    const auto page = readPageRequest(call);
    if (!page)
        co_return call.badRequest(page.error());
    QString user = call.parameter(u"user");
    const bool seesAll = call.caller.may(Privilege::UsersView);
    const QString own = isUser(call.caller) ? call.caller.actor.id : QString();
    if (!user.isEmpty() && user != own && !seesAll)
        co_return call.problem(seesOnlyItsOwn(call.caller));
    if (!seesAll)
        user = own;
    std::function<Result<Answer>(Snapshot &)> work = [call, page = *page, user, seesAll](Snapshot &snapshot) -> Result<Answer> {
        auto sessions = snapshot.sessions();
        std::erase_if(sessions, [&](const SessionRecord &session) { return (!seesAll || !user.isEmpty()) && session.user != user; });
        return pageById(call, page, std::move(sessions), [](const SessionRecord &session) { return session.id; },
            [&call](const SessionRecord &session) { return encodeSession(session, call.caller); });
    };
    const auto answer = co_await m_pipeline.readCallers<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SessionHandlers::remove(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [id = call.id(), caller = call.caller](Transaction &transaction) -> Result<bool> {
        const auto sessions = transaction.sessions();
        const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const SessionRecord &session) { return session.id == id; });
        const bool isOwn = found != sessions.end() && isUser(caller) && found->user == caller.actor.id;
        // Who may end only his own does not learn of others.
        const bool isSeen = isOwn || (found != sessions.end() && caller.may(Privilege::UsersUpdate));
        if (!isSeen || !transaction.removeSession(id, found->user)) {
            return Error { ErrorCode::ObjectNotFound, QStringLiteral("There is no session \"%1\"; it may have ended.").arg(id), {},
                { { QStringLiteral("kind"), QStringLiteral("session") }, { QStringLiteral("id"), id } } };
        }
        auditCaller(transaction, caller.actor, QStringLiteral("end-session"), QStringLiteral("session"), id);
        return true;
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SessionHandlers::end(Call call)
{
    if (call.caller.actor.kind != QLatin1StringView("user"))
        co_return call.problem(noSession());
    std::function<Result<bool>(Transaction &)> work = [caller = call.caller](Transaction &transaction) -> Result<bool> {
        transaction.removeSession(caller.credential);
        auditCaller(transaction, caller.actor, QStringLiteral("sign-out"), QStringLiteral("session"), caller.session);
        return true;
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SessionHandlers::me(Call call)
{
    co_return toResponse(encodeCaller(call.caller));
}

QCoro::Task<http::Response> SessionHandlers::changePassword(Call call)
{
    if (!isUser(call.caller))
        co_return call.problem(noSession());
    ObjectReader reader(call.body.toObject());
    const QString field = QStringLiteral("newPassword");
    const QString current = reader.requiredText(QStringLiteral("currentPassword"), longestPassword);
    const QString wanted = reader.requiredText(field, longestPassword);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    const QString name = call.caller.actor.id;
    std::function<Result<UserRecord>(Snapshot &)> look = [name](Snapshot &snapshot) -> Result<UserRecord> {
        const auto record = snapshot.user(name);
        return record ? Result<UserRecord>(*record) : noSuchUser(name);
    };
    const auto record = co_await m_pipeline.readCallers<UserRecord>(call.caller.tenant, call.request.deadline, look);
    if (!record)
        co_return call.problem(record.error());
    if (!record->identity.isEmpty())
        co_return call.problem(hasNoPassword(*record));
    const QString guarded = LoginGuard::nameOf(call.caller.tenant, name);
    const LoginGuard::State stored { record->failures, record->lockedUntil };
    if (const auto wait = m_guard.begin(guarded, stored, m_pipeline.clock().now()))
        co_return call.problem(locked(*wait));
    const auto matches = co_await m_passwords.check(record->passwordHash, current, call.request.deadline);
    if (!matches)
        co_return call.problem(matches.error());
    if (!*matches) {
        rememberFailure(*record, call.request.remoteAddress);
        co_return call.problem(invalidField(QStringLiteral("currentPassword"), QStringLiteral("the password with which you sign in now")));
    }
    m_guard.succeeded(guarded);
    if (wanted == current)
        co_return call.problem(invalidField(field, QStringLiteral("another password than the current one")));
    if (const auto strong = checkPasswordStrength(field, wanted, { name, record->user.displayName, record->user.email }); !strong)
        co_return call.problem(strong.error());
    const auto hash = co_await m_passwords.hash(wanted, call.request.deadline);
    if (!hash)
        co_return call.problem(hash.error());
    std::function<Result<UserRecord>(Transaction &)> work = [name, hash = *hash, granter = granterOf(call.caller), but = call.caller.credential](Transaction &transaction) {
        return setPassword(transaction, name, hash, false, granter, but);
    };
    std::function<Answer(const UserRecord &)> encode = [](const UserRecord &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<UserRecord>(call.callersWriteContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd
