// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/delivery.h>
#include <base/instant.h>

#include <QPointer>
#include <QWebSocket>

#include <qcoro/qcorotask.h>

namespace iwd {

/// What live streams have in common. A stream is a coroutine on its socket's thread; the socket may end at any suspension.
using StreamSocket = QPointer<QWebSocket>;

inline constexpr std::chrono::seconds slowestProgress { 30 }; ///< a reader that takes nothing for so long is disconnected
inline constexpr std::chrono::seconds pulse { 15 }; ///< between looks at the caller and the connection while nothing happens

[[nodiscard]] bool isOpen(const StreamSocket &socket);
/// The client has two seconds to take the reason and close. One that reads nothing never would, and what waits for it would stay.
void closeWith(const StreamSocket &socket, QWebSocketProtocol::CloseCode code, const QString &reason);

/// Delivers false after @p time or when the socket ends, whichever is first. @p context bounds both.
void boundBy(const Delivery<bool> &delivery, const StreamSocket &socket, milliseconds time, QObject &context);

/// Waits until no more than about 1 MiB waits to be sent. @returns false when the reader is too slow or gone
[[nodiscard]] QCoro::Task<bool> drained(StreamSocket socket, milliseconds slowest = slowestProgress);

} // namespace iwd
