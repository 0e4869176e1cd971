// SPDX-License-Identifier: Apache-2.0
#include "observing.h"

#include "load.h"

#include <QJsonArray>

#include <set>

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

bool Observer::waitUntilNothingIsInHands(const QStringList &agents, std::chrono::milliseconds patience)
{
    for (const QString &agent : agents) {
        const auto answer = ask("PUT", QStringLiteral("/agents/%1/state").arg(agent), QJsonDocument(QJsonObject { { QStringLiteral("state"), QStringLiteral("loggedOut") }, { QStringLiteral("reason"), QStringLiteral("the end") } }));
        if (answer.status != 200)
            return false;
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    const auto inHands = [this] {
        const QJsonObject items = get(QStringLiteral("/stats/server")).value(QStringLiteral("items")).toObject();
        return items.value(QStringLiteral("assigned")).toInteger() + items.value(QStringLiteral("distributed")).toInteger();
    };
    while (inHands() > 0) {
        if (std::chrono::steady_clock::now() > until)
            return false;
        readOn(std::chrono::seconds(1)); // whatever ends an assignment is an event
    }
    return true;
}

void Observer::expectFound(QStringList &wrong, const QString &words, const QStringList &expected)
{
    const HttpAnswer answer = ask("POST", QStringLiteral("/items/search"), QJsonDocument(searchBody(words)));
    if (answer.status != 200 || foundIds(answer) != expected)
        wrong.append(QStringLiteral("search: \"%1\" was answered %2, but the events expect %3: %4")
                         .arg(words)
                         .arg(answer.status)
                         .arg(expected.isEmpty() ? QStringLiteral("nothing") : expected.first(), QString::fromUtf8(answer.body.left(500))));
}

QStringList Observer::searchesAgree(int count)
{
    QStringList wrong;
    for (int look = 0; look < mostLooks; ++look) {
        wrong = searchLatest(count);
        // What a client had begun before the server died may still come, or something falls due: only when nothing was written meanwhile do these belong together.
        if (wrong.isEmpty() || get(QStringLiteral("/stats/server")).value(QStringLiteral("lastEvent")).toInteger() == m_replay.lastEvent())
            break;
        readOn();
    }
    return wrong;
}

QStringList Observer::searchLatest(int count)
{
    QStringList wrong;
    std::set<QString> asked;
    for (auto event = m_feed.rbegin(); event != m_feed.rend() && static_cast<int>(asked.size()) < count; ++event) {
        const QJsonObject json = QJsonDocument::fromJson(*event).object();
        const QString id = json.value(QStringLiteral("item")).toString();
        if (id.isEmpty() || !asked.insert(id).second)
            continue;
        const FeedReplay::Item &item = m_replay.items().at(id);
        const QString mark = item.custom.value(QStringLiteral("mark")).toString();
        expectFound(wrong, item.fields.value(QStringLiteral("captureId")).toString(), { id });
        if (!mark.isEmpty())
            expectFound(wrong, mark, { id });
        const QString former = json.value(QStringLiteral("before")).toObject().value(QStringLiteral("custom")).toObject().value(QStringLiteral("mark")).toString();
        if (!former.isEmpty())
            expectFound(wrong, former, {});
    }
    return wrong;
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

QStringList handedOutWhileClosed(const std::vector<QByteArray> &feed)
{
    QStringList found;
    FeedReplay replay;
    const QString calendar = nameOf(QStringLiteral("calendar"), calendarId());
    for (const QByteArray &json : feed) {
        const QJsonObject event = QJsonDocument::fromJson(json).object();
        replay.apply(event);
        const auto item = replay.items().find(event.value(QStringLiteral("item")).toString());
        const auto hours = replay.objects().find(calendar);
        if (item == replay.items().end() || hours == replay.objects().end() || item->second.fields.value(QStringLiteral("queue")) != QStringLiteral("hours"))
            continue;
        // What was offered while it was open may be accepted later, and an agent may pass on what it holds at any time.
        const QString type = event.value(QStringLiteral("type")).toString();
        const bool waited = event.value(QStringLiteral("before")).toObject().value(QStringLiteral("status")) == QStringLiteral("queued");
        const bool isOpen = !hours->second.value(QStringLiteral("week")).toObject().value(QStringLiteral("monday")).toArray().isEmpty();
        if (type == QLatin1StringView("item.assigned") && waited && !isOpen)
            found.append(QStringLiteral("calendar: event %1 hands out %2 while its queue is closed").arg(replay.lastEvent()).arg(item->first));
    }
    return found;
}

QString prepareForLoad(Observer &observer)
{
    QString wrong;
    const auto expect = [&wrong](const HttpAnswer &answer) {
        if (wrong.isEmpty() && answer.status != 200 && answer.status != 201)
            wrong = QString::fromUtf8(answer.body);
    };
    const auto made = [&](const QString &target, const QJsonObject &body) { expect(observer.ask("POST", target, QJsonDocument(body))); };
    QJsonObject calendar = calendarBody(true);
    calendar.insert(QStringLiteral("id"), calendarId());
    made(QStringLiteral("/calendars"), calendar);
    for (const QString &queue : queueIds()) {
        HttpCaller::HeaderFields headers;
        if (queue == QLatin1StringView("general")) // which every installation begins with
            headers.append({ QByteArray("If-Match"), QByteArray("*") });
        expect(observer.ask("PUT", QStringLiteral("/queues/") + queue, QJsonDocument(queueBody(queue)), headers));
    }
    for (const QString &name : queueIds().mid(1)) { // the first takes what no other category does
        made(QStringLiteral("/categories"),
            { { QStringLiteral("id"), name }, { QStringLiteral("name"), name }, { QStringLiteral("queue"), name }, { QStringLiteral("schema"), QStringLiteral("standard") },
                { QStringLiteral("rule"),
                    QJsonObject { { QStringLiteral("attribute"), QStringLiteral("custom.region") }, { QStringLiteral("operator"), QStringLiteral("equals") }, { QStringLiteral("value"), name } } } });
    }
    for (const QString &agent : agentIds()) {
        made(QStringLiteral("/agents"), { { QStringLiteral("id"), agent }, { QStringLiteral("name"), agent }, { QStringLiteral("capacity"), QJsonObject { { QStringLiteral("*"), 6 } } } });
        expect(observer.ask("PUT", QStringLiteral("/agents/%1/state").arg(agent), QJsonDocument(QJsonObject { { QStringLiteral("state"), QStringLiteral("ready") } })));
    }
    return wrong;
}

} // namespace iwd::test
