// SPDX-License-Identifier: Apache-2.0
#include "feedreplay.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd::test {

namespace {

constexpr int mostComplaints = 100;

bool isNothing(const QJsonValue &value)
{
    return value.isNull() || value.isUndefined() || (value.isArray() && value.toArray().isEmpty());
}

QString shown(const QJsonValue &value)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact));
}

QString text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1StringView(name)).toString();
}

/// Of one queue, or of all.
struct Counts
{
    std::map<QString, qint64> byStatus;
    qint64 arrivedToday = 0;
    qint64 completedToday = 0;
    qint64 canceledToday = 0;
};

} // namespace

bool sameValue(const QJsonValue &left, const QJsonValue &right)
{
    return left == right || (isNothing(left) && isNothing(right));
}

void FeedReplay::complain(const QJsonObject &event, const QString &what)
{
    if (m_complaints.size() < mostComplaints)
        m_complaints.append(QStringLiteral("event %1 (%2 of %3): %4").arg(event.value(QStringLiteral("id")).toInteger()).arg(text(event, "type"), text(event, "item"), what));
}

void FeedReplay::apply(const QJsonObject &event)
{
    const qint64 id = event.value(QStringLiteral("id")).toInteger();
    if (id <= m_lastEvent)
        complain(event, QStringLiteral("its id does not rise after %1").arg(m_lastEvent));
    else if (!m_gapsAllowed && id != m_lastEvent + 1)
        complain(event, QStringLiteral("there is a gap after %1").arg(m_lastEvent));
    m_lastEvent = std::max(m_lastEvent, id);
    if (const QString item = text(event, "item"); !item.isEmpty())
        applyToItem(event, item);
    else
        applyToObject(event);
}

void FeedReplay::applyToItem(const QJsonObject &event, const QString &id)
{
    static const QString customName = QStringLiteral("custom");
    const QString type = text(event, "type");
    const bool isNew = type == QLatin1StringView("item.created");
    if (isNew == (m_items.find(id) != m_items.end())) {
        complain(event, isNew ? QStringLiteral("the item exists already") : QStringLiteral("the item was never created"));
        return;
    }
    Item &item = m_items[id];
    if (isNew)
        item.createdAt = text(event, "time");
    const bool wasAssigned = text(item.fields, "status") == QLatin1StringView("assigned");
    const bool wasOffered = text(item.fields, "status") == QLatin1StringView("distributed");
    const bool isTaken = type == QLatin1StringView("item.assigned");
    const bool isOffered = type == QLatin1StringView("item.offered");
    if ((wasAssigned && isTaken) || ((wasAssigned || wasOffered) && isOffered))
        complain(event, QStringLiteral("it is in the hands of %1 already, or offered: two holders").arg(text(item.fields, "assignedToUser")));

    const QJsonObject before = event.value(QStringLiteral("before")).toObject();
    const QJsonObject after = event.value(QStringLiteral("after")).toObject();
    for (auto field = before.begin(); field != before.end(); ++field) {
        if (field.key() == customName)
            continue;
        m_itemFields.insert(field.key());
        if (!sameValue(item.fields.value(field.key()), *field))
            complain(event, QStringLiteral("it begins with %1 = %2, but that was %3").arg(field.key(), shown(*field), shown(item.fields.value(field.key()))));
    }
    for (auto field = after.begin(); field != after.end(); ++field) {
        if (field.key() == customName)
            continue;
        m_itemFields.insert(field.key());
        if (isNothing(*field))
            item.fields.remove(field.key());
        else
            item.fields.insert(field.key(), *field);
    }
    const QJsonObject customBefore = before.value(customName).toObject();
    for (auto member = customBefore.begin(); member != customBefore.end(); ++member) {
        if (!sameValue(item.custom.value(member.key()), *member))
            complain(event, QStringLiteral("it begins with custom.%1 = %2, but that was %3").arg(member.key(), shown(*member), shown(item.custom.value(member.key()))));
        item.custom.remove(member.key());
    }
    const QJsonObject customAfter = after.value(customName).toObject();
    for (auto member = customAfter.begin(); member != customAfter.end(); ++member)
        item.custom.insert(member.key(), *member);

    const bool isAssigned = text(item.fields, "status") == QLatin1StringView("assigned");
    if (isOffered || (isTaken && !wasOffered)) // what is accepted has its token since it was offered
        item.assignedBy = event.value(QStringLiteral("id")).toInteger();
    else if (!isAssigned && text(item.fields, "status") != QLatin1StringView("distributed"))
        item.assignedBy = 0;
    else if (isAssigned && !wasAssigned && !isTaken)
        complain(event, QStringLiteral("it is assigned now, but nobody took it"));
}

void FeedReplay::applyToObject(const QJsonObject &event)
{
    const QJsonObject before = event.value(QStringLiteral("before")).toObject();
    const QJsonObject after = event.value(QStringLiteral("after")).toObject();
    QJsonObject &object = m_objects[text(after, "kind") + u'/' + text(after, "id")];
    const bool known = !object.isEmpty();
    for (auto field = before.begin(); field != before.end(); ++field) {
        // The first events may tell of what was there before any.
        if (known && object.contains(field.key()) && !sameValue(object.value(field.key()), *field))
            complain(event, QStringLiteral("it begins with %1 = %2, but that was %3").arg(field.key(), shown(*field), shown(object.value(field.key()))));
    }
    for (auto field = after.begin(); field != after.end(); ++field)
        object.insert(field.key(), *field);
}

QStringList FeedReplay::differences(const QJsonObject &queueFigures, const QJsonObject &serverFigures) const
{
    const QString today = text(queueFigures, "asOf").left(10);
    std::map<QString, Counts> queues;
    std::map<QString, qint64> all;
    for (const auto &[id, item] : m_items) {
        const QString status = text(item.fields, "status");
        Counts &counts = queues[text(item.fields, "queue")];
        ++counts.byStatus[status];
        ++all[status];
        counts.arrivedToday += item.createdAt.startsWith(today);
        const bool endedToday = text(item.fields, "completedDateTime").startsWith(today);
        counts.completedToday += endedToday && status == QLatin1StringView("completed");
        counts.canceledToday += endedToday && status == QLatin1StringView("canceled");
    }
    QStringList found;
    const auto compare = [&found](const QString &what, const QJsonValue &figure, qint64 counted) {
        if (figure.toInteger(-1) != counted)
            found.append(QStringLiteral("figures: %1 is %2, but the events make it %3").arg(what).arg(figure.toInteger(-1)).arg(counted));
    };
    const QJsonArray rows = queueFigures.value(QStringLiteral("data")).toArray();
    for (const QJsonValue value : rows) {
        const QJsonObject row = value.toObject();
        const QString queue = text(row, "queue");
        Counts &counts = queues[queue];
        for (const auto name : { "queued", "assigned", "held" })
            compare(queue + u' ' + QLatin1StringView(name), row.value(QLatin1StringView(name)), counts.byStatus[QLatin1StringView(name)]);
        compare(queue + QStringLiteral(" arrivedToday"), row.value(QStringLiteral("arrivedToday")), counts.arrivedToday);
        compare(queue + QStringLiteral(" completedToday"), row.value(QStringLiteral("completedToday")), counts.completedToday);
        compare(queue + QStringLiteral(" canceledToday"), row.value(QStringLiteral("canceledToday")), counts.canceledToday);
    }
    const QJsonObject statuses = serverFigures.value(QStringLiteral("items")).toObject();
    for (auto status = statuses.begin(); status != statuses.end(); ++status)
        compare(QStringLiteral("all items that are ") + status.key(), *status, all[status.key()]);
    compare(QStringLiteral("lastEvent"), serverFigures.value(QStringLiteral("lastEvent")), m_lastEvent);
    return found;
}

} // namespace iwd::test
