// SPDX-License-Identifier: Apache-2.0
#include "attributeapi.h"

#include "configurationobject.h"

#include <domain/itemfields.h>

namespace iwd {

namespace {

AttributeType readType(ObjectReader &reader)
{
    const QString field = QStringLiteral("type");
    const QString name = reader.text(field, 20);
    if (name.isEmpty())
        return AttributeType::Text;
    const auto type = attributeTypeFromName(name);
    if (!type)
        reader.fail(invalidField(reader.pathOf(field), QStringLiteral("text, integer, number, boolean or date"), u'"' + name + u'"'));
    return type.value_or(AttributeType::Text);
}

Result<QJsonArray> readAllowedValues(const AttributeDefinition &definition, const QJsonValue &json)
{
    const QString path = QStringLiteral("allowedValues");
    if (json.isUndefined() || json.isNull())
        return QJsonArray();
    const QJsonArray values = json.toArray();
    if (!json.isArray() || values.size() > MaxAllowedValues)
        return invalidField(path, QStringLiteral("a list of at most %1 values").arg(MaxAllowedValues), json::describe(json));
    AttributeDefinition anyValue = definition;
    anyValue.allowedValues = {};
    QJsonArray kept;
    for (qsizetype i = 0; i < values.size(); ++i) {
        const QString valuePath = QStringLiteral("%1[%2]").arg(path).arg(i);
        if (const auto sound = checkAttributeValue(anyValue, values[i], valuePath); !sound)
            return sound.error();
        if (values[i].isString()) {
            if (const auto text = json::text(valuePath, values[i], limits::Text); !text)
                return text.error();
        }
        if (!kept.contains(values[i]))
            kept.append(values[i]);
    }
    return kept;
}

} // namespace

Result<AttributeDefinition> decodeAttribute(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    AttributeDefinition definition;
    configuration::readHead(reader, definition, idInPath);
    definition.attribute = reader.text(QStringLiteral("attribute"), limits::CustomName);
    if (definition.attribute.isEmpty())
        definition.attribute = definition.id;
    definition.type = readType(reader);
    definition.allowedValues = reader.take(readAllowedValues(definition, reader.value(QStringLiteral("allowedValues"))));
    definition.required = reader.boolean(QStringLiteral("required"), false);
    definition.searchable = reader.boolean(QStringLiteral("searchable"), true);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return definition;
}

QJsonObject encodeAttribute(const AttributeDefinition &definition)
{
    QJsonObject json = configuration::encodeHead(definition);
    json.insert(QStringLiteral("attribute"), definition.attribute);
    json.insert(QStringLiteral("type"), attributeTypeName(definition.type));
    json.insert(QStringLiteral("allowedValues"), definition.allowedValues);
    json.insert(QStringLiteral("required"), definition.required);
    json.insert(QStringLiteral("searchable"), definition.searchable);
    return json;
}

} // namespace iwd
