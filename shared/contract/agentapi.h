// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/configuration.h>

#include <QJsonObject>

namespace iwd {

/// Reads an agent as a client writes it; state, stateReason, stateSinceDateTime and assigned are ignored, because they
/// are not configuration. Whether the skills and queues exist is for the caller to find out.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<Agent> decodeAgent(const QJsonObject &json, const QString &idInPath = {});

/// Without version, createdDateTime and updatedDateTime, and without what an agent does just now, which the caller adds.
[[nodiscard]] QJsonObject encodeAgent(const Agent &agent);

} // namespace iwd
