// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "worker.h"

class QTcpSocket;

namespace iwd::http {

/// A connection whose WebSocket handshake has been accepted.
struct Upgrade
{
    QTcpSocket *socket = nullptr; ///< owned
    std::shared_ptr<ConnectionPermit> permit; ///< given back when the socket is gone
    const Route *route = nullptr;
    Request request;
    QByteArray handshake; ///< the head of the request as it came
    QByteArray rest; ///< what has come after it: first frames
};

/// Lets Qt's WebSocket server complete the handshake and hands the socket to the route. Call on the thread of @p worker.
void upgradeToWebSocket(Worker &worker, Upgrade upgrade);

} // namespace iwd::http
