// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtime/datafolder.h>
#include <runtime/health.h>
#include <runtime/metrics.h>
#include <runtime/serverconfig.h>

#include <api/apiserver.h>
#include <api/presence.h>
#include <api/sharedlimits.h>
#include <base/clock.h>
#include <cache/cache.h>
#include <http/httpserver.h>
#include <openid/openidproviders.h>
#include <outgoing/outgoingclient.h>
#include <pipeline/bulk/bulkrunner.h>
#include <pipeline/queuewatch.h>
#include <pipeline/webhooks/webhookrunner.h>

#include <QObject>
#include <QTimer>

#include <qcoro/qcorotask.h>

#include <mutex>

namespace iwd {

class RedisCache;

/// iwd-server, wired: the one place that knows which store, cache and ports the rest works with. Members are in the order in which they
/// depend on each other, so they go down in the opposite one.
class Composition : public QObject
{
    Q_OBJECT
public:
    Composition(ServerConfig config, QString version);
    ~Composition() override;

    /// Brings everything up; emits stopped() with an exit code other than 0 when that fails.
    QCoro::Task<> start();
    /// Lets running requests end, then emits stopped(0).
    void drain();

    static constexpr int CannotStart = 1;
    static constexpr int BadConfiguration = 2;

Q_SIGNALS:
    void stopped(int exitCode);

private:
    [[nodiscard]] Result<void> openData();
    [[nodiscard]] Result<std::unique_ptr<Store>> openStore();
    [[nodiscard]] Result<void> openCache();
    [[nodiscard]] QCoro::Task<Result<std::vector<TenantRecord>>> tenants();
    [[nodiscard]] QCoro::Task<Result<void>> bringUp();
    [[nodiscard]] Result<void> openWebhooks();
    /// What secrets in the database are protected with.
    [[nodiscard]] Result<QByteArray> keyOfSecrets(const QString &purpose);
    [[nodiscard]] Result<void> listen();
    void watchStore();
    /// After the last request.
    QCoro::Task<> end();
    [[nodiscard]] std::vector<QueueGauges> queueGauges() const;
    [[nodiscard]] std::vector<TenantRecord> knownTenants() const;
    [[nodiscard]] InstallationFacts installationFacts() const;

    const ServerConfig m_config;
    const QString m_version;
    const std::shared_ptr<const SystemClock> m_clock = std::make_shared<const SystemClock>();
    const Instant m_started = m_clock->now();
    Metrics m_metrics;
    Health m_health;
    std::optional<DataFolder> m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<BackupMaker> m_backups; ///< null: the store has none
    std::unique_ptr<Cache> m_cache;
    RedisCache *m_redis = nullptr; ///< inside of m_cache; null: the cache is in this process
    Board *m_board = nullptr; ///< of m_cache; null: this server is not known to be one of several
    QByteArray m_secret; ///< shared by all servers on the database; empty without a board
    mutable std::mutex m_tenantsMutex; ///< metrics are asked for on any thread
    std::vector<TenantRecord> m_tenants;
    std::unique_ptr<Pipeline> m_pipeline;
    std::unique_ptr<QueueWatch> m_queueWatch;
    std::unique_ptr<BulkRunner> m_bulkRunner;
    std::unique_ptr<OpenIdProviders> m_openId;
    std::unique_ptr<OutgoingClient> m_outgoing;
    std::unique_ptr<WebhookSender> m_webhookSender;
    std::unique_ptr<WebhookRunner> m_webhookRunner;
    std::unique_ptr<Api> m_api;
    std::unique_ptr<SharedLimits> m_sharedLimits;
    std::unique_ptr<SharedPresence> m_sharedPresence;
    std::unique_ptr<http::Server> m_server;
    std::unique_ptr<http::Server> m_operations; ///< its metrics ask m_server
    QTimer m_watch;
    bool m_draining = false;
};

} // namespace iwd
