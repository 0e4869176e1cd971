// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace iwd {

/// The queues as they are, again and again.
[[nodiscard]] CommandSpec topCommand();
[[nodiscard]] QCoro::Task<int> runTop(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
