// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QJsonObject>

#include <map>
#include <set>
#include <vector>

namespace iwd::demo {

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
