// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace iwd {

/// A field of a work item as a column shows it.
struct ItemColumn
{
    enum class Kind { Text, Number, Instant, Status, List };

    QString field; ///< of the API: "captureId", "custom.region"
    QString title; ///< in the person's language
    Kind kind = Kind::Text;
    bool isSortable = true;

    /// What @p item has there; invalid: nothing.
    [[nodiscard]] QVariant value(const QJsonObject &item) const;
    /// The same for people; instants in this machine's time zone and the person's way of writing.
    [[nodiscard]] QString text(const QJsonObject &item) const;
};

class ItemColumns
{
    Q_DECLARE_TR_FUNCTIONS(iwd::ItemColumns)
public:
    /// Every field that an item has by itself, the most asked for first.
    [[nodiscard]] static QList<ItemColumn> all();
    /// What is shown before anybody has chosen.
    [[nodiscard]] static QStringList usual();
    /// @p fields as columns; custom attributes are texts, and what is no field is left out.
    [[nodiscard]] static QList<ItemColumn> of(const QStringList &fields);
    /// The word for a status of the API; one that this program does not know is shown as it is.
    [[nodiscard]] static QString statusText(const QString &status);
};

} // namespace iwd
