// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>

namespace iwd {

/// The contract of port 4024, an OpenAPI 3.1 document. Its source is resources/openapi/iwd.yaml, embedded in the binary and
/// converted at the first call, which therefore belongs into the start of a program. Thread-safe.
[[nodiscard]] QJsonObject apiDocument();

/// The same as JSON text, with all members in the order of the source, because people read it too.
[[nodiscard]] QByteArray apiDocumentJson();

} // namespace iwd
