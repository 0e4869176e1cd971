// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <vector>

namespace iwd {

enum class Style { Plain, Dim, Strong, Accent, Good, Poor, Bad };

/// How a terminal wants its text.
struct Look
{
    bool color = false;
    bool utf8 = true;
};

/// A line of a terminal made of pieces with styles; counts cells without the escape sequences.
class StyledLine
{
public:
    StyledLine &add(const QString &text, Style style = Style::Plain);
    StyledLine &add(const StyledLine &other);
    /// Fills with blanks up to @p column.
    StyledLine &to(int column);
    [[nodiscard]] int width() const;

    /// At most @p width cells of it.
    [[nodiscard]] QString toText(Look look, int width) const;

private:
    struct Piece
    {
        QString text;
        Style style;
    };
    std::vector<Piece> m_pieces;
};

} // namespace iwd
