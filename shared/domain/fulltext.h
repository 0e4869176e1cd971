// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QStringList>

#include <vector>

namespace iwd {

/// The words of a text, as the full-text search knows them: runs of letters and digits, without case and accents ("Café-Tür 12" is "cafe",
/// "tur", "12"). Characters of scripts that write without blanks (Chinese, Japanese, Thai …) are words of their own.
[[nodiscard]] QStringList wordsOf(QStringView text);

/// A full-text query: `printer hall*  "paper jam"`. Every part has to be found, in any order and in any of an item's texts: a word, a word that
/// begins so (with the star), or a phrase, whose words follow one another in one text. Immutable; matching is thread-safe.
class TextQuery
{
public:
    static constexpr int MaxLength = 500;
    static constexpr int MaxParts = 20;
    static constexpr int LeastPrefix = 2;

    struct Part
    {
        QStringList words; ///< one, or those of a phrase in order
        bool prefix = false; ///< the last word need only begin so
    };

    /// Matches everything.
    TextQuery() = default;

    /// @returns an Error about "text" when there is no word in it, when a star stands behind fewer than LeastPrefix characters, or when it is too long
    [[nodiscard]] static Result<TextQuery> parse(const QString &text);

    [[nodiscard]] bool isEmpty() const { return m_parts.empty(); }
    [[nodiscard]] const std::vector<Part> &parts() const { return m_parts; }
    /// @param texts the words of each text of the item
    [[nodiscard]] bool matches(const std::vector<QStringList> &texts) const;

private:
    std::vector<Part> m_parts;
};

} // namespace iwd
