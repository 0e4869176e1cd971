// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace iwd {

/// API keys: for whom there are some, new ones, and ones that end.
[[nodiscard]] const std::vector<CommandSpec> &keyCommands();
[[nodiscard]] QCoro::Task<int> runKeyCommand(CommandLine line, std::shared_ptr<Client> client);

/// A moment to come, as people write it: a time from now ("90d", "12h"), a date (its beginning in UTC), or a whole ISO date and time.
[[nodiscard]] Result<Instant> momentFromText(const QString &text, Instant now);

} // namespace iwd
