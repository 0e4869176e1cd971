// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "measures.h"
#include "measuring.h"
#include "processes.h"
#include "serverload.h"
#include "workload.h"

#include <support/privateredis.h>

#include <QFileInfo>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryFile>

#include <functional>

namespace iwd::bench {

namespace {

constexpr int curveChanges = 20;
constexpr int mostConnections = 80; ///< that the private PostgreSQL has to spare

struct Measure
{
    const char *name; ///< in others/measures.js
    const char *title;
    const char *unit;
};

constexpr Measure singles { "single", "single adds", "jobs/s" };
constexpr Measure bulks { "bulk", "adds of 1,000", "jobs/s" };
constexpr Measure cycles { "cycles", "cycles", "jobs/s" };
constexpr Measure batches { "batches", "cycles in batches", "jobs/s" };
constexpr Measure changes { "change", "changed order", "ms" };

struct Other
{
    const char *name; ///< in others/main.js
    const char *title;
    bool inRedis;
};

constexpr Other others[] {
    { "pg-boss", "pg-boss", false },
    { "graphile-worker", "Graphile Worker", false },
    { "skip-locked", "SKIP LOCKED by hand", false },
    { "bullmq", "BullMQ on Redis", true },
};

/// As durable as PostgreSQL with its defaults: an answer leaves after a sync.
QStringList durable()
{
    return { QStringLiteral("--appendonly"), QStringLiteral("yes"), QStringLiteral("--appendfsync"), QStringLiteral("always") };
}

/// What a measurement came to.
struct Outcome
{
    double value = 0; ///< in the measure's unit; 0: the queue has nothing like it
    QString remark;
};

class Comparison
{
public:
    Comparison(const Options &options, Yardstick &yardstick, Report &report)
        : m_options(options)
        , m_yardstick(yardstick)
        , m_report(report)
    {
        if (yardstick.newAddress().isEmpty())
            giveUp(QStringLiteral("The measure others needs --store postgresql, because the others store there."));
        if (!QFileInfo(m_options.others + QStringLiteral("/node_modules")).isDir())
            giveUp(QStringLiteral("The job queues to compare with are not in %1. ./tests/bench/run --measures others installs them there.").arg(m_options.others));
        writeItems();
    }

    void run()
    {
        compare(singles, [this](const Server &server, Workload &workload) {
            const LoadOutcome outcome = postSingles(server, workload, m_options.connections, m_options.seconds);
            return Outcome { outcome.perSecond(), spread(outcome.quantile(0.5), outcome.quantile(0.99)) };
        });
        compare(bulks, [this](const Server &server, Workload &workload) {
            const LoadOutcome outcome = postArrays(server, workload, m_options);
            return Outcome { outcome.perSecond() * m_options.arrayItems, spread(outcome.quantile(0.5), outcome.quantile(0.99)) };
        });
        compare(cycles, [this](const Server &server, Workload &workload) {
            fill(server, workload, m_options, m_options.backlog);
            qint64 left = m_options.backlog;
            return Outcome { takeAndComplete(server, m_options.connections, [&] { return left-- > 0; }).perSecond(), {} };
        });
        compare(batches, {});
        compare(changes, [this](const Server &server, Workload &workload) {
            fill(server, workload, m_options, m_options.reorderedItems);
            const std::vector<double> times = changeCurves(server, curveChanges);
            return Outcome { quantile(times, 0.5), QStringLiteral("worst %1 ms").arg(quantile(times, 1), 0, 'f', 1) };
        });
    }

private:
    /// @param ours does the same with a server of ours; empty: it has nothing like it
    void compare(const Measure &measure, const std::function<Outcome(const Server &, Workload &)> &ours)
    {
        if (ours) {
            const Server server(m_options.server, m_options.folder, m_yardstick.newDatabase());
            configure(server);
            Workload workload;
            add(measure, QStringLiteral("IWD"), ours(server, workload));
        }
        for (const Other &other : others) {
            const Outcome outcome = other.inRedis ? inRedis(other, measure) : ask(other, measure, m_yardstick.newAddress());
            if (outcome.value > 0)
                add(measure, QLatin1StringView(other.title), outcome);
        }
    }

    void add(const Measure &measure, const QString &who, const Outcome &outcome)
    {
        m_report.add(Compared { QLatin1StringView(measure.title), who, outcome.value, QLatin1StringView(measure.unit), outcome.remark });
    }

    [[nodiscard]] Outcome inRedis(const Other &other, const Measure &measure)
    {
        const test::PrivateRedis redis(durable());
        return ask(other, measure, redis.url());
    }

    [[nodiscard]] Outcome ask(const Other &other, const Measure &measure, const QString &address)
    {
        const bool reorders = measure.name == changes.name;
        const QJsonObject task { { QStringLiteral("queue"), QLatin1StringView(other.name) }, { QStringLiteral("measure"), QLatin1StringView(measure.name) },
            { QStringLiteral("address"), address }, { QStringLiteral("items"), m_items.fileName() }, { QStringLiteral("seconds"), m_options.seconds },
            { QStringLiteral("callers"), m_options.connections }, { QStringLiteral("connections"), std::min(m_options.connections, mostConnections) },
            { QStringLiteral("waiting"), reorders ? m_options.reorderedItems : m_options.backlog } };
        const QJsonObject result = QJsonDocument::fromJson(runNode(compact(task), QLatin1StringView(other.title))).object();
        const auto number = [&result](const char *name) { return result.value(QLatin1StringView(name)).toDouble(); };
        QString remark;
        if (result.contains(QLatin1StringView("p99")))
            remark = spread(number("p50"), number("p99"));
        else if (reorders)
            remark = QStringLiteral("worst %1 ms").arg(number("worst"), 0, 'f', 1);
        return { number("value"), remark };
    }

    [[nodiscard]] QByteArray runNode(const QByteArray &task, const QString &who) const
    {
        QProcess node;
        node.setWorkingDirectory(m_options.others);
        node.start(QStringLiteral("node"), { QStringLiteral("main.js"), QString::fromUtf8(task) });
        if (!node.waitForStarted())
            giveUp(QStringLiteral("node, which the job queues to compare with need, cannot be started: %1.").arg(node.errorString()));
        node.waitForFinished(-1); // a change of a million priorities takes as long as it takes
        const QByteArray output = node.readAllStandardOutput();
        if (node.exitStatus() != QProcess::NormalExit || node.exitCode() != 0 || output.isEmpty())
            giveUp(QStringLiteral("%1 could not be measured: %2").arg(who, QString::fromUtf8(node.readAllStandardError())));
        return output;
    }

    /// The bodies that our server gets, a line each.
    void writeItems()
    {
        const Workload workload;
        if (!m_items.open() || m_items.write(workload.samples().join('\n')) < 0 || !m_items.flush())
            giveUp(QStringLiteral("The items for the others cannot be written: %1.").arg(m_items.errorString()));
    }

    static QString spread(double p50, double p99) { return QStringLiteral("p50 %1 ms, p99 %2 ms").arg(p50, 0, 'f', 1).arg(p99, 0, 'f', 1); }

    const Options &m_options;
    Yardstick &m_yardstick;
    Report &m_report;
    QTemporaryFile m_items;
};

} // namespace

void measureOthers(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("Beside job queues on PostgreSQL and Redis: %1 callers, %2 waiting jobs to take, %3 to bring into another order")
                   .arg(options.connections)
                   .arg(options.backlog)
                   .arg(options.reorderedItems));
    Comparison(options, yardstick, report).run();
}

} // namespace iwd::bench
