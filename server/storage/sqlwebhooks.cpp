// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

#include <base/jsonwriter.h>

#include <QSet>

namespace iwd {

using namespace column;

namespace {

WebhookDelivery readDelivery(const Statement &row)
{
    WebhookDelivery delivery;
    delivery.id = row.integer(0);
    delivery.capturePointId = row.text(1);
    delivery.event = row.integer(2);
    delivery.item = { row.integer(3) };
    delivery.type = row.text(4);
    delivery.at = fromMillis(row.integer(5));
    delivery.body = row.bytes(6);
    delivery.attempts = static_cast<int>(row.integer(7));
    delivery.firstAttempt = instantAt(row, 8);
    delivery.next = instantAt(row, 9);
    delivery.died = instantAt(row, 10);
    delivery.failure = row.text(11);
    delivery.status = static_cast<int>(row.integer(12));
    return delivery;
}

std::vector<WebhookDelivery> readDeliveries(Statement &rows)
{
    std::vector<WebhookDelivery> deliveries;
    if (rows.run()) {
        while (rows.next())
            deliveries.push_back(readDelivery(rows));
    }
    return deliveries;
}

/// One list for one statement, whatever the database.
QByteArray encodeDeliveries(const std::vector<WebhookDelivery> &deliveries)
{
    QSet<qint64> items;
    JsonWriter json;
    json.beginArray();
    for (const WebhookDelivery &delivery : deliveries) {
        json.beginObject();
        json.name(QLatin1StringView("event_id")).number(delivery.event);
        json.name(QLatin1StringView("item_id")).number(delivery.item.number);
        json.name(QLatin1StringView("type")).text(delivery.type);
        json.name(QLatin1StringView("at_ms")).number(toMillis(delivery.at));
        json.name(QLatin1StringView("body")).text(QString::fromUtf8(delivery.body));
        json.name(QLatin1StringView("first")).number(items.contains(delivery.item.number) ? 0 : 1);
        json.endObject();
        items.insert(delivery.item.number);
    }
    json.endArray();
    return json.take();
}

} // namespace

std::vector<WebhookRecord> SqlTransaction::webhooks()
{
    auto row = statement("webhook/list");
    std::vector<WebhookRecord> records;
    if (!row.run())
        return records;
    while (row.next()) {
        WebhookRecord record;
        record.capturePointId = row.text(0);
        record.cursor = row.integer(1);
        record.secretSeed = row.text(2);
        record.secretSince = instantAt(row, 3);
        record.oldSeed = row.text(4);
        record.oldUntil = instantAt(row, 5);
        record.lastSuccess = instantAt(row, 6);
        record.lastFailure = instantAt(row, 7);
        record.failure = row.text(8);
        record.missed = row.integer(9);
        record.missedAt = instantAt(row, 10);
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<WebhookDelivery> SqlTransaction::dueDeliveries(const QString &capturePointId, Instant now, int limit)
{
    auto rows = statement("webhook/due");
    rows.bind(QStringLiteral(":capture_point_id"), capturePointId).bind(QStringLiteral(":now_ms"), toMillis(now)).bind(QStringLiteral(":limit"), limit);
    return readDeliveries(rows);
}

std::vector<WebhookDelivery> SqlTransaction::deadDeliveries(const QString &capturePointId, qint64 after, int limit)
{
    auto rows = statement("webhook/dead");
    rows.bind(QStringLiteral(":capture_point_id"), present(capturePointId)).bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readDeliveries(rows);
}

std::map<QString, WebhookCounts> SqlTransaction::webhookCounts()
{
    auto row = statement("webhook/counts");
    std::map<QString, WebhookCounts> counts;
    if (!row.run())
        return counts;
    while (row.next()) {
        WebhookCounts &of = counts[row.text(0)];
        const bool dead = row.integer(1) != 0;
        (dead ? of.dead : of.pending) = row.integer(2);
        if (!dead)
            of.oldestPending = instantAt(row, 3);
    }
    return counts;
}

void SqlTransaction::putWebhook(const WebhookRecord &record)
{
    auto row = statement("webhook/put");
    row.bind(QStringLiteral(":capture_point_id"), record.capturePointId)
        .bind(QStringLiteral(":cursor"), record.cursor)
        .bind(QStringLiteral(":secret_seed"), nullable(record.secretSeed))
        .bind(QStringLiteral(":secret_ms"), nullable(record.secretSince))
        .bind(QStringLiteral(":old_seed"), nullable(record.oldSeed))
        .bind(QStringLiteral(":old_until_ms"), nullable(record.oldUntil))
        .bind(QStringLiteral(":success_ms"), nullable(record.lastSuccess))
        .bind(QStringLiteral(":failure_ms"), nullable(record.lastFailure))
        .bind(QStringLiteral(":failure"), nullable(record.failure))
        .bind(QStringLiteral(":missed"), record.missed)
        .bind(QStringLiteral(":missed_ms"), nullable(record.missedAt));
    changeCallers(row);
}

void SqlTransaction::removeWebhook(const QString &capturePointId)
{
    for (const char *name : { "webhook/remove_deliveries", "webhook/remove" }) {
        auto rows = statement(name);
        rows.bind(QStringLiteral(":capture_point_id"), capturePointId);
        changeCallers(rows);
    }
}

void SqlTransaction::addDeliveries(const QString &capturePointId, const std::vector<WebhookDelivery> &deliveries)
{
    if (deliveries.empty())
        return;
    auto rows = statement("webhook/add");
    rows.bind(QStringLiteral(":capture_point_id"), capturePointId).bind(QStringLiteral(":now_ms"), toMillis(m_now)).bindUtf8(QStringLiteral(":rows"), encodeDeliveries(deliveries));
    changeCallers(rows);
}

void SqlTransaction::promoteDeliveries(const QString &capturePointId, ItemId item)
{
    auto rows = statement("webhook/promote");
    rows.bind(QStringLiteral(":capture_point_id"), capturePointId).bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    changeCallers(rows);
}

void SqlTransaction::endDelivery(const WebhookDelivery &delivery)
{
    {
        auto row = statement("webhook/delivered");
        row.bind(QStringLiteral(":id"), delivery.id).bind(QStringLiteral(":attempts"), delivery.attempts);
        changeCallers(row);
    }
    promoteDeliveries(delivery.capturePointId, delivery.item);
}

void SqlTransaction::failDelivery(const WebhookDelivery &delivery, const WebhookFailure &failure)
{
    {
        auto row = statement("webhook/failed");
        row.bind(QStringLiteral(":id"), delivery.id)
            .bind(QStringLiteral(":attempts"), delivery.attempts)
            .bind(QStringLiteral(":now_ms"), toMillis(m_now))
            .bind(QStringLiteral(":next_ms"), nullable(failure.next))
            .bind(QStringLiteral(":died_ms"), nullable(failure.next ? std::nullopt : std::optional(m_now)))
            .bind(QStringLiteral(":failure"), nullable(failure.text))
            .bind(QStringLiteral(":status"), failure.status);
        changeCallers(row);
    }
    if (!failure.next)
        promoteDeliveries(delivery.capturePointId, delivery.item);
}

bool SqlTransaction::settleDead(const char *name, qint64 id, bool promote)
{
    QString capturePointId;
    ItemId item;
    {
        auto row = statement(name);
        row.bind(QStringLiteral(":id"), id);
        if (!row.run() || !row.next())
            return false;
        ++m_callerChanges;
        capturePointId = row.text(0);
        item = { row.integer(1) };
    }
    if (promote)
        promoteDeliveries(capturePointId, item);
    return true;
}

bool SqlTransaction::reviveDelivery(qint64 id)
{
    return settleDead("webhook/revive", id, true);
}

bool SqlTransaction::discardDelivery(qint64 id)
{
    return settleDead("webhook/discard", id, false);
}

} // namespace iwd
