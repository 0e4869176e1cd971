// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "router.h"

#include <base/result.h>

#include <QHostAddress>
#include <QJsonObject>
#include <QObject>
#include <QSslConfiguration>

#include <functional>

namespace iwd::http {

/// Every limit of the edge, with the status that passing it is answered with.
struct Limits
{
    int headerBytes = 16 * 1024; ///< 431
    int urlBytes = 8 * 1024; ///< 414
    milliseconds headerTimeout { 10'000 }; ///< from the first byte to the end of the headers: 408
    milliseconds bodyTimeout { 30'000 }; ///< for every 16 KiB of the body, the last part included: 408
    milliseconds idleTimeout { 75'000 }; ///< keep-alive without a request: closed silently
    milliseconds writeTimeout { 30'000 }; ///< a reader that takes nothing for so long is dropped
    int connectionsPerAddress = 12'000; ///< 503 and closed; a balancer is one address
    int connections = 20'000;
    int inFlight = 4'096; ///< requests being answered, in the whole server: 503 + Retry-After
    qint64 bodyBytes = 512LL * 1024 * 1024; ///< of all requests being read or answered, in the whole server: 503 + Retry-After
    int pipelined = 32; ///< requests of one connection that wait their turn; then reading stops
    qint64 outputBytes = 4 * 1024 * 1024; ///< unsent bytes of a connection above which no further request of it is begun
    qint64 unsentBytes = 256LL * 1024 * 1024; ///< unsent bytes in the whole server, WebSockets included: 503 + Retry-After, and clients that take little are dropped
    milliseconds crowdedTimeout { 2'000 }; ///< beyond unsentBytes, a client whose answers or messages have waited so long is dropped
};

struct ServerOptions
{
    int threads = 1;
    Limits limits;
    std::optional<QSslConfiguration> tls;
    QByteArray serverName = "iwd"; ///< for the Server header
    bool gzip = true;
};

/// What the edge reports of each finished exchange; called on the thread of the connection.
struct Exchange
{
    QByteArray method; ///< OTHER for a method that neither HTTP nor a route knows, so that it is bounded too
    QString pattern; ///< of the matched route, empty when none matched: bounded, so fit for a metric's label
    int status = 0;
    std::chrono::nanoseconds duration { 0 };
    bool delivered = true; ///< false: the client had gone before it could be answered
};

/// How the edge words its own refusals (404, 413 …): given status, a machine key and a sentence, returns the whole response.
/// Called on any thread of the server; log::Correlation::current() is the correlation id of the request.
using ProblemWriter = std::function<Response(int status, const QString &code, const QString &text, const QJsonObject &args)>;

/// HTTP/1.1 and WebSocket on one port: Qt sockets in a few threads, Boost.Beast's sans-I/O parser. Nothing else knows sockets.
/// Create, start, drain and destroy on one thread with an event loop.
class Server : public QObject
{
    Q_OBJECT
public:
    Server(std::shared_ptr<const Router> router, ServerOptions options, ProblemWriter problem, QObject *parent = nullptr);
    ~Server() override;

    /// @returns the port in use (port 0 picks a free one), or why it cannot listen
    [[nodiscard]] Result<quint16> listen(const QHostAddress &address, quint16 port);

    /// Reports every exchange to @p observer. Set before listen().
    void observe(std::function<void(const Exchange &)> observer);

    /// Stops accepting, lets running requests finish, answers further ones on open connections with Connection: close,
    /// then closes. Emits drained() when all is quiet or @p patience has passed.
    void drain(milliseconds patience);

    [[nodiscard]] int connectionCount() const;
    [[nodiscard]] int inFlightCount() const;

Q_SIGNALS:
    void drained();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace iwd::http
