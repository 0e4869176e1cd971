// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QJsonObject>

#include <deque>
#include <map>
#include <set>
#include <vector>

namespace iwd::demo {

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

/// Something that happened to an item, for people.
struct Happening
{
    Instant at;
    QString sentence;
    int interest = 0; ///< the rarer, the higher
};

/// Reads the event feed: what the run's items went through, in the server's own words.
class Feed
{
public:
    /// @param captureIds the items of this run; others are not counted
    explicit Feed(std::set<QString> captureIds = {});

    void take(const QJsonObject &event);

    struct Counts
    {
        int arrived = 0;
        int taken = 0;
        int completed = 0;
        int held = 0;
        int released = 0;
        int moved = 0;
        int reopened = 0;
        int leasesExpired = 0;
        int unclassified = 0;
    };
    [[nodiscard]] const Counts &counts() const { return m_counts; }
    /// From entering a queue to being taken, in seconds, of each taking; sorted.
    [[nodiscard]] std::vector<double> waits() const;

    /// The most interesting happening since the last call, of another type than the last one when there is any: what a person can follow.
    [[nodiscard]] std::optional<Happening> takeNews();

private:
    void consider(const QString &type, Happening happening);
    void noteWait(const QString &type, const QString &item, Instant at);

    std::set<QString> m_captureIds;
    Counts m_counts;
    std::map<QString, Instant> m_waitingSince;
    std::vector<double> m_waits;
    std::map<QString, Happening> m_news; ///< the latest of each type
    QString m_lastType;
};

/// @p values sorted; 0 <= @p quantile <= 1. Nearest rank; 0 when there are none.
[[nodiscard]] double quantileOf(const std::vector<double> &values, double quantile);

/// The sum of a counter over all its labels in Prometheus' text format.
[[nodiscard]] double counterSum(const QByteArray &metrics, const QByteArray &name);

} // namespace iwd::demo
