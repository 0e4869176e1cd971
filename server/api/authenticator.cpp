// SPDX-License-Identifier: Apache-2.0
#include "authenticator.h"

#include <cache/cachekeys.h>
#include <pipeline/access/granting.h>
#include <runtime/secrets.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <unordered_map>

namespace iwd {

namespace {

constexpr qsizetype longestCredential = 200;
constexpr size_t mostSeen = 10'000;
constexpr milliseconds timeSeen = std::chrono::hours(1);

struct Credential
{
    bool isKey = false;
    QByteArray digest;
};

std::optional<QByteArray> bearerToken(const QByteArray &authorization)
{
    constexpr QByteArrayView scheme = "bearer ";
    if (authorization.size() <= scheme.size() || authorization.left(scheme.size()).toLower() != scheme)
        return std::nullopt;
    return authorization.mid(scheme.size()).trimmed();
}

Error nothingSent()
{
    return { ErrorCode::NotAuthenticated,
        QStringLiteral("Send an API key in the header x-api-key, or the token of a session in the header Authorization."), {}, {} };
}

/// One text for all reasons: a stranger does not learn which keys exist.
Error notKnown(bool isKey)
{
    return { ErrorCode::InvalidCredentials,
        isKey ? QStringLiteral("The API key is not valid: it is unknown, has expired or was deleted.")
              : QStringLiteral("The session's token is not valid: it is unknown or has expired. Sign in again."),
        {}, {} };
}

Result<Credential> credentialIn(const http::Headers &headers)
{
    const bool isKey = headers.contains("x-api-key");
    const auto sent = isKey ? std::optional(headers.value("x-api-key")) : bearerToken(headers.value("Authorization"));
    if (!sent)
        return nothingSent();
    if (sent->isEmpty() || sent->size() > longestCredential)
        return notKnown(isKey);
    return Credential { isKey, secrets::digest(QString::fromLatin1(*sent)) };
}

QByteArray encode(const Caller &caller, quint64 generation)
{
    const QJsonObject json { { QStringLiteral("generation"), QString::number(generation) },
        { QStringLiteral("tenant"), caller.tenant.number }, { QStringLiteral("tenantId"), caller.tenantId },
        { QStringLiteral("tenantName"), caller.tenantName }, { QStringLiteral("kind"), caller.actor.kind },
        { QStringLiteral("id"), caller.actor.id }, { QStringLiteral("name"), caller.actor.name },
        { QStringLiteral("roles"), QJsonArray::fromStringList(caller.roles) },
        { QStringLiteral("privileges"), QJsonArray::fromStringList(namesOf(caller.privileges)) },
        { QStringLiteral("categories"), QJsonArray::fromStringList(caller.categories) },
        { QStringLiteral("changePassword"), caller.changePassword }, { QStringLiteral("session"), caller.session },
        { QStringLiteral("agent"), caller.agent },
        { QStringLiteral("expires"), caller.expires ? QJsonValue(toMillis(*caller.expires)) : QJsonValue() } };
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

QStringList textsIn(const QJsonValue &value)
{
    QStringList texts;
    for (const QJsonValue text : value.toArray())
        texts.append(text.toString());
    return texts;
}

std::optional<Caller> decode(const QByteArray &text, quint64 generation)
{
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    const QJsonValue agent = json.value(QStringLiteral("agent"));
    const QJsonValue categories = json.value(QStringLiteral("categories"));
    // One that does not say what binds it is not taken for one that is bound by nothing.
    const bool saysAll = agent.isString() && categories.isArray() && json.value(QStringLiteral("changePassword")).isBool();
    if (json.value(QStringLiteral("generation")).toString() != QString::number(generation) || !saysAll)
        return std::nullopt;
    Caller caller;
    caller.tenant.number = json.value(QStringLiteral("tenant")).toInteger();
    caller.tenantId = json.value(QStringLiteral("tenantId")).toString();
    caller.tenantName = json.value(QStringLiteral("tenantName")).toString();
    caller.actor = { json.value(QStringLiteral("kind")).toString(), json.value(QStringLiteral("id")).toString(),
        json.value(QStringLiteral("name")).toString() };
    caller.roles = textsIn(json.value(QStringLiteral("roles")));
    caller.privileges = privilegesOf(textsIn(json.value(QStringLiteral("privileges"))));
    caller.categories = textsIn(categories);
    caller.changePassword = json.value(QStringLiteral("changePassword")).toBool();
    caller.session = json.value(QStringLiteral("session")).toString();
    caller.agent = agent.toString();
    if (const QJsonValue expires = json.value(QStringLiteral("expires")); expires.isDouble())
        caller.expires = fromMillis(expires.toInteger());
    return caller;
}

/// What a thread remembers of callers, so that a client that asks again and again with the same key costs neither a question to the cache nor the decoding of
/// its answer. No longer than a moment, because a cache that is shared may have been told better.
class RecentCallers
{
public:
    [[nodiscard]] static RecentCallers &ofThisThread()
    {
        thread_local RecentCallers recent;
        return recent;
    }

    [[nodiscard]] std::optional<Caller> find(const QByteArray &key, quint64 generation)
    {
        const auto known = m_callers.find(key);
        if (known == m_callers.end() || known->second.generation != generation || known->second.until.passed())
            return std::nullopt;
        return known->second.caller;
    }

    void remember(const QByteArray &key, quint64 generation, const Caller &caller)
    {
        constexpr size_t most = 1'000;
        constexpr milliseconds moment { 1'000 };
        if (m_callers.size() >= most)
            m_callers.clear();
        m_callers.insert_or_assign(key, Known { generation, Deadline::in(moment), caller });
    }

private:
    struct Known
    {
        quint64 generation;
        Deadline until;
        Caller caller;
    };
    std::unordered_map<QByteArray, Known> m_callers;
};

Caller ofKey(const ApiKeyRecord &key)
{
    Caller caller;
    caller.tenant = key.tenant;
    caller.actor = { QStringLiteral("apiKey"), key.id, key.name };
    caller.privileges = privilegesOf(key.scopes);
    caller.categories = key.categories;
    caller.agent = key.agent;
    caller.expires = key.expires;
    return caller;
}

Caller ofSession(Directory &directory, const SignedIn &signedIn, milliseconds idle)
{
    const auto &[session, record] = signedIn;
    const User &user = record.user;
    Caller caller;
    caller.tenant = session.tenant;
    caller.actor = { QStringLiteral("user"), user.name, user.name };
    caller.roles = user.roles;
    const bool hasMade = std::any_of(user.roles.begin(), user.roles.end(), [](const QString &role) { return !grantNamed(stockRoles(), role); });
    caller.privileges = privilegesOfRoles(user.roles, hasMade ? directory.roles(session.tenant) : std::vector<RoleRecord>());
    caller.categories = user.categories;
    caller.changePassword = record.changePassword;
    caller.session = session.id;
    // Uses are written down a little late.
    caller.expires = std::min(session.expires, session.seen + idle + 2 * LastUses::Interval);
    return caller;
}

std::optional<Caller> callerIn(Directory &directory, bool isKey, const QByteArray &digest, Instant now, milliseconds idle)
{
    std::optional<Caller> caller;
    if (isKey) {
        if (const auto key = directory.apiKey(digest, now))
            caller = ofKey(*key);
    } else if (const auto session = directory.session(digest); session && !session->user.user.disabled) {
        caller = ofSession(directory, *session, idle);
    }
    if (!caller)
        return std::nullopt;
    for (const TenantRecord &tenant : directory.tenants()) {
        if (tenant.number == caller->tenant) {
            caller->tenantId = tenant.id;
            caller->tenantName = tenant.name;
        }
    }
    return caller;
}

} // namespace

Error tooBusy()
{
    return { ErrorCode::Busy, QStringLiteral("The server has more work than it can queue. Try again in a moment."), {},
        { { QStringLiteral("retryAfterSeconds"), 1 } } };
}

Authenticator::Authenticator(Store &store, Cache &cache, const Clock &clock, AuthenticatorOptions options, RequestLimits &limits, LastUses &uses)
    : m_store(store)
    , m_cache(cache)
    , m_clock(clock)
    , m_options(options)
    , m_limits(limits)
    , m_uses(uses)
    , m_seen(std::shared_ptr<const Clock>(std::shared_ptr<void>(), &clock), mostSeen)
{
}

QCoro::Task<Result<std::optional<Caller>>> Authenticator::stored(bool isKey, QByteArray digest, QString from, Deadline deadline)
{
    // Entries carry the version that held before the database was asked; others are not believed.
    const quint64 generation = m_store.callersVersion();
    const QByteArray cacheKey = isKey ? cachekey::apiKey(digest) : cachekey::session(digest);
    if (auto recent = RecentCallers::ofThisThread().find(cacheKey, generation))
        co_return recent;
    const auto kept = co_await m_cache.get(cacheKey);
    if (kept) {
        if (auto caller = decode(*kept, generation)) {
            RecentCallers::ofThisThread().remember(cacheKey, generation, *caller);
            m_seen.insert(cacheKey, {}, timeSeen);
            m_uses.note(caller->tenant, isKey, digest, from);
            co_return caller;
        }
    }
    // A stranger who guesses keeps only strangers out: several may come from one address, that of a load balancer for instance.
    if (!m_seen.find(cacheKey)) {
        if (const auto mayTry = m_limits.mayTry(from); !mayTry)
            co_return mayTry.error();
    }
    std::function<std::optional<Caller>(Directory &)> work
        = [isKey, digest, now = m_clock.now(), idle = m_options.idle](Directory &directory) { return callerIn(directory, isKey, digest, now, idle); };
    auto found = co_await lookUp<std::optional<Caller>>(m_store, deadline, work);
    if (found && *found) {
        m_seen.insert(cacheKey, {}, timeSeen);
        m_uses.note((*found)->tenant, isKey, digest, from);
        co_await m_cache.put(cacheKey, encode(**found, generation), m_options.keep);
    } else if (found) {
        m_limits.failed(from);
    }
    co_return found;
}

QCoro::Task<Result<Caller>> Authenticator::authenticate(http::Headers headers, QString from, Deadline deadline)
{
    const auto credential = credentialIn(headers);
    if (!credential)
        co_return credential.error();
    const auto found = co_await stored(credential->isKey, credential->digest, from, deadline);
    if (!found)
        co_return found.error();
    // Expiry is asked of the clock at each request, whatever the cache holds.
    if (!*found || ((*found)->expires && *(*found)->expires <= m_clock.now()))
        co_return notKnown(credential->isKey);
    Caller caller = **found;
    caller.credential = credential->digest;
    caller.actor.address = from;
    co_return caller;
}

} // namespace iwd
