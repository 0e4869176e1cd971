// SPDX-License-Identifier: Apache-2.0
#include "measures.h"

#include "failure.h"
#include "httpload.h"
#include "processes.h"
#include "workload.h"

#include <QJsonDocument>

#include <deque>
#include <map>

namespace iwd::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Gives requests for a while.
class ForSeconds
{
public:
    explicit ForSeconds(double seconds)
        : m_end(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)))
    {
    }
    [[nodiscard]] bool over() const { return Clock::now() >= m_end; }

private:
    Clock::time_point m_end;
};

constexpr int turnsOfLimits = 10; ///< with and without them

double milliseconds(Nanoseconds duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

double quantile(std::vector<double> values, double part)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<size_t>(part * static_cast<double>(values.size())))];
}

void checkAllGood(const LoadOutcome &outcome)
{
    if (outcome.failures > 0)
        giveUp(QStringLiteral("%1 of %2 requests failed, the first with: %3").arg(outcome.failures).arg(outcome.answers).arg(QString::fromUtf8(outcome.firstFailure)));
}

/// What a run cost the server and this program.
struct Cost
{
    explicit Cost(qint64 process)
        : process(process)
        , server(cpuSeconds(process))
        , own(ownCpuSeconds())
    {
    }
    void end()
    {
        server = cpuSeconds(process) - server;
        own = ownCpuSeconds() - own;
    }
    qint64 process;
    double server;
    double own;
};

double rawRate(const Options &options, Yardstick &yardstick, const Workload &workload, int rowsPerTransaction)
{
    return yardstick.insertRows(workload.samples(), rowsPerTransaction, options.connections, options.seconds / 2);
}

QByteArray post(const Server &server, const QByteArray &body)
{
    return httpRequest("POST", "/iwd/v3/items", server.key(), body);
}

QByteArray completion(QByteArrayView answer)
{
    const QJsonObject work = QJsonDocument::fromJson(answer.toByteArray()).object();
    const QJsonObject done { { QStringLiteral("item"), work.value(QStringLiteral("item"))[QStringLiteral("id")] },
        { QStringLiteral("token"), work.value(QStringLiteral("assignment"))[QStringLiteral("token")] } };
    return QJsonDocument(done).toJson(QJsonDocument::Compact);
}

void checkAccepted(const Server &server, qint64 items)
{
    const QJsonObject page = QJsonDocument::fromJson(server.request("GET", "/iwd/v3/items?limit=1")).object();
    const QString id = page.value(QStringLiteral("data"))[0][QStringLiteral("id")].toString();
    if (id != QStringLiteral("wi-%1").arg(items))
        giveUp(QStringLiteral("%1 items were acknowledged, but the newest is %2.").arg(items).arg(id));
}

} // namespace

void measureEdge(const Options &options, Yardstick &, Report &report)
{
    report.say(QStringLiteral("The bare HTTP edge: GET of 13 bytes on one thread, %1 connections").arg(options.connections));
    const Edge edge(options.httpbench);
    const QByteArray request = httpRequest("GET", "/ping", {});
    Cost cost(edge.process());
    const ForSeconds time(options.seconds);
    const LoadOutcome outcome = load(edge.port(), options.connections, [&] { return time.over() ? QByteArray() : request; });
    cost.end();
    checkAllGood(outcome);
    report.add({ QStringLiteral("HTTP edge"), outcome.perSecond(), QStringLiteral("requests/s"), {}, false,
        QStringLiteral("edge %1 us, generator %2 us of CPU a request")
            .arg(cost.server / static_cast<double>(outcome.answers) * 1e6, 0, 'f', 1)
            .arg(cost.own / static_cast<double>(outcome.answers) * 1e6, 0, 'f', 1) });
    report.add({ QStringLiteral("HTTP edge, of one core"), static_cast<double>(outcome.answers) / cost.server, QStringLiteral("requests/s"), 60'000, false,
        QStringLiteral("requests by seconds of the edge's CPU time") });

    // The same with a look at how many requests the caller has sent, in turns, so that both meet the same machine.
    double with = 0;
    double without = 0;
    qint64 answers[2] {};
    for (int turn = 0; turn < turnsOfLimits; ++turn) {
        const bool limited = turn % 2 == 1;
        Cost one(edge.process());
        const ForSeconds turnsTime(options.seconds / turnsOfLimits);
        const QByteArray ask = httpRequest("GET", limited ? "/limited" : "/ping", {});
        const LoadOutcome part = load(edge.port(), options.connections, [&] { return turnsTime.over() ? QByteArray() : ask; });
        one.end();
        checkAllGood(part);
        (limited ? with : without) += one.server;
        answers[limited ? 1 : 0] += part.answers;
    }
    report.add({ QStringLiteral("counting a caller's requests"), (with / static_cast<double>(answers[1]) - without / static_cast<double>(answers[0])) * 1e6, QStringLiteral("us of CPU"), {}, true,
        QStringLiteral("%1 us with, %2 us without, %3 turns each").arg(with / static_cast<double>(answers[1]) * 1e6, 0, 'f', 2).arg(without / static_cast<double>(answers[0]) * 1e6, 0, 'f', 2).arg(turnsOfLimits / 2) });
}

void measureSingles(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("Single POSTs, %1 connections").arg(options.connections));
    Workload workload;
    const double rawBefore = rawRate(options, yardstick, workload, 1);
    LoadOutcome outcome;
    double cpu = 0;
    double own = 0;
    {
        const Server server(options.server, options.folder, yardstick.newDatabase());
        configure(server);
        Cost cost(server.process());
        const ForSeconds time(options.seconds);
        outcome = load(server.port(), options.connections, [&] { return time.over() ? QByteArray() : post(server, workload.nextItem()); });
        cost.end();
        cpu = cost.server;
        own = cost.own;
        checkAllGood(outcome);
        checkAccepted(server, outcome.answers);
    }
    const double raw = (rawBefore + rawRate(options, yardstick, workload, 1)) / 2;
    report.add({ QStringLiteral("%1 alone, one row a transaction").arg(yardstick.name()), raw, QStringLiteral("rows/s"), {}, false, {} });
    report.add({ QStringLiteral("single POSTs"), outcome.perSecond(), QStringLiteral("items/s"), yardstick.aimOfSingles() * raw, false,
        QStringLiteral("p50 %1 ms, p99 %2 ms; server %3 us, generator %4 us of CPU an item")
            .arg(outcome.quantile(0.5), 0, 'f', 1)
            .arg(outcome.quantile(0.99), 0, 'f', 1)
            .arg(cpu / static_cast<double>(outcome.answers) * 1e6, 0, 'f', 1)
            .arg(own / static_cast<double>(outcome.answers) * 1e6, 0, 'f', 1) });
    report.add({ QStringLiteral("single POSTs, times %1 alone").arg(yardstick.name()), outcome.perSecond() / raw, QStringLiteral("times"), yardstick.aimOfSingles(), false, {} });
}

void measureArrays(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("Arrays of %1, %2 connections").arg(options.arrayItems).arg(options.arrayConnections));
    Workload workload;
    const double rawBefore = rawRate(options, yardstick, workload, options.arrayItems);
    double rate = 0;
    QString remark;
    {
        const Server server(options.server, options.folder, yardstick.newDatabase());
        configure(server);
        Cost cost(server.process());
        const ForSeconds time(options.seconds);
        const LoadOutcome outcome
            = load(server.port(), options.arrayConnections, [&] { return time.over() ? QByteArray() : post(server, workload.nextArray(options.arrayItems)); });
        cost.end();
        checkAllGood(outcome);
        const double items = static_cast<double>(outcome.answers) * options.arrayItems;
        checkAccepted(server, outcome.answers * options.arrayItems);
        rate = items / outcome.seconds;
        remark = QStringLiteral("server %1 us, generator %2 us of CPU an item").arg(cost.server / items * 1e6, 0, 'f', 1).arg(cost.own / items * 1e6, 0, 'f', 1);
    }
    const double raw = (rawBefore + rawRate(options, yardstick, workload, options.arrayItems)) / 2;
    report.add({ QStringLiteral("%1 alone, %2 rows a transaction").arg(yardstick.name()).arg(options.arrayItems), raw, QStringLiteral("rows/s"), {}, false, {} });
    report.add({ QStringLiteral("arrays"), rate, QStringLiteral("items/s"), yardstick.aimOfArrays() * raw, false, remark });
    report.add({ QStringLiteral("arrays, part of %1 alone").arg(yardstick.name()), 100 * rate / raw, QStringLiteral("%"), 100 * yardstick.aimOfArrays(), false, {} });
}

// ---- From POST to agent

namespace {

/// Agents whose requests wait, and one source that posts at a steady rate whatever the answers.
class PushRun
{
public:
    PushRun(const Server &server, double rate)
        : m_server(server)
        , m_interval(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate)))
        , m_connections(server.port(), Agents + Sources)
    {
        m_connections.onAnswer([this](const HttpConnections::Answer &answer) { take(answer); });
    }

    std::vector<double> run(double seconds)
    {
        for (int agent = 0; agent < Agents; ++agent)
            wish(agent);
        const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        for (auto due = Clock::now(); due < end; due += m_interval) {
            while (Clock::now() < due)
                m_connections.poll(std::chrono::milliseconds(due - Clock::now() > std::chrono::milliseconds(1) ? 1 : 0));
            postOne();
        }
        const ForSeconds patience(2);
        while (!m_posted.empty() && !patience.over())
            m_connections.poll(std::chrono::milliseconds(10));
        if (!m_posted.empty())
            giveUp(QStringLiteral("%1 items were posted and never given to an agent.").arg(m_posted.size()));
        return std::move(m_times);
    }

private:
    static constexpr int Sources = 16;

    void wish(int agent) { m_connections.send(agent, httpRequest("POST", agentPath(agent, "next?wait=60"), m_server.key())); }

    void postOne()
    {
        int source = Agents;
        while (source < Agents + Sources && m_connections.isBusy(source))
            ++source;
        if (source == Agents + Sources)
            giveUp(QStringLiteral("The server does not keep up with the rate: %1 POSTs wait for their answers.").arg(Sources));
        const QByteArray item = m_workload.nextItem();
        m_posted.emplace(keyIn(item), Clock::now());
        m_connections.send(source, httpRequest("POST", "/iwd/v3/items", m_server.key(), item));
    }

    static QByteArray keyIn(QByteArrayView json)
    {
        static constexpr QByteArrayView name("\"captureId\":\"");
        const qsizetype at = json.indexOf(name);
        if (at < 0)
            return {};
        const QByteArrayView rest = json.sliced(at + name.size());
        return rest.first(rest.indexOf('"')).toByteArray();
    }

    void take(const HttpConnections::Answer &answer)
    {
        if (answer.status != 200)
            giveUp(QStringLiteral("A request was answered %1: %2").arg(answer.status).arg(QString::fromUtf8(answer.body)));
        if (answer.connection >= Agents)
            return;
        const auto posted = m_posted.find(keyIn(answer.body));
        const bool isItem = posted != m_posted.end();
        if (!isItem)
            return wish(answer.connection); // the answer to "complete"
        m_times.push_back(milliseconds(answer.at - posted->second));
        m_posted.erase(posted);
        const QJsonObject work = QJsonDocument::fromJson(answer.body.toByteArray()).object();
        const QJsonObject done { { QStringLiteral("item"), work.value(QStringLiteral("item"))[QStringLiteral("id")] },
            { QStringLiteral("token"), work.value(QStringLiteral("assignment"))[QStringLiteral("token")] } };
        m_connections.send(answer.connection,
            httpRequest("POST", agentPath(answer.connection, "complete"), m_server.key(), QJsonDocument(done).toJson(QJsonDocument::Compact)));
    }

    const Server &m_server;
    Workload m_workload;
    Clock::duration m_interval;
    HttpConnections m_connections;
    std::map<QByteArray, Clock::time_point> m_posted;
    std::vector<double> m_times;
};

} // namespace

void measureLatency(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("From POST to the agent that waits, %1 items/s, %2 agents who complete each item").arg(options.rate).arg(Agents));
    const Server server(options.server, options.folder, yardstick.newDatabase());
    configure(server);
    Cost cost(server.process());
    const auto times = PushRun(server, options.rate).run(options.seconds);
    cost.end();
    report.add({ QStringLiteral("POST to agent, p50"), quantile(times, 0.5), QStringLiteral("ms"), {}, true, {} });
    report.add({ QStringLiteral("POST to agent, p99"), quantile(times, 0.99), QStringLiteral("ms"), {}, true,
        QStringLiteral("%1 items; server %2 % of a core").arg(times.size()).arg(100 * cost.server / options.seconds, 0, 'f', 0) });
}

// ---- Many agents at once

namespace {

constexpr int itemsPerSecondAtMost = 8'000; ///< so that the agents do not run out of work

} // namespace

void measureCycles(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("%1 agents' clients at once, who take the best item and complete it").arg(options.connections));
    const Server server(options.server, options.folder, yardstick.newDatabase());
    configure(server);
    Workload workload;
    qint64 left = static_cast<qint64>(options.seconds * itemsPerSecondAtMost);
    checkAllGood(load(server.port(), options.arrayConnections, [&] {
        const int count = static_cast<int>(std::min<qint64>(left, options.arrayItems));
        left -= count;
        return count > 0 ? post(server, workload.nextArray(count)) : QByteArray();
    }));
    HttpConnections connections(server.port(), options.connections);
    std::vector<bool> holds(static_cast<size_t>(options.connections));
    std::vector<double> takings;
    qint64 cycles = 0;
    const auto take = [&](int connection) { connections.send(connection, httpRequest("POST", agentPath(connection % Agents, "next"), server.key())); };
    Cost cost(server.process());
    const auto start = Clock::now();
    const ForSeconds time(options.seconds);
    connections.onAnswer([&](const HttpConnections::Answer &answer) {
        if (answer.status != 200)
            giveUp(QStringLiteral("A request was answered %1: %2").arg(answer.status).arg(QString::fromUtf8(answer.body)));
        const size_t index = static_cast<size_t>(answer.connection);
        if (!holds[index]) {
            takings.push_back(milliseconds(answer.took));
            holds[index] = true;
            connections.send(answer.connection, httpRequest("POST", agentPath(answer.connection % Agents, "complete"), server.key(), completion(answer.body)));
            return;
        }
        holds[index] = false;
        ++cycles;
        if (!time.over())
            take(answer.connection);
    });
    for (int connection = 0; connection < options.connections; ++connection)
        take(connection);
    while (connections.busy() > 0)
        connections.poll(std::chrono::seconds(1));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    cost.end();
    report.add({ QStringLiteral("taken and completed"), static_cast<double>(cycles) / seconds, QStringLiteral("cycles/s"), 10'000, false,
        QStringLiteral("taking p50 %1 ms, p99 %2 ms; server %3 us of CPU a cycle")
            .arg(quantile(takings, 0.5), 0, 'f', 1)
            .arg(quantile(takings, 0.99), 0, 'f', 1)
            .arg(cost.server / static_cast<double>(cycles) * 1e6, 0, 'f', 1) });
}

// ---- Growth

namespace {

constexpr int takings = 2'000;
constexpr int pages = 200;
constexpr int curveChanges = 20;

std::vector<qint64> stagesUpTo(qint64 most)
{
    std::vector<qint64> stages;
    for (qint64 power = 10'000; power < most; power *= 10) {
        stages.push_back(power);
        if (3 * power < most)
            stages.push_back(3 * power);
    }
    stages.push_back(most);
    return stages;
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
        for (const qint64 stage : stagesUpTo(m_options.items))
            m_report.add(measureStage(stage));
        const Stage &last = m_report.stages().back();
        const QString waiting = QStringLiteral(" with %1 waiting").arg(last.items);
        m_report.add({ QStringLiteral("get-next, p50") + waiting, last.nextP50, QStringLiteral("ms"), {}, true, {} });
        m_report.add({ QStringLiteral("get-next, p99") + waiting, last.nextP99, QStringLiteral("ms"), 5, true, {} });
        m_report.add({ QStringLiteral("page of 100, p50") + waiting, last.pageP50, QStringLiteral("ms"), {}, true, {} });
        m_report.add({ QStringLiteral("page of 100, p99") + waiting, last.pageP99, QStringLiteral("ms"), {}, true, {} });
        m_report.add({ QStringLiteral("resident memory") + waiting, last.residentMib, QStringLiteral("MiB"), 300, true, {} });
        measureCurveChange();
    }

private:
    Stage measureStage(qint64 items)
    {
        Stage stage;
        stage.items = items;
        const auto start = Clock::now();
        const qint64 before = m_sent;
        fill(items);
        stage.itemsPerSecond = static_cast<double>(m_sent - before) / std::chrono::duration<double>(Clock::now() - start).count();
        const auto taken = timesOfTaking(takings);
        stage.nextP50 = quantile(taken, 0.5);
        stage.nextP99 = quantile(taken, 0.99);
        const QByteArray page = httpRequest("GET", "/iwd/v3/items?sort=priority&limit=100", m_server.key());
        int left = pages;
        const LoadOutcome read = load(m_server.port(), 1, [&] { return left-- > 0 ? page : QByteArray(); });
        checkAllGood(read);
        stage.pageP50 = read.quantile(0.5);
        stage.pageP99 = read.quantile(0.99);
        stage.residentMib = residentMib(m_server.process());
        stage.fileMib = m_yardstick.databaseMib(m_server);
        return stage;
    }

    /// Until @p waiting items wait.
    void fill(qint64 waiting)
    {
        const auto next = [&] {
            const int count = static_cast<int>(std::min<qint64>(m_options.arrayItems, waiting - (m_sent - m_taken)));
            m_sent += std::max(0, count);
            return count > 0 ? post(m_server, m_workload.nextArray(count)) : QByteArray();
        };
        checkAllGood(load(m_server.port(), m_options.arrayConnections, next));
    }

    /// One agent after the other takes the best item and completes it; only the taking is timed.
    std::vector<double> timesOfTaking(int count)
    {
        std::vector<double> times;
        HttpConnections connection(m_server.port(), 1);
        QByteArray body;
        connection.onAnswer([&](const HttpConnections::Answer &answer) {
            if (answer.status != 200)
                giveUp(QStringLiteral("A request was answered %1: %2").arg(answer.status).arg(QString::fromUtf8(answer.body)));
            body = answer.body.toByteArray();
            times.push_back(milliseconds(answer.took));
        });
        const auto ask = [&](const QByteArray &request) {
            connection.send(0, request);
            while (connection.busy() > 0)
                connection.poll(std::chrono::seconds(1));
        };
        for (int i = 0; i < count; ++i) {
            ask(httpRequest("POST", agentPath(i % Agents, "next"), m_server.key()));
            ask(httpRequest("POST", agentPath(i % Agents, "complete"), m_server.key(), completion(body)));
            times.pop_back();
            ++m_taken;
        }
        return times;
    }

    void measureCurveChange()
    {
        std::vector<double> times;
        for (int change = 0; change < curveChanges; ++change) {
            // The head of schema0 jumps above or below all of schema1, so the next taking shows at once which curve it used.
            const bool up = change % 2 == 0;
            const QByteArray body = schemaBody(up ? 50'000 : 100);
            const auto start = Clock::now();
            m_server.ask(httpReplace("/iwd/v3/schemas/schema0", m_server.key(), body));
            const QByteArray work = m_server.request("POST", agentPath(change % Agents, "next"));
            times.push_back(milliseconds(Clock::now() - start));
            const int priority = QJsonDocument::fromJson(work).object().value(QStringLiteral("item"))[QStringLiteral("priority")].toInt();
            if ((priority > 40'000) != up)
                giveUp(QStringLiteral("After the change of the curve the next item had priority %1.").arg(priority));
            m_server.request("POST", agentPath(change % Agents, "complete"), completion(work));
        }
        m_report.add({ QStringLiteral("changed curve until get-next uses it, p50"), quantile(times, 0.5), QStringLiteral("ms"), 50, true, {} });
        m_report.add({ QStringLiteral("changed curve until get-next uses it, worst"), quantile(times, 1), QStringLiteral("ms"), 50, true, {} });

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
        const bool same = rows == m_yardstick.orderingRowsChecksum(m_server);
        m_report.add({ QStringLiteral("item rows written by a changed curve"), written, QStringLiteral("statements"), 0, true,
            same ? QStringLiteral("the ordering rows are the same as before") : QStringLiteral("THE ORDERING ROWS CHANGED") });
        if (!same)
            giveUp(QStringLiteral("A change of the curve changed ordering rows."));
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
    report.say(QStringLiteral("Growth to %1 waiting items: %2 takings and %3 pages of 100 in the order, at each stage").arg(options.items).arg(takings).arg(pages));
    Growth(options, yardstick, report).run();
    for (const QString &remark : yardstick.remarks())
        report.say(remark);
}

} // namespace iwd::bench
