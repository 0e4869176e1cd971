// SPDX-License-Identifier: Apache-2.0
#include "plaintext.h"

#include <algorithm>

namespace iwd {

namespace {

bool misleads(char16_t unit)
{
    const bool controls = unit < 0x20 || (unit >= 0x7f && unit <= 0x9f);
    const bool breaksLine = unit == 0x2028 || unit == 0x2029;
    const bool turnsDirection
        = unit == 0x200e || unit == 0x200f || (unit >= 0x202a && unit <= 0x202e) || (unit >= 0x2066 && unit <= 0x2069);
    return controls || breaksLine || turnsDirection;
}

} // namespace

QString withoutControls(const QString &text, QStringView kept)
{
    const auto goes = [kept](QChar each) { return misleads(each.unicode()) && !kept.contains(each); };
    if (std::none_of(text.begin(), text.end(), goes))
        return text;
    QString result;
    result.reserve(text.size() + 16);
    for (const QChar each : text) {
        if (goes(each))
            result += QStringLiteral("\\u%1").arg(each.unicode(), 4, 16, QLatin1Char('0'));
        else
            result += each;
    }
    return result;
}

} // namespace iwd
