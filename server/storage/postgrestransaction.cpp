// SPDX-License-Identifier: Apache-2.0
#include "postgrestransaction.h"

#include "columns.h"
#include "itemrow.h"

namespace iwd {

namespace {

/// What one statement carries: enough that its own cost does not count, and so few that the database works on it while the next one is put together.
constexpr size_t mostEventsAtOnce = 384;
constexpr size_t mostItemsAtOnce = 128;

/// What one event tells of items that are not its own; when there are more, others forget what they remember instead.
constexpr size_t mostOtherItemsTold = 64;

/// How long a process that died keeps others from what falls due.
constexpr milliseconds dueWorkLease { 5'000 };

} // namespace

qint64 dayOf(Instant instant)
{
    return std::chrono::floor<std::chrono::days>(instant.time_since_epoch()).count();
}

QString PostgresTransaction::conditionForItemsApart()
{
    return QStringLiteral("i.id in (select a.id from apart a where a.tenant_id = :tenant)");
}

PostgresTransaction::PostgresTransaction(PostgresDatabase &database, TenantId tenant, Instant now, TenantCache &cache, TenantState *state, ConfigurationCache &configurations, const QString &process)
    : SqlTransaction(database, tenant, now, nullptr, cache)
    , m_postgres(database)
    , m_state(state)
    , m_configurations(configurations)
    , m_process(process)
{
}

TenantState PostgresTransaction::readState(PostgresDatabase &database, TenantId tenant, const QStringList &captureIds)
{
    TenantState state;
    {
        auto row = database.statement(QStringLiteral("state/get"), tenant.number);
        if (!row.run() || !row.next())
            return state;
        state.lastEvent = row.integer(0);
        state.lastDay = row.integer(1);
        state.lastItem = row.integer(2);
        state.lastToken = row.integer(3);
        state.configurationVersion = row.integer(4);
        state.callersVersion = row.integer(5);
        state.writes = row.integer(6);
        state.worker = row.text(7);
        state.workerUntilMillis = row.integer(8);
        state.databaseMillis = row.integer(9);
        state.known = true;
    }
    // A single one is asked for as quickly when it is needed, if it is.
    if (captureIds.size() < 2)
        return state;
    std::vector<QByteArray> keys;
    for (const QString &key : captureIds) {
        keys.push_back(key.toUtf8());
        state.captured.insert(key, {});
    }
    auto rows = database.statement(QStringLiteral("capture/find_many"), tenant.number);
    rows.bind(QStringLiteral(":capture_ids"), postgresarray::ofTexts(keys)).run();
    while (!database.failure() && rows.next())
        state.captured[rows.text(0)].append({ { rows.integer(1) }, rows.text(2) });
    return state;
}

std::vector<Event> PostgresTransaction::readFacts(PostgresDatabase &database, TenantId tenant, qint64 after, qint64 upTo, int limit, ToldChanges &told)
{
    auto rows = database.statement(QStringLiteral("event/facts_after"), tenant.number);
    rows.bind(QStringLiteral(":after"), after).bind(QStringLiteral(":up_to"), upTo).bind(QStringLiteral(":limit"), limit);
    std::vector<Event> events;
    if (!rows.run())
        return events;
    while (rows.next()) {
        Event event;
        event.id = rows.integer(0);
        event.tenant = tenant;
        event.at = fromMillis(rows.integer(1));
        event.type = static_cast<EventType>(rows.integer(2));
        event.item = { rows.integer(3) };
        decodeEventFacts(rows.bytes(4), event, told);
        events.push_back(std::move(event));
    }
    return events;
}

/// By the database's clock, because those of the processes' machines may differ. No other process can take it meanwhile: this one has the tenant's lock.
bool PostgresTransaction::leasesDueWork()
{
    if (!m_state || !m_state->known)
        return false;
    const bool own = m_state->worker == m_process;
    if (!own && m_state->databaseMillis < m_state->workerUntilMillis)
        return false;
    if (!own || m_state->workerUntilMillis - m_state->databaseMillis < dueWorkLease.count() / 2) {
        m_state->worker = m_process;
        m_state->workerUntilMillis = m_state->databaseMillis + dueWorkLease.count();
        m_state->workerChanged = true;
    }
    return true;
}

void PostgresTransaction::writeRest()
{
    writeItems();
    writeAssignments();
    writeIdle();
    writeSegmentServices();
    if (configurationChanged())
        ++m_state->configurationVersion;
    if (callersChanged())
        ++m_state->callersVersion;
    auto row = statement("state/put");
    row.bind(QStringLiteral(":last_event"), m_state->lastEvent)
        .bind(QStringLiteral(":last_day"), m_state->lastDay)
        .bind(QStringLiteral(":last_item"), m_state->lastItem)
        .bind(QStringLiteral(":last_token"), m_state->lastToken)
        .bind(QStringLiteral(":configuration_version"), m_state->configurationVersion)
        .bind(QStringLiteral(":callers_version"), m_state->callersVersion)
        .bind(QStringLiteral(":writes"), m_state->writes)
        .bind(QStringLiteral(":worker"), m_state->worker)
        .bind(QStringLiteral(":worker_until_ms"), m_state->workerUntilMillis)
        .send();
}

bool PostgresTransaction::storeItem(ItemRecord &record)
{
    noteChange();
    record.item.id.number = ++m_state->lastItem;
    m_newRows.put(record);
    m_newPayloads.put(record.item);
    if (!record.item.captureId.isEmpty())
        m_newCaptureIds.insert(record.item.captureId);
    m_state->captured.remove(record.item.captureId); // what was known of it holds no longer
    if (m_newRows.count() >= mostItemsAtOnce)
        writeItems();
    return !failed();
}

bool PostgresTransaction::storeChange(const ItemRecord &record, bool payloadChanged)
{
    noteChange();
    const bool isNew = m_newRows.contains(record.item.id.number);
    (isNew ? m_newRows : m_changedRows).put(record);
    if (payloadChanged)
        (isNew ? m_newPayloads : m_changedPayloads).put(record.item);
    if (m_changedRows.count() >= mostItemsAtOnce)
        writeItems();
    return !failed();
}

void PostgresTransaction::writeItems()
{
    const auto write = [this](const char *name, auto &rows) {
        if (rows.count() == 0)
            return;
        auto all = statement(name);
        rows.bind(all);
        all.send();
        rows.clear();
    };
    write("rows/insert_items", m_newRows);
    write("rows/insert_payloads", m_newPayloads);
    write("rows/update_items", m_changedRows);
    write("rows/update_payloads", m_changedPayloads);
    m_newCaptureIds.clear();
}

void PostgresTransaction::storeAssignment(Assignment &assignment)
{
    noteHands();
    assignment.token = ++m_state->lastToken;
    m_newAssignments.push_back(assignment);
}

void PostgresTransaction::dropAssignment(ItemId item)
{
    noteHands();
    if (std::erase_if(m_newAssignments, [item](const Assignment &assignment) { return assignment.item == item; }) == 0)
        m_droppedAssignments.push_back(item);
}

void PostgresTransaction::writeAssignments()
{
    if (!m_droppedAssignments.empty()) {
        std::vector<std::optional<qint64>> items;
        for (const ItemId item : std::exchange(m_droppedAssignments, {}))
            items.push_back(item.number);
        statement("rows/remove_assignments").bind(QStringLiteral(":item_ids"), postgresarray::ofIntegers(items)).send();
    }
    if (m_newAssignments.empty())
        return;
    const std::vector<Assignment> assignments = std::exchange(m_newAssignments, {});
    auto rows = statement("rows/insert_assignments");
    const auto numbers = [&](const QString &placeholder, const auto &of) {
        std::vector<std::optional<qint64>> column;
        for (const Assignment &assignment : assignments)
            column.push_back(of(assignment));
        rows.bind(placeholder, postgresarray::ofIntegers(column));
    };
    const auto texts = [&](const QString &placeholder, const auto &of) {
        std::vector<QByteArray> column;
        for (const Assignment &assignment : assignments)
            column.push_back(column::present(of(assignment)).toUtf8());
        rows.bind(placeholder, postgresarray::ofTexts(column));
    };
    numbers(QStringLiteral(":tokens"), [](const Assignment &assignment) { return assignment.token; });
    numbers(QStringLiteral(":item_ids"), [](const Assignment &assignment) { return assignment.item.number; });
    numbers(QStringLiteral(":taken"), [](const Assignment &assignment) { return toMillis(assignment.taken); });
    numbers(QStringLiteral(":leases"), [](const Assignment &assignment) { return qint64(assignment.lease.count()); });
    numbers(QStringLiteral(":leases_until"), [](const Assignment &assignment) { return toMillis(assignment.leaseUntil); });
    numbers(QStringLiteral(":offered"), [](const Assignment &assignment) { return assignment.offered ? 1 : 0; });
    numbers(QStringLiteral(":weights"), [](const Assignment &assignment) { return assignment.weight; });
    texts(QStringLiteral(":agent_ids"), [](const Assignment &assignment) { return assignment.agentId; });
    texts(QStringLiteral(":channels"), [](const Assignment &assignment) { return assignment.channel; });
    texts(QStringLiteral(":queue_ids"), [](const Assignment &assignment) { return assignment.queueId; });
    rows.send();
}

void PostgresTransaction::storeIdle(const QString &agentId)
{
    noteHands();
    m_idle.insert(agentId);
}

void PostgresTransaction::writeIdle()
{
    if (m_idle.isEmpty())
        return;
    std::vector<QByteArray> agents;
    for (const QString &agentId : std::exchange(m_idle, {}))
        agents.push_back(agentId.toUtf8());
    statement("rows/set_idle").bind(QStringLiteral(":idle_since_ms"), toMillis(now())).bind(QStringLiteral(":agent_ids"), postgresarray::ofTexts(agents)).send();
}

void PostgresTransaction::storeSegmentService(const QString &queueId, const QString &segment, const SegmentService &service)
{
    noteHands();
    m_segmentServices[{ queueId, segment }] = service;
}

void PostgresTransaction::writeSegmentServices()
{
    if (m_segmentServices.empty())
        return;
    std::vector<QByteArray> queues;
    std::vector<QByteArray> segments;
    std::vector<std::optional<qint64>> starts;
    std::vector<std::optional<qint64>> finishes;
    for (const auto &[key, service] : std::exchange(m_segmentServices, {})) {
        queues.push_back(key.first.toUtf8());
        segments.push_back(column::present(key.second).toUtf8());
        starts.push_back(service.start);
        finishes.push_back(service.finish);
    }
    statement("rows/set_segments")
        .bind(QStringLiteral(":queue_ids"), postgresarray::ofTexts(queues))
        .bind(QStringLiteral(":segments"), postgresarray::ofTexts(segments))
        .bind(QStringLiteral(":starts"), postgresarray::ofIntegers(starts))
        .bind(QStringLiteral(":finishes"), postgresarray::ofIntegers(finishes))
        .send();
}

void PostgresTransaction::writeKept(std::string_view statement)
{
    if (statement.starts_with("item/") || statement.starts_with("search/"))
        writeItems();
    else if (statement.starts_with("assignment/"))
        writeAssignments();
    else if (statement.starts_with("agent/"))
        writeIdle();
    else if (statement.starts_with("segment/"))
        writeSegmentServices();
}

std::vector<ItemRecord> PostgresTransaction::readItems(const std::vector<ItemId> &ids)
{
    std::vector<std::optional<qint64>> numbers;
    for (const ItemId id : ids)
        numbers.push_back(id.number);
    auto rows = statement("item/get_many");
    rows.bind(QStringLiteral(":ids"), postgresarray::ofIntegers(numbers)).run();
    std::vector<ItemRecord> records;
    while (!failed() && rows.next())
        records.push_back(readItem(rows));
    return records;
}

std::vector<std::vector<Waiting>> PostgresTransaction::waiting(const std::vector<WaitingRange> &ranges, int limit)
{
    std::vector<std::vector<Waiting>> places(ranges.size());
    std::vector<std::optional<qint64>> classes;
    std::vector<std::optional<qint64>> to;
    std::vector<std::optional<qint64>> afterAnchor;
    std::vector<std::optional<qint64>> afterId;
    for (const WaitingRange &range : ranges) {
        classes.push_back(range.classId);
        to.push_back(toMillis(range.to));
        const Waiting begin = beginOf(range);
        afterAnchor.push_back(toMillis(begin.anchor));
        afterId.push_back(begin.id.number);
    }
    auto rows = statement("item/waiting_many");
    rows.bind(QStringLiteral(":class_ids"), postgresarray::ofIntegers(classes))
        .bind(QStringLiteral(":to_ms"), postgresarray::ofIntegers(to))
        .bind(QStringLiteral(":after_ms"), postgresarray::ofIntegers(afterAnchor))
        .bind(QStringLiteral(":after_ids"), postgresarray::ofIntegers(afterId))
        .bind(QStringLiteral(":limit"), limit)
        .run();
    while (!failed() && rows.next())
        places[static_cast<size_t>(rows.integer(0) - 1)].push_back({ fromMillis(rows.integer(1)), { rows.integer(2) } });
    return places;
}

/// Asked for each item that comes in, so as a rule it is known already, and does not make the items before it be written one by one.
std::vector<ItemId> PostgresTransaction::itemsCapturedAs(const QString &captureId, const QString &capturePointId)
{
    if (m_newCaptureIds.contains(captureId))
        writeItems();
    const bool known = m_state && m_state->captured.contains(captureId);
    if (!known)
        return SqlTransaction::itemsCapturedAs(captureId, capturePointId);
    std::vector<ItemId> ids;
    for (const TenantState::Captured &captured : m_state->captured.value(captureId)) {
        if (capturePointId.isEmpty() || captured.capturePointId == capturePointId)
            ids.push_back(captured.item);
    }
    return ids;
}

void PostgresTransaction::noteItem(const ChangedItem &changed)
{
    m_untold.insert_or_assign(changed.item.number, changed);
}

void PostgresTransaction::noteHands()
{
    noteChange();
    m_handsChanged = true;
}

/// Whatever is not known to leave hands alone may change them.
void PostgresTransaction::noteStatement(const QString &name)
{
    const auto isAbout = [&name](QLatin1StringView what) { return name.startsWith(what); };
    if (!isAbout(QLatin1StringView("item/")) && !isAbout(QLatin1StringView("timer/")) && !isAbout(QLatin1StringView("answer/")) && !isAbout(QLatin1StringView("caller/"))
        && !isAbout(QLatin1StringView("job/")) && !isAbout(QLatin1StringView("audit/")))
        m_handsChanged = true;
}

/// What @p event is to tell other processes. The last one of a statement speaks for those items, too, that have no event.
ToldChanges PostgresTransaction::tellWith(const Event &event, bool isLast)
{
    ToldChanges told;
    if (const auto own = m_untold.find(event.item.number); own != m_untold.end()) {
        told.items.push_back(own->second);
        m_untold.erase(own);
    }
    if (!isLast)
        return told;
    if (m_untold.size() <= mostOtherItemsTold) {
        for (const auto &[item, changed] : std::exchange(m_untold, {}))
            told.items.push_back(changed);
    }
    told.writes.insert(m_state->writes + 1);
    told.hands = m_handsTold = m_handsChanged;
    return told;
}

size_t PostgresTransaction::eventsAtOnce() const
{
    return mostEventsAtOnce;
}

QString PostgresTransaction::hasLabelSql() const
{
    return QStringLiteral("jsonb_exists(p.document -> 'labels', :label)");
}

SqlTransaction::ItemsApart PostgresTransaction::itemsApart() const
{
    return { conditionForItemsApart(), {} };
}

bool PostgresTransaction::storeEvents(std::span<Event> events)
{
    const qint64 first = m_state->lastEvent + 1;
    // Days rise with ids: a clock that was set back does not lead back into a partition that readers have left behind.
    if (const qint64 today = dayOf(now()); today > m_state->lastDay) {
        m_state->lastDay = today;
        statement("event/begin_day").bind(QStringLiteral(":day"), today).bind(QStringLiteral(":first_id"), first).send();
    }
    std::vector<std::optional<qint64>> items;
    std::vector<std::optional<qint64>> instants;
    std::vector<std::optional<qint64>> types;
    std::vector<QByteArray> facts;
    std::vector<QByteArray> bodies;
    for (Event &event : events) {
        event.id = ++m_state->lastEvent;
        items.push_back(event.item.number > 0 ? std::optional(event.item.number) : std::nullopt);
        instants.push_back(toMillis(event.at));
        types.push_back(static_cast<int>(event.type));
        facts.push_back(encodeEventFacts(event, tellWith(event, &event == &events.back())));
        bodies.push_back(std::exchange(event.body, {}));
    }
    m_state->changed = true;
    return statement("event/append")
        .bind(QStringLiteral(":day"), m_state->lastDay)
        .bind(QStringLiteral(":first_id"), first)
        .bind(QStringLiteral(":items"), postgresarray::ofIntegers(items))
        .bind(QStringLiteral(":at"), postgresarray::ofIntegers(instants))
        .bind(QStringLiteral(":types"), postgresarray::ofIntegers(types))
        .bind(QStringLiteral(":facts"), postgresarray::ofTexts(facts))
        .bind(QStringLiteral(":bodies"), postgresarray::ofTexts(bodies))
        .send();
}

qint64 PostgresTransaction::lastEvent()
{
    if (!m_state)
        return SqlTransaction::lastEvent();
    writeEvents();
    return m_state->lastEvent;
}

std::shared_ptr<const ConfigurationSnapshot> PostgresTransaction::findConfiguration()
{
    qint64 version = 0;
    if (m_state) {
        version = m_state->configurationVersion;
    } else {
        auto row = statement("state/configuration_version");
        if (row.run() && row.next())
            version = row.integer(0);
    }
    if (failed())
        return nullptr;
    if (auto known = m_configurations.find(tenant(), version))
        return known;
    auto loaded = loadConfiguration();
    // What this transaction has changed is not what the version stands for.
    if (loaded && !configurationChanged())
        m_configurations.put(tenant(), version, loaded);
    return loaded;
}

} // namespace iwd
