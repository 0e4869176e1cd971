// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "callercolumns.h"
#include "columns.h"

#include <QJsonDocument>

namespace iwd {

using namespace column;

namespace {

FilterRecord readFilter(Statement &row)
{
    FilterRecord record;
    record.id = row.integer(0);
    record.owner = { row.text(1), row.text(2), row.text(3) };
    record.filter.name = row.text(4);
    record.filter.description = row.text(5);
    record.filter.visibility = static_cast<FilterVisibility>(row.integer(6));
    record.filter.roles = row.text(7).split(u' ', Qt::SkipEmptyParts);
    record.filter.search = QJsonDocument::fromJson(row.bytes(8)).object();
    record.version = row.integer(9);
    record.created = fromMillis(row.integer(10));
    record.updated = fromMillis(row.integer(11));
    return record;
}

void bindOwner(Statement &row, const Actor &owner)
{
    row.bind(QStringLiteral(":owner_kind"), present(owner.kind)).bind(QStringLiteral(":owner_id"), present(owner.id));
}

void bindFilter(Statement &row, const SavedFilter &filter)
{
    row.bind(QStringLiteral(":name"), filter.name)
        .bind(QStringLiteral(":description"), present(filter.description))
        .bind(QStringLiteral(":visibility"), static_cast<int>(filter.visibility))
        .bind(QStringLiteral(":roles"), callercolumns::joined(filter.roles))
        .bindUtf8(QStringLiteral(":search"), QJsonDocument(filter.search).toJson(QJsonDocument::Compact));
}

} // namespace

std::optional<FilterRecord> SqlTransaction::filter(qint64 id)
{
    auto row = statement("filter/get");
    row.bind(QStringLiteral(":id"), id);
    return row.run() && row.next() ? std::optional(readFilter(row)) : std::nullopt;
}

std::vector<FilterRecord> SqlTransaction::filters(const Actor &owner, qint64 after, int limit)
{
    auto rows = statement("filter/list");
    bindOwner(rows, owner);
    rows.bind(QStringLiteral(":after"), after).bind(QStringLiteral(":limit"), limit);
    std::vector<FilterRecord> filters;
    rows.run();
    while (!failed() && rows.next())
        filters.push_back(readFilter(rows));
    return filters;
}

std::optional<qint64> SqlTransaction::filterCalled(const Actor &owner, const QString &name)
{
    auto row = statement("filter/called");
    bindOwner(row, owner);
    row.bind(QStringLiteral(":name"), name);
    return row.run() && row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

int SqlTransaction::countFilters(const Actor &owner)
{
    auto row = statement("filter/count");
    bindOwner(row, owner);
    return row.run() && row.next() ? static_cast<int>(row.integer(0)) : 0;
}

void SqlTransaction::insertFilter(FilterRecord &record)
{
    auto row = statement("filter/insert");
    bindOwner(row, record.owner);
    bindFilter(row, record.filter);
    row.bind(QStringLiteral(":owner_name"), present(record.owner.name)).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_callerChanges;
    if (row.run() && row.next()) {
        record.id = row.integer(0);
        record.version = 1;
        record.created = record.updated = m_now;
    }
}

void SqlTransaction::updateFilter(FilterRecord &record)
{
    auto row = statement("filter/update");
    bindFilter(row, record.filter);
    row.bind(QStringLiteral(":id"), record.id).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_callerChanges;
    if (row.run() && row.next()) {
        record.version = row.integer(0);
        record.updated = m_now;
    }
}

void SqlTransaction::removeFilter(qint64 id)
{
    auto row = statement("filter/remove");
    row.bind(QStringLiteral(":id"), id);
    changeCallers(row);
}

void SqlTransaction::removePrivateFilters(const Actor &owner)
{
    auto rows = statement("filter/remove_private");
    bindOwner(rows, owner);
    changeCallers(rows);
}

} // namespace iwd
