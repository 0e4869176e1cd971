// SPDX-License-Identifier: Apache-2.0
#include "websocketupgrade.h"

#include <QSslSocket>
#include <QWebSocketServer>

namespace iwd::http {

namespace {

constexpr quint64 largestIncomingMessage = 1024 * 1024; // a route may change it in opened()

void deliver(Worker &worker, QWebSocketServer *server, QTcpSocket *socket, const Route &route, const Request &request)
{
    QWebSocket *webSocket = server->nextPendingConnection();
    webSocket->setParent(nullptr);
    webSocket->setMaxAllowedIncomingFrameSize(largestIncomingMessage);
    webSocket->setMaxAllowedIncomingMessageSize(largestIncomingMessage);
    server->deleteLater();
    worker.watch(webSocket);
    route.webSocket->opened(request, webSocket);
    // Frames that came together with the handshake are in the socket's buffer, and nobody announces them again.
    if (socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(socket, &QTcpSocket::readyRead, Qt::QueuedConnection);
}

} // namespace

void upgradeToWebSocket(Worker &worker, QTcpSocket *socket, std::shared_ptr<ConnectionPermit> permit, const Route &route, Request request)
{
    const auto mode = qobject_cast<QSslSocket *>(socket) ? QWebSocketServer::SecureMode : QWebSocketServer::NonSecureMode;
    // A server of its own for each handshake: they are rare, and so each comes with its own request.
    auto *server = new QWebSocketServer(QString::fromLatin1(worker.state()->options.serverName), mode, socket);
    QObject::connect(socket, &QObject::destroyed, socket, [permit = std::move(permit)] {});
    const auto orphaned = QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    const auto router = worker.state()->router;
    QObject::connect(server, &QWebSocketServer::newConnection, server, [&worker, server, socket, router, &route, request, orphaned] {
        QObject::disconnect(orphaned);
        deliver(worker, server, socket, route, request);
    });
    server->handleConnection(socket);
}

} // namespace iwd::http
