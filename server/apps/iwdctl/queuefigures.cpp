// SPDX-License-Identifier: Apache-2.0
#include "queuefigures.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr std::chrono::seconds RateWindow { 5 };

Instant instantOf(const QJsonValue &value)
{
    const auto instant = instantFromIso(value.toString());
    return instant ? *instant : Instant();
}

QueueFigures queueOf(const QJsonObject &json, Instant asOf)
{
    QueueFigures queue;
    queue.id = json["queue"_L1].toString();
    queue.name = json["name"_L1].toString();
    queue.queued = json["queued"_L1].toInt();
    queue.assigned = json["assigned"_L1].toInt();
    queue.held = json["held"_L1].toInt();
    if (json["oldestCreatedDateTime"_L1].isString())
        queue.oldestSeconds = std::max(0.0, std::chrono::duration<double>(asOf - instantOf(json["oldestCreatedDateTime"_L1])).count());
    queue.arrived = json["arrivedToday"_L1].toInt();
    queue.completed = json["completedToday"_L1].toInt();
    queue.slaMet = json["slaMetToday"_L1].toInt();
    queue.slaMissed = json["slaMissedToday"_L1].toInt();
    return queue;
}

/// Items by status come from the server; their age and the service levels of today from the queues.
QueueFigures totalOf(const std::vector<QueueFigures> &queues, const QJsonObject &counts)
{
    QueueFigures total;
    for (const auto &queue : queues) {
        total.oldestSeconds = std::max(total.oldestSeconds, queue.oldestSeconds);
        total.slaMet += queue.slaMet;
        total.slaMissed += queue.slaMissed;
    }
    for (const auto &count : counts)
        total.arrived += count.toInt();
    total.queued = counts["queued"_L1].toInt();
    total.assigned = counts["assigned"_L1].toInt();
    total.held = counts["held"_L1].toInt();
    total.completed = counts["completed"_L1].toInt();
    return total;
}

} // namespace

void FiguresReader::take(const QJsonObject &queueStats, const QJsonObject &serverStats)
{
    Figures figures;
    figures.asOf = instantOf(queueStats["asOf"_L1]);
    const QJsonArray queues = queueStats["data"_L1].toArray();
    for (const auto &entry : queues)
        figures.queues.push_back(queueOf(entry.toObject(), figures.asOf));
    figures.total = totalOf(figures.queues, serverStats["items"_L1].toObject());
    std::stable_sort(figures.queues.begin(), figures.queues.end(), [](const auto &a, const auto &b) { return a.arrived > b.arrived; });

    m_samples.push_back({ figures.asOf, figures.total.arrived, figures.total.completed });
    while (m_samples.size() > 2 && m_samples[1].at <= figures.asOf - RateWindow)
        m_samples.pop_front();
    const double seconds = std::chrono::duration<double>(m_samples.back().at - m_samples.front().at).count();
    if (seconds > 0) {
        figures.arrivedPerSecond = std::max(0, m_samples.back().arrived - m_samples.front().arrived) / seconds;
        figures.completedPerSecond = std::max(0, m_samples.back().completed - m_samples.front().completed) / seconds;
    }
    m_figures = std::move(figures);
}

} // namespace iwd
