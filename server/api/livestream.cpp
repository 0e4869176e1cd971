// SPDX-License-Identifier: Apache-2.0
#include "livestream.h"

#include "endpoint.h"

#include <base/log.h>

#include <QTimer>

namespace iwd {

namespace {

constexpr qint64 mostWaitingBytes = 1024 * 1024;
constexpr qsizetype longestReason = 100; ///< a close frame holds 123 bytes
constexpr std::chrono::seconds readPatience { 30 };
constexpr std::chrono::seconds goodbye { 2 };

/// The client has two seconds to take the reason and close. One that reads nothing never would, and what waits for it would stay.
void closeWith(const StreamSocket &socket, QWebSocketProtocol::CloseCode code, const QString &reason)
{
    if (!isOpen(socket))
        return;
    QTimer::singleShot(goodbye, socket, [socket] { socket->abort(); });
    socket->close(code, reason.left(longestReason));
}

/// Delivers false after @p time or when the socket ends, whichever is first. @p context bounds both.
void boundBy(const Delivery<bool> &delivery, const StreamSocket &socket, milliseconds time, QObject &context)
{
    QTimer::singleShot(time, &context, [delivery] { delivery.deliver(false); });
    QObject::connect(socket, &QWebSocket::disconnected, &context, [delivery] { delivery.deliver(false); });
}

/// Waits until no more than mostWaitingBytes wait to be sent. @returns false when the reader is too slow or gone
QCoro::Task<bool> drained(StreamSocket socket, milliseconds slowest)
{
    while (isOpen(socket) && !hasRoom(socket)) {
        const qint64 before = socket->bytesToWrite();
        Delivery<bool> progress;
        QObject context;
        QObject::connect(socket, &QWebSocket::bytesWritten, &context, [progress] { progress.deliver(true); });
        boundBy(progress, socket, slowest, context);
        const bool moved = co_await progress;
        if (!isOpen(socket))
            co_return false;
        if (!moved && socket->bytesToWrite() >= before)
            co_return false;
    }
    co_return isOpen(socket);
}

QCoro::Task<void> run(LiveStream stream, StreamSocket socket)
{
    std::optional<Presence::Stay> stay;
    while (isOpen(socket)) {
        stream.request.deadline = Deadline::in(readPatience);
        const auto caller = co_await identify(*stream.authenticator, stream.request, stream.info);
        if (!isOpen(socket))
            co_return;
        if (!caller) {
            closeWith(socket, QWebSocketProtocol::CloseCodePolicyViolated, caller.error().text);
            co_return;
        }
        if (!stay)
            stay.emplace(stream.enter(caller->tenant));
        // Register first, then read, then wait: nothing can be committed unseen in between.
        const Delivery<bool> news = stream.source->news(caller->tenant);
        const auto more = co_await stream.source->send(*caller, stream.request.deadline, socket);
        if (!isOpen(socket))
            co_return;
        if (!more) {
            closeWith(socket, QWebSocketProtocol::CloseCodeBadOperation, more.error().text);
            co_return;
        }
        const bool keepsUp = co_await drained(socket, stream.slowestReader);
        if (!isOpen(socket))
            co_return;
        if (!keepsUp) {
            log::warning(u"Dropped a reader of a live stream: it takes too little.",
                { { QLatin1StringView("address"), stream.request.remoteAddress }, { QLatin1StringView("path"), stream.request.path },
                    { QLatin1StringView("unsentBytes"), socket->bytesToWrite() } });
            closeWith(socket, QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("Too slow: ") + stream.source->wayOn());
            co_return;
        }
        if (*more) {
            news.deliver(false);
            continue;
        }
        QObject context;
        boundBy(news, socket, stream.source->patience(), context);
        co_await news;
        if (stream.pipeline->stopping()) {
            closeWith(socket, QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("The server shuts down."));
            co_return;
        }
    }
}

} // namespace

bool isOpen(const StreamSocket &socket)
{
    return socket && socket->isValid();
}

bool hasRoom(const StreamSocket &socket)
{
    return socket->bytesToWrite() <= mostWaitingBytes;
}

QCoro::Task<std::optional<http::Response>> refuseStream(Authenticator &authenticator, http::Request request, EndpointInfo info, StreamCheck check)
{
    Call call;
    call.request = request;
    const auto caller = co_await admit(authenticator, request, info);
    if (!caller)
        co_return call.problem(caller.error());
    if (const auto known = checkParameters(request, info.parameters); !known)
        co_return call.badRequest(known.error());
    if (!check)
        co_return std::nullopt;
    call.caller = *caller;
    auto refusal = co_await check(call);
    co_return refusal;
}

void runLiveStream(LiveStream stream, QWebSocket *socket)
{
    QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    QObject::connect(socket, &QWebSocket::textMessageReceived, socket, [source = stream.source](const QString &message) { source->received(message); });
    QObject::connect(socket, &QWebSocket::binaryMessageReceived, socket, [source = stream.source](const QByteArray &message) { source->received(QString::fromUtf8(message)); });
    run(std::move(stream), socket);
}

} // namespace iwd
