// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

/// One action on many items, and the jobs that carry it out.
[[nodiscard]] const std::vector<CommandSpec> &jobCommands();
[[nodiscard]] QCoro::Task<int> runJobCommand(CommandLine line, std::shared_ptr<Client> client);

/// What a job is doing, in one line: "[#####     ] 50 %  2,400 of 4,711 …".
/// @param width cells that it may take
[[nodiscard]] QString jobProgress(const QJsonObject &job, int width, bool utf8);

} // namespace iwd
