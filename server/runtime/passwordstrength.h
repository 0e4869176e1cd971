// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QStringList>

namespace iwd {

/// What a password has to be: long, and not one of those that are tried first. Which letters it is made of is nobody's business (NIST SP 800-63B, 5.1.1.2).
inline constexpr qsizetype ShortestPassword = 12; ///< characters
inline constexpr double WeakestPassword = 33; ///< bits: 10^10 guesses, as zxcvbn estimates them (Wheeler, USENIX Security 2016)

/// @param about words that a stranger tries first because of whose password it is: names, the address
/// @returns an InvalidField about @p field
[[nodiscard]] Result<void> checkPasswordStrength(const QString &field, const QString &password, const QStringList &about);

} // namespace iwd
