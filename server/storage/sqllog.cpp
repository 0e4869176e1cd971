// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

std::vector<StoredEvent> SqlTransaction::readEvents(Statement &rows)
{
    std::vector<StoredEvent> events;
    if (rows.run()) {
        while (rows.next())
            events.push_back({ rows.integer(0), rows.bytes(1) });
    }
    return events;
}

std::vector<StoredEvent> SqlTransaction::events(qint64 after, int limit)
{
    writeEvents();
    auto rows = statement("event/after");
    rows.bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

std::vector<StoredEvent> SqlTransaction::history(ItemId item, qint64 after, int limit)
{
    writeEvents();
    auto rows = statement("event/of_item");
    rows.bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

qint64 SqlTransaction::lastEvent()
{
    writeEvents();
    auto row = statement("event/last");
    return row.run() && row.next() ? row.integer(0) : 0;
}

qint64 SqlTransaction::firstEvent()
{
    writeEvents();
    auto row = statement("event/first");
    return row.run() && row.next() ? row.integer(0) : 0;
}

void SqlTransaction::appendEvent(Event event)
{
    ++m_changes;
    event.tenant = m_tenant;
    m_events.push_back(std::move(event));
    if (m_events.size() - m_writtenEvents >= eventsAtOnce())
        writeEvents();
}

void SqlTransaction::writeEvents()
{
    const std::span<Event> waiting = std::span(m_events).subspan(m_writtenEvents);
    if (!waiting.empty() && storeEvents(waiting))
        m_writtenEvents = m_events.size();
}

std::optional<std::pair<QByteArray, Answer>> SqlTransaction::storedAnswer(const IdempotencyKey &key)
{
    auto row = statement("answer/get");
    row.bind(QStringLiteral(":caller"), key.caller).bind(QStringLiteral(":key"), key.key);
    if (!row.run() || !row.next())
        return std::nullopt;
    return std::pair { row.bytes(0), Answer { static_cast<int>(row.integer(1)), row.bytes(2), row.bytes(3), row.bytes(4), true } };
}

void SqlTransaction::storeAnswer(const IdempotencyKey &key, const Answer &answer)
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

void SqlTransaction::forgetAnswersBefore(Instant instant, int limit)
{
    auto row = statement("answer/forget");
    row.bind(QStringLiteral(":before_ms"), toMillis(instant)).bind(QStringLiteral(":limit"), limit);
    change(row);
}

} // namespace iwd
