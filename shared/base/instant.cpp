// SPDX-License-Identifier: Apache-2.0
#include "instant.h"

#include <QDateTime>

#include <cstdio>
#include <optional>

namespace iwd {

namespace {

/// Writes @p value with leading zeros. @returns the end
char *putDigits(char *to, unsigned value, int digits)
{
    for (int i = digits - 1; i >= 0; --i, value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
    return to + digits;
}

/// Reads @p digits digits at @p at. @returns -1 when there is anything else
int takeDigits(QStringView text, qsizetype at, int digits)
{
    int value = 0;
    for (qsizetype i = at; i < at + digits; ++i) {
        if (text[i] < u'0' || text[i] > u'9')
            return -1;
        value = value * 10 + (text[i].unicode() - u'0');
    }
    return value;
}

/// The form that programs write most: 2026-03-01T08:15:30Z, with milliseconds or without. Nothing for any other, which may be sound as well.
std::optional<Instant> fromUsualForm(QStringView text)
{
    using namespace std::chrono;
    const bool hasMillis = text.size() == 24 && text[19] == u'.';
    if ((!hasMillis && text.size() != 20) || text.back() != u'Z' || text[4] != u'-' || text[7] != u'-' || text[10] != u'T' || text[13] != u':' || text[16] != u':')
        return std::nullopt;
    const int hour = takeDigits(text, 11, 2);
    const int minute = takeDigits(text, 14, 2);
    const int second = takeDigits(text, 17, 2);
    const int millis = hasMillis ? takeDigits(text, 20, 3) : 0;
    const int numbers[] { takeDigits(text, 0, 4), takeDigits(text, 5, 2), takeDigits(text, 8, 2) };
    const year_month_day date { year(numbers[0]), month(static_cast<unsigned>(numbers[1])), day(static_cast<unsigned>(numbers[2])) };
    if (numbers[0] < 1970 || numbers[1] < 0 || numbers[2] < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59
        || millis < 0)
        return std::nullopt;
    return Instant(sys_days(date).time_since_epoch() + hours(hour) + minutes(minute) + seconds(second) + milliseconds(millis));
}

} // namespace

int writeIso(Instant instant, char *to)
{
    // Written by hand because this is on the path of every item; QDateTime costs a hundred times as much.
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const auto inDay = static_cast<unsigned>((instant - day).count());
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9'999)
        return std::snprintf(to, IsoBytes, "%04d-%02u-%02uT00:00:00.000Z", year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    char *at = putDigits(to, static_cast<unsigned>(year), 4);
    const auto part = [&at](char before, unsigned value, int digits) {
        *at++ = before;
        at = putDigits(at, value, digits);
    };
    part('-', static_cast<unsigned>(date.month()), 2);
    part('-', static_cast<unsigned>(date.day()), 2);
    part('T', inDay / 3'600'000, 2);
    part(':', inDay / 60'000 % 60, 2);
    part(':', inDay / 1'000 % 60, 2);
    part('.', inDay % 1'000, 3);
    *at++ = 'Z';
    return static_cast<int>(at - to);
}

QString toIso(Instant instant)
{
    char buffer[IsoBytes];
    return QString::fromLatin1(buffer, writeIso(instant, buffer));
}

Result<Instant> instantFromIso(const QString &text)
{
    if (const auto usual = fromUsualForm(text))
        return *usual;
    const auto expected = QStringLiteral("an ISO 8601 date and time with an offset, such as 2026-03-01T08:15:30Z");
    const QDateTime parsed = text.size() <= 40 ? QDateTime::fromString(text, Qt::ISODateWithMs) : QDateTime();
    const bool hasOffset = parsed.isValid() && (parsed.timeSpec() == Qt::UTC || parsed.timeSpec() == Qt::OffsetFromUTC);
    if (!hasOffset || parsed.date().year() < 1970 || parsed.date().year() > 9999)
        return invalidField({}, expected, u'"' + text.left(60) + u'"');
    return fromMillis(parsed.toMSecsSinceEpoch());
}

} // namespace iwd
