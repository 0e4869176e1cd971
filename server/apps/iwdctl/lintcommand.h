// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const CommandSpec &lintCommand();

/// What is wrong with the configuration. @returns an exit code by the worst that was found, see exitCodeNotes()
[[nodiscard]] QCoro::Task<int> runLint(CommandLine line, std::shared_ptr<Client> client);

inline constexpr int ExitWarningsFound = 4;
inline constexpr int ExitErrorsFound = 5;

} // namespace iwd
