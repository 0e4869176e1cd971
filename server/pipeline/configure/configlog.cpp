// SPDX-License-Identifier: Apache-2.0
#include "configlog.h"

#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

QString actionOf(EventType type)
{
    switch (type) {
    case EventType::ConfigCreated:
        return QStringLiteral("create");
    case EventType::ConfigDeleted:
        return QStringLiteral("delete");
    case EventType::ConfigRestored:
        return QStringLiteral("restore");
    default:
        return QStringLiteral("update");
    }
}

std::optional<QJsonObject> presentOnly(const QJsonObject &document)
{
    return document.isEmpty() ? std::nullopt : std::optional(document);
}

} // namespace

void logConfigChange(Transaction &transaction, EventType type, const ConfigRecord &record, const QJsonObject &before, const QJsonObject &after, const Actor &actor)
{
    const QString kind = configKindName(record.kind);
    const QJsonObject object { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), record.id } };
    appendObjectEvent(transaction, type, object, before, after, actor);
    AuditRecord entry;
    entry.area = AuditArea::Configuration;
    entry.actor = actor;
    entry.action = actionOf(type);
    entry.kind = kind;
    entry.objectId = record.id;
    entry.version = record.version;
    entry.before = presentOnly(before);
    entry.after = presentOnly(after);
    transaction.appendAudit(entry);
}

} // namespace iwd
