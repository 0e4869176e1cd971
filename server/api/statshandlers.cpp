// SPDX-License-Identifier: Apache-2.0
#include "statshandlers.h"

#include "figures.h"
#include "responses.h"

namespace iwd {

namespace {

Answer asOf(Instant now, const QJsonArray &data)
{
    return jsonAnswer({ { QStringLiteral("asOf"), toIso(now) }, { QStringLiteral("data"), data } });
}

QJsonObject countsByStatus(const LiveFigures::Figures &figures)
{
    QJsonObject counts;
    for (int status = 0; status < ItemStatusCount; ++status) {
        qint64 sum = 0;
        for (const auto &[id, queue] : figures.queues)
            sum += queue.byStatus[static_cast<size_t>(status)];
        counts.insert(statusName(static_cast<ItemStatus>(status)), std::max<qint64>(0, sum));
    }
    return counts;
}

QJsonObject installationJson(const InstallationFacts &facts)
{
    const QJsonValue ahead = facts.clockAhead ? QJsonValue(qint64(facts.clockAhead->count())) : QJsonValue();
    return { { QStringLiteral("dataFreeBytes"), facts.freeBytes }, { QStringLiteral("dataDiskBytes"), facts.diskBytes }, { QStringLiteral("schema"), facts.migration },
        { QStringLiteral("clockAheadMilliseconds"), ahead }, { QStringLiteral("cache"), facts.cache }, { QStringLiteral("cacheAnswers"), facts.cacheAnswers } };
}

/// Whoever may see the settings looks after the installation; a key that is lent to an agent does not.
bool looksAfterInstallation(const Caller &caller)
{
    return caller.may(Privilege::SettingsView) && caller.agent.isEmpty();
}

Answer serverFigures(const Store &store, const ServerFacts &facts, const LiveFigures::Figures &figures, const Presence::Figures &presence, Instant now, const Caller &caller)
{
    const QJsonValue installation = looksAfterInstallation(caller) ? QJsonValue(installationJson(facts.installation())) : QJsonValue();
    const auto uptime = std::chrono::floor<std::chrono::seconds>(now - facts.started);
    return jsonAnswer({ { QStringLiteral("asOf"), toIso(now) }, { QStringLiteral("version"), facts.version },
        { QStringLiteral("startedDateTime"), toIso(facts.started) },
        { QStringLiteral("uptimeSeconds"), std::max<qint64>(0, uptime.count()) }, { QStringLiteral("items"), countsByStatus(figures) },
        { QStringLiteral("lastEvent"), figures.lastEvent },
        { QStringLiteral("storage"),
            QJsonObject { { QStringLiteral("kind"), store.kind() }, { QStringLiteral("sizeBytes"), store.sizeBytes() } } },
        { QStringLiteral("arrivedLastMinute"), figures.arrivedLastMinute },
        { QStringLiteral("completedLastMinute"), figures.completedLastMinute }, { QStringLiteral("connections"), facts.connections() },
        { QStringLiteral("requestsInFlight"), facts.requestsInFlight() }, { QStringLiteral("liveStreams"), presence.streams },
        { QStringLiteral("servers"), presence.servers }, { QStringLiteral("installation"), installation } });
}

} // namespace

std::vector<ApiEndpoint> StatsHandlers::endpoints()
{
    const auto info = [](const char *path, bool keepsToCategories = false) {
        return EndpointInfo { .method = "GET", .pattern = QLatin1StringView(path), .privilege = Privilege::DashboardView, .keepsToCategories = keepsToCategories };
    };
    return {
        { info("/iwd/v3/stats/queues", true), [this](Call call) { return queues(std::move(call)); } },
        { info("/iwd/v3/stats/agents"), [this](Call call) { return agents(std::move(call)); } },
        { info("/iwd/v3/stats/server"), [this](Call call) { return server(std::move(call)); } },
    };
}

QCoro::Task<http::Response> StatsHandlers::queues(Call call)
{
    if (!call.caller.categories.isEmpty()) {
        std::function<Result<Answer>(Snapshot &)> count = [scope = CategoryScope { call.caller.categories }](Snapshot &snapshot) -> Result<Answer> { return asOf(snapshot.now(), queueFiguresWithin(snapshot, scope)); };
        const auto counted = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, count);
        co_return call.respond(counted);
    }
    const auto figures
        = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work = [figures](Snapshot &snapshot) -> Result<Answer> { return asOf(snapshot.now(), queueFigures(snapshot, *figures)); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> StatsHandlers::agents(Call call)
{
    const auto figures
        = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work
        = [figures, presence = m_presence.figures(call.caller.tenant)](Snapshot &snapshot) -> Result<Answer> {
        return asOf(snapshot.now(), agentFigures(snapshot, *figures, presence));
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> StatsHandlers::server(Call call)
{
    const Instant now = m_pipeline.clock().now();
    const auto figures = m_pipeline.figures().figures(call.caller.tenant, now);
    co_return toResponse(serverFigures(m_pipeline.store(), m_facts, figures, m_presence.figures(call.caller.tenant), now, call.caller));
}

} // namespace iwd
