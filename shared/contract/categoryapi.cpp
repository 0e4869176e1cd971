// SPDX-License-Identifier: Apache-2.0
#include "categoryapi.h"

#include "configurationobject.h"

#include <limits>

namespace iwd {

namespace {

Condition readRule(ObjectReader &reader)
{
    const QString name = QStringLiteral("rule");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return {};
    auto rule = Condition::parse(value);
    if (rule)
        return std::move(rule).value();
    reader.fail(inside(reader.pathOf(name), rule.error()));
    return {};
}

/// Everything below inherits from level 1, so there must be something to inherit.
void requireAtLevelOne(ObjectReader &reader, const Category &category, const QString &id, const QString &name)
{
    if (category.parentId.isEmpty() && id.isEmpty())
        reader.fail(missingField(reader.pathOf(name), QStringLiteral("an id, because a category without a parent has none to inherit")));
}

} // namespace

Result<Category> decodeCategory(const QJsonObject &json, const QString &idInPath)
{
    const QString schema = QStringLiteral("schema");
    const QString queue = QStringLiteral("queue");
    ObjectReader reader(json);
    Category category;
    configuration::readHead(reader, category, idInPath);
    category.parentId = reader.objectId(QStringLiteral("parent"));
    category.order = reader.integer(QStringLiteral("order"), std::numeric_limits<int>::min(), std::numeric_limits<int>::max(), 0);
    category.rule = readRule(reader);
    category.schemaId = reader.objectId(schema);
    category.queueId = reader.objectId(queue);
    category.calendarId = reader.objectId(QStringLiteral("calendar"));
    requireAtLevelOne(reader, category, category.schemaId, schema);
    requireAtLevelOne(reader, category, category.queueId, queue);
    if (!category.parentId.isEmpty() && category.parentId == category.id)
        reader.fail(invalidField(QStringLiteral("parent"), QStringLiteral("another category than itself"), u'"' + category.id + u'"'));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return category;
}

QJsonObject encodeCategory(const Category &category)
{
    QJsonObject json = configuration::encodeHead(category);
    json.insert(QStringLiteral("parent"), configuration::encodeReference(category.parentId));
    json.insert(QStringLiteral("order"), category.order);
    json.insert(QStringLiteral("rule"), category.rule.toJson());
    json.insert(QStringLiteral("schema"), configuration::encodeReference(category.schemaId));
    json.insert(QStringLiteral("queue"), configuration::encodeReference(category.queueId));
    json.insert(QStringLiteral("calendar"), configuration::encodeReference(category.calendarId));
    return json;
}

} // namespace iwd
