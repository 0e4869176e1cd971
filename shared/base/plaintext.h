// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace iwd {

/// @p text of anybody, for a log or a terminal: characters that a terminal obeys (controls, also those of Latin-1), that some readers take for the end of a line,
/// or that reverse the direction of what follows come as \uXXXX, as in JSON. @param kept those of them that stay as they are
[[nodiscard]] QString withoutControls(const QString &text, QStringView kept = {});

} // namespace iwd
