// SPDX-License-Identifier: Apache-2.0
#include "streamsocket.h"

#include <QTimer>

namespace iwd {

namespace {

constexpr qint64 mostWaitingBytes = 1024 * 1024;
constexpr std::chrono::seconds goodbye { 2 };

} // namespace

bool isOpen(const StreamSocket &socket)
{
    return socket && socket->isValid();
}

void closeWith(const StreamSocket &socket, QWebSocketProtocol::CloseCode code, const QString &reason)
{
    if (!isOpen(socket))
        return;
    QTimer::singleShot(goodbye, socket, [socket] { socket->abort(); });
    socket->close(code, reason);
}

void boundBy(const Delivery<bool> &delivery, const StreamSocket &socket, milliseconds time, QObject &context)
{
    QTimer::singleShot(time, &context, [delivery] { delivery.deliver(false); });
    QObject::connect(socket, &QWebSocket::disconnected, &context, [delivery] { delivery.deliver(false); });
}

QCoro::Task<bool> drained(StreamSocket socket, milliseconds slowest)
{
    while (isOpen(socket) && socket->bytesToWrite() > mostWaitingBytes) {
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

} // namespace iwd
