// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

namespace iwd {

/// The manual page of iwdctl in roff, section 1, made of the table of commands.
[[nodiscard]] QString manualPage(const std::vector<CommandSpec> &commands);

} // namespace iwd
