// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

namespace iwd {

/// The name in @p known that @p name was probably meant to be: the one with the smallest edit distance, letter case counting
/// half. Empty when nothing is near enough to be worth proposing.
[[nodiscard]] QString closestName(const QString &name, const QStringList &known);

/// A sentence for an error text, with a leading space: " Did you mean \"queue\"?" Empty when there is no suggestion.
[[nodiscard]] QString suggestion(const QString &name, const QStringList &known);

} // namespace iwd
