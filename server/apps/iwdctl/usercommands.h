// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace iwd {

/// People who sign in, their roles, and the audit of what they and programs have changed.
[[nodiscard]] const std::vector<CommandSpec> &userCommands();
[[nodiscard]] QCoro::Task<int> runUserCommand(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
