// SPDX-License-Identifier: Apache-2.0
#include "configdocuments.h"

#include <contract/agentapi.h>
#include <contract/attributeapi.h>
#include <contract/calendarapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/settingsapi.h>
#include <contract/skillapi.h>

#include <algorithm>

namespace iwd {

namespace {

constexpr ConfigKind inOrderOfReference[] { ConfigKind::Calendar, ConfigKind::Skill, ConfigKind::Attribute, ConfigKind::CapturePoint, ConfigKind::Schema, ConfigKind::Queue,
    ConfigKind::Category, ConfigKind::Agent, ConfigKind::Settings };

template <auto decode, auto encode>
Result<QJsonObject> completed(const QJsonObject &json, const QString &id)
{
    const auto object = decode(json, id);
    return object ? Result<QJsonObject>(encode(*object)) : object.error();
}

} // namespace

std::span<const ConfigKind> configKinds()
{
    return inOrderOfReference;
}

QString configMember(ConfigKind kind)
{
    switch (kind) {
    case ConfigKind::Queue:
        return QStringLiteral("queues");
    case ConfigKind::Category:
        return QStringLiteral("categories");
    case ConfigKind::Schema:
        return QStringLiteral("schemas");
    case ConfigKind::CapturePoint:
        return QStringLiteral("capturePoints");
    case ConfigKind::Agent:
        return QStringLiteral("agents");
    case ConfigKind::Skill:
        return QStringLiteral("skills");
    case ConfigKind::Calendar:
        return QStringLiteral("calendars");
    case ConfigKind::Attribute:
        return QStringLiteral("attributes");
    case ConfigKind::Settings:
        return QStringLiteral("settings");
    }
    Q_UNREACHABLE();
}

std::optional<ConfigKind> configKindNamed(QStringView name)
{
    const auto kinds = configKinds();
    const auto found = std::find_if(kinds.begin(), kinds.end(), [name](ConfigKind kind) { return configKindName(kind) == name; });
    return found == kinds.end() ? std::nullopt : std::optional(*found);
}

Result<QJsonObject> completeDocument(ConfigKind kind, const QJsonObject &json, const QString &id)
{
    switch (kind) {
    case ConfigKind::Queue:
        return completed<decodeQueue, encodeQueue>(json, id);
    case ConfigKind::Category:
        return completed<decodeCategory, encodeCategory>(json, id);
    case ConfigKind::Schema:
        return completed<decodePrioritizationSchema, encodePrioritizationSchema>(json, id);
    case ConfigKind::CapturePoint:
        return completed<decodeCapturePoint, encodeCapturePoint>(json, id);
    case ConfigKind::Agent:
        return completed<decodeAgent, encodeAgent>(json, id);
    case ConfigKind::Skill:
        return completed<decodeSkill, encodeSkill>(json, id);
    case ConfigKind::Calendar:
        return completed<decodeCalendar, encodeCalendar>(json, id);
    case ConfigKind::Attribute:
        return completed<decodeAttribute, encodeAttribute>(json, id);
    case ConfigKind::Settings: {
        const auto settings = decodeSettings(json, {});
        return settings ? Result<QJsonObject>(encodeSettings(*settings)) : settings.error();
    }
    }
    Q_UNREACHABLE();
}

QJsonObject withoutDefaults(ConfigKind kind, const QString &id, const QJsonObject &document)
{
    QJsonObject brief = document;
    brief.remove(QStringLiteral("id"));
    for (const QString &member : document.keys()) {
        QJsonObject shorter = brief;
        shorter.remove(member);
        const auto again = shorter == brief ? Result<QJsonObject>(document) : completeDocument(kind, shorter, id);
        if (again && *again == document)
            brief = shorter;
    }
    return brief;
}

std::vector<ConfigRecord> storedObjects(Snapshot &snapshot)
{
    std::vector<ConfigRecord> records;
    for (const ConfigKind kind : configKinds()) {
        for (const bool deleted : { false, true }) {
            for (ConfigRecord &record : snapshot.configRecords(kind, deleted)) {
                if (record.deleted.has_value() == deleted)
                    records.push_back(std::move(record));
            }
        }
    }
    return records;
}

} // namespace iwd
