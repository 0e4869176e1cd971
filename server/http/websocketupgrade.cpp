// SPDX-License-Identifier: Apache-2.0
#include "websocketupgrade.h"

#include <QSslSocket>
#include <QWebSocketServer>

namespace iwd::http {

namespace {

constexpr quint64 largestIncomingMessage = 1024 * 1024; // a route may change it in opened()

/// Puts @p bytes back so that they are read first.
void unread(QTcpSocket &socket, const QByteArray &bytes)
{
    for (qsizetype i = bytes.size(); i-- > 0;)
        socket.ungetChar(bytes[i]);
}

void deliver(Worker &worker, QWebSocketServer *server, const Upgrade &upgrade)
{
    QWebSocket *webSocket = server->nextPendingConnection();
    webSocket->setParent(nullptr);
    webSocket->setMaxAllowedIncomingFrameSize(largestIncomingMessage);
    webSocket->setMaxAllowedIncomingMessageSize(largestIncomingMessage);
    server->deleteLater();
    worker.watch(webSocket);

    unread(*upgrade.socket, upgrade.rest);
    upgrade.socket->setReadBufferSize(0);
    if (!upgrade.rest.isEmpty()) // nobody else would announce it
        QMetaObject::invokeMethod(upgrade.socket, &QTcpSocket::readyRead, Qt::QueuedConnection);
    upgrade.route->webSocket->opened(upgrade.request, webSocket);
    if (worker.state()->draining)
        webSocket->close(QWebSocketProtocol::CloseCodeGoingAway);
}

} // namespace

void upgradeToWebSocket(Worker &worker, Upgrade upgrade)
{
    QTcpSocket *socket = upgrade.socket;
    socket->setParent(&worker); // until the WebSocket becomes its parent
    socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1); // a peer that lost its network says nothing, for ever
    const auto mode = qobject_cast<QSslSocket *>(socket) ? QWebSocketServer::SecureMode : QWebSocketServer::NonSecureMode;
    // A server of its own for each handshake: they are rare, and so each comes with its own request.
    auto *server = new QWebSocketServer(QString::fromLatin1(worker.state()->options.serverName), mode, socket);
    QObject::connect(socket, &QObject::destroyed, socket, [permit = std::move(upgrade.permit)] {});
    const auto orphaned = QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);

    // The server reads the handshake through a text stream, which takes whatever there is and keeps it. So it is shown the handshake
    // alone: the rest comes when it is done, and until then nothing further is read from the network.
    upgrade.rest += socket->readAll();
    unread(*socket, upgrade.handshake);
    socket->setReadBufferSize(upgrade.handshake.size());

    QObject::connect(server, &QWebSocketServer::newConnection, server,
        [&worker, server, orphaned, router = worker.state()->router, upgrade = std::move(upgrade)] {
            QObject::disconnect(orphaned);
            deliver(worker, server, upgrade);
        });
    server->handleConnection(socket);
}

} // namespace iwd::http
