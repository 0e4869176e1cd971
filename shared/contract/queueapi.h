// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/configuration.h>

#include <QJsonObject>

namespace iwd {

/// Reads a queue as a client writes it. Whether the skills, queues and calendar that it names exist is for the caller to find out.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<Queue> decodeQueue(const QJsonObject &json, const QString &idInPath = {});

[[nodiscard]] QString queueStateName(QueueState state); ///< "open", "paused", "draining"

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodeQueue(const Queue &queue);

} // namespace iwd
