// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/prioritizationschema.h>

#include <QJsonObject>

namespace iwd {

/// Reads a prioritization schema as a client writes it: ages are decimals in its unit and are kept to the millisecond.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<PrioritizationSchema> decodePrioritizationSchema(const QJsonObject &json, const QString &idInPath = {});

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodePrioritizationSchema(const PrioritizationSchema &prioritizationSchema);

} // namespace iwd
