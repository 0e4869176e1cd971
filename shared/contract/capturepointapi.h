// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/configuration.h>

#include <QJsonObject>

namespace iwd {

/// Reads a capture point as a client writes it.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<CapturePoint> decodeCapturePoint(const QJsonObject &json, const QString &idInPath = {});

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodeCapturePoint(const CapturePoint &capturePoint);

} // namespace iwd
