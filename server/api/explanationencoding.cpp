// SPDX-License-Identifier: Apache-2.0
#include "explanationencoding.h"

#include "encoding.h"

namespace iwd {

namespace {

QJsonObject encodeAt(const PriorityAt &point)
{
    return { { QStringLiteral("atDateTime"), toIso(point.at) }, { QStringLiteral("priority"), point.priority } };
}

QJsonArray encodeObstacles(const std::vector<Obstacle> &obstacles)
{
    QJsonArray all;
    for (const Obstacle &obstacle : obstacles)
        all.append(QJsonObject { { QStringLiteral("code"), obstacle.code }, { QStringLiteral("text"), obstacle.text } });
    return all;
}

QJsonValue encodePriority(const std::optional<PriorityExplanation> &priority)
{
    if (!priority)
        return {};
    QJsonArray terms;
    for (const PriorityTerm &term : priority->terms)
        terms.append(QJsonObject { { QStringLiteral("name"), term.name }, { QStringLiteral("value"), term.value }, { QStringLiteral("text"), term.text } });
    QJsonArray nextDay;
    for (const PriorityAt &point : priority->nextDay)
        nextDay.append(encodeAt(point));
    return QJsonObject { { QStringLiteral("value"), priority->priority }, { QStringLiteral("terms"), terms },
        { QStringLiteral("ageSeconds"), qint64(std::chrono::duration_cast<std::chrono::seconds>(priority->age).count()) },
        { QStringLiteral("epochDateTime"), toIso(priority->epoch) }, { QStringLiteral("slaDateTime"), isoOrNull(priority->slaDue) },
        { QStringLiteral("nextChange"), priority->nextChange ? QJsonValue(encodeAt(*priority->nextChange)) : QJsonValue() }, { QStringLiteral("nextDay"), nextDay } };
}

QJsonValue encodePosition(const std::optional<Position> &position)
{
    if (!position)
        return {};
    QJsonArray first;
    for (const Candidate &candidate : position->first)
        first.append(QJsonObject { { QStringLiteral("item"), candidate.key.id.toString() }, { QStringLiteral("priority"), candidate.key.priority } });
    return QJsonObject { { QStringLiteral("ahead"), position->ahead }, { QStringLiteral("exact"), position->exact }, { QStringLiteral("first"), first } };
}

QJsonArray encodeProspects(const std::vector<Prospect> &prospects)
{
    QJsonArray all;
    for (const Prospect &prospect : prospects) {
        all.append(QJsonObject { { QStringLiteral("agent"), prospect.agentId }, { QStringLiteral("name"), prospect.name }, { QStringLiteral("couldTakeNow"), prospect.couldTakeNow },
            { QStringLiteral("eligibleFromDateTime"), isoOrNull(prospect.eligibleFrom) }, { QStringLiteral("obstacles"), encodeObstacles(prospect.obstacles) } });
    }
    return all;
}

} // namespace

QJsonObject encodeExplanation(const Explanation &explanation)
{
    QJsonArray steps;
    for (const UpcomingStep &step : explanation.steps)
        steps.append(encodeStep(step));
    const WorkItem &item = explanation.record.item;
    return { { QStringLiteral("asOf"), toIso(explanation.at) }, { QStringLiteral("item"), item.id.toString() }, { QStringLiteral("status"), statusName(item.status) },
        { QStringLiteral("queue"), textOrNull(item.queueId) }, { QStringLiteral("assignedToUser"), textOrNull(item.assignedToUser) },
        { QStringLiteral("priority"), encodePriority(explanation.priority) }, { QStringLiteral("inQueue"), encodePosition(explanation.inQueue) },
        { QStringLiteral("overall"), encodePosition(explanation.overall) }, { QStringLiteral("steps"), steps },
        { QStringLiteral("notAssigned"), encodeObstacles(explanation.notAssigned) }, { QStringLiteral("prospects"), encodeProspects(explanation.prospects) },
        { QStringLiteral("prospectCount"), explanation.prospectCount } };
}

} // namespace iwd
