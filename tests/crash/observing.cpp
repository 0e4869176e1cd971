// SPDX-License-Identifier: Apache-2.0
#include "observing.h"

#include "load.h"

#include <QJsonArray>

namespace iwd::test {

namespace {

const QString api = QStringLiteral("/iwd/v3");
constexpr int mostLooks = 200; ///< until one falls between two works of the server

QString nameOf(const QString &kind, const QString &id)
{
    return kind + u'/' + id;
}

} // namespace

Observer::Observer(quint16 port, const QByteArray &apiKey)
    : m_caller(port, { { "x-api-key", apiKey } })
{
}

HttpAnswer Observer::ask(const QByteArray &method, const QString &target, const QJsonDocument &body, const HttpCaller::HeaderFields &headers)
{
    // A connection to a server that has been killed since is found out by using it.
    auto answer = m_caller.call(method, (api + target).toLatin1(), body.toJson(QJsonDocument::Compact), headers);
    if (!answer)
        answer = m_caller.call(method, (api + target).toLatin1(), body.toJson(QJsonDocument::Compact), headers);
    if (!answer)
        qFatal("No answer to %s", qPrintable(target));
    return *answer;
}

void Observer::readOn(std::chrono::seconds patience)
{
    for (bool more = true; more; patience = std::chrono::seconds(0)) {
        const HttpAnswer answer = ask("GET", QStringLiteral("/events?limit=1000&wait=%1&after=%2").arg(patience.count()).arg(m_replay.lastEvent()));
        for (const QByteArray &event : eventsOf(answer)) {
            m_replay.apply(QJsonDocument::fromJson(event).object());
            m_feed.push_back(event);
        }
        more = answer.json().value(QStringLiteral("more")).toBool();
    }
}

QStringList Observer::catchUp()
{
    QStringList differences;
    for (int look = 0; look < mostLooks; ++look) {
        readOn();
        const QJsonObject queues = get(QStringLiteral("/stats/queues"));
        const QJsonObject server = get(QStringLiteral("/stats/server"));
        // What falls due is done meanwhile, so several looks may be needed. A count that is wrong stays wrong.
        differences = m_replay.differences(queues, server);
        if (differences.isEmpty())
            break;
    }
    const QStringList fresh = m_replay.complaints().mid(static_cast<qsizetype>(m_complaints));
    m_complaints = static_cast<size_t>(m_replay.complaints().size());
    return differences + fresh;
}

bool Observer::waitUntilNothingIsAssigned(std::chrono::milliseconds patience)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    while (get(QStringLiteral("/stats/server")).value(QStringLiteral("items")).toObject().value(QStringLiteral("assigned")).toInteger() > 0) {
        if (std::chrono::steady_clock::now() > until)
            return false;
        readOn(std::chrono::seconds(1)); // whatever ends an assignment is an event
    }
    return true;
}

Observation Observer::everything(const QStringList &agents, const QStringList &queues)
{
    Observation found;
    for (int look = 0; look < mostLooks; ++look) {
        readOn();
        found = {};
        found.feed = m_feed;
        QString cursor;
        do {
            const QJsonObject page = get(QStringLiteral("/items?sort=id&limit=1000") + (cursor.isEmpty() ? QString() : QStringLiteral("&cursor=") + cursor));
            const QJsonArray data = page.value(QStringLiteral("data")).toArray();
            for (const QJsonValue item : data)
                found.items.push_back(item.toObject());
            cursor = page.value(QStringLiteral("nextCursor")).toString();
        } while (!cursor.isEmpty());
        for (const QString &agent : agents) {
            const QJsonArray data = get(QStringLiteral("/agents/%1/assignments").arg(agent)).value(QStringLiteral("data")).toArray();
            auto &list = found.assignments[agent];
            for (const QJsonValue assignment : data)
                list.push_back(assignment.toObject());
            found.objects[nameOf(QStringLiteral("agent"), agent)] = get(QStringLiteral("/agents/") + agent);
        }
        for (const QString &queue : queues)
            found.objects[nameOf(QStringLiteral("queue"), queue)] = get(QStringLiteral("/queues/") + queue);
        found.queueFigures = get(QStringLiteral("/stats/queues"));
        found.serverFigures = get(QStringLiteral("/stats/server"));
        // Only when nothing was written meanwhile do these belong together.
        if (found.serverFigures.value(QStringLiteral("lastEvent")).toInteger() == m_replay.lastEvent())
            break;
    }
    return found;
}

} // namespace iwd::test
