// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

#include <QJsonDocument>

namespace iwd {

using namespace column;

namespace {

ConfigRecord readConfig(const Statement &row, ConfigKind kind)
{
    return { kind, row.text(0), row.integer(1), fromMillis(row.integer(2)), fromMillis(row.integer(3)), instantAt(row, 4),
        QJsonDocument::fromJson(row.bytes(5)).object() };
}

} // namespace

SqlTransaction::SqlTransaction(Database &database, TenantId tenant, Instant now, std::shared_ptr<const ConfigurationSnapshot> configuration, TenantCache &cache)
    : m_database(database)
    , m_tenant(tenant)
    , m_now(now)
    , m_configuration(std::move(configuration))
    , m_cache(cache)
{
}

Statement SqlTransaction::statement(const char *name)
{
    writeKept(name);
    return m_database.statement(QString::fromLatin1(name), m_tenant.number);
}

bool SqlTransaction::change(Statement &statement)
{
    ++m_changes;
    noteStatement(statement.name());
    return statement.send();
}

bool SqlTransaction::changeCallers(Statement &statement)
{
    ++m_callerChanges;
    return statement.send();
}

std::shared_ptr<const ConfigurationSnapshot> SqlTransaction::loadConfiguration()
{
    std::vector<ConfigRecord> all;
    auto rows = statement("config/all");
    rows.run();
    while (!failed() && rows.next())
        all.push_back(readConfig(rows, static_cast<ConfigKind>(rows.integer(6))));
    return failed() ? nullptr : ConfigurationSnapshot::build(all);
}

std::shared_ptr<const ConfigurationSnapshot> SqlTransaction::configuration()
{
    if (m_configurationStale || !m_configuration) {
        auto loaded = m_configurationStale ? loadConfiguration() : findConfiguration();
        m_configuration = loaded ? loaded : std::make_shared<const ConfigurationSnapshot>();
        m_configurationStale = false;
    }
    return m_configuration;
}

std::shared_ptr<const ConfigurationSnapshot> SqlTransaction::changedConfiguration()
{
    return m_configurationChanged ? configuration() : nullptr;
}

std::vector<ConfigRecord> SqlTransaction::configRecords(ConfigKind kind, bool deleted)
{
    auto rows = statement("config/list");
    rows.bind(QStringLiteral(":kind"), static_cast<int>(kind)).bind(QStringLiteral(":deleted"), deleted ? 1 : 0).run();
    std::vector<ConfigRecord> records;
    while (!failed() && rows.next())
        records.push_back(readConfig(rows, kind));
    return records;
}

std::optional<ConfigRecord> SqlTransaction::configRecord(ConfigKind kind, const QString &id)
{
    auto row = statement("config/get");
    row.bind(QStringLiteral(":kind"), static_cast<int>(kind)).bind(QStringLiteral(":id"), id);
    return row.run() && row.next() ? std::optional(readConfig(row, kind)) : std::nullopt;
}

bool SqlTransaction::isUsedByItems(ConfigKind kind, const QString &id)
{
    Q_ASSERT(kind == ConfigKind::Queue || kind == ConfigKind::Schema || kind == ConfigKind::Calendar);
    auto row = statement(kind == ConfigKind::Queue ? "item/open_in_queue" : kind == ConfigKind::Schema ? "item/open_in_schema" : "item/open_in_calendar");
    row.bind(QStringLiteral(":id"), id);
    return row.run() && row.next();
}

void SqlTransaction::putConfig(ConfigRecord &record)
{
    auto row = statement("config/put");
    row.bind(QStringLiteral(":kind"), static_cast<int>(record.kind))
        .bind(QStringLiteral(":id"), record.id)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":updated_ms"), toMillis(m_now))
        .bind(QStringLiteral(":deleted_ms"), nullable(record.deleted))
        .bindUtf8(QStringLiteral(":document"), QJsonDocument(record.document).toJson(QJsonDocument::Compact));
    m_configurationStale = m_configurationChanged = true;
    ++m_changes;
    if (row.run() && row.next()) {
        record.version = row.integer(0);
        record.created = fromMillis(row.integer(1));
        record.updated = m_now;
    }
}

} // namespace iwd
