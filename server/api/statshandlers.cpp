// SPDX-License-Identifier: Apache-2.0
#include "statshandlers.h"

#include "encoding.h"

#include <pipeline/report/classspread.h>
#include <pipeline/report/oldestwaiting.h>

namespace iwd {

namespace {

qint64 countOf(const QueueFigures &figures, ItemStatus status)
{
    return std::max<qint64>(0, figures.byStatus[static_cast<size_t>(status)]);
}

QJsonObject queueJson(Instant now, const Queue &queue, const QueueFigures &figures, const std::optional<OldestWaiting> &oldest)
{
    QJsonObject json { { QStringLiteral("queue"), queue.id }, { QStringLiteral("name"), queue.name },
        { QStringLiteral("queued"), countOf(figures, ItemStatus::Queued) },
        { QStringLiteral("assigned"), countOf(figures, ItemStatus::Assigned) },
        { QStringLiteral("held"), countOf(figures, ItemStatus::Held) }, { QStringLiteral("oldestCreatedDateTime"), QJsonValue() },
        { QStringLiteral("oldestAgeSeconds"), QJsonValue() }, { QStringLiteral("arrivedToday"), figures.arrivedToday },
        { QStringLiteral("completedToday"), figures.completedToday }, { QStringLiteral("canceledToday"), figures.canceledToday },
        { QStringLiteral("slaMetToday"), figures.slaMetToday }, { QStringLiteral("slaMissedToday"), figures.slaMissedToday } };
    if (oldest) {
        const auto age = std::chrono::floor<std::chrono::seconds>(now - oldest->created);
        json.insert(QStringLiteral("oldestCreatedDateTime"), toIso(oldest->created));
        json.insert(QStringLiteral("oldestAgeSeconds"), std::max<qint64>(0, age.count()));
    }
    return json;
}

template <typename T>
std::vector<const T *> sortedById(const QHash<QString, T> &objects)
{
    std::vector<const T *> sorted;
    for (const T &object : objects)
        sorted.push_back(&object);
    std::sort(sorted.begin(), sorted.end(), [](const T *left, const T *right) { return left->id < right->id; });
    return sorted;
}

Answer asOf(Instant now, const QJsonArray &data)
{
    return jsonAnswer({ { QStringLiteral("asOf"), toIso(now) }, { QStringLiteral("data"), data } });
}

template <typename Map>
auto valueOr(const Map &map, const QString &key, const typename Map::mapped_type &otherwise)
{
    const auto found = map.find(key);
    return found == map.end() ? otherwise : found->second;
}

Result<Answer> queueFigures(Snapshot &snapshot, const LiveFigures::Figures &figures)
{
    const auto configuration = snapshot.configuration();
    const auto oldest = oldestByQueue(snapshot);
    const auto crowded = crowdedQueues(snapshot);
    QJsonArray data;
    for (const Queue *queue : sortedById(configuration->queues())) {
        const auto found = oldest.find(queue->id);
        QJsonObject json
            = queueJson(snapshot.now(), *queue, valueOr(figures.queues, queue->id, {}), found == oldest.end() ? std::nullopt : std::optional(found->second));
        if (const auto spread = crowded.find(queue->id); spread != crowded.end())
            json.insert(QStringLiteral("warnings"), QJsonArray { crowdingText(*queue, spread->second) });
        data.append(json);
    }
    return asOf(snapshot.now(), data);
}

Result<Answer> agentFigures(Snapshot &snapshot, const LiveFigures::Figures &figures, const Presence::Figures &presence)
{
    const auto configuration = snapshot.configuration();
    const AgentDesks &desks = snapshot.desks();
    QJsonArray data;
    for (const Agent *agent : sortedById(configuration->agents())) {
        const AgentDesk desk = valueOr(desks, agent->id, {});
        const auto offered = std::count_if(desk.inHand.begin(), desk.inHand.end(), [](const Assignment &assignment) { return assignment.offered; });
        const AgentStatus &status = desk.status;
        data.append(QJsonObject { { QStringLiteral("agent"), agent->id }, { QStringLiteral("name"), agent->name },
            { QStringLiteral("state"), agentStateName(status.state) }, { QStringLiteral("stateSinceDateTime"), isoOrNull(status.since) },
            { QStringLiteral("connected"), presence.isConnected(agent->id, snapshot.now()) },
            { QStringLiteral("assigned"), qint64(desk.inHand.size()) - offered }, { QStringLiteral("offered"), qint64(offered) },
            { QStringLiteral("completedToday"), valueOr(figures.completedByAgent, agent->id, 0) } });
    }
    return asOf(snapshot.now(), data);
}

/// Figures of the categories that a caller sees are counted when they are asked for.
Result<Answer> queueFiguresWithin(Snapshot &snapshot, const CategoryScope &scope)
{
    const Instant now = snapshot.now();
    const auto midnight = std::chrono::floor<std::chrono::days>(now);
    std::map<QString, QueueFigures> figures;
    std::map<QString, OldestWaiting> oldest;
    const auto configuration = snapshot.configuration();
    for (const ItemCount &count : snapshot.countItems(midnight, scope.covered(*configuration))) {
        QueueFigures &queue = figures[count.queueId];
        queue.byStatus[static_cast<size_t>(count.status)] += count.count;
        queue.arrivedToday += count.arrivedSince;
        if (count.status == ItemStatus::Completed) {
            queue.completedToday += count.endedSince;
            queue.slaMetToday += count.slaMetSince;
            queue.slaMissedToday += count.endedSince - count.slaMetSince;
        }
        if (count.status == ItemStatus::Canceled)
            queue.canceledToday += count.endedSince;
        if (count.status == ItemStatus::Queued && count.oldest)
            oldest[count.queueId].created = *count.oldest;
    }
    QJsonArray data;
    for (const Queue *queue : sortedById(configuration->queues())) {
        const auto found = oldest.find(queue->id);
        data.append(queueJson(now, *queue, valueOr(figures, queue->id, {}), found == oldest.end() ? std::nullopt : std::optional(found->second)));
    }
    return asOf(now, data);
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
        std::function<Result<Answer>(Snapshot &)> count = [scope = CategoryScope { call.caller.categories }](Snapshot &snapshot) { return queueFiguresWithin(snapshot, scope); };
        const auto counted = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, count);
        co_return call.respond(counted);
    }
    const auto figures
        = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work = [figures](Snapshot &snapshot) { return queueFigures(snapshot, *figures); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> StatsHandlers::agents(Call call)
{
    const auto figures
        = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work
        = [figures, presence = m_presence.figures(call.caller.tenant)](Snapshot &snapshot) { return agentFigures(snapshot, *figures, presence); };
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
