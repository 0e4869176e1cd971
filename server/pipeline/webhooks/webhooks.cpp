// SPDX-License-Identifier: Apache-2.0
#include "webhooks.h"

#include <base/log.h>
#include <pipeline/configure/configobjects.h>

#include <QJsonDocument>

namespace iwd {

namespace {

const QString auditKind = QStringLiteral("webhook");

std::map<QString, WebhookRecord> recordsOf(Snapshot &snapshot)
{
    std::map<QString, WebhookRecord> records;
    for (WebhookRecord &record : snapshot.webhooks())
        records.insert_or_assign(record.capturePointId, std::move(record));
    return records;
}

Error noWebhook(const QString &capturePointId)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("The capture point \"%1\" has no webhook. Give it one with its member \"webhook\".").arg(capturePointId), {},
        { { QStringLiteral("kind"), auditKind }, { QStringLiteral("id"), capturePointId } } };
}

void audit(Transaction &transaction, const Actor &actor, const QString &action, const QString &capturePointId, const QJsonObject &after)
{
    AuditRecord entry;
    entry.actor = actor;
    entry.action = action;
    entry.kind = auditKind;
    entry.objectId = capturePointId;
    entry.after = after;
    transaction.appendAudit(entry);
}

/// An event about an item, as far as it matters here.
struct Happening
{
    qint64 event = 0;
    QJsonObject json;
    QString type;
    ItemId item;
    QString capturePointId; ///< empty: the event does not say
};

/// The log names the capture point of items that have a class; others are asked for.
void completeCapturePoints(Snapshot &snapshot, std::vector<Happening> &happenings)
{
    std::set<ItemId> unknown;
    for (const Happening &happening : happenings) {
        if (happening.capturePointId.isEmpty())
            unknown.insert(happening.item);
    }
    if (unknown.empty())
        return;
    std::map<ItemId, QString> known;
    for (const ItemRecord &record : snapshot.items(std::vector<ItemId>(unknown.begin(), unknown.end())))
        known.emplace(record.item.id, record.item.capturePointId);
    for (Happening &happening : happenings) {
        if (happening.capturePointId.isEmpty())
            happening.capturePointId = known[happening.item];
    }
}

QByteArray bodyOf(const Happening &happening)
{
    const QJsonObject &event = happening.json;
    const QJsonObject after = event.value(QLatin1StringView("after")).toObject();
    QJsonObject data { { QStringLiteral("eventId"), QString::number(happening.event) }, { QStringLiteral("itemId"), event.value(QLatin1StringView("item")) },
        { QStringLiteral("captureId"), event.value(QLatin1StringView("captureId")) }, { QStringLiteral("capturePointId"), happening.capturePointId },
        { QStringLiteral("status"), after.contains(QLatin1StringView("status")) ? after.value(QLatin1StringView("status")) : QJsonValue() },
        { QStringLiteral("before"), event.value(QLatin1StringView("before")) }, { QStringLiteral("after"), after }, { QStringLiteral("reason"), event.value(QLatin1StringView("reason")) } };
    const QJsonObject body { { QStringLiteral("type"), happening.type }, { QStringLiteral("timestamp"), event.value(QLatin1StringView("time")) }, { QStringLiteral("data"), data } };
    return QJsonDocument(body).toJson(QJsonDocument::Compact);
}

Instant timeOf(const QJsonObject &event, Instant otherwise)
{
    const auto at = instantFromIso(event.value(QLatin1StringView("time")).toString());
    return at ? *at : otherwise;
}

} // namespace

std::vector<WebhookPlace> webhookPlaces(Snapshot &snapshot)
{
    const auto configuration = snapshot.configuration();
    const auto &capturePoints = configuration->capturePoints();
    std::vector<WebhookPlace> places;
    if (std::none_of(capturePoints.begin(), capturePoints.end(), [](const CapturePoint &one) { return one.webhook.has_value(); }))
        return places;
    for (WebhookRecord &record : snapshot.webhooks()) {
        const CapturePoint *capturePoint = configuration->capturePoint(record.capturePointId);
        if (capturePoint && capturePoint->webhook)
            places.push_back({ record.capturePointId, *capturePoint->webhook, std::move(record) });
    }
    return places;
}

Result<WebhookPlace> webhookPlace(Snapshot &snapshot, const QString &capturePointId)
{
    if (!snapshot.configuration()->capturePoint(capturePointId))
        return noSuchObject(ConfigKind::CapturePoint, capturePointId);
    for (WebhookPlace &place : webhookPlaces(snapshot)) {
        if (place.capturePointId == capturePointId)
            return std::move(place);
    }
    return noWebhook(capturePointId);
}

void keepWebhook(Transaction &transaction, const QString &capturePointId, bool wanted)
{
    const bool kept = recordsOf(transaction).contains(capturePointId);
    if (kept && !wanted)
        transaction.removeWebhook(capturePointId);
    if (wanted && !kept) {
        WebhookRecord record;
        record.capturePointId = capturePointId;
        record.cursor = transaction.lastEvent();
        transaction.putWebhook(record);
    }
}

WebhookLag webhookLag(Snapshot &snapshot, const WebhookRecord &record, const WebhookCounts &counts)
{
    WebhookLag lag;
    lag.events = std::max<qint64>(0, snapshot.lastEvent() - record.cursor) + counts.pending;
    std::optional<Instant> oldest = counts.oldestPending;
    const auto next = oldest ? std::vector<StoredEvent>() : snapshot.events(record.cursor, 1);
    if (!next.empty())
        oldest = timeOf(QJsonDocument::fromJson(next.front().body).object(), snapshot.now());
    if (oldest)
        lag.time = std::max(milliseconds(0), snapshot.now() - *oldest);
    return lag;
}

Result<WebhookRecord> rotateWebhookSecret(Transaction &transaction, const QString &capturePointId, const QString &seed, const Actor &actor)
{
    const auto place = webhookPlace(transaction, capturePointId);
    if (!place)
        return place.error();
    WebhookRecord record = place->record;
    record.oldSeed = record.secretSeed;
    record.oldUntil = record.oldSeed.isEmpty() ? std::nullopt : std::optional(transaction.now() + WebhookSecretOverlap);
    record.secretSeed = seed;
    record.secretSince = transaction.now();
    transaction.putWebhook(record);
    const QJsonValue until = record.oldUntil ? QJsonValue(toIso(*record.oldUntil)) : QJsonValue();
    audit(transaction, actor, QStringLiteral("rotate"), capturePointId, { { QStringLiteral("oldSecretUntilDateTime"), until } });
    return record;
}

std::vector<WebhookSecret> webhookSecrets(TenantId tenant, const WebhookRecord &record, Instant now)
{
    std::vector<WebhookSecret> secrets;
    if (!record.secretSeed.isEmpty())
        secrets.push_back({ tenant, record.capturePointId, record.secretSeed });
    if (!record.oldSeed.isEmpty() && record.oldUntil && now < *record.oldUntil)
        secrets.push_back({ tenant, record.capturePointId, record.oldSeed });
    return secrets;
}

Error noWebhookSecret(const QString &capturePointId)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("The webhook of \"%1\" has no secret yet, so nothing is sent. Make one, and give it to the receiver.").arg(capturePointId), {},
        { { QStringLiteral("kind"), QStringLiteral("webhook-secret") }, { QStringLiteral("id"), capturePointId } } };
}

QString webhookId(const WebhookDelivery &delivery)
{
    return QStringLiteral("evt_%1_%2").arg(delivery.event).arg(QString::number(toMillis(delivery.at), 36));
}

WebhookHarvest harvestEvents(Snapshot &snapshot, qint64 cursor, const std::vector<WebhookPlace> &places, int limit)
{
    WebhookHarvest harvest;
    harvest.from = cursor;
    const qint64 first = snapshot.firstEvent();
    harvest.missed = std::max<qint64>(0, first - 1 - cursor);
    harvest.to = cursor + harvest.missed;
    std::vector<Happening> happenings;
    for (const StoredEvent &event : snapshot.events(harvest.to, limit)) {
        harvest.to = event.id;
        Happening happening { event.id, QJsonDocument::fromJson(event.body).object(), {}, {}, {} };
        happening.type = happening.json.value(QLatin1StringView("type")).toString();
        const auto item = ItemId::fromString(happening.json.value(QLatin1StringView("item")).toString());
        const bool isWanted = item && std::any_of(places.begin(), places.end(), [&](const WebhookPlace &place) { return place.webhook.events.contains(happening.type); });
        if (!isWanted)
            continue;
        happening.item = *item;
        happening.capturePointId = happening.json.value(QLatin1StringView("class")).toObject().value(QLatin1StringView("capturePointId")).toString();
        happenings.push_back(std::move(happening));
    }
    completeCapturePoints(snapshot, happenings);
    for (const Happening &happening : happenings) {
        const auto place = std::find_if(places.begin(), places.end(), [&](const WebhookPlace &one) { return one.capturePointId == happening.capturePointId; });
        if (place == places.end() || !place->webhook.events.contains(happening.type))
            continue;
        WebhookDelivery delivery;
        delivery.capturePointId = happening.capturePointId;
        delivery.event = happening.event;
        delivery.item = happening.item;
        delivery.type = happening.type;
        delivery.at = timeOf(happening.json, snapshot.now());
        delivery.body = bodyOf(happening);
        harvest.deliveries[happening.capturePointId].push_back(std::move(delivery));
    }
    return harvest;
}

void storeHarvest(Transaction &transaction, const WebhookHarvest &harvest, const std::vector<WebhookPlace> &places)
{
    auto records = recordsOf(transaction);
    for (const WebhookPlace &place : places) {
        const auto found = records.find(place.capturePointId);
        if (found == records.end() || found->second.cursor != harvest.from)
            continue;
        WebhookRecord record = found->second;
        record.cursor = harvest.to;
        if (harvest.missed > 0) {
            record.missed += harvest.missed;
            record.missedAt = transaction.now();
            log::warning(u"Events were dropped from the log before a webhook's turn came", { { QLatin1StringView("capturePoint"), record.capturePointId }, { QLatin1StringView("events"), harvest.missed } });
        }
        transaction.putWebhook(record);
        if (const auto some = harvest.deliveries.find(place.capturePointId); some != harvest.deliveries.end())
            transaction.addDeliveries(place.capturePointId, some->second);
    }
}

WebhookMessage testMessage(TenantId tenant, const WebhookPlace &place, Instant now)
{
    WebhookMessage message;
    message.url = place.webhook.url;
    message.id = QStringLiteral("test_%1").arg(QString::number(toMillis(now), 36));
    message.at = now;
    const QJsonObject body { { QStringLiteral("type"), QStringLiteral("webhook.test") }, { QStringLiteral("timestamp"), toIso(now) },
        { QStringLiteral("data"), QJsonObject { { QStringLiteral("capturePointId"), place.capturePointId } } } };
    message.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    message.secrets = webhookSecrets(tenant, place.record, now);
    return message;
}

Result<DeadLetterOutcome> settleDeadLetters(Transaction &transaction, DeadLetterAction action, const DeadLetterChoice &choice, const Actor &actor)
{
    std::vector<qint64> ids = choice.ids;
    DeadLetterOutcome outcome;
    if (ids.empty()) {
        const auto place = webhookPlace(transaction, choice.capturePointId);
        if (!place)
            return place.error();
        for (const WebhookDelivery &dead : transaction.deadDeliveries(choice.capturePointId, 0, DeadLetterChoice::Most + 1))
            ids.push_back(dead.id);
        outcome.more = ids.size() > DeadLetterChoice::Most;
        ids.resize(std::min(ids.size(), size_t(DeadLetterChoice::Most)));
    }
    for (const qint64 id : ids) {
        const bool done = action == DeadLetterAction::Replay ? transaction.reviveDelivery(id) : transaction.discardDelivery(id);
        outcome.count += done ? 1 : 0;
    }
    const QString object = choice.capturePointId.isEmpty() ? QStringLiteral("dead-letters") : choice.capturePointId;
    if (outcome.count > 0)
        audit(transaction, actor, action == DeadLetterAction::Replay ? QStringLiteral("replay") : QStringLiteral("discard"), object, { { QStringLiteral("deadLetters"), outcome.count } });
    return outcome;
}

} // namespace iwd
