// SPDX-License-Identifier: Apache-2.0
#include "serverkeys.h"

#include <base/configkeys.h>
#include <base/configvalue.h>

#include <QDir>
#include <QRegularExpression>
#include <QThread>

namespace iwd {

namespace {

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

constexpr int MostThreads = 64;

ConfigKey secretsKeyKey(ServerConfig &config)
{
    constexpr qsizetype shortest = 32;
    return { QStringLiteral("storage.secretsKey"), QStringLiteral("at least %1 random characters, such as those of: openssl rand -hex 32").arg(shortest),
        QStringLiteral("A key that secrets in the database (of webhooks and identity providers) are encrypted with. It has to be the same on all servers of a database. Without it they are encrypted with a "
                       "key that is in the database, too."),
        QString(), true, [&config](const QString &text) {
            config.storage.secretsKey = text;
            return text.size() >= shortest;
        } };
}

ConfigKey endpointKey(const QString &name, Endpoint &target, const QString &description)
{
    const QString expected = QStringLiteral("an address and a port, in quotes in YAML, such as \"%1\", \"127.0.0.1:%2\" or \"[::]:%2\"")
                                 .arg(target.toText())
                                 .arg(target.port);
    return { name, expected, description, target.toText(), false, [&target](const QString &text) {
                const auto value = Endpoint::fromText(text);
                target = value.value_or(target);
                return value.has_value();
            } };
}

ConfigKey dataKey(ServerConfig &config)
{
    return { QStringLiteral("data"), QStringLiteral("the path of a folder"),
        QStringLiteral("The folder that holds all that the server keeps. It is made when it is missing; one server at a time may use it."),
        config.data, false, [&config](const QString &text) {
            config.data = QDir::cleanPath(QDir::current().absoluteFilePath(text));
            return !text.trimmed().isEmpty();
        } };
}

/// Secret because the address of a database may hold a password.
ConfigKey storageKey(ServerConfig &config)
{
    return { QStringLiteral("storage.url"),
        QStringLiteral("\"sqlite:\" for iwd.db in the data folder, \"sqlite:\" and a file, or \"postgresql://user@host:5432/database\""),
        QStringLiteral("Where items, configuration and events are stored: a file, whose name without a folder is in the data folder, or a PostgreSQL server, with libpq's options."),
        QStringLiteral("sqlite:"), true, [&config](const QString &text) {
            config.storage.url.clear();
            if (text.startsWith(QLatin1StringView("postgresql://")) || text.startsWith(QLatin1StringView("postgres://"))) {
                config.storage.url = text;
                return true;
            }
            constexpr QLatin1StringView scheme("sqlite:");
            if (!text.startsWith(scheme))
                return false;
            QString file = text.mid(scheme.size());
            if (file.startsWith(QLatin1StringView("//")))
                file = file.mid(2);
            config.databaseFile = file;
            return !file.endsWith(u'/') && !file.contains(u'?');
        } };
}

/// Secret because an address that is refused may hold a password.
ConfigKey cacheKey(ServerConfig &config)
{
    return { QStringLiteral("cache.url"),
        QStringLiteral("\"local:\", or the address of a Redis without user and password: redis://host:6379/0, redis+sentinel://host:26379/service or "
                       "redis+cluster://host:6379,host:6379, each with rediss for TLS"),
        QStringLiteral("Where look-ups are kept that save the database a question: in this process, or in a Redis that several servers share. Nothing is lost with it."),
        QStringLiteral("local:"), true, [&config](const QString &text) {
            if (text == QLatin1StringView("local:")) {
                config.cache.redis.reset();
                return true;
            }
            const auto options = RedisOptions::fromUrl(text);
            if (options)
                config.cache.redis = *options;
            return options.ok();
        } };
}

/// A text that is taken as it is.
ConfigKey textKey(const QString &name, QString &target, const QString &expected, const QString &description, bool secret)
{
    return { name, expected, description, {}, secret, [&target](const QString &text) {
                target = text;
                return true;
            } };
}

/// A number of which one word means none.
ConfigKey numberOrWordKey(const QString &name, int &target, const QString &word, int most, const QString &description)
{
    return { name, QStringLiteral("\"%1\" or a whole number from 1 to %2").arg(word).arg(most), description, target == 0 ? word : QString::number(target), false,
        [&target, word, most](const QString &text) {
            const auto value = text == word ? std::optional<qint64>(0) : configvalue::integer(text);
            if (!value || *value < 0 || *value > most || (*value == 0 && text != word))
                return false;
            target = static_cast<int>(*value);
            return true;
        } };
}

ConfigKey databasePrefixKey(ServerConfig &config)
{
    return { QStringLiteral("storage.tenantDatabasePrefix"), QStringLiteral("1 to 30 letters, digits, '-' or '_'"),
        QStringLiteral("What the names of such databases begin with; the tenant's id follows. Installations that share a PostgreSQL server need different ones."), config.storage.databasePrefix, false,
        [&config](const QString &text) {
            static const QRegularExpression valid(QStringLiteral("^[A-Za-z0-9_-]{1,30}$"));
            config.storage.databasePrefix = text;
            return valid.match(text).hasMatch();
        } };
}

ConfigKey networksKey(const QString &name, std::vector<Network> &target, const QString &description)
{
    return { name, QStringLiteral("networks with their bits, with commas between them, such as \"10.0.0.0/8, fd00::/8\""), description, {}, false, [&target](const QString &text) {
                std::vector<Network> networks;
                for (const QString &part : text.split(u',')) {
                    const auto network = Network::fromText(part);
                    if (!network)
                        return false;
                    networks.push_back(*network);
                }
                target = std::move(networks);
                return true;
            } };
}

ConfigKey threadsKey(ServerConfig &config)
{
    const int automatic = std::clamp(QThread::idealThreadCount(), 1, 8);
    config.http.threads = automatic;
    return { QStringLiteral("http.threads"), QStringLiteral("\"auto\" or a whole number from 1 to %1").arg(MostThreads),
        QStringLiteral("Threads that serve connections. \"auto\" is one for each processor, at most 8."), QStringLiteral("auto"), false,
        [&config, automatic](const QString &text) {
            const auto value = text == QLatin1StringView("auto") ? std::optional<qint64>(automatic) : configvalue::integer(text);
            if (!value || *value < 1 || *value > MostThreads)
                return false;
            config.http.threads = static_cast<int>(*value);
            return true;
        } };
}

} // namespace

std::vector<ConfigKey> serverConfigKeys(ServerConfig &config)
{
    using namespace configkey;
    http::Limits &limits = config.http.limits;
    TlsFiles &tls = config.http.tls;
    return {
        dataKey(config),
        storageKey(config),
        textKey(u"storage.password"_s, config.storage.password, u"the password of the database's user"_s,
            u"The password of the user that storage.url names. Without one, what the URL says counts, or libpq's own password file."_s, true),
        secretsKeyKey(config),
        count(u"storage.readers"_s, config.storage.readers, 1, 64, u"Connections to PostgreSQL that read at once. One more writes, one searches and one looks after the log."_s),
        numberOrWordKey(u"storage.eventDays"_s, config.storage.eventDays, u"all"_s, 36'500,
            u"Days of the event log that are kept in PostgreSQL; older ones are dropped as a whole. Consumers of the log must have read them by then."_s),
        choice<bool>(u"storage.tenantDatabases"_s, config.storage.ownDatabases, { { u"shared"_s, false }, { u"own"_s, true } },
            u"Where in PostgreSQL a new tenant lives: in the database of storage.url with others, or in one of its own. Where a tenant lives already is not changed by it."_s),
        databasePrefixKey(config),
        cacheKey(config),
        textKey(u"cache.user"_s, config.cache.user, u"the name of a user"_s, u"Whom the Redis of cache.url knows the server as; without it, as its default user."_s, false),
        textKey(u"cache.password"_s, config.cache.password, u"a password"_s, u"The password for that Redis."_s, true),
        textKey(u"cache.sentinelPassword"_s, config.cache.sentinelPassword, u"a password"_s, u"The password for its Sentinels, when they want one."_s, true),
        readableFile(u"cache.tls.authority"_s, config.cache.authority,
            u"The certificate of the authority that the Redis's own must come from, in PEM form; without it, those that the system trusts."_s),
        duration(u"cache.timeout"_s, config.cache.timeout, 10ms, 10s, u"How long an answer of that Redis is waited for; then the database is asked instead."_s),
        endpointKey(u"http.listen"_s, config.http.listen, u"Where the API is served."_s),
        threadsKey(config),
        boolean(u"http.gzip"_s, config.http.gzip, u"Whether answers are compressed for clients that take it."_s),
        size(u"http.headerSize"_s, limits.headerBytes, 1024, 1024 * 1024,
            u"The most that the headers of a request may take; more is answered 431."_s),
        size(u"http.urlSize"_s, limits.urlBytes, 256, 1024 * 1024,
            u"The most that the target of a request may take; more is answered 414."_s),
        size(u"http.unsentSize"_s, limits.outputBytes, qint64(64 * 1024), qint64(1024) * 1024 * 1024,
            u"Answers that a connection's client has not taken yet; above this, no further request of it is begun."_s),
        duration(u"http.headerTimeout"_s, limits.headerTimeout, 100ms, 10min,
            u"The longest that the headers of a request may take to arrive; then 408."_s),
        duration(u"http.bodyTimeout"_s, limits.bodyTimeout, 100ms, 1h,
            u"The longest that 16 KiB of a body, or its last part, may take to arrive; then 408."_s),
        duration(u"http.idleTimeout"_s, limits.idleTimeout, 100ms, 24h, u"How long a connection without a request stays open."_s),
        duration(
            u"http.writeTimeout"_s, limits.writeTimeout, 100ms, 1h, u"A client that takes nothing of its answer for so long is dropped."_s),
        count(u"http.connections"_s, limits.connections, 1, 1'000'000, u"Connections at once; more are answered 503 and closed."_s),
        count(u"http.connectionsPerAddress"_s, limits.connectionsPerAddress, 1, 1'000'000,
            u"Connections at once from one address; more are answered 503 and closed. A load balancer is one address."_s),
        count(u"http.requestsInFlight"_s, limits.inFlight, 1, 1'000'000,
            u"Requests that are being answered at once; more are answered 503 with Retry-After."_s),
        count(u"http.requestsPipelined"_s, limits.pipelined, 1, 10'000,
            u"Requests of one connection that may wait for their turn; then reading from it stops."_s),
        readableFile(u"http.tls.certificate"_s, tls.certificate,
            u"The certificate in PEM form, followed by its chain. With http.tls.key, the API is served over TLS."_s),
        readableFile(u"http.tls.key"_s, tls.key, u"The private key of the certificate in PEM form, RSA or EC."_s),
        textKey(u"http.tls.keyPassphrase"_s, tls.keyPassphrase, u"the passphrase of the key"_s, u"The passphrase of http.tls.key, when that is encrypted."_s, true),
        numberOrWordKey(u"limits.requestsPerSecond"_s, config.limits.requestsPerSecond, u"none"_s, 1'000'000,
            u"Requests a second that an API key, or a user with all sessions, may send; more are answered 429. With a Redis in cache.url all servers count together."_s),
        numberOrWordKey(u"limits.burst"_s, config.limits.burst, u"auto"_s, 1'000'000,
            u"How many of them may come at once after a pause. \"auto\" is as many as in a second."_s),
        numberOrWordKey(u"limits.failuresPerSecond"_s, config.limits.failuresPerSecond, u"none"_s, 1'000'000,
            u"Requests with unknown keys or tokens from one address, ten times as many at once; more are answered 429 without being looked up."_s),
        endpointKey(u"metrics.listen"_s, config.metrics.listen, u"Where metrics and health are served, without TLS and without a key."_s),
        choice<LogLevel>(u"log.level"_s, config.log.level,
            { { u"debug"_s, LogLevel::Debug }, { u"info"_s, LogLevel::Info }, { u"warning"_s, LogLevel::Warning },
                { u"error"_s, LogLevel::Error } },
            u"The least level that is logged."_s),
        choice<LogFormat>(u"log.format"_s, config.log.format, { { u"text"_s, LogFormat::Text }, { u"json"_s, LogFormat::Json } },
            u"How a line of the log looks: for people, or an object for a collector."_s),
        duration(u"drain.patience"_s, config.drain.patience, 0s, 1h,
            u"How long running requests may take to end when the server is asked to stop."_s),
        duration(u"idempotency.retention"_s, config.idempotency.retention, 1min, 24h * 30,
            u"How long the answer to a request with an Idempotency-Key is kept."_s),
        networksKey(u"outgoing.allowedNetworks"_s, config.outgoing.allowedNetworks,
            u"Networks that the server may call, for webhooks and the like, although they are inside, and without TLS. By default it calls public addresses over https only."_s),
        readableFile(u"outgoing.tls.authority"_s, config.outgoing.authority,
            u"Certificates of authorities in PEM form that such calls trust besides those that the system trusts."_s),
        duration(u"session.idle"_s, config.session.idle, 5min, 24h * 30, u"How long a session may be unused before it ends."_s),
        duration(u"session.lifetime"_s, config.session.lifetime, 1min, 24h * 30, u"How long a session lasts after signing in."_s),
    };
}

} // namespace iwd
