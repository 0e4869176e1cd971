// SPDX-License-Identifier: Apache-2.0
#include "searchhandlers.h"

#include "encoding.h"
#include "namedfilter.h"
#include "pagecursor.h"

#include <contract/searchapi.h>
#include <pipeline/search/searching.h>

namespace iwd {

namespace {

QJsonValue encodeCount(const std::optional<MatchCount> &count)
{
    if (!count)
        return QJsonValue();
    return QJsonObject { { QStringLiteral("value"), count->value }, { QStringLiteral("exact"), count->exact } };
}

Result<Answer> answerSearch(Snapshot &snapshot, const Call &call, const SearchRequest &request, const QStringList &columns)
{
    const auto page = searchItems(snapshot, request);
    if (!page)
        return page.error();
    QJsonArray data;
    for (const ItemRecord &record : page->items)
        data.append(encodeColumns(record.item, viewOf(snapshot, record), columns));
    const QString cursor = page->next.isEmpty() ? QString() : makeCursor(call, page->next);
    return jsonAnswer({ { QStringLiteral("data"), data }, { QStringLiteral("nextCursor"), textOrNull(cursor) },
        { QStringLiteral("count"), encodeCount(page->count) } });
}

} // namespace

std::vector<ApiEndpoint> SearchHandlers::endpoints()
{
    return { { { .method = "POST",
                   .pattern = QStringLiteral("/iwd/v3/items/search"),
                   .privilege = Privilege::WorkitemsView,
                   .keepsToCategories = true,
                   .body = BodyUse::Object },
        [this](Call call) { return search(std::move(call)); } } };
}

QCoro::Task<http::Response> SearchHandlers::search(Call call)
{
    const auto body = co_await bodyWithNamedFilter(m_pipeline, call);
    if (!body)
        co_return call.problem(body.error());
    call.body = *body; // so that a cursor belongs to the search itself, and not to a filter that somebody changes meanwhile
    const auto input = decodeSearch(*body);
    if (!input)
        co_return call.problem(input.error());
    const auto place = readCursor(call);
    if (!place)
        co_return call.badRequest(place.error());
    SearchRequest request;
    request.search = { input->condition, input->text, {} };
    request.scope = { call.caller.categories };
    request.sort = input->sort;
    request.byPriority = input->byPriority;
    request.limit = input->limit;
    request.count = input->count;
    request.place = *place;
    std::function<Result<Answer>(Snapshot &)> work = [call, request, columns = input->columns](
                                                         Snapshot &snapshot) { return answerSearch(snapshot, call, request, columns); };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd
