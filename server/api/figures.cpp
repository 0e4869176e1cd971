// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

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

template <typename Map>
auto valueOr(const Map &map, const QString &key, const typename Map::mapped_type &otherwise)
{
    const auto found = map.find(key);
    return found == map.end() ? otherwise : found->second;
}

} // namespace

QJsonArray queueFigures(Snapshot &snapshot, const LiveFigures::Figures &figures)
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
    return data;
}

QJsonArray agentFigures(Snapshot &snapshot, const LiveFigures::Figures &figures, const Presence::Figures &presence)
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
    return data;
}

QJsonArray queueFiguresWithin(Snapshot &snapshot, const CategoryScope &scope)
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
    return data;
}

} // namespace iwd
