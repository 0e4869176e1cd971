// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

namespace iwd {

/// Asks a person on the terminal, or takes the next line of standard input when that is no terminal. Waits as long as that takes.
/// @returns an Error when there is no line, or the person pressed Ctrl+C
[[nodiscard]] Result<QString> readLine(const QString &prompt);
/// The same without showing what is typed.
[[nodiscard]] Result<QString> readSecret(const QString &prompt);

/// Whether @p error of the above means Ctrl+C.
[[nodiscard]] bool wasInterrupted(const Error &error);

} // namespace iwd
