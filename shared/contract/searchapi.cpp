// SPDX-License-Identifier: Apache-2.0
#include "searchapi.h"

#include "jsonreading.h"

#include <domain/fulltext.h>
#include <domain/suggestion.h>

namespace iwd {

namespace {

const QString customPrefix = QStringLiteral("custom.");

Error unknownField(const QString &path, const QString &name, const QStringList &known)
{
    Error error = invalidField(path, QStringLiteral("the name of a field, such as \"createdDateTime\""), u'"' + name.left(100) + u'"');
    error.text = QStringLiteral("There is no field \"%1\".").arg(name.left(100)) + suggestion(name, known);
    return error;
}

QStringList sortableNames()
{
    QStringList names;
    for (const ItemField &field : itemFields()) {
        if (field.kind != FieldKind::TextList)
            names.append(field.name);
    }
    return names;
}

Result<SortKey> decodeSortKey(const QJsonValue &json, const QString &path)
{
    const auto object = json::object(path, json);
    if (!object)
        return object.error();
    ObjectReader reader(*object, path);
    const QString name = reader.requiredText(QStringLiteral("field"), limits::Text);
    const QString direction = reader.text(QStringLiteral("direction"), 10);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    const ItemField *field = itemField(name);
    const QString namePath = reader.pathOf(QStringLiteral("field"));
    if (name == QLatin1StringView("priority"))
        return invalidField(namePath, QStringLiteral("\"sort\": \"priority\" alone, because the order of the Universal Queue includes everything that decides"));
    if (name.startsWith(customPrefix))
        return invalidField(namePath, QStringLiteral("a field of the item; custom attributes cannot be sorted by, because their values may be of any type"));
    if (!field || field->kind == FieldKind::TextList)
        return unknownField(namePath, name, sortableNames());
    if (!direction.isEmpty() && direction != QLatin1StringView("asc") && direction != QLatin1StringView("desc"))
        return invalidField(reader.pathOf(QStringLiteral("direction")), QStringLiteral("asc or desc"), u'"' + direction + u'"');
    return SortKey { field, direction == QLatin1StringView("desc") };
}

Result<void> decodeSort(SearchInput &input, const QJsonValue &json)
{
    const QString path = QStringLiteral("sort");
    if (json.isUndefined() || json.isNull())
        return {};
    if (json == QJsonValue(QStringLiteral("priority"))) {
        input.byPriority = true;
        return {};
    }
    const QJsonArray keys = json.toArray();
    if (!json.isArray() || keys.size() > MaxSortKeys)
        return invalidField(path, QStringLiteral("\"priority\", or a list of at most %1 objects {\"field\", \"direction\"}").arg(MaxSortKeys), json::describe(json));
    for (qsizetype i = 0; i < keys.size(); ++i) {
        const QString keyPath = QStringLiteral("sort[%1]").arg(i);
        const auto key = decodeSortKey(keys[i], keyPath);
        if (!key)
            return key.error();
        const bool twice = std::any_of(input.sort.begin(), input.sort.end(), [&](const SortKey &other) { return other.field == key->field; });
        if (twice)
            return invalidField(keyPath + QStringLiteral(".field"), QStringLiteral("a field that is named once"), u'"' + QString(key->field->name) + u'"');
        input.sort.push_back(*key);
    }
    return {};
}

Result<void> decodeColumns(SearchInput &input, const QJsonValue &json)
{
    const auto columns = json::textList(QStringLiteral("columns"), json, MaxColumns, limits::Text);
    if (!columns)
        return columns.error();
    static const QStringList known = columnNames();
    for (qsizetype i = 0; i < columns->size(); ++i) {
        const QString &name = (*columns)[i];
        if (!known.contains(name) && !(name.startsWith(customPrefix) && name.size() > customPrefix.size()))
            return unknownField(QStringLiteral("columns[%1]").arg(i), name, known);
    }
    input.columns = *columns;
    return {};
}

Result<CountWish> decodeCount(const QString &name)
{
    if (name.isEmpty() || name == QLatin1StringView("none"))
        return CountWish::None;
    if (name == QLatin1StringView("estimate"))
        return CountWish::Estimate;
    if (name == QLatin1StringView("exact"))
        return CountWish::Exact;
    return invalidField(QStringLiteral("count"), QStringLiteral("none, estimate or exact"), u'"' + name + u'"');
}

} // namespace

QStringList columnNames()
{
    QStringList names;
    for (const ItemField &field : itemFields())
        names.append(field.name);
    return names + QStringList { QStringLiteral("priority"), QStringLiteral("categoryPath"), QStringLiteral("slaDateTime"), QStringLiteral("custom") };
}

Result<SearchInput> decodeSearch(const QJsonObject &json)
{
    ObjectReader reader(json);
    SearchInput input;
    const QString condition = QStringLiteral("condition");
    if (const QJsonValue written = reader.value(condition); !written.isUndefined() && !written.isNull()) {
        auto parsed = Condition::parse(written);
        if (parsed)
            input.condition = *std::move(parsed);
        else
            reader.fail(inside(condition, parsed.error()));
    }
    input.text = reader.text(QStringLiteral("text"), TextQuery::MaxLength);
    if (!input.text.isEmpty()) {
        if (const auto query = TextQuery::parse(input.text); !query)
            reader.fail(query.error());
    }
    if (const auto sort = decodeSort(input, reader.value(QStringLiteral("sort"))); !sort)
        reader.fail(sort.error());
    if (const auto columns = decodeColumns(input, reader.value(QStringLiteral("columns"))); !columns)
        reader.fail(columns.error());
    input.limit = reader.integer(QStringLiteral("limit"), 1, 1'000, 100);
    input.count = reader.take(decodeCount(reader.text(QStringLiteral("count"), 100)));
    reader.ignore({ QStringLiteral("cursor") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return input;
}

QJsonObject encodeColumns(const WorkItem &item, const ItemView &view, const QStringList &columns)
{
    const QJsonObject all = encodeItem(item, view);
    if (columns.isEmpty())
        return all;
    QJsonObject chosen { { QStringLiteral("id"), all.value(QStringLiteral("id")) } };
    QJsonObject custom;
    for (const QString &name : columns) {
        if (!name.startsWith(customPrefix))
            chosen.insert(name, all.value(name));
        else if (const auto value = item.custom.constFind(QStringView(name).sliced(customPrefix.size())); value != item.custom.constEnd())
            custom.insert(value.key(), *value);
    }
    const bool namesCustom = std::any_of(columns.begin(), columns.end(), [](const QString &name) { return name.startsWith(customPrefix); });
    if (namesCustom && !columns.contains(QStringLiteral("custom")))
        chosen.insert(QStringLiteral("custom"), custom);
    return chosen;
}

} // namespace iwd
