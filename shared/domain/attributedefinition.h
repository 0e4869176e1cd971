// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QJsonArray>
#include <QString>

namespace iwd {

enum class AttributeType { Text, Integer, Number, Boolean, Date };

[[nodiscard]] QString attributeTypeName(AttributeType type); // "text", "integer", "number", "boolean", "date"
[[nodiscard]] std::optional<AttributeType> attributeTypeFromName(QStringView name);

/// What is known of a custom attribute. Attributes without a definition may hold anything.
struct AttributeDefinition
{
    QString id;
    QString name; ///< for people
    QString description;
    QString attribute; ///< the name that items use, which unlike the id may be any text; defined once
    AttributeType type = AttributeType::Text;
    QJsonArray allowedValues; ///< of the type; empty: any
    bool required = false; ///< an item must bring it when it is captured, and keeps it
    bool searchable = true; ///< whether the full-text search looks into it
};

/// Whether @p value (not null) is one that the attribute may have.
/// @param path what the Error names
[[nodiscard]] Result<void> checkAttributeValue(const AttributeDefinition &definition, const QJsonValue &value, const QString &path);

} // namespace iwd
