// SPDX-License-Identifier: Apache-2.0
#include "postgrestransaction.h"

namespace iwd {

namespace {

/// Bounds what one statement carries; a transaction rarely has as many.
constexpr size_t mostEventsAtOnce = 2'000;

} // namespace

qint64 dayOf(Instant instant)
{
    return std::chrono::floor<std::chrono::days>(instant.time_since_epoch()).count();
}

PostgresTransaction::PostgresTransaction(PostgresDatabase &database, TenantId tenant, Instant now, TenantCache &cache, TenantState *state, ConfigurationCache &configurations)
    : SqlTransaction(database, tenant, now, nullptr, cache)
    , m_postgres(database)
    , m_state(state)
    , m_configurations(configurations)
{
}

TenantState PostgresTransaction::readState(PostgresDatabase &database, TenantId tenant)
{
    auto row = database.statement(QStringLiteral("state/get"), tenant.number);
    if (!row.run() || !row.next())
        return {};
    return { row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.text(5), true, false };
}

void PostgresTransaction::writeState(const QString &writer)
{
    if (configurationChanged())
        ++m_state->configurationVersion;
    auto row = statement("state/put");
    row.bind(QStringLiteral(":last_event"), m_state->lastEvent)
        .bind(QStringLiteral(":last_day"), m_state->lastDay)
        .bind(QStringLiteral(":last_item"), m_state->lastItem)
        .bind(QStringLiteral(":last_token"), m_state->lastToken)
        .bind(QStringLiteral(":configuration_version"), m_state->configurationVersion)
        .bind(QStringLiteral(":writer"), writer)
        .send();
}

std::optional<qint64> PostgresTransaction::newItemId()
{
    m_state->changed = true;
    return ++m_state->lastItem;
}

std::optional<qint64> PostgresTransaction::newToken()
{
    m_state->changed = true;
    return ++m_state->lastToken;
}

size_t PostgresTransaction::eventsAtOnce() const
{
    return mostEventsAtOnce;
}

QString PostgresTransaction::hasLabelSql() const
{
    return QStringLiteral("jsonb_exists(p.document -> 'labels', :label)");
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
    std::vector<QByteArray> bodies;
    for (Event &event : events) {
        event.id = ++m_state->lastEvent;
        items.push_back(event.item.number > 0 ? std::optional(event.item.number) : std::nullopt);
        instants.push_back(toMillis(event.at));
        types.push_back(static_cast<int>(event.type));
        bodies.push_back(std::exchange(event.body, {}));
    }
    m_state->changed = true;
    return statement("event/append")
        .bind(QStringLiteral(":day"), m_state->lastDay)
        .bind(QStringLiteral(":first_id"), first)
        .bind(QStringLiteral(":items"), postgresarray::ofIntegers(items))
        .bind(QStringLiteral(":at"), postgresarray::ofIntegers(instants))
        .bind(QStringLiteral(":types"), postgresarray::ofIntegers(types))
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
