// SPDX-License-Identifier: Apache-2.0
#include "eventstream.h"

#include "endpoint.h"
#include "streamsocket.h"

#include <base/log.h>

namespace iwd {

namespace {

constexpr int eventsAtOnce = 100;

struct Batch
{
    std::vector<StoredEvent> events;
    qint64 last = 0; ///< where to go on
};

Result<Batch> readBatch(Snapshot &snapshot, std::optional<qint64> after)
{
    if (!after)
        return Batch { {}, snapshot.lastEvent() };
    Batch batch { snapshot.events(*after, eventsAtOnce), *after };
    if (!batch.events.empty())
        batch.last = batch.events.back().id;
    return batch;
}

std::optional<qint64> firstCursor(const http::Request &request)
{
    const auto text = request.queryValue(u"after");
    return text ? std::optional(text->toLongLong()) : std::nullopt;
}

QCoro::Task<void> run(Pipeline *pipeline, Authenticator *authenticator, http::Request request, StreamSocket socket, milliseconds slowestReader)
{
    std::optional<qint64> after = firstCursor(request);
    while (isOpen(socket)) {
        request.deadline = Deadline::in(slowestProgress);
        const auto caller = co_await identify(*authenticator, request, Privilege::EventsView);
        if (!isOpen(socket))
            co_return;
        if (!caller) {
            closeWith(socket, QWebSocketProtocol::CloseCodePolicyViolated, caller.error().text.left(100));
            co_return;
        }
        const Delivery<bool> news = pipeline->eventSignal().next(caller->tenant);
        std::function<Result<Batch>(Snapshot &)> work = [after](Snapshot &snapshot) { return readBatch(snapshot, after); };
        const auto batch = co_await pipeline->read<Batch>(caller->tenant, request.deadline, work);
        if (!isOpen(socket))
            co_return;
        if (!batch) {
            closeWith(socket, QWebSocketProtocol::CloseCodeBadOperation, batch.error().text.left(100));
            co_return;
        }
        for (const StoredEvent &event : batch->events)
            socket->sendTextMessage(QString::fromUtf8(event.json()));
        after = batch->last;
        const bool keepsUp = co_await drained(socket, slowestReader);
        if (!keepsUp) {
            if (isOpen(socket))
                log::warning(u"Dropped a reader of the event stream: it takes too little.",
                    { { QLatin1StringView("address"), request.remoteAddress }, { QLatin1StringView("after"), *after } });
            closeWith(
                socket, QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("Too slow: connect again with after=%1.").arg(*after));
            co_return;
        }
        if (!batch->events.empty()) {
            news.deliver(false);
            continue;
        }
        QObject context;
        boundBy(news, socket, pulse, context);
        co_await news;
        if (pipeline->stopping()) {
            closeWith(socket, QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("The server shuts down."));
            co_return;
        }
    }
}

} // namespace

void streamEvents(Pipeline &pipeline, Authenticator &authenticator, http::Request request, QWebSocket *socket, milliseconds slowestReader)
{
    QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    run(&pipeline, &authenticator, std::move(request), socket, slowestReader);
}

} // namespace iwd
