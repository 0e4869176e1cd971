// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

/// Every command of iwdctl.
[[nodiscard]] const std::vector<CommandSpec> &allCommands();

/// Runs @p line and prints its result. @returns the exit code
[[nodiscard]] QCoro::Task<int> runCommand(CommandLine line);

} // namespace iwd
