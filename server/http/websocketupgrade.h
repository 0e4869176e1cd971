// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "worker.h"

class QTcpSocket;

namespace iwd::http {

/// Opens a WebSocket on @p socket, which yields the whole handshake when read, and hands it to the route. Takes ownership of
/// @p socket; @p permit is given back when the socket is gone. Call on the thread of @p worker.
void upgradeToWebSocket(Worker &worker, QTcpSocket *socket, std::shared_ptr<ConnectionPermit> permit, const Route &route, Request request);

} // namespace iwd::http
