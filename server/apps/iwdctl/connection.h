// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"
#include "profiles.h"

#include <client/client.h>

namespace iwd {

/// Where to connect and as whom. Files are read here; nothing is sent.
///
/// The address and the credentials are each taken from the first of these that has them: the options (with a profile that --profile names), the
/// environment (with one that $IWD_PROFILE names), the default profile. The credentials of a profile go to the profile's own address only.
[[nodiscard]] Result<ClientOptions> connectionOf(const CommandLine &line);

/// The name of the profile that a command is about. @param otherwise when there is none named and no default
[[nodiscard]] QString profileName(const CommandLine &line, const Profiles &profiles, const QString &otherwise = {});

[[nodiscard]] Result<QUrl> serverAddress(const QString &text);
/// The API key of --key-file or --bootstrap-file; nothing when neither is given.
[[nodiscard]] Result<std::optional<QString>> keyFromFile(const CommandLine &line);

/// What the program's exit code says of @p error: 1 refused by the server, 3 no connection.
[[nodiscard]] int exitCodeOf(const Error &error);

inline constexpr int ExitFine = 0;
inline constexpr int ExitRefused = 1;
inline constexpr int ExitUsage = 2;
inline constexpr int ExitNoConnection = 3;
inline constexpr int ExitInterrupted = 130;

} // namespace iwd
