// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

namespace iwd {

/// "--yes", which askToGoAhead() looks at.
[[nodiscard]] const OptionSpec &yesOption();

/// Asks whether to go ahead with what was shown, unless --yes was given.
/// @returns nothing when so; else the exit code, and the person has been told
[[nodiscard]] std::optional<int> askToGoAhead(const CommandLine &line);

} // namespace iwd
