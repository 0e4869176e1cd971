// SPDX-License-Identifier: Apache-2.0
#include "eventwriter.h"

#include <pipeline/prioritize/placement.h>

#include <domain/itemfields.h>

#include <QJsonDocument>

namespace iwd {

QString eventTypeName(EventType type)
{
    switch (type) {
    case EventType::ItemCreated:
        return QStringLiteral("item.created");
    case EventType::ItemCaptured:
        return QStringLiteral("item.captured");
    case EventType::ItemQueued:
        return QStringLiteral("item.queued");
    case EventType::ItemErrorHeld:
        return QStringLiteral("item.errorheld");
    case EventType::ItemRejected:
        return QStringLiteral("item.rejected");
    case EventType::ItemUpdated:
        return QStringLiteral("item.updated");
    case EventType::ItemHeld:
        return QStringLiteral("item.held");
    case EventType::ItemResumed:
        return QStringLiteral("item.resumed");
    case EventType::ItemActivated:
        return QStringLiteral("item.activated");
    case EventType::ItemAssigned:
        return QStringLiteral("item.assigned");
    case EventType::ItemExtended:
        return QStringLiteral("item.extended");
    case EventType::ItemReleased:
        return QStringLiteral("item.released");
    case EventType::ItemLeaseExpired:
        return QStringLiteral("item.lease_expired");
    case EventType::ItemRequeued:
        return QStringLiteral("item.requeued");
    case EventType::ItemRestarted:
        return QStringLiteral("item.restarted");
    case EventType::ItemCompleted:
        return QStringLiteral("item.completed");
    case EventType::ItemCanceled:
        return QStringLiteral("item.canceled");
    case EventType::ItemExpired:
        return QStringLiteral("item.expired");
    case EventType::ItemOffered:
        return QStringLiteral("item.offered");
    case EventType::ItemOfferDeclined:
        return QStringLiteral("item.offer_declined");
    case EventType::ItemOfferExpired:
        return QStringLiteral("item.offer_expired");
    case EventType::ItemOfferWithdrawn:
        return QStringLiteral("item.offer_withdrawn");
    case EventType::ItemOverflowed:
        return QStringLiteral("item.overflowed");
    case EventType::AgentStateChanged:
        return QStringLiteral("agent.state_changed");
    case EventType::ConfigCreated:
        return QStringLiteral("config.created");
    case EventType::ConfigUpdated:
        return QStringLiteral("config.updated");
    case EventType::ConfigDeleted:
        return QStringLiteral("config.deleted");
    case EventType::ConfigRestored:
        return QStringLiteral("config.restored");
    }
    Q_UNREACHABLE();
}

namespace {

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

QJsonValue isoOrNull(const std::optional<Instant> &instant)
{
    return instant ? QJsonValue(toIso(*instant)) : QJsonValue();
}

QJsonObject actorJson(const Actor &actor)
{
    return { { QStringLiteral("kind"), actor.kind }, { QStringLiteral("id"), actor.id }, { QStringLiteral("name"), actor.name } };
}

/// The whole class of the item at this moment, so that a reader of the log needs no second look at tables that change.
QJsonValue classJson(Transaction &transaction, const ItemRecord &record, const std::optional<Standing> &standing)
{
    const WorkItem &item = record.item;
    if (!record.classId)
        return {};
    const WorkClass terms = transaction.workClass(*record.classId);
    return QJsonObject { { QStringLiteral("queue"), textOrNull(terms.queueId) }, { QStringLiteral("category"), textOrNull(item.categoryId) },
        { QStringLiteral("schema"), textOrNull(terms.schemaId) }, { QStringLiteral("channel"), textOrNull(terms.channel) },
        { QStringLiteral("capturePointId"), textOrNull(item.capturePointId) }, { QStringLiteral("businessValue"), item.businessValue },
        { QStringLiteral("band"), terms.band }, { QStringLiteral("priorityShift"), terms.shift },
        { QStringLiteral("priority"), standing ? QJsonValue(standing->priority) : QJsonValue() } };
}

QJsonObject timesJson(const WorkItem &item, const std::optional<Standing> &standing)
{
    return { { QStringLiteral("created"), toIso(item.created) }, { QStringLiteral("due"), isoOrNull(item.due) },
        { QStringLiteral("sla"), standing ? QJsonValue(toIso(standing->slaDue)) : QJsonValue() }, { QStringLiteral("assigned"), isoOrNull(item.assigned) },
        { QStringLiteral("held"), isoOrNull(item.held) }, { QStringLiteral("completed"), isoOrNull(item.completed) } };
}

ItemFacts factsOf(const ItemRecord &record)
{
    const WorkItem &item = record.item;
    return { item.status, item.queueId, item.assignedToUser, record.captured, item.completed, record.slaMet.value_or(false) };
}

struct Difference
{
    QJsonObject before;
    QJsonObject after;
};

/// Field by field. Of an item that did not exist before, the fields that have a value.
Difference differenceOf(const WorkItem *before, const WorkItem &after)
{
    static const WorkItem nothing;
    const WorkItem &from = before ? *before : nothing;
    Difference difference;
    for (const ItemField &field : itemFields()) {
        if (field.name == QLatin1StringView("version") || field.name == QLatin1StringView("id"))
            continue;
        const QJsonValue now = field.get(after);
        if (!before) {
            if (!now.isNull() && now != QJsonValue(QJsonArray()))
                difference.after.insert(field.name, now);
            continue;
        }
        const QJsonValue then = field.get(from);
        if (then != now) {
            difference.before.insert(field.name, then);
            difference.after.insert(field.name, now);
        }
    }
    if (from.custom != after.custom) {
        if (before)
            difference.before.insert(QStringLiteral("custom"), changedMembers(from.custom, after.custom));
        difference.after.insert(QStringLiteral("custom"), changedMembers(after.custom, from.custom));
    }
    return difference;
}

} // namespace

QJsonObject changedMembers(const QJsonObject &from, const QJsonObject &to)
{
    QJsonObject changed;
    for (auto member = from.begin(); member != from.end(); ++member) {
        const auto other = to.constFind(member.key());
        if (other == to.constEnd() || QJsonValue(*other) != QJsonValue(*member))
            changed.insert(member.key(), *member);
    }
    return changed;
}

void appendItemEvent(Transaction &transaction, EventType type, const ItemRecord *before, const ItemRecord &after, const Actor &actor, const QString &reason)
{
    const auto standing = standingOf(transaction, after);
    const Difference difference = differenceOf(before ? &before->item : nullptr, after.item);
    const QJsonObject body { { QStringLiteral("time"), toIso(transaction.now()) }, { QStringLiteral("type"), eventTypeName(type) },
        { QStringLiteral("item"), after.item.id.toString() }, { QStringLiteral("captureId"), textOrNull(after.item.captureId) },
        { QStringLiteral("actor"), actorJson(actor) }, { QStringLiteral("class"), classJson(transaction, after, standing) },
        { QStringLiteral("times"), timesJson(after.item, standing) }, { QStringLiteral("before"), before ? QJsonValue(difference.before) : QJsonValue() },
        { QStringLiteral("after"), difference.after }, { QStringLiteral("reason"), textOrNull(reason) } };

    Event event;
    event.type = type;
    event.at = transaction.now();
    event.item = after.item.id;
    if (before)
        event.before = factsOf(*before);
    event.after = factsOf(after);
    event.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    transaction.appendEvent(std::move(event));
}

void appendObjectEvent(
    Transaction &transaction, EventType type, const QJsonObject &object, const QJsonObject &before, const QJsonObject &after, const Actor &actor, const QString &reason)
{
    QJsonObject named = changedMembers(after, before);
    for (auto member = object.begin(); member != object.end(); ++member)
        named.insert(member.key(), *member);
    const QJsonObject was = changedMembers(before, after);
    const QJsonObject body { { QStringLiteral("time"), toIso(transaction.now()) }, { QStringLiteral("type"), eventTypeName(type) },
        { QStringLiteral("item"), QJsonValue() }, { QStringLiteral("captureId"), QJsonValue() }, { QStringLiteral("actor"), actorJson(actor) },
        { QStringLiteral("class"), QJsonValue() }, { QStringLiteral("times"), QJsonValue() },
        { QStringLiteral("before"), before.isEmpty() ? QJsonValue() : QJsonValue(was) }, { QStringLiteral("after"), named },
        { QStringLiteral("reason"), textOrNull(reason) } };
    Event event;
    event.type = type;
    event.at = transaction.now();
    event.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    transaction.appendEvent(std::move(event));
}

} // namespace iwd
