// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "presence.h"

#include <http/httpmessage.h>
#include <pipeline/pipeline.h>

#include <QPointer>
#include <QWebSocket>

namespace iwd {

/// A stream is a coroutine on its socket's thread; the socket may end at any suspension.
using StreamSocket = QPointer<QWebSocket>;

[[nodiscard]] bool isOpen(const StreamSocket &socket);
/// Whether more may be sent before the reader has taken what waits for it.
[[nodiscard]] bool hasRoom(const StreamSocket &socket);

/// What one live stream sends. Used on the thread of its socket.
class LiveSource
{
public:
    virtual ~LiveSource() = default;
    /// Delivers as soon as there may be more than what a send() after this call reads. Whoever waits no longer delivers false to it.
    [[nodiscard]] virtual Delivery<bool> news(TenantId tenant) = 0;
    /// Reads what is new and sends of it what the caller may see, unless the socket has ended meanwhile. @returns whether there may be more right now, or why nothing can be read
    [[nodiscard]] virtual QCoro::Task<Result<bool>> send(Caller caller, Deadline deadline, StreamSocket socket) = 0;
    /// How long to wait for news at most before send() is called all the same.
    [[nodiscard]] virtual milliseconds patience() const { return Pulse; }
    /// The reader has sent a text message.
    virtual void received(const QString &message) { Q_UNUSED(message) }
    /// How a reader that was dropped goes on, in a few words.
    [[nodiscard]] virtual QString wayOn() const = 0;

    static constexpr milliseconds Pulse { 15'000 }; ///< between looks at the caller and the connection while nothing happens
};

struct LiveStream
{
    Pipeline *pipeline; ///< must outlive the server, like the authenticator
    Authenticator *authenticator;
    EndpointInfo info; ///< what the caller needs to be allowed, and to stay allowed
    milliseconds slowestReader; ///< one that takes nothing for so long is disconnected
    http::Request request;
    std::shared_ptr<LiveSource> source;
    std::function<Presence::Stay(TenantId)> enter; ///< called once the caller is known: who is there as long as the stream is
};

/// What the handlers of a stream look at beyond that, of a caller who may. @returns the refusal, if there is one
using StreamCheck = std::function<QCoro::Task<std::optional<http::Response>>(Call)>;

/// The answer to a handshake, before anything is sent: who is it, do they ask too often, may they, are the query parameters known, and @p check. @returns nothing: welcome
[[nodiscard]] QCoro::Task<std::optional<http::Response>> refuseStream(Authenticator &authenticator, http::Request request, EndpointInfo info, StreamCheck check = {});

/// Sends what @p stream has over @p socket until one side ends it. Takes ownership of @p socket; call on its thread.
///
/// Bounded: no more than about 1 MiB waits for a slow reader. The caller is asked for again and again, so that a deleted key or an ended session ends its
/// streams too.
void runLiveStream(LiveStream stream, QWebSocket *socket);

} // namespace iwd
