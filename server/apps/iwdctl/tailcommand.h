// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace iwd {

/// Events as they happen, without a gap while they are kept, until somebody stops it.
[[nodiscard]] CommandSpec tailCommand();
[[nodiscard]] QCoro::Task<int> runTail(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
