// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iwdctl/commands.h>

namespace iwd {

[[nodiscard]] CommandSpec demoCommand();

/// Plays the demo with a live summary on a terminal, or a line every few seconds elsewhere. @returns the exit code
[[nodiscard]] QCoro::Task<int> runDemo(CommandLine line, ClientOptions options);

} // namespace iwd
