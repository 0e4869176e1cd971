// SPDX-License-Identifier: Apache-2.0
#include "eventhandlers.h"

#include "encoding.h"
#include "eventstream.h"
#include "longpoll.h"

#include <pipeline/report/eventfeed.h>

namespace iwd {

namespace {

constexpr int longestWaitSeconds = 60;
constexpr milliseconds waitTimeout { std::chrono::seconds(longestWaitSeconds + 30) };
constexpr qint64 lastEventId = std::numeric_limits<qint64>::max();

/// What was read of the log; of it the caller sees all, or less.
struct Events
{
    std::vector<StoredEvent> read;
    std::shared_ptr<const ConfigurationSnapshot> configuration;
};

Result<Events> readEvents(Snapshot &snapshot, qint64 after, int limit)
{
    auto read = readFeed(snapshot, after, limit);
    if (!read)
        return read.error();
    return Events { *std::move(read), snapshot.configuration() };
}

Answer encodePage(Events events, qint64 after, int limit, const CategoryScope &scope)
{
    const bool more = events.read.size() > static_cast<size_t>(limit);
    if (more)
        events.read.pop_back();
    const qint64 next = events.read.empty() ? after : events.read.back().id;
    std::erase_if(events.read, [&](const StoredEvent &event) { return !isSeen(scope, *events.configuration, event); });
    Answer answer;
    answer.body
        = "{\"data\":" + joinEvents(events.read) + ",\"next\":" + QByteArray::number(next) + ",\"more\":" + (more ? "true" : "false") + '}';
    return answer;
}

} // namespace

std::vector<ApiEndpoint> EventHandlers::endpoints()
{
    return { { { .method = "GET",
                   .pattern = QStringLiteral("/iwd/v3/events"),
                   .privilege = Privilege::EventsView,
                   .keepsToCategories = true,
                   .parameters = { QStringLiteral("after"), QStringLiteral("limit"), QStringLiteral("wait") },
                   .options = { .timeout = waitTimeout } },
        [this](Call call) { return page(std::move(call)); } } };
}

QCoro::Task<http::Response> EventHandlers::page(Call call)
{
    const auto after = call.integerParameter(QStringLiteral("after"), 0, lastEventId, 0);
    if (!after)
        co_return call.badRequest(after.error());
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto wait = call.numberParameter(QStringLiteral("wait"), 0, longestWaitSeconds, 0);
    if (!wait)
        co_return call.badRequest(wait.error());

    LongPoll<Events> poll;
    poll.news = [signal = &m_pipeline.eventSignal(), tenant = call.caller.tenant] { return signal->next(tenant); };
    poll.read = [after = *after, limit = *limit](Snapshot &snapshot) { return readEvents(snapshot, after, limit + 1); };
    poll.isThere = [](const Events &events) { return !events.read.empty(); };
    const milliseconds patience(static_cast<qint64>(*wait * 1000));
    const auto events = co_await readWhenThere(&m_pipeline, call.caller.tenant, call.request.deadline, patience, poll);
    if (!events)
        co_return call.problem(events.error());
    co_return toResponse(encodePage(*events, *after, *limit, { call.caller.categories }));
}

EndpointInfo EventHandlers::streamInfo() const
{
    return { .method = "GET",
        .pattern = QStringLiteral("/iwd/v3/events/stream"),
        .privilege = Privilege::EventsView,
        .keepsToCategories = true,
        .parameters = { QStringLiteral("after") } };
}

http::WebSocketRoute EventHandlers::stream()
{
    return { [this](http::Request request) { 
               return refuseStream(m_authenticator, std::move(request), streamInfo(), [this](Call call) { return refusePlace(std::move(call)); });
           },
        [this](http::Request request, QWebSocket *socket) {
            const auto source = eventSource(m_pipeline, request);
            const auto enter = [this](TenantId tenant) { return m_presence.follow(tenant); };
            runLiveStream({ &m_pipeline, &m_authenticator, streamInfo(), m_slowestReader, std::move(request), source, enter }, socket);
        } };
}

QCoro::Task<std::optional<http::Response>> EventHandlers::refusePlace(Call call)
{
    const auto after = call.integerParameter(QStringLiteral("after"), 0, lastEventId, 0);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Events>(Snapshot &)> look = [after = *after](Snapshot &snapshot) { return readEvents(snapshot, after, 1); };
    const auto events = co_await m_pipeline.read<Events>(call.caller.tenant, call.request.deadline, look);
    if (!events)
        co_return call.problem(events.error());
    co_return std::nullopt;
}

} // namespace iwd
