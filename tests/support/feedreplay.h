// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QSet>
#include <QStringList>

#include <map>

namespace iwd::test {

/// Builds the state of everything from the event feed alone, and complains about a feed that cannot be the story of it: an event that
/// begins from another state than the one before it ended in, an item that comes twice or from nowhere, one that gets a second holder or is offered to two.
class FeedReplay
{
public:
    struct Item
    {
        QJsonObject fields; ///< those that have a value; "custom" apart
        QJsonObject custom;
        QString createdAt; ///< time of the event item.created
        qint64 assignedBy = 0; ///< id of the event that gave or offered it to its present holder; 0: it has none
    };

    /// @param gapsAllowed ids of events need not be neighbors; they rise in any case
    explicit FeedReplay(bool gapsAllowed = false)
        : m_gapsAllowed(gapsAllowed)
    {
    }

    void apply(const QJsonObject &event);

    [[nodiscard]] const QStringList &complaints() const { return m_complaints; }
    [[nodiscard]] qint64 lastEvent() const { return m_lastEvent; }
    [[nodiscard]] const std::map<QString, Item> &items() const { return m_items; }
    [[nodiscard]] const std::map<QString, QJsonObject> &objects() const { return m_objects; } ///< "kind/id"
    /// Names of all fields of items that any event has told of.
    [[nodiscard]] const QSet<QString> &itemFields() const { return m_itemFields; }

    /// What GET /stats/queues and GET /stats/server say otherwise than this. Figures of a day count those of the day of "asOf".
    [[nodiscard]] QStringList differences(const QJsonObject &queueFigures, const QJsonObject &serverFigures) const;

private:
    void applyToItem(const QJsonObject &event, const QString &id);
    void applyToObject(const QJsonObject &event);
    void complain(const QJsonObject &event, const QString &what);

    bool m_gapsAllowed;
    qint64 m_lastEvent = 0;
    std::map<QString, Item> m_items;
    std::map<QString, QJsonObject> m_objects;
    QSet<QString> m_itemFields;
    QStringList m_complaints;
};

/// Absent, null and the empty list are one thing.
[[nodiscard]] bool sameValue(const QJsonValue &left, const QJsonValue &right);

} // namespace iwd::test
