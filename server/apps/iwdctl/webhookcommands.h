// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const std::vector<CommandSpec> &webhookCommands();

/// iwdctl webhooks …: how events reach their receivers, and what could not be delivered.
[[nodiscard]] QCoro::Task<int> runWebhookCommand(CommandLine line, std::shared_ptr<Client> client);

/// How each webhook does, as the server tells it.
[[nodiscard]] QCoro::Task<Result<QJsonArray>> webhookStates(std::shared_ptr<Client> client);

} // namespace iwd
