// SPDX-License-Identifier: Apache-2.0
#include "openidproviders.h"

#include "idtoken.h"
#include "keyset.h"

#include <base/log.h>

#include <QJsonDocument>
#include <QUrlQuery>

#include <map>

namespace iwd {

using namespace openid;

namespace {

constexpr qint64 MostBytes = 512 * 1024; ///< of any answer: keys with their certificates, and tokens with many groups, are tens of KiB
constexpr qsizetype LongestIdToken = 128 * 1024;
constexpr qsizetype LongestAccessToken = 64 * 1024;
constexpr size_t MostKept = 500; ///< providers whose documents are kept

/// What a discovery document says (OpenID Connect Discovery 1.0, 3).
struct Metadata
{
    QUrl authorization;
    QUrl token;
    QUrl keys;
    QUrl userInfo; ///< empty: there is none
    bool takesBasic = true; ///< client_secret_basic
    bool takesPost = false; ///< client_secret_post
};

struct Tokens
{
    QByteArray id;
    QByteArray access;
};

Error unavailable(const IdentityProvider &provider, const QString &reason, const QString &what)
{
    // The addresses in it are the administrators' business: they are in the log, not in an answer to somebody who has not signed in.
    return { ErrorCode::ProviderUnavailable, QStringLiteral("Nobody can sign in through \"%1\" at the moment: %2. Try again later, or ask an administrator.").arg(provider.name, what), {},
        { { QStringLiteral("provider"), provider.id }, { QStringLiteral("reason"), reason } } };
}

QString wordsFor(const QString &reason)
{
    static const std::map<QString, QString> words {
        { outgoingreason::Resolve, QStringLiteral("its name cannot be found") },
        { outgoingreason::Forbidden, QStringLiteral("the server's configuration does not allow to call its address (outgoing.allowedNetworks)") },
        { outgoingreason::Connect, QStringLiteral("it cannot be reached") },
        { outgoingreason::Tls, QStringLiteral("its certificate is not trusted, or it speaks no TLS (outgoing.tls.authority)") },
        { outgoingreason::Timeout, QStringLiteral("it does not answer in time") },
        { outgoingreason::TooLarge, QStringLiteral("it answers far more than it should") },
    };
    const auto found = words.find(reason);
    return found == words.end() ? QStringLiteral("the conversation with it broke off") : found->second;
}

QUrl webAddress(const QJsonObject &document, const QString &name, const QUrl &issuer)
{
    const QUrl url(document.value(name).toString(), QUrl::StrictMode);
    const bool isSafe = url.scheme() == QLatin1StringView("https") || (url.scheme() == QLatin1StringView("http") && issuer.scheme() == QLatin1StringView("http"));
    return url.isValid() && isSafe && !url.host().isEmpty() && url.userInfo().isEmpty() && !url.hasFragment() ? url : QUrl();
}

/// @returns nothing when @p text is no discovery document of the issuer
std::optional<Metadata> metadataIn(const QByteArray &text, const QString &issuer)
{
    const QJsonObject document = QJsonDocument::fromJson(text).object();
    if (document.value(QStringLiteral("issuer")).toString() != issuer)
        return std::nullopt;
    const QUrl base(issuer);
    Metadata metadata;
    metadata.authorization = webAddress(document, QStringLiteral("authorization_endpoint"), base);
    metadata.token = webAddress(document, QStringLiteral("token_endpoint"), base);
    metadata.keys = webAddress(document, QStringLiteral("jwks_uri"), base);
    metadata.userInfo = webAddress(document, QStringLiteral("userinfo_endpoint"), base);
    const QStringList methods = textsOf(document.value(QStringLiteral("token_endpoint_auth_methods_supported")));
    metadata.takesBasic = methods.isEmpty() || methods.contains(QStringLiteral("client_secret_basic"));
    metadata.takesPost = methods.contains(QStringLiteral("client_secret_post"));
    const bool isWhole = metadata.authorization.isValid() && metadata.token.isValid() && metadata.keys.isValid() && !metadata.authorization.isEmpty() && !metadata.token.isEmpty() && !metadata.keys.isEmpty();
    return isWhole ? std::optional(metadata) : std::nullopt;
}

QUrl discoveryAddress(const QString &issuer)
{
    return QUrl((issuer.endsWith(u'/') ? issuer.chopped(1) : issuer) + QStringLiteral("/.well-known/openid-configuration"));
}

QByteArray formEncoded(const QString &text)
{
    return QUrl::toPercentEncoding(text);
}

QByteArray form(const std::vector<std::pair<QByteArray, QString>> &fields)
{
    QByteArray body;
    for (const auto &[name, value] : fields)
        body += (body.isEmpty() ? "" : "&") + name + '=' + formEncoded(value);
    return body;
}

OutgoingRequest tokenRequest(const Metadata &metadata, const IdentityProvider &provider, const QString &secret, const AuthorizationCode &code)
{
    std::vector<std::pair<QByteArray, QString>> fields { { "grant_type", QStringLiteral("authorization_code") }, { "code", code.code }, { "redirect_uri", code.redirectUri },
        { "code_verifier", code.codeVerifier } };
    OutgoingRequest request;
    request.method = "POST";
    request.url = metadata.token;
    request.headers = { { "Content-Type", "application/x-www-form-urlencoded" }, { "Accept", "application/json" } };
    // RFC 6749, 2.3.1: both are encoded like a form first. Some providers forget to decode that, so what encoding changes goes into the body, where they all do.
    const QByteArray pair = formEncoded(provider.clientId) + ':' + formEncoded(secret);
    const bool isPlain = pair == (provider.clientId + u':' + secret).toUtf8();
    if (!secret.isEmpty() && ((metadata.takesBasic && isPlain) || !metadata.takesPost)) {
        request.headers.push_back({ "Authorization", "Basic " + pair.toBase64() });
    } else {
        fields.emplace_back("client_id", provider.clientId);
        if (!secret.isEmpty())
            fields.emplace_back("client_secret", secret);
    }
    request.body = form(fields);
    return request;
}

/// An error code of the provider's, if it is one (RFC 6749, 5.2), fit to be shown.
QString errorIn(const QJsonObject &answer)
{
    const QString code = answer.value(QStringLiteral("error")).toString().left(60);
    const bool isCode = std::all_of(code.begin(), code.end(), [](QChar c) { return c == u'_' || c == u'-' || (c >= u'a' && c <= u'z'); });
    return isCode ? code : QString();
}

Error refusedCode(const IdentityProvider &provider, const QString &error)
{
    if (error == QLatin1StringView("invalid_client") || error == QLatin1StringView("unauthorized_client"))
        return unavailable(provider, QStringLiteral("client"), QStringLiteral("it does not take the server's client id and secret (%1)").arg(error));
    return signInRefused(QStringLiteral("code"), provider.id,
        QStringLiteral("\"%1\" does not accept the code of this sign-in: it was used before, is too old, or belongs to another one (%2). Sign in once more.").arg(provider.name, error));
}

Result<Tokens> tokensIn(const OutgoingAnswer &answer, const IdentityProvider &provider)
{
    const QJsonObject json = QJsonDocument::fromJson(answer.body).object();
    const QString error = errorIn(json);
    if (answer.status >= 400 && answer.status < 500 && !error.isEmpty())
        return refusedCode(provider, error);
    const Tokens tokens { json.value(QStringLiteral("id_token")).toString().toLatin1(), json.value(QStringLiteral("access_token")).toString().toLatin1() };
    if (answer.status != 200 || tokens.id.isEmpty())
        return unavailable(provider, QStringLiteral("answer"), QStringLiteral("it answers a code with something that is no ID token (status %1)").arg(answer.status));
    if (tokens.id.size() > LongestIdToken || tokens.access.size() > LongestAccessToken)
        return unavailable(provider, QStringLiteral("tooLarge"), wordsFor(outgoingreason::TooLarge));
    return tokens;
}

QString wordsFor(Verification::Fault fault)
{
    switch (fault) {
    case Verification::Fault::None:
    case Verification::Fault::Malformed:
        break;
    case Verification::Fault::Algorithm:
        return QStringLiteral("is signed in a way that proves nothing (alg)");
    case Verification::Fault::UnknownKey:
        return QStringLiteral("is signed with a key that the provider does not have (kid)");
    case Verification::Fault::Signature:
        return QStringLiteral("has a wrong signature");
    }
    return QStringLiteral("is no signed token");
}

Error refusedToken(const IdentityProvider &provider, const QString &fault)
{
    return signInRefused(QStringLiteral("token"), provider.id, QStringLiteral("What \"%1\" says cannot be believed: its ID token %2. Ask an administrator.").arg(provider.name, fault));
}

QString verifiedEmail(const QJsonObject &claims)
{
    const QJsonValue verified = claims.value(QStringLiteral("email_verified"));
    const bool isVerified = verified.toBool() || verified.toString() == QLatin1StringView("true"); // some providers write it as a text
    return isVerified ? claims.value(QStringLiteral("email")).toString() : QString();
}

QString nameIn(const QJsonObject &claims, const IdentityProvider &provider)
{
    if (provider.nameClaim == QLatin1StringView("email"))
        return verifiedEmail(claims);
    if (!provider.nameClaim.isEmpty())
        return claim(claims, provider.nameClaim).toString();
    const QString preferred = claims.value(QStringLiteral("preferred_username")).toString();
    if (!preferred.isEmpty())
        return preferred;
    const QString email = verifiedEmail(claims);
    return email.isEmpty() ? claims.value(QStringLiteral("sub")).toString() : email;
}

OpenIdIdentity identityIn(const QJsonObject &claims, const IdentityProvider &provider)
{
    OpenIdIdentity identity;
    identity.issuer = provider.issuer;
    identity.subject = claims.value(QStringLiteral("sub")).toString();
    identity.name = nameIn(claims, provider).trimmed();
    identity.displayName = claims.value(QStringLiteral("name")).toString().trimmed();
    identity.email = verifiedEmail(claims);
    identity.groups = textsOf(claim(claims, provider.groupsClaim));
    return identity;
}

/// Whether the ID token leaves open what the user information may say.
bool needsUserInfo(const QJsonObject &claims, const IdentityProvider &provider)
{
    const bool lacksGroups = !provider.rolesOfGroups.empty() && claim(claims, provider.groupsClaim).isUndefined();
    const bool lacksName = provider.nameClaim.isEmpty() ? !claims.contains(QStringLiteral("preferred_username")) : nameIn(claims, provider).isEmpty();
    return lacksGroups || lacksName;
}

} // namespace

/// What happens on the thread. Coroutines keep it alive by the pointer that they are given; once the client is gone, each step ends.
class OpenIdProviders::Desk
{
public:
    using Pointer = std::shared_ptr<Desk>;

    Desk(OpenIdOptions options, const Clock &clock)
        : m_options(std::move(options))
        , m_clock(clock)
    {
    }

    std::unique_ptr<OutgoingClient> client; ///< made and destroyed on the thread

    static QCoro::Task<Result<QUrl>> authorizationUrl(Pointer self, IdentityProvider provider, AuthorizationRequest request, Deadline deadline)
    {
        const auto metadata = co_await discover(self, provider, deadline);
        if (!metadata)
            co_return metadata.error();
        QUrl url = metadata->authorization;
        QUrlQuery query(url);
        const auto add = [&query](const QString &name, const QString &value) { query.addQueryItem(name, QString::fromLatin1(formEncoded(value))); };
        add(QStringLiteral("response_type"), QStringLiteral("code"));
        add(QStringLiteral("client_id"), provider.clientId);
        add(QStringLiteral("redirect_uri"), request.redirectUri);
        add(QStringLiteral("scope"), QStringList(QStringList { QStringLiteral("openid") } + provider.scopes).join(u' '));
        add(QStringLiteral("state"), request.state);
        add(QStringLiteral("nonce"), request.nonce);
        add(QStringLiteral("code_challenge"), request.codeChallenge);
        add(QStringLiteral("code_challenge_method"), QStringLiteral("S256"));
        url.setQuery(query);
        co_return url;
    }

    static QCoro::Task<Result<OpenIdIdentity>> redeem(Pointer self, IdentityProvider provider, QString secret, AuthorizationCode code, Deadline deadline)
    {
        const auto metadata = co_await discover(self, provider, deadline);
        if (!metadata)
            co_return metadata.error();
        const OutgoingRequest request = tokenRequest(*metadata, provider, secret, code);
        const auto answer = co_await ask(self, provider, request, deadline);
        if (!answer)
            co_return answer.error();
        const auto tokens = tokensIn(*answer, provider);
        if (!tokens)
            co_return tokens.error();
        const auto verified = co_await verify(self, provider, *metadata, tokens->id, deadline);
        if (!verified)
            co_return verified.error();
        QJsonObject claims = verified->claims;
        const Expected expected { provider.issuer, provider.clientId, code.nonce, tokens->access, self->m_clock.now() };
        if (const auto fault = faultOf(claims, verified->algorithm, expected))
            co_return refusedToken(provider, *fault);
        if (needsUserInfo(claims, provider) && !metadata->userInfo.isEmpty() && !tokens->access.isEmpty()) {
            const auto more = co_await userInfo(self, provider, *metadata, tokens->access, deadline);
            if (!more)
                co_return more.error();
            // OpenID Connect Core 1.0, 5.3.2: else somebody's token was put in another's place.
            if (more->value(QStringLiteral("sub")) != claims.value(QStringLiteral("sub")))
                co_return signInRefused(QStringLiteral("userinfo"), provider.id,
                    QStringLiteral("What \"%1\" says cannot be believed: its user information is about somebody else than its ID token (sub). Ask an administrator.").arg(provider.name));
            for (auto member = more->begin(); member != more->end(); ++member) {
                if (!claims.contains(member.key()))
                    claims.insert(member.key(), member.value());
            }
        }
        co_return identityIn(claims, provider);
    }

private:
    struct KeptMetadata
    {
        Metadata metadata;
        std::chrono::steady_clock::time_point until;
    };
    struct KeptKeys
    {
        KeySet keys;
        std::chrono::steady_clock::time_point until;
        std::optional<std::chrono::steady_clock::time_point> refreshed; ///< because of a key that was not known
    };

    static QCoro::Task<Result<OutgoingAnswer>> ask(Pointer self, IdentityProvider provider, OutgoingRequest request, Deadline deadline)
    {
        const auto left = std::chrono::floor<milliseconds>(deadline.at() - std::chrono::steady_clock::now());
        request.patience = std::clamp(left, milliseconds(1), self->m_options.patience);
        request.mostBytes = MostBytes;
        if (!self->client)
            co_return unavailable(provider, outgoingreason::Ended, QStringLiteral("the server ends"));
        const auto answer = co_await self->client->send(request);
        if (answer)
            co_return answer;
        const QString reason = answer.error().args.value(QStringLiteral("reason")).toString();
        log::warning(u"An identity provider does not answer", { { QLatin1StringView("provider"), provider.id }, { QLatin1StringView("host"), request.url.host() }, { QLatin1StringView("reason"), answer.error().text } });
        co_return unavailable(provider, reason, wordsFor(reason));
    }

    static QCoro::Task<Result<OutgoingAnswer>> get(Pointer self, IdentityProvider provider, QUrl url, QByteArray accessToken, Deadline deadline)
    {
        OutgoingRequest request;
        request.url = url;
        request.headers = { { "Accept", "application/json" } };
        if (!accessToken.isEmpty())
            request.headers.push_back({ "Authorization", "Bearer " + accessToken });
        co_return co_await ask(self, provider, request, deadline);
    }

    static QCoro::Task<Result<Metadata>> discover(Pointer self, IdentityProvider provider, Deadline deadline)
    {
        const auto now = self->m_clock.steady();
        if (const auto kept = self->m_metadata.find(provider.issuer); kept != self->m_metadata.end() && kept->second.until > now) {
            const Metadata known = kept->second.metadata; // GCC 12 would move out of what is kept
            co_return known;
        }
        const QUrl url = discoveryAddress(provider.issuer);
        const auto answer = co_await get(self, provider, url, {}, deadline);
        if (!answer)
            co_return answer.error();
        const auto metadata = answer->status == 200 ? metadataIn(answer->body, provider.issuer) : std::nullopt;
        if (!metadata)
            co_return unavailable(provider, QStringLiteral("discovery"),
                QStringLiteral("what it answers at /.well-known/openid-configuration (status %1) is no description of an OpenID provider with exactly this issuer").arg(answer->status));
        if (self->m_metadata.size() >= MostKept)
            self->m_metadata.clear();
        self->m_metadata.insert_or_assign(provider.issuer, KeptMetadata { *metadata, now + self->m_options.keep });
        co_return *metadata;
    }

    static QCoro::Task<Result<KeySet>> fetchKeys(Pointer self, IdentityProvider provider, QUrl url, Deadline deadline)
    {
        const auto answer = co_await get(self, provider, url, {}, deadline);
        if (!answer)
            co_return answer.error();
        const auto keys = answer->status == 200 ? KeySet::fromJson(answer->body) : std::nullopt;
        if (!keys)
            co_return unavailable(provider, QStringLiteral("keys"), QStringLiteral("what it answers for its keys (jwks_uri, status %1) is no key set").arg(answer->status));
        co_return *keys;
    }

    /// Verifies by the keys that are kept; when they do not know the signature, by those that the provider has now.
    static QCoro::Task<Result<Verification>> verify(Pointer self, IdentityProvider provider, Metadata metadata, QByteArray token, Deadline deadline)
    {
        const QString address = metadata.keys.toString(QUrl::FullyEncoded);
        const auto kept = self->m_keys.find(address);
        const auto now = self->m_clock.steady();
        const bool isKept = kept != self->m_keys.end() && kept->second.until > now;
        std::optional<std::chrono::steady_clock::time_point> refreshed;
        if (isKept) {
            const Verification verification = kept->second.keys.verify(token);
            const bool mayBeRotated = verification.fault == Verification::Fault::UnknownKey || verification.fault == Verification::Fault::Signature;
            const bool mayLook = !kept->second.refreshed || now - *kept->second.refreshed >= self->m_options.betweenRefreshes;
            if (!mayBeRotated || !mayLook)
                co_return settled(provider, verification);
            kept->second.refreshed = now; // before the question, so that many at once ask once
            refreshed = now;
        }
        const auto keys = co_await fetchKeys(self, provider, metadata.keys, deadline);
        if (!keys)
            co_return keys.error();
        if (self->m_keys.size() >= MostKept)
            self->m_keys.clear();
        self->m_keys.insert_or_assign(address, KeptKeys { *keys, now + self->m_options.keep, refreshed });
        co_return settled(provider, keys->verify(token));
    }

    static Result<Verification> settled(const IdentityProvider &provider, const Verification &verification)
    {
        if (verification.fault != Verification::Fault::None)
            return refusedToken(provider, wordsFor(verification.fault));
        return verification;
    }

    static QCoro::Task<Result<QJsonObject>> userInfo(Pointer self, IdentityProvider provider, Metadata metadata, QByteArray accessToken, Deadline deadline)
    {
        const auto answer = co_await get(self, provider, metadata.userInfo, accessToken, deadline);
        if (!answer)
            co_return answer.error();
        const QJsonDocument document = QJsonDocument::fromJson(answer->body);
        if (answer->status != 200 || !document.isObject())
            co_return unavailable(provider, QStringLiteral("userinfo"), QStringLiteral("what it answers for its user information (userinfo_endpoint, status %1) is no JSON object").arg(answer->status));
        co_return document.object();
    }

    const OpenIdOptions m_options;
    const Clock &m_clock;
    std::map<QString, KeptMetadata> m_metadata; ///< by issuer
    std::map<QString, KeptKeys> m_keys; ///< by address
};

namespace {

/// Starts a task whose end is delivered to another thread.
template <typename T>
QCoro::Task<> deliver(QCoro::Task<Result<T>> task, Delivery<Result<T>> to)
{
    Result<T> result = co_await std::move(task);
    to.deliver(std::move(result));
}

} // namespace

OpenIdProviders::OpenIdProviders(OpenIdOptions options, const Clock &clock)
    : m_mostAtOnce(options.mostAtOnce)
    , m_desk(std::make_shared<Desk>(std::move(options), clock))
    , m_thread(QStringLiteral("iwd-openid"))
{
}

Result<std::unique_ptr<OpenIdProviders>> OpenIdProviders::make(OpenIdOptions options, const Clock &clock)
{
    const OutgoingOptions outgoing = options.outgoing;
    std::unique_ptr<OpenIdProviders> providers(new OpenIdProviders(std::move(options), clock));
    std::optional<Error> failure;
    providers->m_thread.run([&] {
        auto client = OutgoingClient::make(outgoing);
        if (client)
            providers->m_desk->client = std::move(client).value();
        else
            failure = client.error();
    });
    if (failure)
        return *failure;
    return providers;
}

OpenIdProviders::~OpenIdProviders()
{
    m_thread.run([this] {
        m_desk->client.reset();
        m_desk.reset();
    });
}

template <typename T>
QCoro::Task<Result<T>> OpenIdProviders::onDesk(std::function<QCoro::Task<Result<T>>(std::shared_ptr<Desk>)> work)
{
    const auto underWay = m_underWay;
    if (underWay->fetch_add(1) >= m_mostAtOnce) {
        --*underWay;
        co_return Error { ErrorCode::Busy, QStringLiteral("Too many people sign in through identity providers at this moment. Try again in a moment."), {}, { { QStringLiteral("retryAfterSeconds"), 1 } } };
    }
    Delivery<Result<T>> done;
    m_thread.post([desk = m_desk, work, done] { deliver<T>(work(desk), done); });
    Result<T> result = co_await done;
    --*underWay;
    co_return result;
}

QCoro::Task<Result<QUrl>> OpenIdProviders::authorizationUrl(IdentityProvider provider, AuthorizationRequest request, Deadline deadline)
{
    std::function<QCoro::Task<Result<QUrl>>(std::shared_ptr<Desk>)> work = [=](std::shared_ptr<Desk> desk) { return Desk::authorizationUrl(desk, provider, request, deadline); };
    co_return co_await onDesk<QUrl>(std::move(work));
}

QCoro::Task<Result<OpenIdIdentity>> OpenIdProviders::redeem(IdentityProvider provider, QString secret, AuthorizationCode code, Deadline deadline)
{
    std::function<QCoro::Task<Result<OpenIdIdentity>>(std::shared_ptr<Desk>)> work = [=](std::shared_ptr<Desk> desk) { return Desk::redeem(desk, provider, secret, code, deadline); };
    co_return co_await onDesk<OpenIdIdentity>(std::move(work));
}

} // namespace iwd
