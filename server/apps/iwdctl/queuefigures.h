// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QJsonObject>

#include <deque>
#include <vector>

namespace iwd {

/// A queue as GET /stats/queues tells it.
struct QueueFigures
{
    QString id;
    QString name;
    int queued = 0;
    int assigned = 0;
    int held = 0;
    double oldestSeconds = -1; ///< negative: nothing waits
    int arrived = 0;
    int completed = 0;
    int slaMet = 0;
    int slaMissed = 0;
};

/// What the server says about itself at one moment.
struct Figures
{
    Instant asOf;
    std::vector<QueueFigures> queues; ///< busiest first: most arrivals, so that the order changes rarely
    QueueFigures total; ///< items of the whole server; a moved item arrives in several queues, but here it counts once
    double arrivedPerSecond = 0; ///< over the last few answers
    double completedPerSecond = 0;
};

/// Reads answers of GET /stats/queues and GET /stats/server one after the other.
class FiguresReader
{
public:
    void take(const QJsonObject &queueStats, const QJsonObject &serverStats);
    [[nodiscard]] const Figures &figures() const { return m_figures; }

private:
    struct Sample
    {
        Instant at;
        int arrived;
        int completed;
    };
    Figures m_figures;
    std::deque<Sample> m_samples; ///< of the last seconds
};

} // namespace iwd
