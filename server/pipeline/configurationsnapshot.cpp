// SPDX-License-Identifier: Apache-2.0
#include "configurationsnapshot.h"

#include <base/log.h>
#include <contract/agentapi.h>
#include <contract/attributeapi.h>
#include <contract/calendarapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/settingsapi.h>
#include <contract/skillapi.h>

namespace iwd {

QString configKindName(ConfigKind kind)
{
    switch (kind) {
    case ConfigKind::Queue:
        return QStringLiteral("queue");
    case ConfigKind::Category:
        return QStringLiteral("category");
    case ConfigKind::Schema:
        return QStringLiteral("schema");
    case ConfigKind::CapturePoint:
        return QStringLiteral("capture-point");
    case ConfigKind::Agent:
        return QStringLiteral("agent");
    case ConfigKind::Skill:
        return QStringLiteral("skill");
    case ConfigKind::Calendar:
        return QStringLiteral("calendar");
    case ConfigKind::Attribute:
        return QStringLiteral("attribute");
    case ConfigKind::Settings:
        return QStringLiteral("settings");
    }
    Q_UNREACHABLE();
}

namespace {

/// Stored documents were checked when they came in. One that no longer decodes is a bug or a damaged file: it is left out and said aloud.
void unreadable(const ConfigRecord &record, const Error &error)
{
    log::error(u"A stored configuration object cannot be read and is ignored",
        { { QLatin1StringView("kind"), configKindName(record.kind) }, { QLatin1StringView("id"), record.id }, { QLatin1StringView("reason"), error.text } });
}

template <typename T>
void put(QHash<QString, T> &objects, const ConfigRecord &record, Result<T> (*decode)(const QJsonObject &, const QString &))
{
    if (record.deleted)
        return;
    Result<T> object = decode(record.document, record.id);
    if (object)
        objects.insert(record.id, *std::move(object));
    else
        unreadable(record, object.error());
}

Result<BusinessCalendar> compiledCalendar(const QJsonObject &json, const QString &id)
{
    const auto calendar = decodeCalendar(json, id);
    return calendar ? BusinessCalendar::compile(*calendar) : calendar.error();
}

bool triedBefore(const CategoryNode *left, const CategoryNode *right)
{
    return std::tie(left->category.order, left->category.id) < std::tie(right->category.order, right->category.id);
}

} // namespace

std::shared_ptr<const ConfigurationSnapshot> ConfigurationSnapshot::build(const std::vector<ConfigRecord> &records)
{
    auto snapshot = std::make_shared<ConfigurationSnapshot>();
    for (const ConfigRecord &record : records) {
        switch (record.kind) {
        case ConfigKind::Queue:
            put(snapshot->m_queues, record, decodeQueue);
            break;
        case ConfigKind::Schema:
            put(snapshot->m_schemas, record, decodePrioritizationSchema);
            break;
        case ConfigKind::CapturePoint:
            put(snapshot->m_capturePoints, record, decodeCapturePoint);
            break;
        case ConfigKind::Skill:
            put(snapshot->m_skills, record, decodeSkill);
            break;
        case ConfigKind::Agent:
            put(snapshot->m_agents, record, decodeAgent);
            break;
        case ConfigKind::Calendar:
            put(snapshot->m_calendars, record, compiledCalendar);
            break;
        case ConfigKind::Attribute:
            if (record.deleted)
                break;
            if (Result<AttributeDefinition> definition = decodeAttribute(record.document, record.id))
                snapshot->m_attributes.emplace(definition->attribute, *definition);
            else
                unreadable(record, definition.error());
            break;
        case ConfigKind::Settings:
            if (const Result<Settings> settings = decodeSettings(record.document))
                snapshot->m_settings = *settings;
            else
                unreadable(record, settings.error());
            break;
        case ConfigKind::Category:
            if (Result<Category> category = decodeCategory(record.document, record.id)) {
                auto node = std::make_unique<CategoryNode>();
                node->category = *std::move(category);
                node->deleted = record.deleted.has_value();
                snapshot->m_categories.emplace(record.id, std::move(node));
            } else {
                log::error(u"A stored category cannot be read and is ignored",
                    { { QLatin1StringView("id"), record.id }, { QLatin1StringView("reason"), category.error().text } });
            }
            break;
        }
    }
    snapshot->linkCategories();
    for (const Agent &agent : std::as_const(snapshot->m_agents))
        snapshot->m_groups.unite(QSet<QString>(agent.groups.begin(), agent.groups.end()));
    snapshot->m_offersWork
        = std::any_of(snapshot->m_queues.cbegin(), snapshot->m_queues.cend(), [](const Queue &queue) { return queue.mode == DistributionMode::Push; });
    snapshot->escalateCurves();
    return snapshot;
}

void ConfigurationSnapshot::escalateCurves()
{
    for (const Queue &queue : m_queues) {
        for (const PrioritizationSchema &schema : m_schemas) {
            if (!queue.escalation.empty())
                m_escalated.emplace(std::pair(queue.id, schema.id), schema.curve.withSteps(queue.escalation));
        }
    }
}

void ConfigurationSnapshot::linkCategories()
{
    for (auto &[id, node] : m_categories) {
        // Walks up to the root; the depth limit also ends a circle in a damaged file.
        const CategoryNode *ancestor = node.get();
        for (int depth = 0; ancestor && depth < 64; ++depth) {
            node->path.prepend(ancestor->category.id);
            if (node->schemaId.isEmpty())
                node->schemaId = ancestor->category.schemaId;
            if (node->queueId.isEmpty())
                node->queueId = ancestor->category.queueId;
            if (node->calendarId.isEmpty())
                node->calendarId = ancestor->category.calendarId;
            ancestor = ancestor->category.parentId.isEmpty() ? nullptr : category(ancestor->category.parentId);
        }
        if (node->deleted)
            continue;
        if (node->category.parentId.isEmpty())
            m_roots.push_back(node.get());
        else if (const auto parent = m_categories.find(node->category.parentId); parent != m_categories.end())
            parent->second->children.push_back(node.get());
    }
    std::sort(m_roots.begin(), m_roots.end(), triedBefore);
    for (auto &[id, node] : m_categories)
        std::sort(node->children.begin(), node->children.end(), triedBefore);
}

} // namespace iwd
