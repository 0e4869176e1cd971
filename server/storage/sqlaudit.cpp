// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

#include <QJsonDocument>

namespace iwd {

using namespace column;

namespace {

QVariant textOf(const std::optional<QJsonObject> &value)
{
    return nullable(value ? QString::fromUtf8(QJsonDocument(*value).toJson(QJsonDocument::Compact)) : QString());
}

std::optional<QJsonObject> valueIn(Statement &row, int column)
{
    return row.isNull(column) ? std::nullopt : std::optional(QJsonDocument::fromJson(row.bytes(column)).object());
}

} // namespace

void SqlTransaction::appendAudit(const AuditRecord &record)
{
    auto row = statement("audit/add");
    row.bind(QStringLiteral(":area"), static_cast<int>(record.area))
        .bind(QStringLiteral(":at_ms"), toMillis(m_now))
        .bind(QStringLiteral(":actor_kind"), record.actor.kind)
        .bind(QStringLiteral(":actor_id"), record.actor.id)
        .bind(QStringLiteral(":actor_name"), record.actor.name)
        .bind(QStringLiteral(":address"), present(record.actor.address))
        .bind(QStringLiteral(":action"), record.action)
        .bind(QStringLiteral(":kind"), record.kind)
        .bind(QStringLiteral(":object_id"), record.objectId)
        .bind(QStringLiteral(":version"), record.version)
        .bind(QStringLiteral(":old_value"), textOf(record.before))
        .bind(QStringLiteral(":new_value"), textOf(record.after));
    changeCallers(row);
}

std::vector<AuditRecord> SqlTransaction::audit(const AuditFilter &filter, qint64 before, int limit)
{
    QString conditions;
    const auto add = [&conditions](bool used, const char *condition) {
        if (used)
            conditions += QStringLiteral(" and ") + QLatin1StringView(condition);
    };
    add(!filter.kind.isEmpty(), "kind = :kind");
    add(!filter.objectId.isEmpty(), "object_id = :object_id");
    add(!filter.actor.isEmpty(), "actor_id = :actor_id");
    add(!filter.action.isEmpty(), "action = :action");
    add(filter.from.has_value(), "at_ms >= :from_ms");
    add(filter.until.has_value(), "at_ms < :until_ms");
    writeKept("audit/list");
    auto rows = database().statement(QStringLiteral("audit/list"), m_tenant.number, { { QStringLiteral("conditions"), conditions } });
    const auto bindText = [&rows](const char *name, const QString &text) {
        if (!text.isEmpty())
            rows.bind(QString::fromLatin1(name), text);
    };
    bindText(":kind", filter.kind);
    bindText(":object_id", filter.objectId);
    bindText(":actor_id", filter.actor);
    bindText(":action", filter.action);
    if (filter.from)
        rows.bind(QStringLiteral(":from_ms"), toMillis(*filter.from));
    if (filter.until)
        rows.bind(QStringLiteral(":until_ms"), toMillis(*filter.until));
    rows.bind(QStringLiteral(":area"), static_cast<int>(filter.area)).bind(QStringLiteral(":before"), before).bind(QStringLiteral(":limit"), limit);
    std::vector<AuditRecord> records;
    rows.run();
    while (!failed() && rows.next()) {
        AuditRecord record;
        record.id = rows.integer(0);
        record.area = filter.area;
        record.at = fromMillis(rows.integer(1));
        record.actor = { rows.text(2), rows.text(3), rows.text(4), rows.text(5) };
        record.action = rows.text(6);
        record.kind = rows.text(7);
        record.objectId = rows.text(8);
        record.version = rows.integer(9);
        record.before = valueIn(rows, 10);
        record.after = valueIn(rows, 11);
        records.push_back(std::move(record));
    }
    return records;
}

} // namespace iwd
