// SPDX-License-Identifier: Apache-2.0
#include "fakeiwd.h"

#include <QTimer>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

QString nowText()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
}

FakeAnswer ok(const QJsonObject &body)
{
    return FakeAnswer::json(200, body);
}

FakeAnswer notFound()
{
    return FakeAnswer::problem(404, u"route.not_found"_s, u"The fake does not know this."_s);
}

FakeAnswer conflict(const QString &code)
{
    return FakeAnswer::problem(409, code, u"The fake refuses."_s);
}

} // namespace

FakeIwd::FakeIwd(QObject *parent)
    : QObject(parent)
    , m_http([this](const FakeRequest &request) { return handle(request); })
{
}

QStringList FakeIwd::eventTypes(const QString &captureId) const
{
    QStringList types;
    for (const auto &event : m_events) {
        if (event["captureId"_L1].toString() == captureId)
            types.append(event["type"_L1].toString());
    }
    return types;
}

FakeAnswer FakeIwd::handle(const FakeRequest &request)
{
    const QUrl url(QString::fromLatin1(request.target));
    Parts parts = url.path().split(u'/', Qt::SkipEmptyParts);
    if (!m_broken.isEmpty() && url.path().endsWith(QLatin1StringView(m_broken)))
        return FakeAnswer::problem(500, u"server.internal"_s, u"The fake is in trouble."_s);
    if (url.path() == "/health/ready"_L1)
        return ok({});
    if (parts.size() < 3)
        return notFound();
    parts = parts.mid(2);
    if (parts.constFirst() == "metrics"_L1)
        return FakeAnswer { FakeAnswer::Send,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 32\r\n\r\niwd_api_request_total{a=\"b\"} 7.0\n" };
    if (parts.constFirst() == "stats"_L1)
        return parts.value(1) == "queues"_L1 ? ok(queueStats()) : ok(serverStats());
    if (parts.constFirst() == "events"_L1)
        return events(request, QUrlQuery(url).queryItemValue(u"after"_s).toLongLong());
    if (parts.constFirst() == "items"_L1)
        return handleItems(request, parts);
    if (parts.constFirst() == "agents"_L1 && parts.size() == 3)
        return handleAgent(request, parts);
    return handleConfiguration(request, parts);
}

FakeAnswer FakeIwd::handleConfiguration(const FakeRequest &request, const Parts &parts)
{
    auto &objects = m_objects[parts.constFirst()];
    if (request.method == "GET" && parts.size() == 1) {
        QJsonArray data;
        for (const auto &[id, object] : objects)
            data.append(object);
        return ok({ { u"data"_s, data }, { u"nextCursor"_s, QJsonValue::Null } });
    }
    if (request.method != "PUT" || parts.size() != 2)
        return notFound();
    const bool exists = objects.contains(parts.at(1));
    if (request.headers.contains("if-match") != exists)
        return exists ? FakeAnswer::problem(428, u"version.required"_s, u"It exists."_s) : FakeAnswer::problem(412, u"version.mismatch"_s, u"It does not exist."_s);
    ++m_writes;
    QJsonObject object = request.json();
    object.insert(u"id"_s, parts.at(1));
    objects[parts.at(1)] = object;
    return ok(object);
}

FakeAnswer FakeIwd::handleItems(const FakeRequest &request, const Parts &parts)
{
    if (parts.size() == 1)
        return request.method == "POST" ? createItem(request.json()) : listItems(QUrlQuery(QUrl(QString::fromLatin1(request.target))));
    const auto alias = m_byCaptureId.find(parts.at(1));
    const auto found = m_items.find(alias == m_byCaptureId.end() ? parts.at(1) : alias->second);
    if (found == m_items.end())
        return FakeAnswer::problem(404, u"item.not_found"_s, u"No such item."_s);
    QJsonObject &item = found->second;
    if (request.method == "GET" && parts.size() == 2)
        return ok(item);
    if (request.method == "PATCH") {
        QJsonObject custom = item["custom"_L1].toObject();
        const QJsonObject changes = request.json()["custom"_L1].toObject();
        for (auto change = changes.begin(); change != changes.end(); ++change)
            custom.insert(change.key(), *change);
        item.insert(u"custom"_s, custom);
        change(item, u"item.updated"_s, item["status"_L1].toString());
        return ok(item);
    }
    return parts.size() == 3 ? act(item, parts.at(2), request.json()) : notFound();
}

FakeAnswer FakeIwd::listItems(const QUrlQuery &query) const
{
    const QStringList statuses = query.queryItemValue(u"status"_s).split(u',', Qt::SkipEmptyParts);
    const QString label = query.queryItemValue(u"label"_s, QUrl::FullyDecoded);
    const int limit = query.queryItemValue(u"limit"_s).toInt();
    QJsonArray data;
    for (auto item = m_items.rbegin(); item != m_items.rend() && data.size() < limit; ++item) {
        if (!statuses.isEmpty() && !statuses.contains(item->second["status"_L1].toString()))
            continue;
        if (label.isEmpty() || item->second["labels"_L1].toArray().contains(label))
            data.append(item->second);
    }
    return ok({ { u"data"_s, data }, { u"nextCursor"_s, QJsonValue::Null } });
}

FakeAnswer FakeIwd::createItem(const QJsonObject &input)
{
    const QString captureId = input["captureId"_L1].toString();
    if (m_byCaptureId.contains(captureId)) {
        QJsonObject known = m_items[m_byCaptureId[captureId]];
        known.insert(u"duplicate"_s, true);
        return ok(known);
    }
    QJsonObject item = input;
    const QString id = u"wi-%1"_s.arg(m_items.size() + 1001);
    item.insert(u"id"_s, id);
    item.insert(u"version"_s, 0);
    item.insert(u"createdDateTime"_s, nowText());
    item.insert(u"slaDateTime"_s, input["dueDateTime"_L1]);
    m_byCaptureId[captureId] = id;
    change(item, u"item.created"_s, u"new"_s);
    enqueue(item);
    m_items[id] = item;
    return ok(item);
}

void FakeIwd::enqueue(QJsonObject &item)
{
    const QString group = item["custom"_L1]["assignmentGroup"_L1].toString();
    item.insert(u"queue"_s, group.isEmpty() ? u"dispatch"_s : group.toLower().replace(u' ', u'-'));
    change(item, u"item.queued"_s, u"queued"_s);
}

void FakeIwd::change(QJsonObject &item, const QString &type, const QString &status, const QString &reason)
{
    QJsonObject event { { u"id"_s, m_events.size() + 1 }, { u"time"_s, nowText() }, { u"type"_s, type }, { u"item"_s, item["id"_L1] },
        { u"captureId"_s, item["captureId"_L1] }, { u"reason"_s, reason }, { u"class"_s, QJsonObject { { u"queue"_s, item["queue"_L1] } } },
        { u"times"_s, QJsonObject { { u"sla"_s, item["slaDateTime"_L1] } } } };
    event.insert(u"before"_s, QJsonObject { { u"status"_s, item["status"_L1] } });
    item.insert(u"status"_s, status);
    item.insert(u"version"_s, item["version"_L1].toInt() + 1);
    if (status != "assigned"_L1) {
        m_tokens.erase(item["id"_L1].toString());
        item.remove(u"assignedToUser"_s);
    }
    event.insert(u"after"_s, QJsonObject { { u"status"_s, status }, { u"assignedToUser"_s, item["assignedToUser"_L1] } });
    m_events.append(event);
    ++m_writes;
    if (!std::exchange(m_waking, true))
        QTimer::singleShot(0, this, [this] { wake(); });
}

FakeAnswer FakeIwd::act(QJsonObject &item, const QString &operation, const QJsonObject &body)
{
    const QString id = item["id"_L1].toString();
    const QString status = item["status"_L1].toString();
    if (body.contains("token"_L1) && (!m_tokens.contains(id) || m_tokens[id] != body["token"_L1].toInteger()))
        return conflict(u"assignment.stale_token"_s);
    const bool done = status == "completed"_L1;
    if (operation == "restart"_L1) {
        change(item, u"item.restarted"_s, u"new"_s);
        enqueue(item);
    } else if (operation == "resume"_L1 && status == "held"_L1) {
        change(item, u"item.resumed"_s, u"captured"_s);
        enqueue(item);
    } else if (operation == "hold"_L1 && !done && status != "held"_L1) {
        change(item, u"item.held"_s, u"held"_s, body["reason"_L1].toString());
    } else if (operation == "complete"_L1 && !done) {
        item.insert(u"completedDateTime"_s, nowText());
        change(item, u"item.completed"_s, u"completed"_s);
    } else if (operation == "release"_L1 && status == "assigned"_L1) {
        change(item, u"item.released"_s, u"captured"_s, body["reason"_L1].toString());
        enqueue(item);
    } else if (operation != "extend"_L1) {
        return conflict(u"item.not_allowed_in_status"_s);
    }
    return ok(item);
}

int FakeIwd::load(const QString &agent) const
{
    return static_cast<int>(std::count_if(m_items.begin(), m_items.end(), [&agent](const auto &entry) { return entry.second["assignedToUser"_L1].toString() == agent; }));
}

std::optional<QJsonObject> FakeIwd::take(const QString &agent)
{
    const QJsonArray queues = m_objects[u"agents"_s][agent]["queues"_L1].toArray();
    for (auto &[id, item] : m_items) {
        if (item["status"_L1].toString() != "queued"_L1 || !queues.contains(item["queue"_L1]))
            continue;
        item.insert(u"assignedToUser"_s, agent);
        change(item, u"item.assigned"_s, u"assigned"_s);
        m_tokens[id] = ++m_lastToken;
        return QJsonObject { { u"item"_s, item }, { u"assignment"_s, QJsonObject { { u"token"_s, m_lastToken }, { u"agent"_s, agent } } } };
    }
    return std::nullopt;
}

FakeAnswer FakeIwd::handleAgent(const FakeRequest &request, const Parts &parts)
{
    const QString &agent = parts.at(1);
    const QString &operation = parts.at(2);
    if (operation == "state"_L1)
        return ok({ { u"id"_s, agent } });
    if (operation == "assignments"_L1) {
        QJsonArray data;
        for (const auto &[id, token] : m_tokens) {
            if (m_items[id]["assignedToUser"_L1].toString() == agent)
                data.append(QJsonObject { { u"item"_s, m_items[id] }, { u"assignment"_s, QJsonObject { { u"token"_s, token } } } });
        }
        return ok({ { u"data"_s, data } });
    }
    if (operation != "next"_L1) {
        const auto found = m_items.find(request.json()["item"_L1].toString());
        return found == m_items.end() ? FakeAnswer::problem(404, u"item.not_found"_s, u"No such item."_s) : act(found->second, operation, request.json());
    }
    if (load(agent) >= m_objects[u"agents"_s][agent]["capacity"_L1]["*"_L1].toInt(1))
        return ok({ { u"item"_s, QJsonValue::Null }, { u"reason"_s, u"atCapacity"_s } });
    if (const auto work = take(agent))
        return ok(*work);
    const int wait = QUrlQuery(QUrl(QString::fromLatin1(request.target))).queryItemValue(u"wait"_s).toInt();
    m_polls.push_back({ request.connection, agent });
    QTimer::singleShot(wait * 1000, this, [this, connection = request.connection] { giveUpPoll(connection); });
    return FakeAnswer::silence();
}

void FakeIwd::giveUpPoll(quint64 connection)
{
    if (std::erase_if(m_polls, [connection](const Poll &poll) { return poll.connection == connection; }) > 0)
        m_http.answer(connection, ok({ { u"item"_s, QJsonValue::Null }, { u"reason"_s, u"noWork"_s } }));
    if (std::erase_if(m_eventPolls, [connection](const auto &poll) { return poll.first == connection; }) > 0)
        m_http.answer(connection, ok({ { u"data"_s, QJsonArray() }, { u"next"_s, m_events.size() }, { u"more"_s, false } }));
}

FakeAnswer FakeIwd::events(const FakeRequest &request, qint64 after)
{
    const int wait = QUrlQuery(QUrl(QString::fromLatin1(request.target))).queryItemValue(u"wait"_s).toInt();
    if (after >= m_events.size() && wait > 0) {
        m_eventPolls.emplace_back(request.connection, after);
        QTimer::singleShot(wait * 1000, this, [this, connection = request.connection] { giveUpPoll(connection); });
        return FakeAnswer::silence();
    }
    QJsonArray data;
    for (auto index = after; index < m_events.size() && data.size() < 1000; ++index)
        data.append(m_events.at(index));
    const qint64 next = after + data.size();
    return ok({ { u"data"_s, data }, { u"next"_s, next }, { u"more"_s, next < m_events.size() } });
}

void FakeIwd::wake()
{
    m_waking = false;
    for (auto left = m_polls.size(); left > 0; --left) {
        const Poll poll = m_polls.front();
        m_polls.pop_front();
        if (!m_http.isWaiting(poll.connection))
            continue;
        if (const auto work = take(poll.agent))
            m_http.answer(poll.connection, ok(*work));
        else
            m_polls.push_back(poll);
    }
    for (const auto &[connection, after] : std::exchange(m_eventPolls, {})) {
        FakeRequest request;
        request.target = "/?wait=0";
        m_http.answer(connection, events(request, after));
    }
}

QJsonObject FakeIwd::serverStats() const
{
    std::map<QString, int> counts;
    for (const auto &[id, item] : m_items)
        ++counts[item["status"_L1].toString()];
    QJsonObject items;
    for (const auto &[status, count] : counts)
        items.insert(status, count);
    return { { u"asOf"_s, nowText() }, { u"lastEvent"_s, m_events.size() }, { u"items"_s, items } };
}

QJsonObject FakeIwd::queueStats() const
{
    std::map<QString, std::map<QString, int>> counts;
    std::map<QString, QString> oldest;
    for (const auto &[id, item] : m_items) {
        auto &queue = counts[item["queue"_L1].toString()];
        const QString status = item["status"_L1].toString();
        ++queue[status];
        ++queue[u"all"_s];
        if (status == "completed"_L1)
            ++queue[item["completedDateTime"_L1].toString() <= item["slaDateTime"_L1].toString() ? u"met"_s : u"missed"_s];
        if (status == "queued"_L1 && oldest[item["queue"_L1].toString()].isEmpty())
            oldest[item["queue"_L1].toString()] = item["createdDateTime"_L1].toString();
    }
    QJsonArray data;
    const auto objects = m_objects.find(u"queues"_s);
    for (auto &[id, queue] : counts) {
        QString name = id;
        if (objects != m_objects.end() && objects->second.contains(id))
            name = objects->second.at(id)["name"_L1].toString();
        data.append(QJsonObject { { u"queue"_s, id }, { u"name"_s, name }, { u"queued"_s, queue[u"queued"_s] }, { u"assigned"_s, queue[u"assigned"_s] },
            { u"held"_s, queue[u"held"_s] }, { u"arrivedToday"_s, queue[u"all"_s] }, { u"completedToday"_s, queue[u"completed"_s] },
            { u"slaMetToday"_s, queue[u"met"_s] }, { u"slaMissedToday"_s, queue[u"missed"_s] },
            { u"oldestCreatedDateTime"_s, oldest[id].isEmpty() ? QJsonValue() : QJsonValue(oldest[id]) } });
    }
    return { { u"asOf"_s, nowText() }, { u"data"_s, data } };
}

} // namespace iwd
