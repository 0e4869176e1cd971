// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

[[nodiscard]] const CommandSpec &exportCommand();
/// The body of POST /items/export that a command line stands for.
[[nodiscard]] Result<QJsonObject> exportFromLine(const CommandLine &line);
/// Writes what the call is answered with to a file, which is there when it is whole and not at all before, or to standard output. Tells the person what goes wrong.
/// @param fileName empty or "-": standard output. @returns the program's exit code
[[nodiscard]] QCoro::Task<int> downloadTo(QString fileName, Call call, std::shared_ptr<Client> client);
[[nodiscard]] QCoro::Task<int> runExport(CommandLine line, std::shared_ptr<Client> client);

} // namespace iwd
