// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"
#include "itemdocument.h"
#include "itemrow.h"

#include <domain/textorder.h>

namespace iwd {

using namespace column;

namespace {

/// When something is due with the item by itself.
std::optional<Instant> timerOf(const WorkItem &item, TimerKind kind)
{
    if (kind == TimerKind::Activation)
        return item.status == ItemStatus::Captured ? item.activation : std::nullopt;
    return isFinal(item.status) ? std::nullopt : item.expiration;
}

} // namespace

std::optional<ItemRecord> SqlTransaction::item(ItemId id)
{
    if (const ItemRecord *known = m_cache.items.find(id))
        return *known;
    // Whoever takes the first of a class is followed by others who take the next.
    std::vector<ItemId> ids = m_cache.remembersItems ? m_cache.fronts.from(id, itemsAtOnce()) : std::vector { id };
    std::erase_if(ids, [this](ItemId one) { return m_cache.items.find(one) != nullptr; });
    std::optional<ItemRecord> found;
    for (ItemRecord &record : readItems(ids)) {
        if (m_cache.remembersItems)
            m_cache.items.put(record);
        if (record.item.id == id)
            found = std::move(record);
    }
    return found;
}

std::vector<ItemRecord> SqlTransaction::items(const std::vector<ItemId> &ids)
{
    std::vector<ItemRecord> records = readItems(ids);
    // Whoever reads many in order to write changes them next: then what was stored before is known.
    if (m_cache.remembersItems) {
        for (const ItemRecord &record : records)
            m_cache.items.put(record);
    }
    return records;
}

std::vector<ItemRecord> SqlTransaction::readItems(const std::vector<ItemId> &ids)
{
    std::vector<ItemRecord> records;
    for (const ItemId id : ids) {
        auto row = statement("item/get");
        row.bind(QStringLiteral(":id"), id.number);
        if (row.run() && row.next())
            records.push_back(readItem(row));
    }
    return records;
}

std::vector<ItemId> SqlTransaction::itemsCapturedAs(const QString &captureId, const QString &capturePointId)
{
    auto rows = statement(capturePointId.isEmpty() ? "capture/find_anywhere" : "capture/find");
    rows.bind(QStringLiteral(":capture_id"), captureId);
    if (!capturePointId.isEmpty())
        rows.bind(QStringLiteral(":capture_point_id"), capturePointId);
    std::vector<ItemId> ids;
    if (rows.run()) {
        while (rows.next())
            ids.push_back({ rows.integer(0) });
    }
    return ids;
}

namespace {

QString nameInList(qsizetype i)
{
    return QStringLiteral(":element_%1").arg(i);
}

/// "in (:element_0, :element_1)"
QString inList(qsizetype count)
{
    QStringList names;
    for (qsizetype i = 0; i < count; ++i)
        names.append(nameInList(i));
    return count == 0 ? QStringLiteral("is null and 1 = 0") : QStringLiteral("in (%1)").arg(names.join(QStringLiteral(", ")));
}

} // namespace

std::vector<ItemRecord> SqlTransaction::items(const ItemFilter &filter, qint64 after, bool newestFirst, int limit)
{
    QStringList conditions;
    QList<std::pair<QString, QVariant>> values;
    const auto add = [&](const QString &condition, const QString &placeholder, const QVariant &value) {
        conditions.append(condition);
        values.append({ placeholder, value });
    };
    if (after > 0)
        add(newestFirst ? QStringLiteral("i.id < :after") : QStringLiteral("i.id > :after"), QStringLiteral(":after"), after);
    bool onlyApart = !filter.statuses.empty();
    if (!filter.statuses.empty()) {
        QStringList numbers;
        for (const ItemStatus status : filter.statuses) {
            numbers.append(QString::number(static_cast<int>(status)));
            onlyApart = onlyApart && !isFinal(status) && status != ItemStatus::Queued;
        }
        conditions.append(QStringLiteral("i.status in (%1)").arg(numbers.join(u',')));
        if (onlyApart)
            conditions.append(itemsApart().condition);
    }
    if (!filter.queueId.isEmpty())
        add(QStringLiteral("p.queue_id = :queue_id"), QStringLiteral(":queue_id"), filter.queueId);
    if (!filter.categoryId.isEmpty())
        add(QStringLiteral("p.category_id = :category_id"), QStringLiteral(":category_id"), filter.categoryId);
    if (!filter.capturePointId.isEmpty())
        add(QStringLiteral("p.capture_point_id = :capture_point_id"), QStringLiteral(":capture_point_id"), filter.capturePointId);
    if (!filter.captureId.isEmpty())
        add(QStringLiteral("i.id in (select item_id from item_payload where tenant_id = :tenant and capture_id = :capture_id)"), QStringLiteral(":capture_id"),
            filter.captureId);
    if (!filter.assignedToUser.isEmpty())
        add(QStringLiteral("i.agent_id = :agent_id"), QStringLiteral(":agent_id"), filter.assignedToUser);
    if (!filter.label.isEmpty())
        add(hasLabelSql(), QStringLiteral(":label"), filter.label);
    if (filter.categories) {
        conditions.append(QStringLiteral("p.category_id ") + inList(filter.categories->size()));
        for (qsizetype i = 0; i < filter.categories->size(); ++i)
            values.append({ nameInList(i), filter.categories->at(i) });
    }

    writeKept("item/list");
    auto rows = m_database.statement(QStringLiteral("item/list"), m_tenant.number,
        { { QStringLiteral("filter"), conditions.isEmpty() ? QString() : QString(QStringLiteral("and ") + conditions.join(QStringLiteral(" and "))) },
            { QStringLiteral("order"), newestFirst ? QStringLiteral("i.id desc") : QStringLiteral("i.id") },
            { QStringLiteral("index"), onlyApart ? itemsApart().hint : QString() } });
    for (const auto &[placeholder, value] : values)
        rows.bind(placeholder, value);
    rows.bind(QStringLiteral(":limit"), limit);
    std::vector<ItemRecord> records;
    if (rows.run()) {
        while (rows.next())
            records.push_back(readItem(rows));
    }
    return records;
}

std::vector<ItemCount> SqlTransaction::countItems(Instant since)
{
    auto rows = statement("item/count");
    rows.bind(QStringLiteral(":since_ms"), toMillis(since)).run();
    std::vector<ItemCount> counts;
    while (!failed() && rows.next()) {
        counts.push_back({ rows.text(0), static_cast<ItemStatus>(rows.integer(1)), rows.integer(2), rows.integer(3), rows.integer(4), rows.integer(5), rows.text(6) });
    }
    return counts;
}

void SqlTransaction::bindOrderingRow(Statement &row, const ItemRecord &record)
{
    const WorkItem &item = record.item;
    row.bind(QStringLiteral(":status"), static_cast<int>(item.status))
        .bind(QStringLiteral(":class_id"), record.classId ? QVariant(*record.classId) : QVariant(QMetaType::fromType<qint64>()))
        .bind(QStringLiteral(":anchor_ms"), toMillis(record.anchor))
        .bind(QStringLiteral(":business_value"), item.businessValue)
        .bind(QStringLiteral(":agent_id"), nullable(item.assignedToUser))
        .bind(QStringLiteral(":assigned_ms"), nullable(item.assigned))
        .bind(QStringLiteral(":held_ms"), nullable(item.held))
        .bind(QStringLiteral(":final_ms"), nullable(item.completed))
        .bind(QStringLiteral(":sla_met"), record.slaMet ? QVariant(*record.slaMet ? 1 : 0) : QVariant(QMetaType::fromType<int>()))
        .bind(QStringLiteral(":error"), nullable(item.error));
}

void SqlTransaction::bindPayload(Statement &payload, const WorkItem &item)
{
    payload.bind(QStringLiteral(":category_id"), nullable(item.categoryId))
        .bind(QStringLiteral(":queue_id"), nullable(item.queueId))
        .bind(QStringLiteral(":created_ms"), toMillis(item.created))
        .bind(QStringLiteral(":customer_key"), nullable(caseFolded(item.customerId)))
        .bindUtf8(QStringLiteral(":document"), encodeItemDocument(item));
}

bool SqlTransaction::storeItem(ItemRecord &record)
{
    WorkItem &item = record.item;
    auto row = statement("item/insert");
    bindOrderingRow(row, record);
    row.bind(QStringLiteral(":captured_ms"), toMillis(record.captured));
    if (!change(row))
        return false;
    item.id.number = row.insertedId();

    auto payload = statement("item/insert_payload");
    payload.bind(QStringLiteral(":item_id"), item.id.number)
        .bind(QStringLiteral(":capture_point_id"), item.capturePointId)
        .bind(QStringLiteral(":capture_id"), nullable(item.captureId));
    bindPayload(payload, item);
    return change(payload);
}

void SqlTransaction::insertItem(ItemRecord &record)
{
    if (!storeItem(record))
        return;
    record.item.version = 1;
    writeTimers(record, nullptr, true);
    noteChanged(record);
}

bool SqlTransaction::storeChange(const ItemRecord &record, bool payloadChanged)
{
    auto row = statement("item/update");
    bindOrderingRow(row, record);
    row.bind(QStringLiteral(":id"), record.item.id.number);
    if (!change(row) || !payloadChanged)
        return !failed();
    auto payload = statement("item/update_payload");
    payload.bind(QStringLiteral(":item_id"), record.item.id.number);
    bindPayload(payload, record.item);
    return change(payload);
}

void SqlTransaction::updateItem(ItemRecord &record, bool payloadChanged)
{
    if (!storeChange(record, payloadChanged))
        return;
    ++record.item.version;
    writeTimers(record, m_cache.items.find(record.item.id), false);
    noteChanged(record);
}

/// @param before as it was stored, when that is known; a new item has no timers yet
void SqlTransaction::writeTimers(const ItemRecord &record, const ItemRecord *before, bool isNew)
{
    for (const TimerKind kind : { TimerKind::Activation, TimerKind::Expiration }) {
        const auto at = timerOf(record.item, kind);
        if (isNew ? !at : before && timerOf(before->item, kind) == at)
            continue;
        auto timer = statement(at ? "timer/set" : "timer/clear");
        timer.bind(QStringLiteral(":item_id"), record.item.id.number).bind(QStringLiteral(":kind"), static_cast<int>(kind));
        if (at)
            timer.bind(QStringLiteral(":at_ms"), toMillis(*at));
        change(timer);
    }
}

std::vector<DueTimer> SqlTransaction::dueTimers(int limit)
{
    auto rows = statement("timer/due");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit).run();
    std::vector<DueTimer> timers;
    while (!failed() && rows.next())
        timers.push_back({ { rows.integer(0) }, static_cast<TimerKind>(rows.integer(1)) });
    return timers;
}

std::vector<ItemId> SqlTransaction::errorHeldItems(const QString &capturePointId, ItemId after, int limit)
{
    auto rows = statement("item/errorheld");
    rows.bind(QStringLiteral(":capture_point_id"), present(capturePointId)).bind(QStringLiteral(":after"), after.number).bind(QStringLiteral(":limit"), limit).run();
    std::vector<ItemId> ids;
    while (!failed() && rows.next())
        ids.push_back({ rows.integer(0) });
    return ids;
}

std::vector<ItemCount> SqlTransaction::countItems(Instant since, const QStringList &categories)
{
    writeKept("item/count_of_categories");
    auto rows = m_database.statement(QStringLiteral("item/count_of_categories"), m_tenant.number, { { QStringLiteral("categories"), inList(categories.size()) } });
    for (qsizetype i = 0; i < categories.size(); ++i)
        rows.bind(nameInList(i), categories[i]);
    rows.bind(QStringLiteral(":since_ms"), toMillis(since)).run();
    std::vector<ItemCount> counts;
    while (!failed() && rows.next()) {
        ItemCount count;
        count.queueId = rows.text(0);
        count.status = static_cast<ItemStatus>(rows.integer(1));
        count.count = rows.integer(2);
        count.arrivedSince = rows.integer(3);
        count.endedSince = rows.integer(4);
        count.slaMetSince = rows.integer(5);
        count.oldest = column::instantAt(rows, 6);
        counts.push_back(std::move(count));
    }
    return counts;
}

} // namespace iwd
