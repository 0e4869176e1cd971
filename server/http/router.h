// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpmessage.h"

#include <qcoro/qcorotask.h>

#include <functional>
#include <memory>
#include <vector>

class QWebSocket;

namespace iwd::http {

/// Answers one request. Runs on the thread of its connection; may wait by co_await and resumes there.
/// Never throws across this border: an exception is answered 500 and logged.
using Handler = std::function<QCoro::Task<Response>(Request)>;

/// Decides whether a WebSocket may open: 0 to accept, or a response to refuse with.
struct WebSocketRoute
{
    std::function<QCoro::Task<std::optional<Response>>(Request)> authorize;
    /// Takes ownership of @p socket (its parent is null). Runs on the thread of the connection.
    std::function<void(Request request, QWebSocket *socket)> opened;
};

struct RouteOptions
{
    qint64 maxBody = 1024 * 1024; ///< bytes after unzipping; more is answered 413
    milliseconds timeout { 30'000 }; ///< the request's deadline; a handler that outlives it is answered 504 for
};

/// One entry of the table of routes, also the source for tests that compare the table with the API's document.
struct Route
{
    QByteArray method;
    QString pattern; ///< "/iwd/v3/items/{id}/hold"; a placeholder matches one non-empty segment
    RouteOptions options;
    Handler handler;
    std::optional<WebSocketRoute> webSocket;
};

/// The table of routes: method and path to handler. Filled before the server listens, then read by all threads.
/// Where a literal segment and a placeholder both fit, the literal wins if it has the method.
class Router
{
public:
    Router();
    ~Router();
    Router(const Router &) = delete;
    Router &operator=(const Router &) = delete;

    /// @param pattern starts with '/'; a route is added once (an assert)
    void add(const QByteArray &method, const QString &pattern, Handler handler, RouteOptions options = {});
    void addWebSocket(const QString &pattern, WebSocketRoute route);

    struct Match
    {
        const Route *route = nullptr; ///< null: no route for this method
        const Route *webSocket = nullptr; ///< what a WebSocket handshake of this path opens
        QStringList parameters; ///< of `route`, or else of `webSocket`
        QByteArrayList allowed; ///< methods of this path; empty: the path is unknown.
    };
    /// @param rawPath still percent-encoded, so that an encoded '/' stays inside its segment; without the query
    [[nodiscard]] Match find(const QByteArray &method, QByteArrayView rawPath) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Route>> &routes() const { return m_routes; }

private:
    struct Node;
    void insert(Route *route);

    std::vector<std::unique_ptr<Route>> m_routes;
    std::unique_ptr<Node> m_root;
};

} // namespace iwd::http
