// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const CommandSpec &backupCommand();
[[nodiscard]] QCoro::Task<int> runBackup(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
