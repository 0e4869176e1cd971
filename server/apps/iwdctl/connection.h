// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

namespace iwd {

/// Where to connect and as whom, from the options and the environment. Files are read here; nothing is sent.
[[nodiscard]] Result<ClientOptions> connectionOf(const CommandLine &line);

/// What the program's exit code says of @p error: 1 refused by the server, 3 no connection.
[[nodiscard]] int exitCodeOf(const Error &error);

inline constexpr int ExitFine = 0;
inline constexpr int ExitRefused = 1;
inline constexpr int ExitUsage = 2;
inline constexpr int ExitNoConnection = 3;
inline constexpr int ExitInterrupted = 130;

} // namespace iwd
