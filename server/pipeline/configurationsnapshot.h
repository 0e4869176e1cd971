// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>
#include <domain/attributedefinition.h>
#include <domain/businesscalendar.h>
#include <domain/configuration.h>
#include <domain/settings.h>

#include <QHash>
#include <QJsonObject>
#include <QSet>

#include <memory>
#include <optional>
#include <vector>

namespace iwd {

/// The kinds of configuration objects. The numbers are stored; the names (configKindName()) are the API's.
enum class ConfigKind { Queue = 1, Category = 2, Schema = 3, CapturePoint = 4, Agent = 5, Skill = 6, Calendar = 7, Attribute = 8, Settings = 9 };

[[nodiscard]] QString configKindName(ConfigKind kind); ///< "queue", "category", …

/// A configuration object as stored: its document is the one the API shows, less the members that are ours.
struct ConfigRecord
{
    ConfigKind kind = ConfigKind::Queue;
    QString id;
    qint64 version = 0;
    Instant created;
    Instant updated;
    std::optional<Instant> deleted;
    QJsonObject document;
};

/// A category with what the tree makes of it.
struct CategoryNode
{
    Category category;
    bool deleted = false;
    QStringList path; ///< ids, root first, ending with this one
    QString schemaId; ///< its own or the nearest ancestor's
    QString queueId;
    QString calendarId; ///< empty: the schema's
    std::vector<const CategoryNode *> children; ///< not deleted, in the order in which they are tried
};

/// A tenant's whole configuration at one moment: immutable, compiled for the pipeline, shared by all threads.
class ConfigurationSnapshot
{
public:
    /// @param records every object, deleted ones too: items may still name those
    [[nodiscard]] static std::shared_ptr<const ConfigurationSnapshot> build(const std::vector<ConfigRecord> &records);

    ConfigurationSnapshot() = default;
    ConfigurationSnapshot(const ConfigurationSnapshot &) = delete;
    ConfigurationSnapshot &operator=(const ConfigurationSnapshot &) = delete;

    /// @returns the object, or null when there is none that is not deleted
    [[nodiscard]] const Queue *queue(const QString &id) const { return find(m_queues, id); }
    [[nodiscard]] const PrioritizationSchema *schema(const QString &id) const { return find(m_schemas, id); }
    /// How priority develops for items with this schema in this queue: the schema's curve with the queue's escalation on top. Lives as long as the snapshot.
    [[nodiscard]] const PriorityCurve &curve(const QString &queueId, const PrioritizationSchema &schema) const
    {
        if (m_escalated.empty())
            return schema.curve;
        const auto found = m_escalated.find({ queueId, schema.id });
        return found == m_escalated.end() ? schema.curve : found->second;
    }
    [[nodiscard]] const CapturePoint *capturePoint(const QString &id) const { return find(m_capturePoints, id); }
    [[nodiscard]] const Skill *skill(const QString &id) const { return find(m_skills, id); }
    [[nodiscard]] const Agent *agent(const QString &id) const { return find(m_agents, id); }
    [[nodiscard]] const BusinessCalendar *calendar(const QString &id) const { return id.isEmpty() ? nullptr : find(m_calendars, id); }
    /// @returns the node, also of a deleted category; null when there never was one
    [[nodiscard]] const CategoryNode *category(const QString &id) const
    {
        const auto found = m_categories.find(id);
        return found == m_categories.end() ? nullptr : found->second.get();
    }

    /// Whether any agent belongs to the group.
    [[nodiscard]] bool hasGroup(const QString &group) const { return m_groups.contains(group); }
    /// Whether any queue offers its work to agents.
    [[nodiscard]] bool offersWork() const { return m_offersWork; }

    [[nodiscard]] const std::vector<const CategoryNode *> &rootCategories() const { return m_roots; }
    [[nodiscard]] const QHash<QString, PrioritizationSchema> &schemas() const { return m_schemas; }
    /// By the name that items use.
    [[nodiscard]] const std::map<QString, AttributeDefinition> &attributes() const { return m_attributes; }
    [[nodiscard]] const Settings &settings() const { return m_settings; }
    [[nodiscard]] const QHash<QString, Queue> &queues() const { return m_queues; }
    [[nodiscard]] const QHash<QString, Agent> &agents() const { return m_agents; }
    [[nodiscard]] const QHash<QString, CapturePoint> &capturePoints() const { return m_capturePoints; }
    [[nodiscard]] const QHash<QString, Skill> &skills() const { return m_skills; }
    [[nodiscard]] const QHash<QString, BusinessCalendar> &calendars() const { return m_calendars; }
    [[nodiscard]] const std::map<QString, std::unique_ptr<CategoryNode>> &categories() const { return m_categories; }

private:
    template <typename T>
    static const T *find(const QHash<QString, T> &objects, const QString &id)
    {
        const auto found = objects.constFind(id);
        return found == objects.constEnd() ? nullptr : &*found;
    }
    void linkCategories();
    void escalateCurves();

    QHash<QString, Queue> m_queues;
    QHash<QString, PrioritizationSchema> m_schemas;
    std::map<std::pair<QString, QString>, PriorityCurve> m_escalated; ///< by queue and schema, of queues that escalate
    QHash<QString, CapturePoint> m_capturePoints;
    QHash<QString, Skill> m_skills;
    QHash<QString, Agent> m_agents;
    QSet<QString> m_groups;
    bool m_offersWork = false;
    QHash<QString, BusinessCalendar> m_calendars;
    std::map<QString, AttributeDefinition> m_attributes;
    Settings m_settings;
    std::map<QString, std::unique_ptr<CategoryNode>> m_categories;
    std::vector<const CategoryNode *> m_roots;
};

} // namespace iwd
