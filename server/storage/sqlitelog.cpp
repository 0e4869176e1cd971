// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

namespace {

constexpr size_t mostEventsAtOnce = 24;

struct EventPlaceholders
{
    QString item;
    QString at;
    QString type;
    QString body;
};

const std::vector<EventPlaceholders> &eventPlaceholders()
{
    static const std::vector<EventPlaceholders> all = [] {
        std::vector<EventPlaceholders> names;
        for (size_t i = 0; i < mostEventsAtOnce; ++i)
            names.push_back({ QStringLiteral(":item%1").arg(i), QStringLiteral(":at%1").arg(i), QStringLiteral(":type%1").arg(i), QStringLiteral(":body%1").arg(i) });
        return names;
    }();
    return all;
}

/// The rows after the first, for event/append.
const QString &furtherRows(size_t count)
{
    static const std::vector<QString> all = [] {
        std::vector<QString> texts(2);
        for (size_t i = 1; i < mostEventsAtOnce; ++i) {
            const EventPlaceholders &names = eventPlaceholders()[i];
            texts.push_back(texts.back() + QStringLiteral(", (:tenant, %1, %2, %3, %4)").arg(names.item, names.at, names.type, names.body));
        }
        return texts;
    }();
    return all[count];
}

} // namespace

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
    writeEvents();
    auto rows = statement("event/after");
    rows.bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

std::vector<StoredEvent> SqliteTransaction::history(ItemId item, qint64 after, int limit)
{
    writeEvents();
    auto rows = statement("event/of_item");
    rows.bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    return readEvents(rows);
}

qint64 SqliteTransaction::lastEvent()
{
    writeEvents();
    auto row = statement("event/last");
    return row.run() && row.next() ? row.integer(0) : 0;
}

void SqliteTransaction::appendEvent(Event event)
{
    ++m_changes;
    event.tenant = m_tenant;
    m_events.push_back(std::move(event));
    if (m_events.size() - m_writtenEvents >= mostEventsAtOnce)
        writeEvents();
}

/// Several rows in one statement: each statement has to look up and raise the table's sequence.
void SqliteTransaction::writeEvents()
{
    const size_t count = m_events.size() - m_writtenEvents;
    if (count == 0)
        return;
    auto row = m_database.statement(QStringLiteral("event/append"), m_tenant.number, { { QStringLiteral("more"), furtherRows(count) } });
    const std::vector<EventPlaceholders> &placeholders = eventPlaceholders();
    for (size_t i = 0; i < count; ++i) {
        const Event &event = m_events[m_writtenEvents + i];
        const EventPlaceholders &names = placeholders[i];
        row.bind(names.item, event.item.number > 0 ? QVariant(event.item.number) : QVariant(QMetaType::fromType<qint64>()))
            .bind(names.at, toMillis(event.at))
            .bind(names.type, static_cast<int>(event.type))
            .bindUtf8(names.body, event.body);
    }
    if (!row.run())
        return;
    // One statement of the only writer gives its rows numbers without a gap.
    const qint64 first = row.insertedId() - static_cast<qint64>(count) + 1;
    for (size_t i = 0; i < count; ++i) {
        m_events[m_writtenEvents + i].id = first + static_cast<qint64>(i);
        m_events[m_writtenEvents + i].body.clear(); // from here on the log has it
    }
    m_writtenEvents += count;
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
