// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "webhookretry.h"
#include "webhooks.h"

#include <pipeline/pipeline.h>

namespace iwd {

struct WebhookRunnerOptions
{
    milliseconds interval { 250 }; ///< how late an event may be noticed
    milliseconds figuresInterval { 10'000 }; ///< between two looks at what is left, for figures()
    milliseconds settleTime { 3'000 }; ///< for calls under way to end when the server does
    int eventsAtOnce = 500; ///< of the log, in one transaction
    int mostRows = 10'000; ///< pending and dead, of a webhook; then its cursor waits
    int callsOfHook = 8; ///< under way at once
    int callsAtAll = 128;
    int failuresUntilCareful = 3; ///< calls that fail one after the other; then one at a time, with pauses, so that a dead receiver takes no room from others
    milliseconds shortestPause { 1'000 }; ///< between such calls; twice as long each time
    milliseconds longestPause { 60'000 };
    WebhookRetryOptions retry;
};

/// Tells receivers what happens to items: reads the log behind the cursor of each webhook, writes down what is to be sent in the transaction that moves the cursor, and sends that,
/// until it has arrived or is a dead letter. So whoever is killed in between loses nothing; what had been sent and was not written down yet is sent again, with the same id.
///
/// Events of an item are sent in their order: the next one when the one before has arrived or is dead. Different items do not wait for each other, nor do different receivers.
///
/// Of several processes on one database one sends, the one that does what falls due (Transaction::leasesDueWork()).
///
/// Lives on one thread with an event loop; figures() may be called from any.
class WebhookRunner : public QObject
{
    Q_OBJECT
public:
    struct Figures
    {
        quint64 delivered = 0; ///< since the start
        quint64 failed = 0; ///< attempts
        quint64 died = 0;
        qint64 pending = 0; ///< of tenants that this process works for
        qint64 dead = 0;
        milliseconds lag { 0 }; ///< the longest
    };

    /// @p pipeline and @p sender must outlive this.
    WebhookRunner(Pipeline &pipeline, WebhookSender &sender, WebhookRunnerOptions options = {});

    /// Looks after the tenant's webhooks from now on.
    void watch(TenantId tenant);
    /// Waits until nothing is under way, but no longer than settleTime for receivers; nothing begins any more. To be awaited once, before this or the pipeline ends.
    QCoro::Task<> settle();

    [[nodiscard]] Figures figures() const;

private:
    /// A webhook with what is to be sent now.
    struct Due
    {
        WebhookPlace place;
        std::vector<WebhookDelivery> deliveries;
    };
    struct View
    {
        std::vector<WebhookPlace> places;
        qint64 lastEvent = 0;
        std::vector<Due> due;
    };
    /// What has become of a delivery.
    struct Outcome
    {
        WebhookDelivery delivery;
        WebhookVerdict verdict;
    };
    struct Line
    {
        std::set<ItemId> underWay; ///< items
        int failures = 0; ///< one after the other
        std::optional<Instant> pauseUntil;
    };
    using LinePlace = std::pair<TenantId, QString>; ///< of a capture point

    void look();
    QCoro::Task<> lookAfter(TenantId tenant);
    QCoro::Task<> lookOnce(TenantId tenant);
    [[nodiscard]] QCoro::Task<Result<View>> view(TenantId tenant);
    /// @returns whether there may be more
    [[nodiscard]] QCoro::Task<bool> harvest(TenantId tenant, std::vector<WebhookPlace> places);
    QCoro::Task<> harvestAll(TenantId tenant, View view);
    [[nodiscard]] QCoro::Task<bool> isOurs(TenantId tenant);
    void sendDue(TenantId tenant, const View &view);
    QCoro::Task<> send(TenantId tenant, WebhookMessage message, WebhookDelivery delivery);
    [[nodiscard]] Outcome judged(const WebhookDelivery &delivery, const Result<WebhookAnswer> &answer) const;
    void note(TenantId tenant, const Outcome &outcome);
    QCoro::Task<> writeOutcomes(TenantId tenant);
    QCoro::Task<> count(TenantId tenant);
    void release(TenantId tenant, const std::vector<Outcome> &outcomes);
    [[nodiscard]] int roomFor(const Line &line) const;
    [[nodiscard]] WriteContext contextFor(TenantId tenant) const;
    void checkSettled();

    Pipeline &m_pipeline;
    WebhookSender &m_sender;
    const WebhookRunnerOptions m_options;
    QTimer m_timer;
    std::set<TenantId> m_tenants;
    std::set<TenantId> m_busy;
    std::set<TenantId> m_again; ///< to be looked at once more at once
    std::map<LinePlace, Line> m_lines;
    std::map<TenantId, std::set<std::pair<QString, ItemId>>> m_released; ///< items of capture points whose outcome was written since the last look began: what that saw of them has passed
    int m_calls = 0; ///< under way
    size_t m_turn = 0; ///< which webhook is first to use what room there is
    std::map<TenantId, std::vector<Outcome>> m_outcomes; ///< not written yet
    std::set<TenantId> m_writing;
    std::map<TenantId, std::chrono::steady_clock::time_point> m_counted;
    std::optional<Delivery<bool>> m_settled; ///< delivered when the last one has ended; nothing while work may begin
    mutable std::mutex m_figuresMutex;
    Figures m_figures;
    std::map<TenantId, Figures> m_left; ///< pending, dead and lag of each
};

} // namespace iwd
