// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/settings.h>

#include <QJsonObject>

namespace iwd {

/// Reads settings as a client writes them; what is not sent keeps its value in @p otherwise. Whether the capture point exists is for the caller to find out.
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<Settings> decodeSettings(const QJsonObject &json, const Settings &otherwise = {});

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodeSettings(const Settings &settings);

} // namespace iwd
