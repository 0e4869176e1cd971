// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace iwd {

/// A table as text: columns as wide as they need, the widest ones cut when the whole does not fit.
struct TextTable
{
    QStringList head;
    QList<bool> right; ///< columns to align at the right; missing: left
    QList<QStringList> rows;

    /// @param width 0: as wide as it gets
    [[nodiscard]] QString toText(int width) const;
};

/// @p text in exactly @p width cells: filled with blanks, or cut with "…".
[[nodiscard]] QString fitted(const QString &text, int width, bool right = false);

/// "12 s", "4 min", "2.5 h", "3 d": one look is enough.
[[nodiscard]] QString shortDuration(double seconds);

/// 12345 -> "12,345"
[[nodiscard]] QString grouped(qint64 number);

/// "1 item", "12,345 items"
[[nodiscard]] QString counted(qint64 number, const QString &one);

/// "87 %", or "–" when there is nothing to speak of.
[[nodiscard]] QString percent(qint64 part, qint64 whole);

} // namespace iwd
