// SPDX-License-Identifier: Apache-2.0
#include "textorder.h"

namespace iwd {

namespace {

char32_t folded(char32_t codePoint)
{
    if (codePoint < 0x80)
        return codePoint >= U'A' && codePoint <= U'Z' ? codePoint + 32 : codePoint;
    return QChar::toCaseFolded(codePoint);
}

} // namespace

QString caseFolded(QStringView text)
{
    QString result;
    result.reserve(text.size());
    while (!text.isEmpty()) {
        const char32_t codePoint = folded(takeCodePoint(text));
        if (QChar::requiresSurrogates(codePoint)) {
            result += QChar(QChar::highSurrogate(codePoint));
            result += QChar(QChar::lowSurrogate(codePoint));
        } else {
            result += QChar(static_cast<char16_t>(codePoint));
        }
    }
    return result;
}

int compareTexts(QStringView left, QStringView right, Qt::CaseSensitivity sensitivity)
{
    while (!left.isEmpty() && !right.isEmpty()) {
        char32_t a = takeCodePoint(left);
        char32_t b = takeCodePoint(right);
        if (a == b)
            continue;
        if (sensitivity == Qt::CaseInsensitive) {
            a = folded(a);
            b = folded(b);
        }
        if (a != b)
            return a < b ? -1 : 1;
    }
    return (left.isEmpty() ? 0 : 1) - (right.isEmpty() ? 0 : 1);
}

bool isStorableText(QStringView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c.isNull() || c.isLowSurrogate())
            return false;
        if (c.isHighSurrogate()) {
            if (i + 1 == text.size() || !text[i + 1].isLowSurrogate())
                return false;
            ++i;
        }
    }
    return true;
}

} // namespace iwd
