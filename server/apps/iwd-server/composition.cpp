// SPDX-License-Identifier: Apache-2.0
#include "composition.h"

#include "firststart.h"

#include <base/log.h>
#include <cache/localcache.h>
#include <cache/rediscache.h>
#include <runtime/operations.h>
#include <runtime/secrets.h>
#include <runtime/signedcache.h>
#include <storage/migrations.h>
#include <storage/sqlitebackup.h>
#include <storage/sqlitestore.h>
#include <storage/tenantdatabases.h>
#include <webhooks/httpwebhooksender.h>

#include <QMessageAuthenticationCode>
#include <QStorageInfo>
#include <QUuid>

#include <cstdio>

namespace iwd {

namespace {

/// Look-ups of keys and sessions that are kept in memory; beyond it the least recently used one is asked for again.
constexpr int CachedCallers = 50'000;

} // namespace

Composition::Composition(ServerConfig config, QString version)
    : m_config(std::move(config))
    , m_version(std::move(version))
    , m_metrics(m_version)
    , m_health(m_clock)
{
    connect(&m_watch, &QTimer::timeout, this, &Composition::watchStore);
}

Composition::~Composition() = default;

QCoro::Task<> Composition::start()
{
    m_health.beatOn(this);
    m_health.set(QStringLiteral("server"), false, QStringLiteral("The server is starting."));
    const Result<void> up = co_await bringUp();
    if (!up) {
        log::error(up.error().text);
        Q_EMIT stopped(up.error().code == ErrorCode::ConfigurationInvalid ? BadConfiguration : CannotStart);
        co_return;
    }
    m_health.set(QStringLiteral("server"), true, QStringLiteral("The server takes requests."));
    log::info(u"Ready",
        { { QLatin1StringView("version"), m_version }, { QLatin1StringView("api"), m_config.http.listen.toText() },
            { QLatin1StringView("metrics"), m_config.metrics.listen.toText() }, { QLatin1StringView("data"), m_config.data } });
}

Result<void> Composition::openData()
{
    auto folder = DataFolder::open(m_config.data);
    if (!folder)
        return folder.error();
    m_folder.emplace(std::move(folder).value());

    auto store = openStore();
    if (!store)
        return store.error();
    m_store = std::move(store).value();
    if (!m_config.databaseFile.isEmpty())
        m_backups = std::make_unique<SqliteBackupMaker>(m_config.databaseFile, m_folder->path(), *m_clock);
    return openCache();
}

Result<void> Composition::openCache()
{
    if (!m_config.cache.redis) {
        m_cache = std::make_unique<LocalCache>(m_clock, CachedCallers);
        return {};
    }
    // Others may write to a Redis too; what they write is not believed.
    const auto secret = m_store->sharedSecret(QStringLiteral("cache"), secrets::newSecret());
    if (!secret)
        return secret.error();
    RedisOptions options = *m_config.cache.redis;
    options.user = m_config.cache.user;
    options.password = m_config.cache.password;
    options.sentinelPassword = m_config.cache.sentinelPassword;
    options.caFile = m_config.cache.authority;
    options.timeout = m_config.cache.timeout;
    auto redis = std::make_unique<RedisCache>(std::move(options));
    m_board = redis.get();
    m_redis = redis.get();
    m_secret = *secret;
    m_metrics.gauge("iwd_cache_up", "1 while the Redis of cache.url answers.", [cache = redis.get()] { return cache->trouble() ? 0 : 1; });
    auto cache = std::make_unique<SignedCache>(std::move(redis), *secret);
    m_metrics.counter("iwd_cache_refused_total", "Entries of the Redis of cache.url that were not believed, because no server of this database wrote them.",
        [cache = cache.get()] { return static_cast<double>(cache->refused()); });
    m_cache = std::move(cache);
    return {};
}

Result<std::unique_ptr<Store>> Composition::openStore()
{
    const bool remote = !m_config.storage.url.isEmpty();
    const StatementObserver observer = [this, kind = QByteArray(remote ? "postgresql" : "sqlite")](const QString &name, bool ok, std::chrono::nanoseconds duration) {
        m_metrics.database(kind.constData(), name.toLatin1(), ok, duration);
    };
    if (remote) {
        TenantDatabasesOptions options;
        options.postgres.url = m_config.storage.url;
        options.postgres.password = m_config.storage.password;
        options.postgres.readers = m_config.storage.readers;
        options.postgres.keepEventDays = m_config.storage.eventDays;
        options.postgres.observer = observer;
        options.ownForNew = m_config.storage.ownDatabases;
        options.prefix = m_config.storage.databasePrefix;
        auto store = TenantDatabases::open(options, *m_clock);
        if (!store)
            return store.error();
        return std::unique_ptr<Store>(std::move(store).value());
    }
    SqliteOptions options;
    options.path = m_config.databaseFile;
    options.observer = observer;
    auto store = SqliteStore::open(options, *m_clock);
    if (!store)
        return store.error();
    return std::unique_ptr<Store>(std::move(store).value());
}

QCoro::Task<Result<std::vector<TenantRecord>>> Composition::tenants()
{
    const auto found = std::make_shared<std::vector<TenantRecord>>();
    Delivery<std::optional<Error>> looked;
    m_store->lookUp([found](Directory &directory) { *found = directory.tenants(); }, [looked](const std::optional<Error> &failure) { looked.deliver(failure); },
        Deadline::never());
    // Named first: GCC 12 gets a co_await inside of a condition wrong.
    const std::optional<Error> failure = co_await looked;
    if (failure)
        co_return *failure;
    if (found->empty()) {
        TenantRecord first { {}, QStringLiteral("100"), QStringLiteral("t100"), QUuid::createUuid().toString(QUuid::WithoutBraces) };
        const auto created = m_store->createTenant(first.id, first.name, first.ccid);
        if (!created)
            co_return created.error();
        first.number = *created;
        found->push_back(first);
    }
    co_return *found;
}

QCoro::Task<Result<void>> Composition::bringUp()
{
    if (const auto opened = openData(); !opened)
        co_return opened.error();
    auto found = co_await tenants();
    if (!found)
        co_return found.error();
    m_tenants = std::move(found).value();

    PipelineOptions options;
    options.keepAnswers = m_config.idempotency.retention;
    m_pipeline = std::make_unique<Pipeline>(*m_store, *m_clock, options);
    std::vector<TenantId> numbers;
    for (const TenantRecord &tenant : m_tenants)
        numbers.push_back(tenant.number);
    connect(m_pipeline.get(), &Pipeline::tenantFound, this, [this](const TenantRecord &tenant) {
        const std::lock_guard lock(m_tenantsMutex);
        m_tenants.push_back(tenant);
        m_bulkRunner->watch(tenant.number);
        m_webhookRunner->watch(tenant.number);
    });
    m_bulkRunner = std::make_unique<BulkRunner>(*m_pipeline);
    if (const auto webhooks = openWebhooks(); !webhooks)
        co_return webhooks.error();
    const Result<void> started = co_await m_pipeline->start(numbers);
    if (!started)
        co_return started.error();
    m_queueWatch = std::make_unique<QueueWatch>(*m_pipeline);
    for (const TenantId tenant : numbers) {
        m_bulkRunner->watch(tenant);
        m_webhookRunner->watch(tenant);
    }

    auto setUp = co_await setUpTenant(*m_pipeline, m_tenants.front(), m_config.bootstrapFile);
    if (!setUp)
        co_return setUp.error();
    if (const auto &credentials = *setUp; credentials && m_config.bootstrapFile.isEmpty()) {
        // To the terminal, not into the log: a log is kept and shipped.
        std::fputs(qPrintable(welcome(*credentials)), stdout);
        std::fflush(stdout);
    } else if (credentials) {
        log::info(u"Wrote the first credentials", { { QLatin1StringView("file"), m_config.bootstrapFile } });
    }
    m_metrics.queueSource([this] { return queueGauges(); });
    m_metrics.gauge("iwd_http_connections", "Open connections of clients.", [this] { return m_server ? m_server->connectionCount() : 0; });
    m_metrics.gauge("iwd_http_requests_in_flight", "Requests that are being answered.", [this] { return m_server ? m_server->inFlightCount() : 0; });
    m_metrics.gauge("iwd_tenant_databases_down", "Databases of tenants' own that cannot be worked on at the moment; /health/ready names them.", [this] {
        const auto troubles = m_store->tenantTroubles();
        return static_cast<double>(std::count_if(troubles.begin(), troubles.end(), [](const auto &one) { return one.second.has_value(); }));
    });
    m_metrics.gauge("iwd_clock_deviation_seconds", "By how much this machine's clock is ahead of the database's; 0 when both have one.", [this] {
        return static_cast<double>(m_store->clockDeviation().value_or(milliseconds(0)).count()) / 1000;
    });
    watchStore();
    m_watch.start(std::chrono::seconds(1));
    co_return listen();
}

Result<QByteArray> Composition::keyOfSecrets(const QString &purpose)
{
    auto stored = m_store->sharedSecret(purpose, secrets::newSecret());
    if (!stored || m_config.storage.secretsKey.isEmpty())
        return stored;
    return QMessageAuthenticationCode::hash(*stored, m_config.storage.secretsKey.toUtf8(), QCryptographicHash::Sha256);
}

Result<void> Composition::openWebhooks()
{
    auto client = OutgoingClient::make({ "iwd-server/" + m_version.toLatin1(), m_config.outgoing.allowedNetworks, m_config.outgoing.authority });
    if (!client)
        return client.error();
    m_outgoing = std::move(client).value();
    // What one server has sent or shown another one must sign the same.
    const auto secret = keyOfSecrets(QStringLiteral("webhooks"));
    if (!secret)
        return secret.error();
    m_webhookSender = std::make_unique<HttpWebhookSender>(*m_outgoing, *secret);
    m_webhookRunner = std::make_unique<WebhookRunner>(*m_pipeline, *m_webhookSender);
    const auto figure = [this](auto read) { return [this, read] { return static_cast<double>(read(m_webhookRunner->figures())); }; };
    using Figures = WebhookRunner::Figures;
    m_metrics.counter("iwd_webhook_delivered_total", "Events that arrived at receivers of webhooks.", figure([](const Figures &figures) { return figures.delivered; }));
    m_metrics.counter("iwd_webhook_failed_total", "Attempts to deliver an event that failed.", figure([](const Figures &figures) { return figures.failed; }));
    m_metrics.counter("iwd_webhook_died_total", "Events that became dead letters.", figure([](const Figures &figures) { return figures.died; }));
    m_metrics.gauge("iwd_webhook_pending", "Events that are to be delivered by this server.", figure([](const Figures &figures) { return figures.pending; }));
    m_metrics.gauge("iwd_webhook_dead_letters", "Events that could not be delivered and wait for somebody to decide.", figure([](const Figures &figures) { return figures.dead; }));
    m_metrics.gauge("iwd_webhook_lag_seconds", "Age of the oldest event that a webhook has not delivered yet.", figure([](const Figures &figures) { return figures.lag.count() / 1000; }));
    return {};
}

Result<void> Composition::listen()
{
    ServerFacts facts;
    facts.version = m_version;
    facts.started = m_started;
    facts.connections = [this] { return m_server ? m_server->connectionCount() : 0; };
    facts.requestsInFlight = [this] { return m_server ? m_server->inFlightCount() : 0; };
    facts.installation = [this] { return installationFacts(); };
    ApiOptions apiOptions;
    apiOptions.sessionLifetime = m_config.session.lifetime;
    apiOptions.sessionIdle = m_config.session.idle;
    apiOptions.limits = { m_config.limits.requestsPerSecond, m_config.limits.burst, m_config.limits.failuresPerSecond };
    apiOptions.slowestReader = m_config.http.limits.writeTimeout;
    // Who previews on one server may confirm on another one.
    const auto secret = m_store->sharedSecret(QStringLiteral("confirmation"), secrets::newSecret());
    if (!secret)
        return secret.error();
    apiOptions.confirmationSecret = *secret;
    apiOptions.backups = m_backups.get();
    const auto key = keyOfSecrets(QStringLiteral("stored secrets"));
    if (!key)
        return key.error();
    apiOptions.storedSecretsKey = *key;
    OpenIdOptions openId;
    openId.outgoing.userAgent = "iwd-server/" + m_version.toLatin1();
    openId.outgoing.allowedNetworks = m_config.outgoing.allowedNetworks;
    openId.outgoing.authorityFile = m_config.outgoing.authority;
    auto providers = OpenIdProviders::make(openId, *m_clock);
    if (!providers)
        return providers.error();
    m_openId = std::move(providers).value();
    apiOptions.openId = m_openId.get();
    m_api = std::make_unique<Api>(*m_pipeline, *m_cache, *m_clock, *m_webhookSender, facts, apiOptions);
    RequestLimits &limits = m_api->limits();
    if (m_board && limits.limitsCallers())
        m_sharedLimits = std::make_unique<SharedLimits>(limits, *m_board, m_secret);
    if (m_board)
        m_sharedPresence = std::make_unique<SharedPresence>(m_api->presence(), *m_board, m_secret);
    m_metrics.counter("iwd_limited_request_total", "Requests that were refused because their API key or user had sent too many.", [&limits] { return static_cast<double>(limits.refusedRequests()); });
    m_metrics.counter("iwd_limited_failure_total", "Requests with unknown keys or tokens that were refused because too many came from their address.",
        [&limits] { return static_cast<double>(limits.refusedStrangers()); });

    http::ServerOptions options;
    options.threads = m_config.http.threads;
    options.limits = m_config.http.limits;
    options.gzip = m_config.http.gzip;
    if (m_config.http.tls.used()) {
        auto tls = loadTls(m_config.http.tls);
        if (!tls)
            return tls.error();
        options.tls = *tls;
    }
    const auto router = std::make_shared<http::Router>();
    m_api->addRoutes(*router);
    addOperationsRoutes(*router, m_metrics, m_health);
    m_server = std::make_unique<http::Server>(router, options, m_api->problemWriter());
    countRequests(*m_server, m_metrics);
    m_operations = std::make_unique<http::Server>(operationsRouter(m_metrics, m_health), http::ServerOptions {}, m_api->problemWriter());
    connect(m_server.get(), &http::Server::drained, this, [this] { end(); });

    if (const auto port = m_operations->listen(m_config.metrics.listen.address, m_config.metrics.listen.port); !port)
        return port.error();
    if (const auto port = m_server->listen(m_config.http.listen.address, m_config.http.listen.port); !port)
        return port.error();
    return {};
}

void Composition::drain()
{
    if (m_draining)
        return;
    m_draining = true;
    log::info(u"Stopping: running requests may end", { { QLatin1StringView("patienceSeconds"), qint64(m_config.drain.patience / std::chrono::seconds(1)) } });
    m_health.set(QStringLiteral("server"), false, QStringLiteral("The server is stopping."));
    if (!m_server || !m_pipeline)
        return Q_EMIT stopped(0);
    m_pipeline->stop();
    m_server->drain(m_config.drain.patience);
}

QCoro::Task<> Composition::end()
{
    // A look that waits for the database would find nobody to come back to.
    m_watch.stop();
    co_await m_queueWatch->settle();
    co_await m_bulkRunner->settle();
    co_await m_webhookRunner->settle();
    log::info(u"Stopped");
    Q_EMIT stopped(0);
}

void Composition::watchStore()
{
    const auto trouble = m_store->trouble();
    m_health.set(QStringLiteral("storage"), !trouble, trouble.value_or(QStringLiteral("The database answers.")));
    if (const auto ahead = m_store->clockDeviation()) {
        const bool agrees = std::chrono::abs(*ahead) <= Store::MostClockDeviation;
        const QString much = QStringLiteral("The clock of this machine is %1 s %2 that of the database's: due times and ages go wrong by as much. Let a time service (NTP) set both.")
                                 .arg(qreal(std::chrono::abs(*ahead).count()) / 1000)
                                 .arg(*ahead > milliseconds(0) ? QStringLiteral("ahead of") : QStringLiteral("behind"));
        m_health.inform(QStringLiteral("clock"), agrees, agrees ? QStringLiteral("The clock of this machine agrees with the database's.") : much);
    }
    const auto ofTenants = m_store->tenantTroubles();
    const std::vector<TenantRecord> tenants = knownTenants();
    for (const TenantRecord &tenant : tenants) {
        if (const auto own = ofTenants.find(tenant.number); own != ofTenants.end())
            m_health.inform(QStringLiteral("storage of tenant %1").arg(tenant.id), !own->second, own->second.value_or(QStringLiteral("The tenant's own database answers.")));
    }
    for (const TenantRecord &tenant : tenants)
        m_queueWatch->look(tenant);
}

InstallationFacts Composition::installationFacts() const
{
    const QStorageInfo disk(m_folder->path());
    InstallationFacts facts;
    facts.freeBytes = disk.bytesAvailable();
    facts.diskBytes = disk.bytesTotal();
    facts.migration = newestMigration(m_store->kind());
    facts.clockAhead = m_store->clockDeviation();
    facts.cache = m_redis ? QStringLiteral("redis") : QStringLiteral("local");
    facts.cacheAnswers = !m_redis || !m_redis->trouble();
    return facts;
}

std::vector<TenantRecord> Composition::knownTenants() const
{
    const std::lock_guard lock(m_tenantsMutex);
    return m_tenants;
}

std::vector<QueueGauges> Composition::queueGauges() const
{
    std::vector<QueueGauges> gauges;
    for (const TenantRecord &tenant : knownTenants()) {
        for (const auto &[id, figures] : m_pipeline->figures().figures(tenant.number, m_clock->now()).queues) {
            QueueGauges gauge { tenant.id, id, {}, std::nullopt, 0 };
            const QueueWatch::Figures waiting = m_queueWatch->figures(tenant.number, id);
            if (waiting.oldest)
                gauge.oldestWaiting = std::max(milliseconds(0), m_clock->now() - *waiting.oldest);
            gauge.workClasses = waiting.workClasses;
            for (int status = 0; status < ItemStatusCount; ++status)
                gauge.items.emplace(statusName(static_cast<ItemStatus>(status)), figures.byStatus[static_cast<size_t>(status)]);
            gauges.push_back(std::move(gauge));
        }
    }
    return gauges;
}

} // namespace iwd
