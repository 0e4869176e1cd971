// SPDX-License-Identifier: Apache-2.0
#include "signinhandlers.h"

#include "identityproviderhandlers.h"
#include "newsession.h"

#include <contract/configurationobject.h>
#include <pipeline/access/users.h>
#include <runtime/secrets.h>

#include <QCryptographicHash>
#include <QHostAddress>
#include <QJsonDocument>

namespace iwd {

namespace {

constexpr std::chrono::minutes stateLifetime { 10 }; ///< that somebody has to sign in at the provider
constexpr int longestState = 4'000;
constexpr int longestCode = 4'000;
constexpr int longestRedirect = 300;
constexpr qsizetype challengeSize = 43; ///< of SHA-256 in base64url, RFC 7636, 4.2
const QByteArray sealName = QByteArrayLiteral("sign-in");
const QString providerName = QStringLiteral("provider");
const QString redirectName = QStringLiteral("redirectUri");
const QString challengeName = QStringLiteral("codeChallenge");
const QString verifierName = QStringLiteral("codeVerifier");

/// RFC 8252, 7.3: the program waits on this machine, at a port that it has chosen.
bool isLoopback(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const QString host = url.host();
    const bool isHere = host == QLatin1StringView("127.0.0.1") || host == QLatin1StringView("::1");
    return url.isValid() && url.scheme() == QLatin1StringView("http") && isHere && url.port() > 0 && url.userInfo().isEmpty() && !url.hasQuery() && !url.hasFragment();
}

/// RFC 7636, 4.1.
bool isVerifier(const QString &text)
{
    constexpr qsizetype shortest = 43;
    constexpr qsizetype longest = 128;
    const auto isUnreserved = [](QChar c) { return c.unicode() < 0x80 && (c.isLetterOrNumber() || c == u'-' || c == u'.' || c == u'_' || c == u'~'); };
    return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), isUnreserved);
}

QByteArray challengeOf(const QString &verifier)
{
    return QCryptographicHash::hash(verifier.toLatin1(), QCryptographicHash::Sha256).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

bool isChallenge(const QString &text)
{
    const auto decoded = QByteArray::fromBase64Encoding(text.toLatin1(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    return text.size() == challengeSize && decoded && decoded.decoded.size() == 32;
}

/// @param name id or name; empty: the first one. @returns nothing when there is no such tenant
std::optional<TenantRecord> tenantCalled(Directory &directory, const QString &name)
{
    for (const TenantRecord &tenant : directory.tenants()) {
        if (name.isEmpty() || tenant.id == name || tenant.name == name)
            return tenant;
    }
    return std::nullopt;
}

std::optional<TenantRecord> tenantNumbered(Directory &directory, TenantId number)
{
    for (const TenantRecord &tenant : directory.tenants()) {
        if (tenant.number == number)
            return tenant;
    }
    return std::nullopt;
}

Error badState(const QString &reason, const QString &text)
{
    return signInRefused(reason, {}, text);
}

Answer encodeWays(const std::vector<IdentityProviderRecord> &providers)
{
    QJsonArray shown;
    for (const IdentityProviderRecord &record : providers) {
        if (record.provider.enabled)
            shown.append(QJsonObject { { QStringLiteral("id"), record.provider.id }, { QStringLiteral("name"), record.provider.name } });
    }
    return jsonAnswer({ { QStringLiteral("password"), true }, { QStringLiteral("identityProviders"), shown } });
}

} // namespace

/// What the beginning of a sign-in tells its end.
struct SignInHandlers::State
{
    TenantId tenant;
    QString provider;
    QString nonce;
    QString redirectUri;
    QString challenge;
    Instant until;
    QByteArray digest; ///< by which it is known that it was used
};

SignInHandlers::SignInHandlers(Parts parts, const QByteArray &secret, milliseconds lifetime)
    : m_parts(parts)
    , m_seal(secret)
    , m_lifetime(lifetime)
{
}

std::vector<ApiEndpoint> SignInHandlers::endpoints()
{
    const QString signIn = QStringLiteral("/iwd/v3/sign-in");
    return {
        { { .method = "GET", .pattern = signIn, .open = true, .parameters = { QStringLiteral("tenant") } }, [this](Call call) { return ways(std::move(call)); } },
        { { .method = "POST", .pattern = signIn + QStringLiteral("/openid"), .open = true, .body = BodyUse::Object }, [this](Call call) { return begin(std::move(call)); } },
        { { .method = "POST", .pattern = QStringLiteral("/iwd/v3/sessions/openid"), .open = true, .body = BodyUse::Object }, [this](Call call) { return finish(std::move(call)); } },
    };
}

QString SignInHandlers::sealed(const State &state) const
{
    const QJsonObject json { { QStringLiteral("t"), state.tenant.number }, { QStringLiteral("p"), state.provider }, { QStringLiteral("n"), state.nonce }, { QStringLiteral("r"), state.redirectUri },
        { QStringLiteral("c"), state.challenge }, { QStringLiteral("u"), toMillis(state.until) } };
    return QString::fromLatin1(m_seal.close(sealName, compactJson(json)).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

Result<SignInHandlers::State> SignInHandlers::opened(const QString &text) const
{
    const auto bytes = QByteArray::fromBase64Encoding(text.toUtf8(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    const auto known = bytes ? m_seal.open(sealName, *bytes) : std::nullopt;
    if (!known)
        return badState(QStringLiteral("state"), QStringLiteral("This sign-in was not begun here: its state is not one of this server's. Begin once more."));
    const QJsonObject json = QJsonDocument::fromJson(*known).object();
    State state;
    state.tenant = { json.value(QStringLiteral("t")).toInteger() };
    state.provider = json.value(QStringLiteral("p")).toString();
    state.nonce = json.value(QStringLiteral("n")).toString();
    state.redirectUri = json.value(QStringLiteral("r")).toString();
    state.challenge = json.value(QStringLiteral("c")).toString();
    state.until = fromMillis(json.value(QStringLiteral("u")).toInteger());
    state.digest = QCryptographicHash::hash(*bytes, QCryptographicHash::Sha256);
    if (state.until <= m_parts.pipeline.clock().now())
        return badState(QStringLiteral("expired"), QStringLiteral("This sign-in was good until %1. Begin once more.").arg(toIso(state.until)));
    return state;
}

Result<QString> SignInHandlers::clientSecret(TenantId tenant, const IdentityProviderRecord &record) const
{
    if (record.secret.isEmpty())
        return QString();
    const auto secret = m_parts.box.open(IdentityProviderHandlers::secretName(tenant, record.provider.id), record.secret);
    if (!secret) {
        return Error { ErrorCode::ProviderUnavailable,
            QStringLiteral("Nobody can sign in through \"%1\": the server cannot read its client secret any more. Ask an administrator to set it again.").arg(record.provider.name), {},
            { { QStringLiteral("provider"), record.provider.id }, { QStringLiteral("reason"), QStringLiteral("secret") } } };
    }
    return QString::fromUtf8(*secret);
}

QCoro::Task<http::Response> SignInHandlers::ways(Call call)
{
    if (const auto may = m_parts.limits.mayTry(call.request.remoteAddress); !may)
        co_return call.problem(may.error());
    std::function<std::optional<TenantRecord>(Directory &)> find = [name = call.parameter(u"tenant")](Directory &directory) { return tenantCalled(directory, name); };
    const auto tenant = co_await lookUp<std::optional<TenantRecord>>(m_parts.pipeline.store(), call.request.deadline, find);
    if (!tenant)
        co_return call.problem(tenant.error());
    // A tenant that is not there has the ways of one that has set up nothing: strangers do not learn which there are.
    if (!*tenant || !m_parts.openId)
        co_return call.respond(encodeWays({}));
    std::function<Result<Answer>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<Answer> { return encodeWays(snapshot.identityProviders()); };
    const auto answer = co_await m_parts.pipeline.readCallers<Answer>((*tenant)->number, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SignInHandlers::begin(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString tenantName = reader.text(QStringLiteral("tenant"), MaxNameLength);
    State state;
    state.provider = reader.requiredText(providerName, MaxNameLength);
    state.redirectUri = reader.requiredText(redirectName, longestRedirect);
    state.challenge = reader.requiredText(challengeName, longestRedirect);
    if (!isLoopback(state.redirectUri))
        reader.fail(invalidField(redirectName, QStringLiteral("an address of the machine that the browser runs on: http://127.0.0.1:PORT/… or http://[::1]:PORT/…"), state.redirectUri.left(60)));
    if (!isChallenge(state.challenge))
        reader.fail(invalidField(challengeName, QStringLiteral("the SHA-256 of the code verifier in base64url without padding, 43 characters (S256)")));
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    if (const auto may = m_parts.limits.mayTry(call.request.remoteAddress); !may)
        co_return call.problem(may.error());

    std::function<std::optional<TenantRecord>(Directory &)> find = [tenantName](Directory &directory) { return tenantCalled(directory, tenantName); };
    const auto tenant = co_await lookUp<std::optional<TenantRecord>>(m_parts.pipeline.store(), call.request.deadline, find);
    if (!tenant)
        co_return call.problem(tenant.error());
    if (!*tenant || !m_parts.openId)
        co_return call.problem(noSuchIdentityProvider(state.provider));
    state.tenant = (*tenant)->number;
    std::function<Result<IdentityProviderRecord>(Snapshot &)> look = [id = state.provider](Snapshot &snapshot) { return enabledIdentityProvider(snapshot, id); };
    const auto record = co_await m_parts.pipeline.readCallers<IdentityProviderRecord>(state.tenant, call.request.deadline, look);
    if (!record) {
        m_parts.limits.failed(call.request.remoteAddress);
        co_return call.problem(record.error());
    }
    state.nonce = secrets::newSessionToken();
    state.until = m_parts.pipeline.clock().now() + stateLifetime;
    const AuthorizationRequest request { state.redirectUri, sealed(state), state.nonce, state.challenge };
    const auto url = co_await m_parts.openId->authorizationUrl(record->provider, request, call.request.deadline);
    if (!url)
        co_return call.problem(url.error());
    co_return call.respond(jsonAnswer({ { QStringLiteral("authorizationUrl"), url->toString(QUrl::FullyEncoded) }, { QStringLiteral("state"), request.state }, { QStringLiteral("expiresDateTime"), toIso(state.until) } }));
}

QCoro::Task<http::Response> SignInHandlers::finish(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString text = reader.requiredText(QStringLiteral("state"), longestState);
    AuthorizationCode code;
    code.code = reader.requiredText(QStringLiteral("code"), longestCode);
    code.codeVerifier = reader.requiredText(verifierName, longestRedirect);
    if (!isVerifier(code.codeVerifier))
        reader.fail(invalidField(verifierName, QStringLiteral("43 to 128 letters, digits and -._~")));
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    const QString address = call.request.remoteAddress;
    if (const auto may = m_parts.limits.mayTry(address); !may)
        co_return call.problem(may.error());
    const auto refuse = [this, call, address](const Error &error) {
        // That a provider is away is nobody's fault who comes from there.
        if (error.code == ErrorCode::SignInRefused || error.code == ErrorCode::ObjectNotFound)
            m_parts.limits.failed(address);
        return call.problem(error);
    };
    const auto state = opened(text);
    if (!state)
        co_return refuse(state.error());
    // The provider compares, too; but not every one does.
    if (!secrets::equalInConstantTime(challengeOf(code.codeVerifier), state->challenge.toLatin1()))
        co_return refuse(signInRefused(QStringLiteral("verifier"), state->provider, QStringLiteral("The code verifier is not the one with whose challenge this sign-in was begun. Begin once more.")));
    code.redirectUri = state->redirectUri;
    code.nonce = state->nonce;

    std::function<std::optional<TenantRecord>(Directory &)> find = [number = state->tenant](Directory &directory) { return tenantNumbered(directory, number); };
    const auto tenant = co_await lookUp<std::optional<TenantRecord>>(m_parts.pipeline.store(), call.request.deadline, find);
    if (!tenant)
        co_return call.problem(tenant.error());
    if (!*tenant || !m_parts.openId)
        co_return refuse(noSuchIdentityProvider(state->provider));
    std::function<Result<IdentityProviderRecord>(Snapshot &)> look = [id = state->provider](Snapshot &snapshot) { return enabledIdentityProvider(snapshot, id); };
    const auto record = co_await m_parts.pipeline.readCallers<IdentityProviderRecord>(state->tenant, call.request.deadline, look);
    if (!record)
        co_return refuse(record.error());
    const auto secret = clientSecret(state->tenant, *record);
    if (!secret)
        co_return call.problem(secret.error());
    const auto identity = co_await m_parts.openId->redeem(record->provider, *secret, code, call.request.deadline);
    if (!identity)
        co_return refuse(identity.error());
    co_return co_await open(std::move(call), **tenant, *state, *identity);
}

QCoro::Task<http::Response> SignInHandlers::open(Call call, TenantRecord tenant, State state, OpenIdIdentity identity)
{
    struct Opened
    {
        NewSession session;
        Instant expires;
    };
    const ForeignSignIn signIn { state.provider, identity, call.request.remoteAddress };
    const NewSession prepared = NewSession::make(call.request, state.tenant, state.provider);
    WriteContext context;
    context.tenant = state.tenant;
    context.actor = { QStringLiteral("user"), identity.name, identity.name };
    context.deadline = call.request.deadline;
    context.aboutCallers = true;
    std::function<Result<Opened>(Transaction &)> work = [=, lifetime = m_lifetime](Transaction &transaction) -> Result<Opened> {
        if (!transaction.finishSignIn(state.digest, state.until))
            return badState(QStringLiteral("used"), QStringLiteral("This sign-in was finished before, and counts once. Begin once more."));
        const auto user = signInForeign(transaction, signIn);
        if (!user)
            return user.error();
        Opened opened { prepared, {} };
        opened.session.record.user = user->user.name;
        opened.expires = opened.session.insertInto(transaction, lifetime);
        return opened;
    };
    std::function<Answer(const Opened &)> encode = [tenant](const Opened &opened) { return opened.session.answer(tenant, opened.expires, false); };
    const auto answer = co_await m_parts.pipeline.write<Opened>(context, work, encode);
    if (!answer && answer.error().code == ErrorCode::SignInRefused) {
        m_parts.limits.failed(call.request.remoteAddress);
        rememberRefusal(state.tenant, identity, state.provider, call.request.remoteAddress, answer.error());
    }
    co_return call.respond(answer);
}

void SignInHandlers::rememberRefusal(TenantId tenant, const OpenIdIdentity &identity, const QString &provider, const QString &address, const Error &error)
{
    const QString name = json::isText(identity.name, MaxNameLength) ? identity.name : QString();
    Actor actor { QStringLiteral("user"), name, name };
    actor.address = address;
    const QJsonObject what { { QStringLiteral("reason"), error.args.value(QStringLiteral("reason")) }, { QStringLiteral("subject"), identity.subject } };
    WriteUnit unit { tenant, [=](Transaction &transaction) { auditCaller(transaction, actor, QStringLiteral("sign-in-failed"), QStringLiteral("identityProvider"), provider, {}, what); },
        [](const std::optional<Error> &) {} };
    unit.aboutCallers = true;
    m_parts.pipeline.store().write(std::move(unit));
}

} // namespace iwd
