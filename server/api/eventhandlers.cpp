// SPDX-License-Identifier: Apache-2.0
#include "eventhandlers.h"

#include "encoding.h"
#include "eventstream.h"

#include <QTimer>

namespace iwd {

namespace {

constexpr int longestWaitSeconds = 60;
constexpr milliseconds waitTimeout { std::chrono::seconds(longestWaitSeconds + 30) };
constexpr qint64 lastEventId = std::numeric_limits<qint64>::max();

using Events = std::vector<StoredEvent>;

Answer encodePage(Events events, qint64 after, int limit)
{
    const bool more = events.size() > static_cast<size_t>(limit);
    if (more)
        events.pop_back();
    const qint64 next = events.empty() ? after : events.back().id;
    Answer answer;
    answer.body
        = "{\"data\":" + joinEvents(events) + ",\"next\":" + QByteArray::number(next) + ",\"more\":" + (more ? "true" : "false") + '}';
    return answer;
}

/// A cursor that this log never gave: waiting for its events would skip all that come until then.
Error beyondTheEnd(qint64 after, qint64 last)
{
    return { ErrorCode::FeedRestarted,
        QStringLiteral("Event %1 is not in the log, which ends at %2: the server was restored from an older state. Whatever came after %2 in your copy is gone here; "
                       "go on with after=%2, or read everything again from 0.")
            .arg(after)
            .arg(last),
        QStringLiteral("after"), { { QStringLiteral("after"), after }, { QStringLiteral("last"), last } } };
}

Result<Events> readEvents(Snapshot &snapshot, qint64 after, int limit)
{
    Events events = snapshot.events(after, limit);
    if (events.empty() && after > 0) {
        const qint64 last = snapshot.lastEvent();
        if (after > last && !snapshot.failed())
            return beyondTheEnd(after, last);
    }
    return events;
}

} // namespace

std::vector<ApiEndpoint> EventHandlers::endpoints()
{
    return { { { .method = "GET",
                   .pattern = QStringLiteral("/iwd/v3/events"),
                   .privilege = Privilege::EventsView,
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

    const Deadline patience = Deadline::in(milliseconds(static_cast<qint64>(*wait * 1000)));
    std::function<Result<Events>(Snapshot &)> work
        = [after = *after, limit = *limit](Snapshot &snapshot) { return readEvents(snapshot, after, limit + 1); };
    while (true) {
        // Register first, then read, then wait: nothing can be committed unseen in between.
        const bool mayWait = !patience.passed() && !m_pipeline.stopping();
        const Delivery<bool> news = mayWait ? m_pipeline.eventSignal().next(call.caller.tenant) : Delivery<bool>();
        const auto events = co_await m_pipeline.read<Events>(call.caller.tenant, call.request.deadline, work);
        if (!events)
            co_return call.problem(events.error());
        if (!mayWait || !events->empty()) {
            news.deliver(false);
            co_return toResponse(encodePage(*events, *after, *limit));
        }
        QTimer timer;
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &timer, [news] { news.deliver(false); });
        timer.start(std::max(milliseconds(1), std::chrono::ceil<milliseconds>(patience.at() - std::chrono::steady_clock::now())));
        co_await news;
    }
}

EndpointInfo EventHandlers::streamInfo() const
{
    return { .method = "GET",
        .pattern = QStringLiteral("/iwd/v3/events/stream"),
        .privilege = Privilege::EventsView,
        .parameters = { QStringLiteral("after") } };
}

http::WebSocketRoute EventHandlers::stream()
{
    return { [this](http::Request request) { return authorizeStream(std::move(request)); },
        [this](http::Request request, QWebSocket *socket) { streamEvents(m_pipeline, m_authenticator, std::move(request), socket, m_slowestReader); } };
}

QCoro::Task<std::optional<http::Response>> EventHandlers::authorizeStream(http::Request request)
{
    Call call;
    call.request = request;
    const auto caller = co_await identify(m_authenticator, request, streamInfo().privilege);
    if (!caller)
        co_return call.problem(caller.error());
    if (const auto known = checkParameters(request, streamInfo().parameters); !known)
        co_return call.badRequest(known.error());
    const auto after = call.integerParameter(QStringLiteral("after"), 0, lastEventId, 0);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Events>(Snapshot &)> look = [after = *after](Snapshot &snapshot) { return readEvents(snapshot, after, 1); };
    const auto events = co_await m_pipeline.read<Events>(caller->tenant, request.deadline, look);
    if (!events)
        co_return call.problem(events.error());
    co_return std::nullopt;
}

} // namespace iwd
