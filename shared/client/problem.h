// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>

#include <QByteArray>

#include <optional>

namespace iwd {

/// The reverse of errorKey().
[[nodiscard]] std::optional<ErrorCode> errorCodeFromKey(const QString &key);

/// Reads a refusal: problem+json (RFC 9457) as the server writes it, or whatever a proxy between answers with.
///
/// A key that this client does not know becomes Internal with the server's own text, and the key in args.code.
/// args.status always holds the HTTP status, args.correlationId what to look for in the server's log when it is known.
[[nodiscard]] Error errorFromAnswer(int status, const QByteArray &contentType, const QByteArray &content);

} // namespace iwd
