// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

namespace iwd {

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

size_t SqliteTransaction::eventsAtOnce() const
{
    return mostEventsAtOnce;
}

QString SqliteTransaction::hasLabelSql() const
{
    return QStringLiteral("exists (select 1 from json_each(p.document, '$.labels') l where l.value = :label)");
}

/// The index's own condition, without which SQLite does not see that it fits.
SqlTransaction::ItemsApart SqliteTransaction::itemsApart() const
{
    return { QStringLiteral("i.status in (0, 1, 3, 4, 5, 6)"), QStringLiteral("indexed by item_open_idx") };
}

/// Several rows in one statement: each statement has to look up and raise the table's sequence.
bool SqliteTransaction::storeEvents(std::span<Event> events)
{
    const size_t count = events.size();
    auto row = database().statement(QStringLiteral("event/append"), tenant().number, { { QStringLiteral("more"), furtherRows(count) } });
    const std::vector<EventPlaceholders> &placeholders = eventPlaceholders();
    for (size_t i = 0; i < count; ++i) {
        const Event &event = events[i];
        const EventPlaceholders &names = placeholders[i];
        row.bind(names.item, event.item.number > 0 ? QVariant(event.item.number) : QVariant(QMetaType::fromType<qint64>()))
            .bind(names.at, toMillis(event.at))
            .bind(names.type, static_cast<int>(event.type))
            .bindUtf8(names.body, event.body);
    }
    if (!row.run())
        return false;
    // One statement of the only writer gives its rows numbers without a gap.
    const qint64 first = row.insertedId() - static_cast<qint64>(count) + 1;
    for (size_t i = 0; i < count; ++i) {
        events[i].id = first + static_cast<qint64>(i);
        events[i].body.clear();
    }
    return true;
}

} // namespace iwd
