// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const std::vector<CommandSpec> &filterCommands();
[[nodiscard]] QCoro::Task<int> runFilterCommand(CommandLine line, std::shared_ptr<Client> client);

/// The saved filter that a person means by an id or a name: of several with that name the one's own.
/// @returns an Error when there is none, or when several of others are called so
[[nodiscard]] QCoro::Task<Result<QJsonObject>> filterMeant(QString idOrName, std::shared_ptr<Client> client);

/// The filter that --filter names; an empty object when the line has none.
[[nodiscard]] QCoro::Task<Result<QJsonObject>> filterOfLine(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
