// SPDX-License-Identifier: Apache-2.0
#include "authenticator.h"

#include <cache/cachekeys.h>
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
        { QStringLiteral("scopes"), QJsonArray::fromStringList(caller.scopes) }, { QStringLiteral("agent"), caller.agent },
        { QStringLiteral("expires"), caller.expires ? QJsonValue(toMillis(*caller.expires)) : QJsonValue() } };
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

std::optional<Caller> decode(const QByteArray &text, quint64 generation)
{
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    const QJsonValue agent = json.value(QStringLiteral("agent"));
    // One that does not say whether it is an agent's is not taken for one that is nobody's.
    if (json.value(QStringLiteral("generation")).toString() != QString::number(generation) || !agent.isString())
        return std::nullopt;
    Caller caller;
    caller.tenant.number = json.value(QStringLiteral("tenant")).toInteger();
    caller.tenantId = json.value(QStringLiteral("tenantId")).toString();
    caller.tenantName = json.value(QStringLiteral("tenantName")).toString();
    caller.actor = { json.value(QStringLiteral("kind")).toString(), json.value(QStringLiteral("id")).toString(),
        json.value(QStringLiteral("name")).toString() };
    for (const QJsonValue scope : json.value(QStringLiteral("scopes")).toArray())
        caller.scopes.append(scope.toString());
    caller.agent = agent.toString();
    caller.privileges = privilegesOf(caller.scopes);
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

std::optional<Caller> callerIn(Directory &directory, bool isKey, const QByteArray &digest)
{
    Caller caller;
    if (isKey) {
        const auto key = directory.apiKey(digest);
        if (!key)
            return std::nullopt;
        caller.tenant = key->tenant;
        caller.actor = { QStringLiteral("apiKey"), key->id, key->name };
        caller.scopes = key->scopes;
        caller.agent = key->agent;
        caller.expires = key->expires;
    } else {
        const auto session = directory.session(digest);
        if (!session)
            return std::nullopt;
        caller.tenant = session->tenant;
        caller.actor = { QStringLiteral("user"), session->user, session->user };
        caller.scopes = session->scopes;
        caller.expires = session->expires;
    }
    caller.privileges = privilegesOf(caller.scopes);
    for (const TenantRecord &tenant : directory.tenants()) {
        if (tenant.number == caller.tenant) {
            caller.tenantId = tenant.id;
            caller.tenantName = tenant.name;
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

Authenticator::Authenticator(Store &store, Cache &cache, const Clock &clock, milliseconds keep, RequestLimits &limits)
    : m_store(store)
    , m_cache(cache)
    , m_clock(clock)
    , m_keep(keep)
    , m_limits(limits)
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
            co_return caller;
        }
    }
    // A stranger who guesses keeps only strangers out: several may come from one address, that of a load balancer for instance.
    if (!m_seen.find(cacheKey)) {
        if (const auto mayTry = m_limits.mayTry(from); !mayTry)
            co_return mayTry.error();
    }
    std::function<std::optional<Caller>(Directory &)> work
        = [isKey, digest](Directory &directory) { return callerIn(directory, isKey, digest); };
    auto found = co_await lookUp<std::optional<Caller>>(m_store, deadline, work);
    if (found && *found) {
        m_seen.insert(cacheKey, {}, timeSeen);
        co_await m_cache.put(cacheKey, encode(**found, generation), m_keep);
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
    co_return caller;
}

} // namespace iwd
