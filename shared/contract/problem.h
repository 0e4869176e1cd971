// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>

namespace iwd {

/// The HTTP status that stands for @p code. The only place where this is decided.
[[nodiscard]] int httpStatus(ErrorCode code);

/// A body of type application/problem+json (RFC 9457): type, title, status, detail, code, args, field (when one is to blame) and
/// correlationId (when not empty).
[[nodiscard]] QJsonObject encodeProblem(const Error &error, int status, const QString &correlationId);

} // namespace iwd
