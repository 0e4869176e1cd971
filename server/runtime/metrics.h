// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QByteArray>
#include <QString>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace iwd {

/// The work of one queue at the moment of a scrape.
struct QueueGauges
{
    QString tenant;
    QString queue;
    std::map<QString, qint64> items; ///< status -> how many
    std::optional<milliseconds> oldestWaiting; ///< age of the oldest item that waits to be taken; nothing when none does
    int workClasses = 0; ///< in which something waits
};

/// What a process counts and measures about itself, in the text format of Prometheus (version 0.0.4). The names are a contract
/// with dashboards and alerts: see README.md.
///
/// Thread-safe. Counting costs a look-up and a few atomic operations, and allocates only when a combination of labels is new.
/// Labels are bounded: pass route patterns and names of ours, never what a client wrote.
class Metrics
{
public:
    explicit Metrics(const QString &version);
    ~Metrics();
    Metrics(const Metrics &) = delete;
    Metrics &operator=(const Metrics &) = delete;

    /// One exchange over HTTP is over.
    /// @param pattern of the route, empty when none matched. What is below /iwd/ or matched nothing counts as a request of the API;
    ///        pages, health and metrics do not.
    /// @param delivered false: the client had gone before it was answered
    void request(QByteArrayView method, QStringView pattern, int status, std::chrono::nanoseconds duration, bool delivered);

    /// One call of the database @p db is over; @p method is our name of what was asked.
    void database(QByteArrayView db, QByteArrayView method, bool ok, std::chrono::nanoseconds duration);

    /// Something failed on our side that no answer of status 5xx tells of, such as background work. (Those are counted by request().)
    void error();

    /// Asked at each scrape, on the thread of the scrape: answers at once, from figures at hand. Empties what it replaces.
    void queueSource(std::function<std::vector<QueueGauges>()> source);

    /// Adds a gauge whose value is asked for at each scrape, on its thread. Before the first scrape.
    void gauge(const QByteArray &name, const QByteArray &help, std::function<double()> value);

    /// The same for a counter.
    void counter(const QByteArray &name, const QByteArray &help, std::function<double()> value);

    [[nodiscard]] QByteArray scrape() const;
    /// The Content-Type of scrape().
    [[nodiscard]] static QByteArray contentType() { return QByteArrayLiteral("text/plain; version=0.0.4; charset=utf-8"); }

private:
    class Private;
    const std::unique_ptr<Private> d;
};

} // namespace iwd
