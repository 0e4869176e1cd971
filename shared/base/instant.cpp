// SPDX-License-Identifier: Apache-2.0
#include "instant.h"

#include <QDateTime>

#include <cstdio>

namespace iwd {

QString toIso(Instant instant)
{
    // Written by hand because this is on the path of every item of every answer; QDateTime costs ten times as much.
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    char buffer[32];
    const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return QString::fromLatin1(buffer, length);
}

Result<Instant> instantFromIso(const QString &text)
{
    const auto expected = QStringLiteral("an ISO 8601 date and time with an offset, such as 2026-03-01T08:15:30Z");
    const QDateTime parsed = text.size() <= 40 ? QDateTime::fromString(text, Qt::ISODateWithMs) : QDateTime();
    const bool hasOffset = parsed.isValid() && (parsed.timeSpec() == Qt::UTC || parsed.timeSpec() == Qt::OffsetFromUTC);
    if (!hasOffset || parsed.date().year() < 1970 || parsed.date().year() > 9999)
        return invalidField({}, expected, u'"' + text.left(60) + u'"');
    return fromMillis(parsed.toMSecsSinceEpoch());
}

} // namespace iwd
