// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "httpload.h"
#include "measures.h"
#include "measuring.h"
#include "processes.h"
#include "serverload.h"
#include "workload.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <thread>

namespace iwd::bench {

namespace {

constexpr int takings = 2'000;
constexpr int pages = 200;
constexpr int searches = 100; ///< of each kind
constexpr int curveChanges = 20;
constexpr int walkedPage = 1'000; ///< the largest page there is
constexpr double depths[] { 0.1, 0.5, 0.9 }; ///< of the order, where deep pages are read
constexpr qint64 aimedItems = 1'000'000; ///< waiting, that the aims speak of
constexpr double leastIdleSeconds = 10;
constexpr double idleSecondsAtTheEnd = 30;
constexpr double quietPercent = 5; ///< of a core; below it a server has caught up
constexpr int mostSecondsToCatchUp = 300;
constexpr double progressSeconds = 15;
constexpr double aimedMib = 300e6 / 1'048'576;

std::vector<qint64> stagesUpTo(qint64 most)
{
    std::vector<qint64> stages;
    for (qint64 power = 10'000; power < most; power *= 10)
        stages.push_back(power);
    stages.push_back(most);
    return stages;
}

/// Says how far something long has come, not too often.
class Progress
{
public:
    Progress(Report &report, QString what, qint64 all)
        : m_report(report)
        , m_what(std::move(what))
        , m_all(all)
    {
    }
    void at(qint64 done)
    {
        if (secondsSince(m_said) < progressSeconds)
            return;
        m_said = Clock::now();
        m_report.note(QStringLiteral("%1 %2 of %3, %4/s").arg(m_what).arg(done).arg(m_all).arg(static_cast<double>(done) / secondsSince(m_start), 0, 'f', 0));
    }

private:
    Report &m_report;
    QString m_what;
    qint64 m_all;
    Clock::time_point m_start = Clock::now();
    Clock::time_point m_said = m_start;
};

QJsonObject compare(const QString &attribute, const QString &value)
{
    return { { QStringLiteral("attribute"), attribute }, { QStringLiteral("operator"), QStringLiteral("equals") }, { QStringLiteral("value"), value } };
}

/// The newest items of a caller.
QByteArray searchByAttribute(int number)
{
    return compact({ { QStringLiteral("condition"), compare(QStringLiteral("customerId"), QStringLiteral("Caller %1").arg(number * 37 % 5'000)) } });
}

/// The newest waiting items of a location, which no index helps to find.
QByteArray searchByCustomAttribute(int number)
{
    const QJsonArray both { compare(QStringLiteral("status"), QStringLiteral("queued")), compare(QStringLiteral("custom.location"), QStringLiteral("Location %1").arg(number % 140)) };
    return compact({ { QStringLiteral("condition"), QJsonObject { { QStringLiteral("all"), both } } } });
}

/// The newest items that speak of printers on a floor.
QByteArray searchByText(int number)
{
    return compact({ { QStringLiteral("text"), QStringLiteral("printer \"floor %1\"").arg(number % 40) } });
}

class Growth
{
public:
    Growth(const Options &options, Yardstick &yardstick, Report &report)
        : m_options(options)
        , m_yardstick(yardstick)
        , m_report(report)
        , m_server(options.server, options.folder, yardstick.newDatabase())
    {
        configure(m_server);
    }

    void run()
    {
        for (const qint64 items : stagesUpTo(m_options.items)) {
            const Stage stage = measureStage(items);
            m_report.add(stage);
            if (items == aimedItems || items == m_options.items)
                addLines(stage);
        }
        m_server.stop();
        m_report.addUpdates(QStringLiteral("growth"), m_yardstick.tables(m_server));
    }

private:
    Stage measureStage(qint64 items)
    {
        Stage stage;
        stage.items = items;
        const double start = static_cast<double>(waiting());
        const auto begin = Clock::now();
        fillUpTo(items);
        stage.itemsPerSecond = (static_cast<double>(items) - start) / secondsSince(begin);
        stage.catchUpSeconds = catchUp();
        stage.next = timesOfTaking(takings);
        stage.page = timesOf("GET", pageAt({}), pages);
        stage.deepPage = timesOfSlowestDepth();
        stage.searchAttribute = timesOfSearches(searchByAttribute);
        stage.searchCustom = timesOfSearches(searchByCustomAttribute);
        stage.searchText = timesOfSearches(searchByText);
        stage.residentMib = residentMib(m_server.process());
        stage.curve = timesOfCurveChanges();
        stage.itemStatements = itemStatementsOfCurveChange();
        stage.idlePercent = percentWhileIdle(items == m_options.items ? idleSecondsAtTheEnd : leastIdleSeconds);
        stage.idleMib = residentMib(m_server.process());
        stage.fileMib = m_yardstick.databaseMib(m_server);
        return stage;
    }

    [[nodiscard]] qint64 waiting() const { return m_sent - m_taken; }

    void fillUpTo(qint64 items)
    {
        const qint64 missing = items - waiting();
        Progress progress(m_report, QStringLiteral("filled"), missing);
        fill(m_server, m_workload, m_options, missing, [&](qint64 sent) { progress.at(sent); });
        m_sent += missing;
    }

    /// What the server has put off while items came, such as the index of their words, would otherwise be taken for a part of what follows.
    double catchUp()
    {
        const auto start = Clock::now();
        while (secondsSince(start) < mostSecondsToCatchUp && percentDuring(1) > quietPercent)
            continue;
        return secondsSince(start);
    }

    [[nodiscard]] double percentDuring(double seconds) const
    {
        const double before = cpuSeconds(m_server.process());
        const auto start = Clock::now();
        std::this_thread::sleep_for(duration(seconds));
        return 100 * (cpuSeconds(m_server.process()) - before) / secondsSince(start);
    }

    [[nodiscard]] double percentWhileIdle(double atLeast) const { return percentDuring(std::max(atLeast, m_options.seconds)); }

    /// One agent after the other takes the best item and completes it; only the taking is timed.
    Times timesOfTaking(int count)
    {
        std::vector<double> times;
        HttpConnections connection(m_server.port(), 1);
        QByteArray body;
        connection.onAnswer([&](const HttpConnections::Answer &answer) {
            checkGood(answer);
            body = answer.body.toByteArray();
            times.push_back(milliseconds(answer.took));
        });
        const auto ask = [&](const QByteArray &request) {
            connection.send(0, request);
            while (connection.busy() > 0)
                connection.poll(std::chrono::seconds(1));
        };
        for (int taking = 0; taking < count; ++taking) {
            ask(httpRequest("POST", agentPath(taking % Agents, "next"), m_server.key()));
            ask(httpRequest("POST", agentPath(taking % Agents, "complete"), m_server.key(), completion(body)));
            times.pop_back();
        }
        m_taken += count;
        return { quantile(times, 0.5), quantile(times, 0.99), 0 };
    }

    static QByteArray pageAt(const QByteArray &cursor, int limit = 100)
    {
        return "/iwd/v3/items?sort=priority&limit=" + QByteArray::number(limit) + (cursor.isEmpty() ? QByteArray() : "&cursor=" + cursor);
    }

    /// Walks through the order. @returns what asks for a page of 100 at each of the depths
    QByteArrayList deepPages()
    {
        QByteArrayList found;
        QByteArray cursor;
        qint64 passed = 0;
        Progress progress(m_report, QStringLiteral("walked through"), waiting());
        for (const double depth : depths) {
            const qint64 until = static_cast<qint64>(depth * static_cast<double>(waiting()));
            while (passed < until) {
                const int limit = static_cast<int>(std::min<qint64>(until - passed, walkedPage));
                const QJsonObject page = QJsonDocument::fromJson(m_server.request("GET", pageAt(cursor, limit))).object();
                passed += page.value(QStringLiteral("data")).toArray().size();
                cursor = page.value(QStringLiteral("nextCursor")).toString().toLatin1();
                if (cursor.isEmpty())
                    giveUp(QStringLiteral("The order ends after %1 items, although %2 wait.").arg(passed).arg(waiting()));
                progress.at(passed);
            }
            found.append(pageAt(cursor));
        }
        return found;
    }

    Times timesOfSlowestDepth()
    {
        Times slowest;
        const QByteArrayList asked = deepPages();
        for (qsizetype i = 0; i < asked.size(); ++i) {
            const Times times = timesOf("GET", asked[i], pages);
            m_report.note(QStringLiteral("page behind %1 % of the order: p50 %2 ms, p99 %3 ms").arg(100 * depths[i]).arg(times.p50, 0, 'f', 2).arg(times.p99, 0, 'f', 2));
            if (times.p99 > slowest.p99)
                slowest = times;
        }
        return slowest;
    }

    /// Of @p count requests, one after the other. Refused ones count as well, because a search may be broken off.
    Times timesOf(const char *method, const QByteArray &target, int count, const std::function<QByteArray(int)> &body = {})
    {
        int asked = 0;
        const LoadOutcome outcome = load(m_server.port(), 1, [&] {
            if (asked == count)
                return QByteArray();
            const int number = asked++;
            return httpRequest(method, target, m_server.key(), body ? body(number) : QByteArray());
        });
        if (outcome.failures > 0)
            m_report.note(QStringLiteral("%1 of %2 were refused, the first with: %3").arg(outcome.failures).arg(count).arg(QString::fromUtf8(outcome.firstFailure)));
        return { outcome.quantile(0.5), outcome.quantile(0.99), outcome.failures };
    }

    Times timesOfSearches(const std::function<QByteArray(int)> &body) { return timesOf("POST", "/iwd/v3/items/search", searches, body); }

    Times timesOfCurveChanges()
    {
        const std::vector<double> times = changeCurves(m_server, curveChanges);
        m_taken += curveChanges;
        return { quantile(times, 0.5), quantile(times, 1), 0 };
    }

    /// How many statements that write item rows a changed curve ran. Gives up when the rows are not what they were.
    double itemStatementsOfCurveChange()
    {
        const qint64 rows = m_yardstick.orderingRowsChecksum(m_server);
        const auto counts = m_server.statementCounts();
        m_server.ask(httpReplace("/iwd/v3/schemas/schema0", m_server.key(), schemaBody(77)));
        double written = 0;
        for (const auto &[name, count] : m_server.statementCounts()) {
            const auto before = counts.find(name);
            const bool writes = name.startsWith(QStringLiteral("item/insert")) || name.startsWith(QStringLiteral("item/update")) || name.startsWith(QStringLiteral("item/reclass"))
                || name == QStringLiteral("rows/insert_items") || name == QStringLiteral("rows/update_items");
            if (writes)
                written += static_cast<double>(count - (before == counts.end() ? 0 : before->second));
        }
        if (rows != m_yardstick.orderingRowsChecksum(m_server))
            giveUp(QStringLiteral("A change of the curve changed ordering rows."));
        return written;
    }

    void addLines(const Stage &stage)
    {
        const QString with = QStringLiteral(", %1 waiting").arg(stage.items);
        const auto add = [&](const QString &what, double value, const QString &unit, std::optional<double> aim, const QString &remark = {}) {
            m_report.add({ what + with, value, unit, aim, true, remark });
        };
        const auto addTimes = [&](const QString &what, const Times &times, std::optional<double> aim) {
            add(what + QStringLiteral(", p99"), times.p99, QStringLiteral("ms"), aim,
                QStringLiteral("p50 %1 ms").arg(times.p50, 0, 'f', 2) + (times.refused > 0 ? QStringLiteral("; %1 refused").arg(times.refused) : QString()));
        };
        addTimes(QStringLiteral("get-next"), stage.next, 5);
        const Stage &first = m_report.stages().front();
        add(QStringLiteral("get-next, p99 by that of %1").arg(first.items), stage.next.p99 / first.next.p99, QStringLiteral("times"), 1.5);
        addTimes(QStringLiteral("first page of 100"), stage.page, 30);
        addTimes(QStringLiteral("deep page of 100"), stage.deepPage, 30);
        addTimes(QStringLiteral("search by an attribute"), stage.searchAttribute, {});
        addTimes(QStringLiteral("search by a custom attribute"), stage.searchCustom, {});
        addTimes(QStringLiteral("search by words"), stage.searchText, {});
        add(QStringLiteral("resident memory"), stage.residentMib, QStringLiteral("MiB"), aimedMib);
        add(QStringLiteral("resident memory, idle"), stage.idleMib, QStringLiteral("MiB"), aimedMib);
        add(QStringLiteral("CPU, idle"), stage.idlePercent, QStringLiteral("% of a core"), 1);
        add(QStringLiteral("changed curve until used, worst"), stage.curve.p99, QStringLiteral("ms"), 50, QStringLiteral("p50 %1 ms").arg(stage.curve.p50, 0, 'f', 2));
        add(QStringLiteral("item rows written by it"), stage.itemStatements, QStringLiteral("statements"), 0, QStringLiteral("the ordering rows are the same as before"));
    }

    const Options &m_options;
    Yardstick &m_yardstick;
    Report &m_report;
    Server m_server;
    Workload m_workload;
    qint64 m_sent = 0;
    qint64 m_taken = 0;
};

} // namespace

void measureGrowth(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("Growth to %1 waiting items; at each stage %2 takings, %3 first pages and as many at each of three depths, %4 searches of each kind, %5 changed curves, then nothing for a while")
                   .arg(options.items)
                   .arg(takings)
                   .arg(pages)
                   .arg(searches)
                   .arg(curveChanges));
    Growth(options, yardstick, report).run();
}

} // namespace iwd::bench
