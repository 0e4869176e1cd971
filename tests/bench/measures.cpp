// SPDX-License-Identifier: Apache-2.0
#include "measures.h"

#include "failure.h"
#include "httpload.h"
#include "measuring.h"
#include "processes.h"
#include "serverload.h"
#include "workload.h"

#include <deque>
#include <map>

namespace iwd::bench {

namespace {

constexpr int turnsOfLimits = 10; ///< with and without them

double rawRate(const Options &options, Yardstick &yardstick, const Workload &workload, int rowsPerTransaction)
{
    return yardstick.insertRows(workload.samples(), rowsPerTransaction, options.connections, options.seconds / 2);
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
        outcome = postSingles(server, workload, options.connections, options.seconds);
        cost.end();
        cpu = cost.server;
        own = cost.own;
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
        const LoadOutcome outcome = postArrays(server, workload, options);
        cost.end();
        const double items = static_cast<double>(outcome.answers) * options.arrayItems;
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
        , m_interval(duration(1 / rate))
        , m_connections(server.port(), Agents + Sources)
    {
        m_connections.onAnswer([this](const HttpConnections::Answer &answer) { take(answer); });
    }

    std::vector<double> run(double seconds)
    {
        for (int agent = 0; agent < Agents; ++agent)
            wish(agent);
        const auto end = Clock::now() + duration(seconds);
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
        m_posted.emplace(captureIdIn(item), Clock::now());
        m_connections.send(source, httpRequest("POST", "/iwd/v3/items", m_server.key(), item));
    }

    void take(const HttpConnections::Answer &answer)
    {
        checkGood(answer);
        if (answer.connection >= Agents)
            return;
        const auto posted = m_posted.find(captureIdIn(answer.body));
        const bool isItem = posted != m_posted.end();
        if (!isItem)
            return wish(answer.connection); // the answer to "complete"
        m_times.push_back(milliseconds(answer.at - posted->second));
        m_posted.erase(posted);
        m_connections.send(answer.connection, httpRequest("POST", agentPath(answer.connection, "complete"), m_server.key(), completion(answer.body)));
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
    Server server(options.server, options.folder, yardstick.newDatabase());
    configure(server);
    Workload workload;
    fill(server, workload, options, static_cast<qint64>(options.seconds * itemsPerSecondAtMost));
    Cost cost(server.process());
    const ForSeconds time(options.seconds);
    const Cycles cycles = takeAndComplete(server, options.connections, [&] { return !time.over(); });
    cost.end();
    report.add({ QStringLiteral("taken and completed"), cycles.perSecond(), QStringLiteral("cycles/s"), 10'000, false,
        QStringLiteral("taking p50 %1 ms, p99 %2 ms; server %3 us of CPU a cycle")
            .arg(quantile(cycles.takings, 0.5), 0, 'f', 1)
            .arg(quantile(cycles.takings, 0.99), 0, 'f', 1)
            .arg(cost.server / static_cast<double>(cycles.count) * 1e6, 0, 'f', 1) });
    server.stop();
    report.addUpdates(QStringLiteral("cycles"), yardstick.tables(server));
}

} // namespace iwd::bench
