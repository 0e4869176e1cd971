// SPDX-License-Identifier: Apache-2.0
#include "attributedefinition.h"

#include <base/instant.h>

#include <QJsonDocument>

#include <cmath>

namespace iwd {

namespace {

constexpr AttributeType allTypes[] { AttributeType::Text, AttributeType::Integer, AttributeType::Number, AttributeType::Boolean, AttributeType::Date };

/// Beyond this, numbers of JSON are not exact.
constexpr double mostInteger = 9'007'199'254'740'992.0;

bool hasType(AttributeType type, const QJsonValue &value)
{
    switch (type) {
    case AttributeType::Text:
        return value.isString();
    case AttributeType::Integer:
        return value.isDouble() && std::trunc(value.toDouble()) == value.toDouble() && std::abs(value.toDouble()) <= mostInteger;
    case AttributeType::Number:
        return value.isDouble();
    case AttributeType::Boolean:
        return value.isBool();
    case AttributeType::Date:
        return value.isString() && instantFromIso(value.toString()).ok();
    }
    Q_UNREACHABLE();
}

QString typeInWords(AttributeType type)
{
    switch (type) {
    case AttributeType::Text:
        return QStringLiteral("a text");
    case AttributeType::Integer:
        return QStringLiteral("a whole number");
    case AttributeType::Number:
        return QStringLiteral("a number");
    case AttributeType::Boolean:
        return QStringLiteral("true or false");
    case AttributeType::Date:
        return QStringLiteral("an ISO 8601 date and time with an offset, such as 2026-03-01T08:15:30Z");
    }
    Q_UNREACHABLE();
}

/// As JSON, so that a text and a number can be told apart; long ones are cut.
QString written(const QJsonValue &value)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact)).sliced(1).chopped(1).left(60);
}

} // namespace

QString attributeTypeName(AttributeType type)
{
    switch (type) {
    case AttributeType::Text:
        return QStringLiteral("text");
    case AttributeType::Integer:
        return QStringLiteral("integer");
    case AttributeType::Number:
        return QStringLiteral("number");
    case AttributeType::Boolean:
        return QStringLiteral("boolean");
    case AttributeType::Date:
        return QStringLiteral("date");
    }
    Q_UNREACHABLE();
}

std::optional<AttributeType> attributeTypeFromName(QStringView name)
{
    for (const AttributeType type : allTypes) {
        if (attributeTypeName(type) == name)
            return type;
    }
    return std::nullopt;
}

Result<void> checkAttributeValue(const AttributeDefinition &definition, const QJsonValue &value, const QString &path)
{
    if (!hasType(definition.type, value))
        return invalidField(path, QStringLiteral("%1, as attribute \"%2\" is defined").arg(typeInWords(definition.type), definition.name), written(value));
    if (definition.allowedValues.isEmpty() || definition.allowedValues.contains(value))
        return {};
    QStringList shown;
    for (qsizetype i = 0; i < std::min<qsizetype>(definition.allowedValues.size(), 10); ++i)
        shown.append(written(definition.allowedValues[i]));
    if (definition.allowedValues.size() > shown.size())
        shown.append(QStringLiteral("…"));
    return invalidField(path, QStringLiteral("one of %1, as attribute \"%2\" is defined").arg(shown.join(QStringLiteral(", ")), definition.name), written(value));
}

} // namespace iwd
