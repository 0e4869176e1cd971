// SPDX-License-Identifier: Apache-2.0
#include "filterapi.h"

#include "configurationobject.h"
#include "exportapi.h"

#include <domain/fulltext.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace iwd {

namespace {

const QString filterName = QStringLiteral("filter");
const QString textName = QStringLiteral("text");
const QString conditionName = QStringLiteral("condition");
const QString sortName = QStringLiteral("sort");
const QString columnsName = QStringLiteral("columns");
const QString allName = QStringLiteral("all");

constexpr std::array visibilities { FilterVisibility::Private, FilterVisibility::Shared, FilterVisibility::Public };

bool isSaid(const QJsonValue &value)
{
    return !value.isUndefined() && !value.isNull();
}

/// A name is shown in lists and typed into command lines: nothing that cannot be seen, and nothing around it.
bool isFilterName(const QString &text)
{
    return text == text.trimmed() && std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint() || c.isSurrogate(); });
}

Result<FilterVisibility> decodeVisibility(const QString &name)
{
    if (name.isEmpty())
        return FilterVisibility::Private;
    for (const FilterVisibility visibility : visibilities) {
        if (visibilityName(visibility) == name)
            return visibility;
    }
    return invalidField(QStringLiteral("visibility"), QStringLiteral("private, shared or public"), u'"' + name + u'"');
}

Result<void> checkRoles(const SavedFilter &filter)
{
    const QString roles = QStringLiteral("roles");
    const bool isShared = filter.visibility == FilterVisibility::Shared;
    if (isShared && filter.roles.isEmpty())
        return missingField(roles, QStringLiteral("the roles with which the filter is shared; \"visibility\": \"public\" is for everybody"));
    if (!isShared && !filter.roles.isEmpty())
        return invalidField(roles, QStringLiteral("\"visibility\": \"shared\" beside them"), visibilityName(filter.visibility));
    return {};
}

QJsonValue encodeSort(const SearchInput &input)
{
    if (input.byPriority)
        return QStringLiteral("priority");
    QJsonArray keys;
    for (const SortKey &key : input.sort) {
        keys.append(QJsonObject { { QStringLiteral("field"), QString(key.field->name) },
            { QStringLiteral("direction"), key.descending ? QStringLiteral("desc") : QStringLiteral("asc") } });
    }
    return keys;
}

/// A search with what it says, each thing in one way.
QJsonObject encodeSearch(const SearchInput &input)
{
    QJsonObject search;
    if (!input.text.isEmpty())
        search.insert(textName, input.text);
    if (const QJsonObject condition = input.condition.toJson().toObject(); !condition.isEmpty())
        search.insert(conditionName, condition);
    if (const QJsonValue sort = encodeSort(input); sort.isString() || !sort.toArray().isEmpty())
        search.insert(sortName, sort);
    if (!input.columns.isEmpty())
        search.insert(columnsName, QJsonArray::fromStringList(input.columns));
    return search;
}

/// @param search the members of a filter that are those of a search
Result<QJsonObject> checkedSearch(const QJsonObject &search)
{
    const auto input = decodeSearch(search);
    if (!input)
        return input.error();
    if (const auto once = checkColumnsOnce(search.value(columnsName)); !once)
        return once.error();
    const QJsonObject encoded = encodeSearch(*input);
    const auto bytes = QJsonDocument(encoded).toJson(QJsonDocument::Compact).size();
    if (bytes > MaxFilterSearchBytes)
        return invalidField(conditionName, QStringLiteral("a search of at most %1 bytes of JSON in all").arg(MaxFilterSearchBytes), QString::number(bytes));
    return encoded;
}

/// The words of both. A quote that is not closed reaches to the end of its own text only.
QString bothTexts(QString one, const QString &other)
{
    if (one.isEmpty() || other.isEmpty())
        return one + other;
    if (one.count(u'"') % 2 == 1)
        one += u'"';
    return one + u' ' + other;
}

void appendParts(QJsonArray &parts, const QJsonObject &condition)
{
    if (condition.size() != 1 || !condition.contains(allName)) {
        parts.append(condition);
        return;
    }
    for (const QJsonValue part : condition.value(allName).toArray())
        parts.append(part);
}

QJsonObject bothConditions(const QJsonObject &one, const QJsonObject &other)
{
    if (one.isEmpty() || other.isEmpty())
        return one.isEmpty() ? other : one;
    QJsonArray parts;
    appendParts(parts, one);
    appendParts(parts, other);
    return { { allName, parts } };
}

/// What each of two searches may ask for, but not both at once.
Error tooMuchTogether(const QString &field, const SavedFilter &filter, Error error)
{
    error.text = QStringLiteral("Together with the %1 of the saved filter \"%2\" this is too much. %3").arg(field, filter.name, error.text);
    error.field = field;
    return error;
}

Error unusable(const SavedFilter &filter, const Error &problem)
{
    Error error = invalidField(filterName, QStringLiteral("a saved filter that can be used"));
    error.text = QStringLiteral("The saved filter \"%1\" cannot be used any more: %2").arg(filter.name, problem.text);
    return error;
}

} // namespace

QString visibilityName(FilterVisibility visibility)
{
    switch (visibility) {
    case FilterVisibility::Private:
        return QStringLiteral("private");
    case FilterVisibility::Shared:
        return QStringLiteral("shared");
    case FilterVisibility::Public:
        return QStringLiteral("public");
    }
    Q_UNREACHABLE();
}

Result<SavedFilter> decodeFilter(const QJsonObject &json)
{
    static const QStringList ofSearch { textName, conditionName, sortName, columnsName };
    QJsonObject mine;
    QJsonObject theSearch;
    for (auto member = json.begin(); member != json.end(); ++member)
        (ofSearch.contains(member.key()) ? theSearch : mine).insert(member.key(), member.value());

    ObjectReader reader(mine);
    SavedFilter filter;
    const QString name = QStringLiteral("name");
    filter.name = reader.requiredText(name, MaxNameLength);
    if (!isFilterName(filter.name))
        reader.fail(invalidField(name, QStringLiteral("a name of visible characters without spaces around it"), filter.name.left(60)));
    filter.description = reader.text(QStringLiteral("description"), MaxDescriptionLength);
    filter.visibility = reader.take(decodeVisibility(reader.text(QStringLiteral("visibility"), 20)));
    filter.roles = reader.objectIds(QStringLiteral("roles"), MaxRolesOfFilter);
    if (const auto sound = checkRoles(filter); !sound)
        reader.fail(sound.error());
    filter.search = reader.take(checkedSearch(theSearch));
    reader.ignore({ QStringLiteral("id"), QStringLiteral("owner"), QStringLiteral("own"), QStringLiteral("problem"), QStringLiteral("version"), QStringLiteral("createdDateTime"),
        QStringLiteral("updatedDateTime") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return filter;
}

QJsonObject encodeFilter(const SavedFilter &filter)
{
    const auto saved = [&filter](const QString &name) { return filter.search.contains(name) ? filter.search.value(name) : QJsonValue(); };
    return { { QStringLiteral("name"), filter.name }, { QStringLiteral("description"), filter.description }, { QStringLiteral("visibility"), visibilityName(filter.visibility) },
        { QStringLiteral("roles"), QJsonArray::fromStringList(filter.roles) }, { textName, saved(textName) }, { conditionName, saved(conditionName) }, { sortName, saved(sortName) },
        { columnsName, filter.search.value(columnsName).toArray() } };
}

Result<void> problemOf(const SavedFilter &filter)
{
    const auto input = decodeSearch(filter.search);
    return input ? Result<void>() : input.error();
}

Result<QString> filterNamedIn(const QJsonObject &request)
{
    const QJsonValue sent = request.value(filterName);
    const auto id = json::text(filterName, sent, limits::ObjectId);
    // Whoever sends an empty one means one filter, and would be surprised by everything.
    if (id && id->isEmpty() && isSaid(sent))
        return invalidField(filterName, QStringLiteral("the id of a saved filter, such as \"filter-17\""), json::describe(sent));
    return id;
}

Result<QJsonObject> withFilter(const QJsonObject &request, const SavedFilter &filter)
{
    // What is wrong with the request's own part is told with the request's own paths.
    const auto own = decodeSearch({ { textName, request.value(textName) }, { conditionName, request.value(conditionName) } });
    if (!own)
        return own.error();
    const auto saved = decodeSearch(filter.search);
    if (!saved)
        return unusable(filter, saved.error());
    QJsonObject search = request;
    search.remove(filterName);
    if (const QString text = bothTexts(saved->text, own->text); !text.isEmpty()) {
        if (const auto query = TextQuery::parse(text); !query)
            return tooMuchTogether(textName, filter, query.error());
        search.insert(textName, text);
    }
    if (const QJsonObject condition = bothConditions(saved->condition.toJson().toObject(), own->condition.toJson().toObject()); !condition.isEmpty()) {
        if (const auto parsed = Condition::parse(condition); !parsed)
            return tooMuchTogether(conditionName, filter, parsed.error());
        search.insert(conditionName, condition);
    }
    for (const QString &name : { sortName, columnsName }) {
        if (!isSaid(request.value(name)) && filter.search.contains(name))
            search.insert(name, filter.search.value(name));
    }
    return search;
}

} // namespace iwd
