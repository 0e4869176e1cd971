// SPDX-License-Identifier: Apache-2.0
#include "itemhandlers.h"

#include "encoding.h"
#include "explanationencoding.h"
#include "pagecursor.h"

#include <contract/bulkapi.h>
#include <contract/jsonreading.h>
#include <contract/problem.h>
#include <domain/suggestion.h>
#include <pipeline/capture/capture.h>
#include <pipeline/itemoperations.h>
#include <pipeline/prioritize/ordering.h>
#include <pipeline/search/searching.h>

#include <array>

namespace iwd {

namespace {

constexpr int mostItemsAtOnce = 1'000;
constexpr qint64 captureBodyBytes = 4 * 1024 * 1024;

// ---- Capture

using Captured = std::vector<Result<ItemAnswer>>;

void writeCaptureResult(JsonWriter &json, int index, const Result<ItemAnswer> &result, const QString &correlationId)
{
    json.beginObject();
    json.name(QLatin1StringView("index")).number(index);
    if (!result) {
        const int status = httpStatus(result.error().code);
        json.name(QLatin1StringView("status")).number(status);
        json.name(QLatin1StringView("problem")).value(encodeProblem(result.error(), status, correlationId));
    } else {
        const WorkItem &item = result->record.item;
        json.name(QLatin1StringView("status")).number(200).name(QLatin1StringView("id")).text(item.id.toString());
        json.name(QLatin1StringView("captureId")).textOrNull(item.captureId).name(QLatin1StringView("itemStatus")).text(statusName(item.status));
        json.name(QLatin1StringView("duplicate")).boolean(result->duplicate);
    }
    json.endObject();
}

Answer encodeCaptureResults(const Captured &captured, const QString &correlationId)
{
    int accepted = 0;
    int duplicates = 0;
    int failed = 0;
    JsonWriter json(static_cast<qsizetype>(captured.size() + 1) * 128);
    json.beginObject();
    json.name(QLatin1StringView("results")).beginArray();
    for (size_t index = 0; index < captured.size(); ++index) {
        const auto &result = captured[index];
        writeCaptureResult(json, static_cast<int>(index), result, correlationId);
        ++(!result ? failed : result->duplicate ? duplicates : accepted);
    }
    json.endArray();
    json.name(QLatin1StringView("accepted")).number(accepted).name(QLatin1StringView("duplicates")).number(duplicates);
    json.name(QLatin1StringView("failed")).number(failed);
    json.endObject();
    Answer answer;
    answer.body = json.take();
    return answer;
}

Error wrongCount(qsizetype got)
{
    if (got == 0)
        return { ErrorCode::InvalidField, QStringLiteral("The array is empty. Send 1 to %1 items at once.").arg(mostItemsAtOnce), {},
            { { QStringLiteral("expected"), QStringLiteral("1 or more items") } } };
    return { ErrorCode::TooManyItems, QStringLiteral("Send 1 to %1 items at once, not %2.").arg(mostItemsAtOnce).arg(got), {},
        { { QStringLiteral("limit"), mostItemsAtOnce }, { QStringLiteral("got"), got } } };
}

using Decoded = std::vector<Result<ItemInput>>;

Decoded decodeInputs(const QJsonArray &elements)
{
    Decoded inputs;
    inputs.reserve(static_cast<size_t>(elements.size()));
    for (const QJsonValue element : elements) {
        if (element.isObject())
            inputs.push_back(decodeItemInput(element.toObject(), InputMode::Create));
        else
            inputs.push_back(Error { ErrorCode::InvalidField, QStringLiteral("An element of the array has to be an object, an item."), {},
                { { QStringLiteral("expected"), QStringLiteral("an object") } } });
    }
    return inputs;
}

QStringList captureIdsOf(const Decoded &inputs)
{
    QStringList ids;
    for (const auto &input : inputs) {
        if (input && input->captureId && !input->captureId->isEmpty())
            ids.append(*input->captureId);
    }
    return ids;
}

Result<ItemAnswer> captureWithin(Transaction &transaction, const ItemInput &input, const Actor &actor, const CategoryScope &scope)
{
    auto captured = captureItem(transaction, input, actor);
    if (!captured || scope.covers(*transaction.configuration(), captured->record.item.categoryId))
        return captured;
    return Error { ErrorCode::NotAllowed, QStringLiteral("The item does not come into a category that \"%1\" sees, or is there already in another one. Nothing was captured.").arg(actor.name), {},
        { { QStringLiteral("categories"), QJsonArray::fromStringList(scope.roots) } } };
}

Result<Captured> captureAll(Transaction &transaction, const Decoded &inputs, const Actor &actor)
{
    Captured captured;
    captured.reserve(inputs.size());
    for (const auto &input : inputs)
        captured.push_back(input ? captureItem(transaction, *input, actor) : Result<ItemAnswer>(input.error()));
    return captured;
}

// ---- Lists

struct ListQuery
{
    ItemFilter filter;
    QString sort;
};

Result<std::vector<ItemStatus>> readStatuses(const Call &call)
{
    std::vector<ItemStatus> statuses;
    const auto text = call.request.queryValue(u"status");
    if (!text)
        return statuses;
    for (const QString &name : text->split(u',')) {
        const auto status = statusFromName(name);
        if (!status)
            return invalidField(QStringLiteral("status"),
                QStringLiteral("one or more of new, captured, queued, distributed, assigned, held, errorheld, completed, canceled, "
                               "rejected, separated by commas"),
                name.left(60));
        statuses.push_back(*status);
    }
    return statuses;
}

/// An id that no object can have is a mistake to be told of, not a filter that nothing fulfills.
Result<void> checkIdFilters(const Call &call)
{
    for (const QStringView name : { u"queue", u"category", u"capturePointId", u"assignedToUser" }) {
        const auto id = call.request.queryValue(name);
        if (id && !json::isObjectId(*id))
            return invalidField(name.toString(),
                QStringLiteral("the id of an object: 1 to 64 letters, digits, \".\", \"_\" or \"-\", beginning with a letter or digit"),
                id->left(60));
    }
    return {};
}

Result<ListQuery> readListQuery(const Call &call)
{
    ListQuery query;
    query.sort = call.request.queryValue(u"sort").value_or(QStringLiteral("-id"));
    if (!QStringList { QStringLiteral("-id"), QStringLiteral("id"), QStringLiteral("priority") }.contains(query.sort))
        return invalidField(QStringLiteral("sort"), QStringLiteral("-id, id or priority"), query.sort.left(60));
    const auto statuses = readStatuses(call);
    if (!statuses)
        return statuses.error();
    if (const auto sound = checkIdFilters(call); !sound)
        return sound.error();
    query.filter = { *statuses, call.parameter(u"queue"), call.parameter(u"category"), call.parameter(u"capturePointId"),
        call.parameter(u"captureId"), call.parameter(u"assignedToUser"), call.parameter(u"label") };
    return query;
}

Result<Answer> listById(Snapshot &snapshot, const Call &call, ListQuery query, qint64 after, int limit)
{
    if (const CategoryScope scope { call.caller.categories }; !scope.isEverything())
        query.filter.categories = scope.covered(*snapshot.configuration());
    auto records = snapshot.items(query.filter, after, query.sort == QLatin1StringView("-id"), limit + 1);
    const bool more = records.size() > static_cast<size_t>(limit);
    if (more)
        records.pop_back();
    std::vector<ItemAnswer> data;
    data.reserve(records.size());
    for (const ItemRecord &record : records)
        data.push_back(answerOf(snapshot, record));
    return encodeItemList(data, more ? cursorAfter(call, records.back().item.id.number) : QString());
}

/// Where a listing of the Universal Queue stands: all its pages look at the same instant.
struct OrderPlace
{
    Instant at;
    OrderKey key;
};

QJsonObject encodePlace(const OrderPlace &place)
{
    return { { QStringLiteral("at"), toMillis(place.at) }, { QStringLiteral("priority"), place.key.priority },
        { QStringLiteral("band"), place.key.band }, { QStringLiteral("epoch"), toMillis(place.key.epoch) },
        { QStringLiteral("rest"), qint64(place.key.rest.count()) },
        { QStringLiteral("id"), place.key.id.number } };
}

Result<std::optional<OrderPlace>> readPlace(const Call &call)
{
    const auto cursor = readCursor(call);
    if (!cursor)
        return cursor.error();
    if (cursor->isEmpty())
        return std::optional<OrderPlace>();
    for (const auto name : { "at", "priority", "band", "epoch", "rest", "id" }) {
        if (!cursor->value(QLatin1StringView(name)).isDouble())
            return damagedCursor();
    }
    OrderPlace place;
    place.at = fromMillis(cursor->value(QStringLiteral("at")).toInteger());
    place.key = { cursor->value(QStringLiteral("priority")).toInt(), cursor->value(QStringLiteral("band")).toInt(),
        fromMillis(cursor->value(QStringLiteral("epoch")).toInteger()), milliseconds(cursor->value(QStringLiteral("rest")).toInteger()), { cursor->value(QStringLiteral("id")).toInteger() } };
    return std::optional(place);
}

/// What sort=priority can filter by is what the classes of waiting items know: the queue.
Result<void> checkOrderFilters(const Call &call, const ListQuery &query)
{
    static const QStringList possible { QStringLiteral("sort"), QStringLiteral("queue"), QStringLiteral("status"), QStringLiteral("limit"),
        QStringLiteral("cursor") };
    for (const auto &[name, value] : call.request.query) {
        if (!possible.contains(name)) {
            return Error { ErrorCode::InvalidField,
                QStringLiteral(
                    "With sort=priority the list can be narrowed by queue only, not by \"%1\". Leave sort out to use this filter.")
                    .arg(name),
                name, {} };
        }
    }
    const bool onlyQueued = std::all_of(
        query.filter.statuses.begin(), query.filter.statuses.end(), [](ItemStatus status) { return status == ItemStatus::Queued; });
    if (!onlyQueued)
        return Error { ErrorCode::InvalidField,
            QStringLiteral("With sort=priority no other status than queued can be asked for, because only queued items are in the order."),
            QStringLiteral("status"), {} };
    return {};
}

Result<Answer> listWaiting(Snapshot &snapshot, const Call &call, const QString &queueId, const std::optional<OrderPlace> &place, int limit)
{
    const Instant at = place ? place->at : snapshot.now();
    const auto accepts = [queueId](const WorkClass &terms) { return queueId.isEmpty() || terms.queueId == queueId; };
    auto candidates = waitingInOrder(snapshot, accepts, at, place ? std::optional(place->key) : std::nullopt, limit + 1);
    const bool more = candidates.size() > static_cast<size_t>(limit);
    if (more)
        candidates.pop_back();
    std::vector<ItemId> ids;
    for (const Candidate &candidate : candidates)
        ids.push_back(candidate.key.id);
    std::vector<ItemAnswer> data;
    data.reserve(ids.size());
    for (ItemRecord &record : snapshot.items(ids))
        data.push_back(answerOf(snapshot, std::move(record)));
    return encodeItemList(data, more ? makeCursor(call, encodePlace({ at, candidates.back().key })) : QString());
}

// ---- Changes

Result<ItemCommand> decodeCommand(ItemOperation operation, const Call &call)
{
    ItemCommand command;
    command.operation = operation;
    command.item = call.item();
    command.ifVersion = call.ifVersion;
    command.tokenRequired = call.caller.actsOnlyOnWhatItHolds();
    command.actor = call.caller.actor;

    ObjectReader reader(call.body.toObject());
    command.token = reader.take(readToken(reader.value(QStringLiteral("token"))));
    const ItemParameters parameters = readItemParameters(operation, reader);
    command.reason = parameters.reason;
    command.resultCode = parameters.resultCode;
    command.queueId = parameters.queueId;
    command.categoryId = parameters.categoryId;
    command.agentId = parameters.agentId;
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return command;
}

/// All but Update, which is no path of its own.
constexpr std::array itemActions { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Complete, ItemOperation::Cancel, ItemOperation::Restart, ItemOperation::Activate,
    ItemOperation::Requeue, ItemOperation::Assign };

} // namespace

std::vector<ApiEndpoint> ItemHandlers::endpoints()
{
    const QString items = QStringLiteral("/iwd/v3/items");
    const QString item = QStringLiteral("/iwd/v3/items/{id}");
    const QStringList which { QStringLiteral("capturePointId") };
    const QStringList filters { QStringLiteral("status"), QStringLiteral("queue"), QStringLiteral("category"),
        QStringLiteral("capturePointId"), QStringLiteral("captureId"), QStringLiteral("assignedToUser"), QStringLiteral("label"),
        QStringLiteral("sort"), QStringLiteral("limit"), QStringLiteral("cursor") };
    const QStringList historyParameters { QStringLiteral("capturePointId"), QStringLiteral("limit"), QStringLiteral("cursor") };

    std::vector<ApiEndpoint> all {
        { { .method = "POST",
              .pattern = items,
              .privilege = Privilege::WorkitemsCreate,
              .keepsToCategories = true,
              .body = BodyUse::ObjectOrArray,
              .idempotent = true,
              .options = { .maxBody = captureBodyBytes } },
            [this](Call call) { return capture(std::move(call)); } },
        { { .method = "GET", .pattern = items, .privilege = Privilege::WorkitemsView, .keepsToCategories = true, .parameters = filters },
            [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST",
              .pattern = items + QStringLiteral("/retry"),
              .privilege = Privilege::WorkitemsResume,
              .body = BodyUse::Optional,
              .idempotent = true },
            [this](Call call) { return retry(std::move(call)); } },
        { { .method = "GET", .pattern = item, .privilege = Privilege::WorkitemsView, .keepsToCategories = true, .parameters = which },
            [this](Call call) { return get(std::move(call)); } },
        { { .method = "PATCH",
              .pattern = item,
              .privilege = Privilege::WorkitemsUpdate,
              .keepsToCategories = true,
              .parameters = which,
              .body = BodyUse::Object,
              .idempotent = true,
              .versioned = true },
            [this](Call call) { return update(std::move(call)); } },
        { { .method = "GET", .pattern = item + QStringLiteral("/explanation"), .privilege = Privilege::WorkitemsView, .keepsToCategories = true, .parameters = which },
            [this](Call call) { return explanation(std::move(call)); } },
        { { .method = "GET",
              .pattern = item + QStringLiteral("/history"),
              .privilege = Privilege::WorkitemsView,
              .keepsToCategories = true,
              .parameters = historyParameters },
            [this](Call call) { return history(std::move(call)); } },
    };
    for (const ItemOperation operation : itemActions) {
        const bool needsBody = operation == ItemOperation::Assign;
        all.push_back({ { .method = "POST",
                            .pattern = item + u'/' + operationName(operation),
                            .privilege = privilegeFor(operation),
                            .keepsToCategories = true,
                            .parameters = which,
                            .body = needsBody ? BodyUse::Object : BodyUse::Optional,
                            .idempotent = true,
                            .versioned = true },
            [this, operation](Call call) { return act(operation, std::move(call)); } });
    }
    return all;
}

QCoro::Task<http::Response> ItemHandlers::capture(Call call)
{
    return call.body.isArray() ? captureMany(std::move(call)) : captureOne(std::move(call));
}

QCoro::Task<http::Response> ItemHandlers::captureOne(Call call)
{
    const auto input = decodeItemInput(call.body.toObject(), InputMode::Create);
    if (!input)
        co_return call.problem(input.error());
    std::function<Result<ItemAnswer>(Transaction &)> work
        = [input = *input, actor = call.caller.actor, scope = CategoryScope { call.caller.categories }](Transaction &transaction) {
              return captureWithin(transaction, input, actor, scope);
          };
    WriteContext context = call.writeContext();
    context.captureIds = captureIdsOf({ input });
    const auto answer = co_await m_pipeline.write<ItemAnswer>(context, work, encodeCaptured);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::captureMany(Call call)
{
    const QJsonArray elements = call.body.toArray();
    if (!call.caller.categories.isEmpty()) {
        co_return call.problem({ ErrorCode::NotAllowed,
            QStringLiteral("\"%1\" sees the work of some categories only and so sends items one by one: what does not come into these is refused alone.").arg(call.caller.actor.name), {},
            { { QStringLiteral("categories"), QJsonArray::fromStringList(call.caller.categories) } } });
    }
    if (elements.isEmpty() || elements.size() > mostItemsAtOnce)
        co_return call.problem(wrongCount(elements.size()));
    const auto inputs = std::make_shared<const Decoded>(decodeInputs(elements));
    std::function<Result<Captured>(Transaction &)> work
        = [inputs, actor = call.caller.actor](Transaction &transaction) { return captureAll(transaction, *inputs, actor); };
    std::function<Answer(const Captured &)> encode
        = [correlationId = call.request.correlationId](const Captured &captured) { return encodeCaptureResults(captured, correlationId); };
    WriteContext context = call.writeContext();
    context.captureIds = captureIdsOf(*inputs);
    const auto answer = co_await m_pipeline.write<Captured>(context, work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::list(Call call)
{
    const auto query = readListQuery(call);
    if (!query)
        co_return call.badRequest(query.error());
    if (query->sort == QLatin1StringView("priority"))
        co_return co_await listInOrder(std::move(call));
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, query = *query, after = *after, limit = *limit](
                                                         Snapshot &snapshot) { return listById(snapshot, call, query, after, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::listInOrder(Call call)
{
    const auto query = readListQuery(call);
    if (!query)
        co_return call.badRequest(query.error());
    if (const auto possible = checkOrderFilters(call, *query); !possible)
        co_return call.badRequest(possible.error());
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    if (!call.caller.categories.isEmpty())
        co_return co_await listInOrderWithin(std::move(call), query->filter.queueId, *limit);
    const auto place = readPlace(call);
    if (!place)
        co_return call.badRequest(place.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, queueId = query->filter.queueId, place = *place, limit = *limit](
                                                         Snapshot &snapshot) { return listWaiting(snapshot, call, queueId, place, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

/// The same of the categories that the caller sees. A class does not know of categories, so items are looked at as in a search.
QCoro::Task<http::Response> ItemHandlers::listInOrderWithin(Call call, QString queueId, int limit)
{
    const auto place = readCursor(call);
    if (!place)
        co_return call.badRequest(place.error());
    SearchRequest request;
    request.scope = { call.caller.categories };
    request.byPriority = true;
    request.limit = limit;
    request.place = *place;
    if (!queueId.isEmpty()) {
        const QJsonObject inQueue { { QStringLiteral("attribute"), QStringLiteral("queue") }, { QStringLiteral("operator"), QStringLiteral("equals") }, { QStringLiteral("value"), queueId } };
        const auto condition = Condition::parse(inQueue);
        if (!condition)
            co_return call.badRequest(condition.error());
        request.search.condition = *condition;
    }
    std::function<Result<Answer>(Snapshot &)> work = [call, request](Snapshot &snapshot) -> Result<Answer> {
        auto page = searchItems(snapshot, request);
        if (!page)
            return page.error();
        std::vector<ItemAnswer> data;
        for (ItemRecord &record : page->items)
            data.push_back(answerOf(snapshot, std::move(record)));
        return encodeItemList(data, page->next.isEmpty() ? QString() : makeCursor(call, page->next));
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [reference = call.item()](Snapshot &snapshot) -> Result<Answer> {
        const auto record = findItem(snapshot, reference);
        return record ? Result<Answer>(encodeItemAnswer(answerOf(snapshot, *record))) : record.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::update(Call call)
{
    const auto input = decodeItemInput(call.body.toObject(), InputMode::Update);
    if (!input)
        co_return call.problem(input.error());
    ItemCommand command;
    command.operation = ItemOperation::Update;
    command.item = call.item();
    command.ifVersion = call.ifVersion;
    command.input = *input;
    command.actor = call.caller.actor;
    std::function<Result<ItemAnswer>(Transaction &)> work
        = [command](Transaction &transaction) { return changeItem(transaction, command); };
    const auto answer = co_await m_pipeline.write<ItemAnswer>(call.writeContext(), work, encodeItemAnswer);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::act(ItemOperation operation, Call call)
{
    const auto command = decodeCommand(operation, call);
    if (!command)
        co_return call.problem(command.error());
    std::function<Result<ItemAnswer>(Transaction &)> work
        = [command = *command](Transaction &transaction) { return changeItem(transaction, command); };
    const auto encode = operation == ItemOperation::Assign ? encodeWork : encodeItemAnswer;
    const auto answer = co_await m_pipeline.write<ItemAnswer>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::retry(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString capturePointId = reader.objectId(QStringLiteral("capturePointId"));
    const int limit = reader.integer(QStringLiteral("limit"), 1, 10'000, 1'000);
    reader.ignore({ QStringLiteral("cursor") });
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<RetryOutcome>(Transaction &)> work
        = [capturePointId, limit, after = ItemId { *after }, actor = call.caller.actor](Transaction &transaction) -> Result<RetryOutcome> {
        return retryClassification(transaction, capturePointId, after, limit, actor);
    };
    std::function<Answer(const RetryOutcome &)> encode = [call](const RetryOutcome &outcome) {
        const QString cursor = outcome.last.number > 0 ? cursorAfter(call, outcome.last.number) : QString();
        return jsonAnswer({ { QStringLiteral("tried"), outcome.tried }, { QStringLiteral("classified"), outcome.classified },
            { QStringLiteral("stillErrorHeld"), outcome.tried - outcome.classified }, { QStringLiteral("nextCursor"), textOrNull(cursor) } });
    };
    const auto answer = co_await m_pipeline.write<RetryOutcome>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::explanation(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [reference = call.item()](Snapshot &snapshot) -> Result<Answer> {
        const auto record = findItem(snapshot, reference);
        return record ? Result<Answer>(jsonAnswer(encodeExplanation(explain(snapshot, *record, reference.scope)))) : record.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ItemHandlers::history(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, after = *after, limit = *limit](Snapshot &snapshot) -> Result<Answer> {
        const auto record = findItem(snapshot, call.item());
        if (!record)
            return record.error();
        auto events = snapshot.history(record->item.id, after, limit + 1);
        const bool more = events.size() > static_cast<size_t>(limit);
        if (more)
            events.pop_back();
        const QByteArray cursor = more ? QByteArray('"' + cursorAfter(call, events.back().id).toLatin1() + '"') : QByteArrayLiteral("null");
        Answer answer;
        answer.body = "{\"data\":" + joinEvents(events) + ",\"nextCursor\":" + cursor + '}';
        return answer;
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd
