// SPDX-License-Identifier: Apache-2.0
#include "bulkapi.h"

#include <domain/fulltext.h>
#include <domain/suggestion.h>

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

const QString actionName = QStringLiteral("action");
const QString parametersName = QStringLiteral("parameters");
const QString itemsName = QStringLiteral("items");
const QString searchName = QStringLiteral("search");
const QString excludeName = QStringLiteral("exclude");
const QString tokenName = QStringLiteral("confirmationToken");

constexpr int longestToken = 1'000;

QStringList actionNames()
{
    QStringList names;
    for (int number = 0; number < ItemOperationCount; ++number)
        names.append(operationName(static_cast<ItemOperation>(number)));
    return names;
}

ItemOperation readAction(ObjectReader &reader)
{
    const QString name = reader.requiredText(actionName, 40);
    const auto action = operationFromName(name);
    if (!action && !reader.failed()) {
        static const QStringList known = actionNames();
        Error error = invalidField(actionName, QStringLiteral("one of %1").arg(known.join(QStringLiteral(", "))), u'"' + name + u'"');
        error.text += suggestion(name, known);
        reader.fail(error);
    }
    return action.value_or(ItemOperation::Hold);
}

Result<ItemParameters> decodeParameters(ItemOperation action, const QJsonValue &json)
{
    const auto object = json.isUndefined() || json.isNull() ? Result<QJsonObject>(QJsonObject()) : json::object(parametersName, json);
    if (!object)
        return object.error();
    if (action != ItemOperation::Update) {
        ObjectReader reader(*object, parametersName);
        ItemParameters parameters = readItemParameters(action, reader);
        if (const auto finished = reader.finish(); !finished)
            return finished.error();
        return parameters;
    }
    if (object->isEmpty())
        return missingField(parametersName, QStringLiteral("the fields to change, as for PATCH /items/{id}"));
    const auto input = decodeItemInput(*object, InputMode::Update);
    if (!input)
        return inside(parametersName, input.error());
    ItemParameters parameters;
    parameters.input = *input;
    return parameters;
}

/// Ids in the order of the items, each once. Keys of the sources' own would have to be looked up one by one: a search finds them together.
Result<std::vector<ItemId>> decodeIds(const QString &path, const QJsonValue &json)
{
    const QString expected = QStringLiteral("a list of ids of items, such as \"wi-1045\"; for keys of a source send a search for captureId");
    if (!json.isArray())
        return invalidField(path, expected, json::describe(json));
    const QJsonArray array = json.toArray();
    if (array.size() > MaxBulkItems) {
        return Error { ErrorCode::TooManyItems, QStringLiteral("Send at most %1 ids in \"%2\", not %3; a search may match any number.").arg(MaxBulkItems).arg(path).arg(array.size()), path,
            { { QStringLiteral("limit"), MaxBulkItems }, { QStringLiteral("got"), array.size() } } };
    }
    std::vector<ItemId> ids;
    ids.reserve(static_cast<size_t>(array.size()));
    for (qsizetype i = 0; i < array.size(); ++i) {
        const auto id = ItemId::fromString(array[i].toString());
        if (!id)
            return invalidField(QStringLiteral("%1[%2]").arg(path).arg(i), QStringLiteral("the id of an item, such as \"wi-1045\""), json::describe(array[i]));
        ids.push_back(*id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

Result<void> decodeSelection(BulkRequest &request, const QJsonValue &json)
{
    const auto object = json::object(searchName, json);
    if (!object)
        return object.error();
    ObjectReader reader(*object, searchName);
    if (const QJsonValue written = reader.value(QStringLiteral("condition")); !written.isUndefined() && !written.isNull()) {
        auto parsed = Condition::parse(written);
        if (parsed)
            request.condition = *std::move(parsed);
        else
            reader.fail(inside(reader.pathOf(QStringLiteral("condition")), parsed.error()));
    }
    request.text = reader.text(QStringLiteral("text"), TextQuery::MaxLength);
    if (!request.text.isEmpty()) {
        if (const auto query = TextQuery::parse(request.text); !query)
            reader.fail(inside(searchName, query.error()));
    }
    return reader.finish();
}

} // namespace

ItemParameters readItemParameters(ItemOperation operation, ObjectReader &reader)
{
    ItemParameters parameters;
    switch (operation) {
    case ItemOperation::Hold:
    case ItemOperation::Cancel:
        parameters.reason = reader.text(QStringLiteral("reason"), limits::Text);
        break;
    case ItemOperation::Complete:
        parameters.resultCode = reader.text(QStringLiteral("resultCode"), limits::Text);
        break;
    case ItemOperation::Requeue:
        parameters.queueId = reader.objectId(QStringLiteral("queue"));
        parameters.reason = reader.text(QStringLiteral("reason"), limits::Text);
        break;
    case ItemOperation::Restart:
        parameters.categoryId = reader.objectId(QStringLiteral("category"));
        break;
    case ItemOperation::Assign:
        parameters.agentId = reader.objectId(QStringLiteral("agent"));
        if (parameters.agentId.isEmpty())
            reader.fail(missingField(reader.pathOf(QStringLiteral("agent")), QStringLiteral("the id of an agent")));
        break;
    case ItemOperation::Resume:
    case ItemOperation::Activate:
    case ItemOperation::Update:
        break;
    }
    return parameters;
}

Result<BulkRequest> decodeBulkRequest(const QJsonObject &json)
{
    ObjectReader reader(json);
    BulkRequest request;
    request.action = readAction(reader);
    const QJsonValue parameters = reader.value(parametersName);
    if (!reader.failed())
        request.parameters = reader.take(decodeParameters(request.action, parameters));
    const QJsonValue items = reader.value(itemsName);
    const QJsonValue search = reader.value(searchName);
    if (items.isUndefined() == search.isUndefined()) {
        reader.fail(missingField(itemsName, QStringLiteral("exactly one of \"items\", a list of ids, and \"search\", what the items have in common; {} is everything")));
    } else if (!items.isUndefined()) {
        request.items = reader.take(decodeIds(itemsName, items));
        if (request.items->empty())
            reader.fail(invalidField(itemsName, QStringLiteral("1 to %1 ids").arg(MaxBulkItems), QStringLiteral("an empty list")));
    } else if (const auto decoded = decodeSelection(request, search); !decoded) {
        reader.fail(decoded.error());
    }
    if (const QJsonValue exclude = reader.value(excludeName); !exclude.isUndefined() && !exclude.isNull()) {
        const auto ids = reader.take(decodeIds(excludeName, exclude));
        request.exclude = { ids.begin(), ids.end() };
    }
    request.confirmationToken = reader.text(tokenName, longestToken);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    if (request.items) {
        std::erase_if(*request.items, [&request](ItemId id) { return request.exclude.contains(id); });
        request.exclude.clear();
    }
    QJsonObject plain = json;
    plain.remove(tokenName);
    request.canonical = QJsonDocument(plain).toJson(QJsonDocument::Compact);
    return request;
}

} // namespace iwd
