// SPDX-License-Identifier: Apache-2.0
#include "sessionhandlers.h"

#include "encoding.h"

#include <contract/jsonreading.h>
#include <runtime/secrets.h>

namespace iwd {

namespace {

constexpr int longestUserName = 200;
constexpr int longestPassword = 1'000;

QJsonObject tenantJson(const QString &id, const QString &name)
{
    return { { QStringLiteral("id"), id }, { QStringLiteral("name"), name } };
}

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
    QJsonArray privileges;
    for (int privilege = 1; privilege < PrivilegeCount; ++privilege) {
        if (caller.may(static_cast<Privilege>(privilege)))
            privileges.append(privilegeName(static_cast<Privilege>(privilege)));
    }
    return jsonAnswer({ { QStringLiteral("kind"), caller.actor.kind }, { QStringLiteral("id"), caller.actor.id },
        { QStringLiteral("name"), caller.actor.name }, { QStringLiteral("agentId"), textOrNull(caller.agent) }, { QStringLiteral("tenant"), tenantJson(caller.tenantId, caller.tenantName) },
        { QStringLiteral("privileges"), privileges } });
}

LoginGuard::State storedState(const std::optional<UserRecord> &user)
{
    return user ? LoginGuard::State { user->failures, user->lockedUntil } : LoginGuard::State {};
}

Error wrong()
{
    return { ErrorCode::InvalidCredentials, QStringLiteral("User or password is wrong."), {}, {} };
}

} // namespace

struct SessionHandlers::Login
{
    QString name;
    QString password;
    std::optional<UserRecord> user;
    TenantRecord tenant;
};

std::vector<ApiEndpoint> SessionHandlers::endpoints()
{
    return {
        { { .method = "POST", .pattern = QStringLiteral("/iwd/v3/sessions"), .open = true, .body = BodyUse::Object },
            [this](Call call) { return create(std::move(call)); } },
        { { .method = "DELETE", .pattern = QStringLiteral("/iwd/v3/sessions/current") },
            [this](Call call) { return end(std::move(call)); } },
        { { .method = "GET", .pattern = QStringLiteral("/iwd/v3/me") }, [this](Call call) { return me(std::move(call)); } },
    };
}

QCoro::Task<http::Response> SessionHandlers::create(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString name = reader.requiredText(QStringLiteral("user"), longestUserName);
    const QString password = reader.requiredText(QStringLiteral("password"), longestPassword);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());

    std::function<Login(Directory &)> find = [name, password](Directory &directory) {
        Login login { name, password, directory.user(name), {} };
        for (const TenantRecord &tenant : directory.tenants()) {
            if (login.user && tenant.number == login.user->tenant)
                login.tenant = tenant;
        }
        return login;
    };
    const auto found = co_await lookUp<Login>(m_pipeline.store(), call.request.deadline, find);
    if (!found)
        co_return call.problem(found.error());
    const auto login = std::make_shared<const Login>(*found);
    if (const auto wait = m_guard.begin(name, storedState(login->user), m_pipeline.clock().now()))
        co_return call.problem(locked(*wait));
    // Chosen outside of the co_await: GCC 12 destroys the temporaries of both branches of a conditional inside of one, also the one never made.
    const QString hash = login->user ? login->user->passwordHash : QString();
    const auto matches = co_await m_passwords.check(hash, password, call.request.deadline);
    if (!matches)
        co_return call.problem(matches.error());
    if (!*matches || !login->user) {
        rememberFailure(*login);
        co_return call.problem(wrong());
    }
    m_guard.succeeded(name);
    co_return co_await open(std::move(call), login);
}

void SessionHandlers::rememberFailure(const Login &login)
{
    if (!login.user)
        return;
    // Nobody waits for it: the answer for a known user must not take longer than that for an unknown one.
    const LoginGuard::State state = m_guard.state(login.name);
    WriteUnit unit { login.user->tenant, [name = login.name, state](Transaction &transaction) { transaction.setLoginFailures(name, state.failures, state.lockedUntil); },
        [](const std::optional<Error> &) {} };
    unit.aboutCallers = true;
    m_pipeline.store().write(std::move(unit));
}

QCoro::Task<http::Response> SessionHandlers::open(Call call, std::shared_ptr<const Login> login)
{
    const QString token = secrets::newSessionToken();
    const QByteArray digest = secrets::digest(token);
    WriteContext context;
    context.tenant = login->user->tenant;
    context.actor = userActor(login->name);
    context.deadline = call.request.deadline;
    context.aboutCallers = true;
    std::function<Result<Instant>(Transaction &)> work
        = [login, digest, lifetime = m_lifetime](Transaction &transaction) -> Result<Instant> {
        const Instant expires = transaction.now() + lifetime;
        transaction.insertSession({ login->user->tenant, login->name, login->user->scopes, transaction.now(), expires }, digest);
        if (login->user->failures > 0)
            transaction.setLoginFailures(login->name, 0, Instant());
        return expires;
    };
    std::function<Answer(const Instant &)> encode = [token, login](const Instant &expires) {
        return jsonAnswer(
            { { QStringLiteral("token"), token }, { QStringLiteral("expiresDateTime"), toIso(expires) },
                { QStringLiteral("user"), login->name }, { QStringLiteral("tenant"), tenantJson(login->tenant.id, login->tenant.name) } },
            201);
    };
    const auto answer = co_await m_pipeline.write<Instant>(context, work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SessionHandlers::end(Call call)
{
    if (call.caller.actor.kind != QLatin1StringView("user"))
        co_return call.problem(noSession());
    std::function<Result<bool>(Transaction &)> work = [digest = call.caller.credential](Transaction &transaction) -> Result<bool> {
        transaction.removeSession(digest);
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

} // namespace iwd
