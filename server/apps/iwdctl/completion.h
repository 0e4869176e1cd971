// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

namespace iwd {

/// The script that completes commands, options and their values in bash, made of the table of commands.
[[nodiscard]] QString bashCompletion(const std::vector<CommandSpec> &commands);

} // namespace iwd
