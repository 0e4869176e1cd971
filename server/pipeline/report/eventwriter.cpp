// SPDX-License-Identifier: Apache-2.0
#include "eventwriter.h"

#include <pipeline/prioritize/placement.h>

#include <base/jsonwriter.h>
#include <domain/itemfields.h>

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
    case EventType::ServerRestored:
        return QStringLiteral("server.restored");
    }
    Q_UNREACHABLE();
}

namespace {

/// The id is a member of the event itself; the version rises with every change.
bool isLogged(const ItemField &field)
{
    return field.name != QLatin1StringView("version") && field.name != QLatin1StringView("id");
}

void writeActor(JsonWriter &json, const Actor &actor)
{
    json.name(QLatin1StringView("actor")).beginObject();
    json.name(QLatin1StringView("kind")).text(actor.kind).name(QLatin1StringView("id")).text(actor.id).name(QLatin1StringView("name")).text(actor.name);
    json.endObject();
}

/// The whole class of the item at this moment, so that a reader of the log needs no second look at tables that change.
void writeClass(JsonWriter &json, Transaction &transaction, const ItemRecord &record, const std::optional<Standing> &standing)
{
    json.name(QLatin1StringView("class"));
    if (!record.classId) {
        json.null();
        return;
    }
    const WorkItem &item = record.item;
    const WorkClass &terms = transaction.workClass(*record.classId);
    json.beginObject();
    json.name(QLatin1StringView("queue")).textOrNull(terms.queueId).name(QLatin1StringView("category")).textOrNull(item.categoryId);
    json.name(QLatin1StringView("schema")).textOrNull(terms.schemaId).name(QLatin1StringView("channel")).textOrNull(terms.channel);
    json.name(QLatin1StringView("capturePointId")).textOrNull(item.capturePointId).name(QLatin1StringView("businessValue")).number(item.businessValue);
    json.name(QLatin1StringView("band")).number(terms.band).name(QLatin1StringView("priorityShift")).number(terms.shift);
    json.name(QLatin1StringView("priority"));
    if (standing)
        json.number(standing->priority);
    else
        json.null();
    json.endObject();
}

void writeTimes(JsonWriter &json, const WorkItem &item, const std::optional<Standing> &standing)
{
    json.name(QLatin1StringView("times")).beginObject();
    json.name(QLatin1StringView("created")).instant(item.created).name(QLatin1StringView("due")).instantOrNull(item.due);
    json.name(QLatin1StringView("sla")).instantOrNull(standing ? standing->slaDue : std::nullopt);
    json.name(QLatin1StringView("assigned")).instantOrNull(item.assigned).name(QLatin1StringView("held")).instantOrNull(item.held);
    json.name(QLatin1StringView("completed")).instantOrNull(item.completed);
    json.endObject();
}

ItemFacts factsOf(const ItemRecord &record)
{
    const WorkItem &item = record.item;
    return { item.status, item.queueId, item.assignedToUser, record.captured, item.completed, record.slaMet.value_or(false) };
}

/// The fields of an item that did not exist before, those that have a value.
void writeNewFields(JsonWriter &json, const WorkItem &item)
{
    json.beginObject();
    for (const ItemField &field : itemFields()) {
        if (isLogged(field) && !field.isAbsent(item))
            field.write(json.name(field.name), item);
    }
    if (!item.custom.isEmpty())
        json.name(QLatin1StringView("custom")).value(item.custom);
    json.endObject();
}

/// The fields of @p item that @p other has with another value.
void writeChangedFields(JsonWriter &json, const WorkItem &item, const WorkItem &other, const std::vector<const ItemField *> &changed)
{
    json.beginObject();
    for (const ItemField *field : changed)
        field->write(json.name(field->name), item);
    if (item.custom != other.custom)
        json.name(QLatin1StringView("custom")).value(changedMembers(item.custom, other.custom));
    json.endObject();
}

/// Before and after, field by field.
void writeDifference(JsonWriter &json, const WorkItem *before, const WorkItem &after)
{
    if (!before) {
        json.name(QLatin1StringView("before")).null();
        writeNewFields(json.name(QLatin1StringView("after")), after);
        return;
    }
    std::vector<const ItemField *> changed;
    for (const ItemField &field : itemFields()) {
        if (isLogged(field) && !field.isSame(*before, after))
            changed.push_back(&field);
    }
    writeChangedFields(json.name(QLatin1StringView("before")), *before, after, changed);
    writeChangedFields(json.name(QLatin1StringView("after")), after, *before, changed);
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
    JsonWriter json;
    json.beginObject();
    json.name(QLatin1StringView("time")).instant(transaction.now()).name(QLatin1StringView("type")).text(eventTypeName(type));
    json.name(QLatin1StringView("item")).text(after.item.id.toString()).name(QLatin1StringView("captureId")).textOrNull(after.item.captureId);
    writeActor(json, actor);
    writeClass(json, transaction, after, standing);
    writeTimes(json, after.item, standing);
    writeDifference(json, before ? &before->item : nullptr, after.item);
    json.name(QLatin1StringView("reason")).textOrNull(reason);
    json.endObject();

    Event event;
    event.type = type;
    event.at = transaction.now();
    event.item = after.item.id;
    if (before)
        event.before = factsOf(*before);
    event.after = factsOf(after);
    event.body = json.take();
    transaction.appendEvent(std::move(event));
}

void appendObjectEvent(
    Transaction &transaction, EventType type, const QJsonObject &object, const QJsonObject &before, const QJsonObject &after, const Actor &actor, const QString &reason)
{
    QJsonObject named = changedMembers(after, before);
    for (auto member = object.begin(); member != object.end(); ++member)
        named.insert(member.key(), *member);
    const QJsonObject was = changedMembers(before, after);
    JsonWriter json;
    json.beginObject();
    json.name(QLatin1StringView("time")).instant(transaction.now()).name(QLatin1StringView("type")).text(eventTypeName(type));
    json.name(QLatin1StringView("item")).null().name(QLatin1StringView("captureId")).null();
    writeActor(json, actor);
    json.name(QLatin1StringView("class")).null().name(QLatin1StringView("times")).null();
    json.name(QLatin1StringView("before")).value(before.isEmpty() ? QJsonValue() : QJsonValue(was)).name(QLatin1StringView("after")).value(named);
    json.name(QLatin1StringView("reason")).textOrNull(reason);
    json.endObject();

    Event event;
    event.type = type;
    event.at = transaction.now();
    event.body = json.take();
    transaction.appendEvent(std::move(event));
}

} // namespace iwd
