// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

/// "providers …": who signs people in for the tenant.
[[nodiscard]] const std::vector<CommandSpec> &providerCommands();
[[nodiscard]] QCoro::Task<int> runProviderCommand(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
