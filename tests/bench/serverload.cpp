// SPDX-License-Identifier: Apache-2.0
#include "serverload.h"

#include "failure.h"
#include "measuring.h"

#include <QJsonDocument>

#include <algorithm>

namespace iwd::bench {

namespace {

QByteArray post(const Server &server, const QByteArray &body)
{
    return httpRequest("POST", "/iwd/v3/items", server.key(), body);
}

} // namespace

LoadOutcome postSingles(const Server &server, Workload &workload, int connections, double seconds)
{
    const ForSeconds time(seconds);
    LoadOutcome outcome = load(server.port(), connections, [&] { return time.over() ? QByteArray() : post(server, workload.nextItem()); });
    checkAllGood(outcome);
    checkAccepted(server, outcome.answers);
    return outcome;
}

LoadOutcome postArrays(const Server &server, Workload &workload, const Options &options)
{
    const ForSeconds time(options.seconds);
    LoadOutcome outcome
        = load(server.port(), options.arrayConnections, [&] { return time.over() ? QByteArray() : post(server, workload.nextArray(options.arrayItems)); });
    checkAllGood(outcome);
    checkAccepted(server, outcome.answers * options.arrayItems);
    return outcome;
}

void fill(const Server &server, Workload &workload, const Options &options, qint64 items, const std::function<void(qint64)> &progress)
{
    qint64 sent = 0;
    const auto next = [&] {
        const int count = static_cast<int>(std::min<qint64>(options.arrayItems, items - sent));
        if (progress)
            progress(sent);
        sent += count;
        return count > 0 ? post(server, workload.nextArray(count)) : QByteArray();
    };
    checkAllGood(load(server.port(), options.arrayConnections, next));
}

void checkAccepted(const Server &server, qint64 items)
{
    const QJsonObject page = QJsonDocument::fromJson(server.request("GET", "/iwd/v3/items?limit=1")).object();
    const QString id = page.value(QStringLiteral("data"))[0][QStringLiteral("id")].toString();
    if (id != QStringLiteral("wi-%1").arg(items))
        giveUp(QStringLiteral("%1 items were acknowledged, but the newest is %2.").arg(items).arg(id));
}

QByteArray captureIdIn(QByteArrayView json)
{
    static constexpr QByteArrayView name("\"captureId\":\"");
    const qsizetype at = json.indexOf(name);
    if (at < 0)
        return {};
    const QByteArrayView rest = json.sliced(at + name.size());
    return rest.first(rest.indexOf('"')).toByteArray();
}

QByteArray completion(QByteArrayView answer)
{
    const QJsonObject work = QJsonDocument::fromJson(answer.toByteArray()).object();
    return compact({ { QStringLiteral("item"), work.value(QStringLiteral("item"))[QStringLiteral("id")] },
        { QStringLiteral("token"), work.value(QStringLiteral("assignment"))[QStringLiteral("token")] } });
}

Cycles takeAndComplete(const Server &server, int count, const std::function<bool()> &mayTake)
{
    Cycles cycles;
    HttpConnections connections(server.port(), count);
    std::vector<bool> holds(static_cast<size_t>(count));
    const auto take = [&](int connection) {
        if (mayTake())
            connections.send(connection, httpRequest("POST", agentPath(connection % Agents, "next"), server.key()));
    };
    connections.onAnswer([&](const HttpConnections::Answer &answer) {
        checkGood(answer);
        const size_t index = static_cast<size_t>(answer.connection);
        if (!holds[index]) {
            cycles.takings.push_back(milliseconds(answer.took));
            holds[index] = true;
            connections.send(answer.connection, httpRequest("POST", agentPath(answer.connection % Agents, "complete"), server.key(), completion(answer.body)));
            return;
        }
        holds[index] = false;
        ++cycles.count;
        take(answer.connection);
    });
    const auto start = Clock::now();
    for (int connection = 0; connection < count; ++connection)
        take(connection);
    while (connections.busy() > 0)
        connections.poll(std::chrono::seconds(1));
    cycles.seconds = secondsSince(start);
    return cycles;
}

std::vector<double> changeCurves(const Server &server, int changes)
{
    std::vector<double> times;
    for (int change = 0; change < changes; ++change) {
        // The head of schema0 jumps above or below all of schema1, so the next taking shows at once which curve it used.
        const bool up = change % 2 == 0;
        const QByteArray body = schemaBody(up ? 50'000 : 100);
        const auto start = Clock::now();
        server.ask(httpReplace("/iwd/v3/schemas/schema0", server.key(), body));
        const QByteArray work = server.request("POST", agentPath(change % Agents, "next"));
        times.push_back(milliseconds(Clock::now() - start));
        const int priority = QJsonDocument::fromJson(work).object().value(QStringLiteral("item"))[QStringLiteral("priority")].toInt();
        if ((priority > 40'000) != up)
            giveUp(QStringLiteral("After the change of the curve the next item had priority %1.").arg(priority));
        server.request("POST", agentPath(change % Agents, "complete"), completion(work));
    }
    return times;
}

} // namespace iwd::bench
