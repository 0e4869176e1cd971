// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

#include "itemdocument.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

QVariant nullable(const QString &text)
{
    return text.isEmpty() ? QVariant(QMetaType::fromType<QString>()) : QVariant(text);
}

QVariant nullable(const std::optional<Instant> &instant)
{
    return instant ? QVariant(toMillis(*instant)) : QVariant(QMetaType::fromType<qint64>());
}

std::optional<Instant> instantAt(const Statement &row, int column)
{
    return row.isNull(column) ? std::nullopt : std::optional(fromMillis(row.integer(column)));
}

QString skillsText(const QStringList &skills)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(skills)).toJson(QJsonDocument::Compact));
}

QStringList skillsFrom(const QString &text)
{
    QStringList skills;
    for (const auto &skill : QJsonDocument::fromJson(text.toUtf8()).array())
        skills.append(skill.toString());
    return skills;
}

void bindClass(Statement &statement, const WorkClass &terms)
{
    statement.bind(QStringLiteral(":queue_id"), terms.queueId)
        .bind(QStringLiteral(":schema_id"), terms.schemaId)
        .bind(QStringLiteral(":band"), terms.band)
        .bind(QStringLiteral(":shift"), terms.shift)
        .bind(QStringLiteral(":anchor_kind"), static_cast<int>(terms.anchor))
        .bind(QStringLiteral(":channel"), terms.channel.isNull() ? QStringLiteral("") : terms.channel)
        .bind(QStringLiteral(":skills"), skillsText(terms.skills));
}

/// Columns as in item/get.sql and item/list.sql.
ItemRecord readItem(const Statement &row)
{
    ItemRecord record;
    WorkItem &item = record.item;
    decodeItemDocument(row.bytes(18), item);
    item.id.number = row.integer(0);
    item.status = static_cast<ItemStatus>(row.integer(1));
    if (!row.isNull(2))
        record.classId = row.integer(2);
    record.anchor = fromMillis(row.integer(3));
    item.version = row.integer(4);
    record.captured = fromMillis(row.integer(5));
    item.businessValue = static_cast<int>(row.integer(6));
    item.assignedToUser = row.text(7);
    item.assigned = instantAt(row, 8);
    item.held = instantAt(row, 9);
    item.completed = instantAt(row, 10);
    if (!row.isNull(11))
        record.slaMet = row.integer(11) != 0;
    item.error = row.text(12);
    item.capturePointId = row.text(13);
    item.captureId = row.text(14);
    item.categoryId = row.text(15);
    item.queueId = row.text(16);
    item.created = fromMillis(row.integer(17));
    return record;
}

ConfigRecord readConfig(const Statement &row, ConfigKind kind)
{
    return { kind, row.text(0), row.integer(1), fromMillis(row.integer(2)), fromMillis(row.integer(3)), instantAt(row, 4),
        QJsonDocument::fromJson(row.bytes(5)).object() };
}

Waiting placeOf(const ItemRecord &record)
{
    return { record.anchor, record.item.id };
}

} // namespace

SqliteTransaction::SqliteTransaction(Database &database, TenantId tenant, Instant now, std::shared_ptr<const ConfigurationSnapshot> configuration, TenantCache &cache)
    : m_database(database)
    , m_tenant(tenant)
    , m_now(now)
    , m_configuration(std::move(configuration))
    , m_cache(cache)
{
}

Statement SqliteTransaction::statement(const char *name)
{
    return m_database.statement(QString::fromLatin1(name), m_tenant.number);
}

bool SqliteTransaction::change(Statement &statement)
{
    ++m_changes;
    return statement.run();
}

// Configuration

std::shared_ptr<const ConfigurationSnapshot> loadConfiguration(Database &database, TenantId tenant)
{
    TenantCache cache;
    SqliteTransaction reader(database, tenant, Instant(), nullptr, cache);
    std::vector<ConfigRecord> all;
    for (const auto kind : { ConfigKind::Skill, ConfigKind::Schema, ConfigKind::Queue, ConfigKind::Category, ConfigKind::CapturePoint, ConfigKind::Agent }) {
        for (const bool deleted : { false, true }) {
            auto records = reader.configRecords(kind, deleted);
            std::move(records.begin(), records.end(), std::back_inserter(all));
        }
    }
    return database.failure() ? nullptr : ConfigurationSnapshot::build(all);
}

std::shared_ptr<const ConfigurationSnapshot> SqliteTransaction::configuration()
{
    if (m_configurationStale || !m_configuration) {
        auto loaded = loadConfiguration(m_database, m_tenant);
        m_configuration = loaded ? loaded : std::make_shared<const ConfigurationSnapshot>();
        m_configurationStale = false;
    }
    return m_configuration;
}

std::shared_ptr<const ConfigurationSnapshot> SqliteTransaction::changedConfiguration()
{
    return m_configurationChanged ? configuration() : nullptr;
}

std::vector<ConfigRecord> SqliteTransaction::configRecords(ConfigKind kind, bool deleted)
{
    auto rows = statement("config/list");
    rows.bind(QStringLiteral(":kind"), static_cast<int>(kind)).bind(QStringLiteral(":deleted"), deleted ? 1 : 0).run();
    std::vector<ConfigRecord> records;
    while (!failed() && rows.next())
        records.push_back(readConfig(rows, kind));
    return records;
}

std::optional<ConfigRecord> SqliteTransaction::configRecord(ConfigKind kind, const QString &id)
{
    auto row = statement("config/get");
    row.bind(QStringLiteral(":kind"), static_cast<int>(kind)).bind(QStringLiteral(":id"), id);
    return row.run() && row.next() ? std::optional(readConfig(row, kind)) : std::nullopt;
}

bool SqliteTransaction::isUsedByItems(ConfigKind kind, const QString &id)
{
    Q_ASSERT(kind == ConfigKind::Queue || kind == ConfigKind::Schema);
    auto row = statement(kind == ConfigKind::Queue ? "item/open_in_queue" : "item/open_in_schema");
    row.bind(QStringLiteral(":id"), id);
    return row.run() && row.next();
}

void SqliteTransaction::putConfig(ConfigRecord &record)
{
    auto row = statement("config/put");
    row.bind(QStringLiteral(":kind"), static_cast<int>(record.kind))
        .bind(QStringLiteral(":id"), record.id)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":updated_ms"), toMillis(m_now))
        .bind(QStringLiteral(":deleted_ms"), nullable(record.deleted))
        .bind(QStringLiteral(":document"), QString::fromUtf8(QJsonDocument(record.document).toJson(QJsonDocument::Compact)));
    m_configurationStale = m_configurationChanged = true;
    if (change(row) && row.next()) {
        record.version = row.integer(0);
        record.created = fromMillis(row.integer(1));
        record.updated = m_now;
    }
}

// Items

std::optional<ItemRecord> SqliteTransaction::item(ItemId id)
{
    auto row = statement("item/get");
    row.bind(QStringLiteral(":id"), id.number);
    return row.run() && row.next() ? std::optional(readItem(row)) : std::nullopt;
}

std::vector<ItemId> SqliteTransaction::itemsCapturedAs(const QString &captureId, const QString &capturePointId)
{
    auto rows = statement(capturePointId.isEmpty() ? "item/find_captured_anywhere" : "item/find_captured");
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

std::vector<ItemRecord> SqliteTransaction::items(const ItemFilter &filter, qint64 after, bool newestFirst, int limit)
{
    QStringList conditions;
    QList<std::pair<QString, QVariant>> values;
    const auto add = [&](const QString &condition, const QString &placeholder, const QVariant &value) {
        conditions.append(condition);
        values.append({ placeholder, value });
    };
    if (after > 0)
        add(newestFirst ? QStringLiteral("i.id < :after") : QStringLiteral("i.id > :after"), QStringLiteral(":after"), after);
    bool onlyOpen = !filter.statuses.empty();
    if (!filter.statuses.empty()) {
        QStringList numbers;
        for (const ItemStatus status : filter.statuses) {
            numbers.append(QString::number(static_cast<int>(status)));
            onlyOpen = onlyOpen && !isFinal(status) && status != ItemStatus::Queued;
        }
        conditions.append(QStringLiteral("i.status in (%1)").arg(numbers.join(u',')));
        // The index's own condition, without which SQLite does not see that it fits.
        if (onlyOpen)
            conditions.append(QStringLiteral("i.status in (0, 1, 3, 4, 5, 6)"));
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
        add(QStringLiteral("exists (select 1 from json_each(p.document, '$.labels') l where l.value = :label)"), QStringLiteral(":label"), filter.label);

    auto rows = m_database.statement(QStringLiteral("item/list"), m_tenant.number,
        { { QStringLiteral("filter"), conditions.isEmpty() ? QString() : QString(QStringLiteral("and ") + conditions.join(QStringLiteral(" and "))) },
            { QStringLiteral("order"), newestFirst ? QStringLiteral("i.id desc") : QStringLiteral("i.id") },
            { QStringLiteral("index"), onlyOpen ? QStringLiteral("indexed by item_open_idx") : QString() } });
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

std::vector<ItemCount> SqliteTransaction::countItems(Instant since)
{
    auto rows = statement("item/count");
    rows.bind(QStringLiteral(":since_ms"), toMillis(since)).run();
    std::vector<ItemCount> counts;
    while (!failed() && rows.next()) {
        counts.push_back({ rows.text(0), static_cast<ItemStatus>(rows.integer(1)), rows.integer(2), rows.integer(3), rows.integer(4), rows.integer(5), rows.text(6) });
    }
    return counts;
}

void SqliteTransaction::bindOrderingRow(Statement &row, const ItemRecord &record)
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

void SqliteTransaction::insertItem(ItemRecord &record)
{
    WorkItem &item = record.item;
    auto row = statement("item/insert");
    bindOrderingRow(row, record);
    row.bind(QStringLiteral(":captured_ms"), toMillis(record.captured));
    if (!change(row))
        return;
    item.id.number = row.insertedId();
    item.version = 1;

    auto payload = statement("item/insert_payload");
    payload.bind(QStringLiteral(":item_id"), item.id.number)
        .bind(QStringLiteral(":capture_point_id"), item.capturePointId)
        .bind(QStringLiteral(":capture_id"), nullable(item.captureId))
        .bind(QStringLiteral(":category_id"), nullable(item.categoryId))
        .bind(QStringLiteral(":queue_id"), nullable(item.queueId))
        .bind(QStringLiteral(":created_ms"), toMillis(item.created))
        .bind(QStringLiteral(":document"), QString::fromUtf8(encodeItemDocument(item)));
    if (!change(payload))
        return;
    writeTimers(record, true);
    if (item.status == ItemStatus::Queued)
        noteWaiting(record);
}

void SqliteTransaction::updateItem(ItemRecord &record, bool payloadChanged)
{
    WorkItem &item = record.item;
    auto row = statement("item/update");
    bindOrderingRow(row, record);
    row.bind(QStringLiteral(":id"), item.id.number);
    if (!change(row))
        return;
    ++item.version;
    if (payloadChanged) {
        auto payload = statement("item/update_payload");
        payload.bind(QStringLiteral(":item_id"), item.id.number)
            .bind(QStringLiteral(":category_id"), nullable(item.categoryId))
            .bind(QStringLiteral(":queue_id"), nullable(item.queueId))
            .bind(QStringLiteral(":created_ms"), toMillis(item.created))
            .bind(QStringLiteral(":document"), QString::fromUtf8(encodeItemDocument(item)));
        if (!change(payload))
            return;
    }
    writeTimers(record, false);
    // The item may have been the head of any class before; the cache looks those up again that named it.
    noteGone(item.id);
    if (item.status == ItemStatus::Queued)
        noteWaiting(record);
}

void SqliteTransaction::writeTimers(const ItemRecord &record, bool inserted)
{
    const WorkItem &item = record.item;
    const bool sleeps = item.status == ItemStatus::Captured && item.activation;
    const bool mayExpire = !isFinal(item.status) && item.expiration;
    const auto write = [&](TimerKind kind, bool wanted, const std::optional<Instant> &at) {
        if (!wanted && inserted)
            return;
        auto timer = statement(wanted ? "timer/set" : "timer/clear");
        timer.bind(QStringLiteral(":item_id"), item.id.number).bind(QStringLiteral(":kind"), static_cast<int>(kind));
        if (wanted)
            timer.bind(QStringLiteral(":at_ms"), toMillis(*at));
        change(timer);
    };
    write(TimerKind::Activation, sleeps, item.activation);
    write(TimerKind::Expiration, mayExpire, item.expiration);
}

std::vector<DueTimer> SqliteTransaction::dueTimers(int limit)
{
    auto rows = statement("timer/due");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit).run();
    std::vector<DueTimer> timers;
    while (!failed() && rows.next())
        timers.push_back({ { rows.integer(0) }, static_cast<TimerKind>(rows.integer(1)) });
    return timers;
}

std::vector<ItemId> SqliteTransaction::errorHeldItems(const QString &capturePointId, int limit)
{
    auto rows = statement("item/errorheld");
    rows.bind(QStringLiteral(":capture_point_id"), capturePointId.isNull() ? QStringLiteral("") : capturePointId).bind(QStringLiteral(":limit"), limit).run();
    std::vector<ItemId> ids;
    while (!failed() && rows.next())
        ids.push_back({ rows.integer(0) });
    return ids;
}

// Order

WorkClass SqliteTransaction::workClass(qint64 id)
{
    if (const auto known = m_cache.classes.find(id); known != m_cache.classes.end())
        return known->second;
    WorkClass terms;
    auto row = statement("class/get");
    row.bind(QStringLiteral(":id"), id);
    if (row.run() && row.next()) {
        terms = { row.text(0), row.text(1), static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3)), static_cast<AnchorKind>(row.integer(4)), row.text(5),
            skillsFrom(row.text(6)) };
        m_cache.classes.emplace(id, terms);
    }
    return terms;
}

qint64 SqliteTransaction::ensureClass(const WorkClass &terms)
{
    if (const auto known = m_cache.classIds.find(terms); known != m_cache.classIds.end())
        return known->second;
    qint64 id = 0;
    {
        auto row = statement("class/find");
        bindClass(row, terms);
        if (row.run() && row.next())
            id = row.integer(0);
    }
    if (id == 0 && !failed()) {
        auto row = statement("class/insert");
        bindClass(row, terms);
        if (change(row))
            id = row.insertedId();
    }
    if (!failed()) {
        m_cache.classIds.emplace(terms, id);
        m_cache.classes.emplace(id, terms);
    }
    return id;
}

std::vector<std::pair<qint64, WorkClass>> SqliteTransaction::classesOfSchema(const QString &schemaId)
{
    std::vector<qint64> ids;
    {
        auto rows = statement("class/of_schema");
        rows.bind(QStringLiteral(":schema_id"), schemaId).run();
        while (!failed() && rows.next())
            ids.push_back(rows.integer(0));
    }
    std::vector<std::pair<qint64, WorkClass>> classes;
    for (const qint64 id : ids)
        classes.emplace_back(id, workClass(id));
    return classes;
}

void SqliteTransaction::reclass(qint64 fromClass, qint64 toClass, qint64 fromValue, qint64 toValue)
{
    for (const char *name : { "item/reclass_waiting", "item/reclass_open" }) {
        auto row = statement(name);
        row.bind(QStringLiteral(":from_class"), fromClass)
            .bind(QStringLiteral(":to_class"), toClass)
            .bind(QStringLiteral(":from_value"), fromValue)
            .bind(QStringLiteral(":to_value"), toValue);
        change(row);
    }
    m_cache.staleHeads.insert({ fromClass, toClass });
}

const std::map<qint64, Waiting> &SqliteTransaction::oldestWaiting()
{
    if (!m_cache.headsLoaded) {
        m_cache.heads.clear();
        m_cache.staleHeads.clear();
        auto rows = statement("item/oldest_waiting");
        rows.run();
        while (!failed() && rows.next())
            m_cache.heads.emplace(rows.integer(0), Waiting { fromMillis(rows.integer(1)), { rows.integer(2) } });
        m_cache.headsLoaded = true;
    }
    for (const qint64 classId : std::exchange(m_cache.staleHeads, {})) {
        if (const auto head = probeOldest(classId))
            m_cache.heads[classId] = *head;
        else
            m_cache.heads.erase(classId);
    }
    return m_cache.heads;
}

std::optional<Waiting> SqliteTransaction::probeOldest(qint64 classId)
{
    const auto found = waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, 1);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

void SqliteTransaction::noteWaiting(const ItemRecord &record)
{
    if (!m_cache.headsLoaded || !record.classId)
        return;
    const auto [head, isNew] = m_cache.heads.try_emplace(*record.classId, placeOf(record));
    if (!isNew && placeOf(record) < head->second)
        head->second = placeOf(record);
}

void SqliteTransaction::noteGone(ItemId item)
{
    if (!m_cache.headsLoaded)
        return;
    for (const auto &[classId, head] : m_cache.heads) {
        if (head.id == item)
            m_cache.staleHeads.insert(classId);
    }
}

std::vector<Waiting> SqliteTransaction::waiting(const WaitingRange &range, int limit)
{
    auto rows = statement("item/waiting");
    rows.bind(QStringLiteral(":class_id"), range.classId)
        .bind(QStringLiteral(":from_ms"), toMillis(range.from))
        .bind(QStringLiteral(":to_ms"), toMillis(range.to))
        .bind(QStringLiteral(":after_ms"), range.after ? toMillis(range.after->anchor) : std::numeric_limits<qint64>::min())
        .bind(QStringLiteral(":after_id"), range.after ? range.after->id.number : 0)
        .bind(QStringLiteral(":limit"), limit)
        .run();
    std::vector<Waiting> places;
    while (!failed() && rows.next())
        places.push_back({ fromMillis(rows.integer(0)), { rows.integer(1) } });
    return places;
}

std::optional<Waiting> SqliteTransaction::newestWaiting(const WaitingRange &range)
{
    auto row = statement("item/waiting_newest");
    row.bind(QStringLiteral(":class_id"), range.classId).bind(QStringLiteral(":from_ms"), toMillis(range.from)).bind(QStringLiteral(":to_ms"), toMillis(range.to));
    if (!row.run() || !row.next())
        return std::nullopt;
    return Waiting { fromMillis(row.integer(0)), { row.integer(1) } };
}

// Distribution

std::vector<Assignment> SqliteTransaction::readAssignments(Statement &rows)
{
    std::vector<Assignment> assignments;
    if (!rows.run())
        return assignments;
    while (rows.next()) {
        assignments.push_back({ rows.integer(0), { rows.integer(1) }, rows.text(2), rows.text(3), fromMillis(rows.integer(4)), fromMillis(rows.integer(6)),
            milliseconds(rows.integer(5)) });
    }
    return assignments;
}

std::optional<Assignment> SqliteTransaction::assignment(ItemId item)
{
    auto row = statement("assignment/get");
    row.bind(QStringLiteral(":item_id"), item.number);
    const auto found = readAssignments(row);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<Assignment> SqliteTransaction::assignmentsOf(const QString &agentId)
{
    auto rows = statement("assignment/of_agent");
    rows.bind(QStringLiteral(":agent_id"), agentId);
    return readAssignments(rows);
}

std::vector<Assignment> SqliteTransaction::expiredAssignments(int limit)
{
    auto rows = statement("assignment/expired");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit);
    return readAssignments(rows);
}

Assignment SqliteTransaction::insertAssignment(Assignment assignment)
{
    auto row = statement("assignment/insert");
    row.bind(QStringLiteral(":item_id"), assignment.item.number)
        .bind(QStringLiteral(":agent_id"), assignment.agentId)
        .bind(QStringLiteral(":channel"), assignment.channel.isNull() ? QStringLiteral("") : assignment.channel)
        .bind(QStringLiteral(":taken_ms"), toMillis(assignment.taken))
        .bind(QStringLiteral(":lease_ms"), static_cast<qint64>(assignment.lease.count()))
        .bind(QStringLiteral(":lease_until_ms"), toMillis(assignment.leaseUntil));
    if (change(row))
        assignment.token = row.insertedId();
    return assignment;
}

void SqliteTransaction::extendAssignment(qint64 token, Instant leaseUntil)
{
    auto row = statement("assignment/extend");
    row.bind(QStringLiteral(":token"), token).bind(QStringLiteral(":lease_until_ms"), toMillis(leaseUntil));
    change(row);
}

void SqliteTransaction::removeAssignment(ItemId item)
{
    auto row = statement("assignment/remove");
    row.bind(QStringLiteral(":item_id"), item.number);
    change(row);
}

std::map<QString, int> SqliteTransaction::assignmentCounts()
{
    auto rows = statement("assignment/count_by_agent");
    std::map<QString, int> counts;
    if (rows.run()) {
        while (rows.next())
            counts.emplace(rows.text(0), static_cast<int>(rows.integer(1)));
    }
    return counts;
}

AgentStatus SqliteTransaction::agentStatus(const QString &agentId)
{
    auto row = statement("agent/get_status");
    row.bind(QStringLiteral(":agent_id"), agentId);
    if (!row.run() || !row.next())
        return {};
    return { static_cast<AgentState>(row.integer(0)), row.text(1), fromMillis(row.integer(2)) };
}

std::map<QString, AgentStatus> SqliteTransaction::agentStatuses()
{
    auto rows = statement("agent/list_status");
    std::map<QString, AgentStatus> statuses;
    if (rows.run()) {
        while (rows.next())
            statuses.emplace(rows.text(0), AgentStatus { static_cast<AgentState>(rows.integer(1)), rows.text(2), fromMillis(rows.integer(3)) });
    }
    return statuses;
}

void SqliteTransaction::setAgentStatus(const QString &agentId, const AgentStatus &status)
{
    auto row = statement("agent/set_status");
    row.bind(QStringLiteral(":agent_id"), agentId)
        .bind(QStringLiteral(":state"), static_cast<int>(status.state))
        .bind(QStringLiteral(":reason"), status.reason.isNull() ? QStringLiteral("") : status.reason)
        .bind(QStringLiteral(":since_ms"), toMillis(status.since.value_or(m_now)));
    change(row);
}

// The log

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
        .bind(QStringLiteral(":body"), QString::fromUtf8(event.body));
    if (!change(row))
        return;
    event.id = row.insertedId();
    event.tenant = m_tenant;
    m_events.push_back(std::move(event));
}

// Answers

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

// Callers

std::vector<ApiKeyRecord> SqliteTransaction::apiKeys()
{
    auto rows = statement("caller/list_api_keys");
    std::vector<ApiKeyRecord> keys;
    if (rows.run()) {
        while (rows.next())
            keys.push_back({ rows.text(0), m_tenant, rows.text(1), rows.text(2).split(u' '), fromMillis(rows.integer(3)), instantAt(rows, 4) });
    }
    return keys;
}

bool SqliteTransaction::hasUsers()
{
    auto row = statement("caller/count_users");
    return row.run() && row.next() && row.integer(0) > 0;
}

void SqliteTransaction::insertApiKey(const ApiKeyRecord &key, const QByteArray &hash)
{
    auto row = statement("caller/insert_api_key");
    row.bind(QStringLiteral(":id"), key.id)
        .bind(QStringLiteral(":name"), key.name)
        .bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":scopes"), key.scopes.join(u' '))
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), nullable(key.expires));
    change(row);
}

bool SqliteTransaction::revokeApiKey(const QString &id)
{
    auto row = statement("caller/revoke_api_key");
    row.bind(QStringLiteral(":id"), id).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    return change(row) && row.changedRows() > 0;
}

void SqliteTransaction::insertUser(const UserRecord &user)
{
    auto row = statement("caller/insert_user");
    row.bind(QStringLiteral(":name"), user.name)
        .bind(QStringLiteral(":password_hash"), user.passwordHash)
        .bind(QStringLiteral(":scopes"), user.scopes.join(u' '))
        .bind(QStringLiteral(":created_ms"), toMillis(m_now));
    change(row);
}

void SqliteTransaction::setLoginFailures(const QString &user, int failures, Instant lockedUntil)
{
    auto row = statement("caller/set_failures");
    row.bind(QStringLiteral(":name"), user).bind(QStringLiteral(":failures"), failures).bind(QStringLiteral(":locked_until_ms"), toMillis(lockedUntil));
    change(row);
}

void SqliteTransaction::insertSession(const SessionRecord &session, const QByteArray &hash)
{
    auto row = statement("caller/insert_session");
    row.bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":user_name"), session.user)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), toMillis(session.expires));
    change(row);
}

void SqliteTransaction::removeSession(const QByteArray &hash)
{
    auto row = statement("caller/remove_session");
    row.bind(QStringLiteral(":hash"), hash);
    change(row);
}

void SqliteTransaction::forgetSessionsBefore(Instant instant)
{
    auto row = statement("caller/forget_sessions");
    row.bind(QStringLiteral(":now_ms"), toMillis(instant));
    change(row);
}

} // namespace iwd
