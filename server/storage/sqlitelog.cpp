// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

std::vector<StoredEvent> SqliteTransaction::readEvents(Statement &rows)
{
    std::vector<StoredEvent> events;
    if (rows.run()) {
        while (rows.next())
            events.push_back({ rows.integer(0), rows.bytes(1) });
    }
    return events;
}

std::vector<StoredEvent> SqliteTransaction::events(qint64 after, int limit)
{
    auto rows = statement("event/after");
    rows.bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

std::vector<StoredEvent> SqliteTransaction::history(ItemId item, qint64 after, int limit)
{
    auto rows = statement("event/of_item");
    rows.bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

qint64 SqliteTransaction::lastEvent()
{
    auto row = statement("event/last");
    return row.run() && row.next() ? row.integer(0) : 0;
}

void SqliteTransaction::appendEvent(Event event)
{
    auto row = statement("event/append");
    row.bind(QStringLiteral(":item_id"), event.item.number > 0 ? QVariant(event.item.number) : QVariant(QMetaType::fromType<qint64>()))
        .bind(QStringLiteral(":at_ms"), toMillis(event.at))
        .bind(QStringLiteral(":type"), static_cast<int>(event.type))
        .bindUtf8(QStringLiteral(":body"), event.body);
    if (!change(row))
        return;
    event.id = row.insertedId();
    event.tenant = m_tenant;
    m_events.push_back(std::move(event));
}

std::optional<std::pair<QByteArray, Answer>> SqliteTransaction::storedAnswer(const IdempotencyKey &key)
{
    auto row = statement("answer/get");
    row.bind(QStringLiteral(":caller"), key.caller).bind(QStringLiteral(":key"), key.key);
    if (!row.run() || !row.next())
        return std::nullopt;
    return std::pair { row.bytes(0), Answer { static_cast<int>(row.integer(1)), row.bytes(2), row.bytes(3), row.bytes(4), true } };
}

void SqliteTransaction::storeAnswer(const IdempotencyKey &key, const Answer &answer)
{
    const auto blob = [](const QByteArray &bytes) { return bytes.isNull() ? QByteArray("") : bytes; };
    auto row = statement("answer/put");
    row.bind(QStringLiteral(":caller"), key.caller)
        .bind(QStringLiteral(":key"), key.key)
        .bind(QStringLiteral(":at_ms"), toMillis(m_now))
        .bind(QStringLiteral(":fingerprint"), key.fingerprint)
        .bind(QStringLiteral(":status"), answer.status)
        .bind(QStringLiteral(":etag"), blob(answer.etag))
        .bind(QStringLiteral(":location"), blob(answer.location))
        .bind(QStringLiteral(":body"), blob(answer.body));
    change(row);
}

void SqliteTransaction::forgetAnswersBefore(Instant instant, int limit)
{
    auto row = statement("answer/forget");
    row.bind(QStringLiteral(":before_ms"), toMillis(instant)).bind(QStringLiteral(":limit"), limit);
    change(row);
}

} // namespace iwd
