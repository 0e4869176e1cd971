// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const CommandSpec &exportCommand();
/// The body of POST /items/export that a command line stands for.
[[nodiscard]] Result<QJsonObject> exportFromLine(const CommandLine &line);
[[nodiscard]] QCoro::Task<int> runExport(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
