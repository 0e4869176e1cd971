// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>

#include <contract/itemapi.h>

namespace iwd {

/// Whether custom attributes that a source sends agree with their definitions. Attributes without one may hold anything, unless the settings refuse them.
/// @param custom what is set; null removes
/// @returns an Error about "custom.<name>"
[[nodiscard]] Result<void> checkAttributes(const ConfigurationSnapshot &configuration, const QJsonObject &custom, InputMode mode);

} // namespace iwd
