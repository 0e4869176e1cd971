// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <qcoro/qcorotask.h>

namespace iwd {

/// Logging in and out, and the profiles that remember it.
[[nodiscard]] const std::vector<CommandSpec> &loginCommands();
[[nodiscard]] QCoro::Task<int> runLoginCommand(CommandLine line);

} // namespace iwd
