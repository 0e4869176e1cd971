// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace iwd {

/// Takes the first code point off @p text, which must not be empty. A surrogate without its partner is taken as it is.
[[nodiscard]] inline char32_t takeCodePoint(QStringView &text)
{
    const QChar first = text.front();
    const bool pair = first.isHighSurrogate() && text.size() > 1 && text[1].isLowSurrogate();
    const char32_t codePoint = pair ? QChar::surrogateToUcs4(first, text[1]) : first.unicode();
    text = text.sliced(pair ? 2 : 1);
    return codePoint;
}

/// @p text with every code point replaced by its simple case folding (Unicode, CaseFolding.txt, status C and S): "Ä" and "ä" become
/// the same, "ß" stays "ß". The number of code points does not change.
[[nodiscard]] QString caseFolded(QStringView text);

/// Less than, equal to or greater than zero as @p left comes before, is, or comes after @p right, code point by code point. This is also the
/// order of the bytes in UTF-8, so databases can agree with it.
[[nodiscard]] int compareTexts(QStringView left, QStringView right, Qt::CaseSensitivity sensitivity);

/// Whether every surrogate has its partner and no character is U+0000: what databases can keep as it is.
[[nodiscard]] bool isStorableText(QStringView text);

} // namespace iwd
