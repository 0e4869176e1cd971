// SPDX-License-Identifier: Apache-2.0
// Two instants and a duration (8 bytes each), then the JSON of a stranger -> a calendar, compiled and asked. Its answers have to agree with each other.
#include <contract/calendarapi.h>

#include <QJsonDocument>

#include <cstdlib>
#include <cstring>

using namespace iwd;

namespace {

void check(bool holds)
{
    if (!holds)
        std::abort();
}

/// Mostly within the years in which calendars are open, sometimes anything.
qint64 number(const uint8_t *data)
{
    qint64 value = 0;
    std::memcpy(&value, data, sizeof value);
    constexpr qint64 Span = toMillis(BusinessCalendar::End);
    return (value & 0xff) == 0xff ? value >> 8 : (value >> 8) % Span;
}

void ask(const BusinessCalendar &calendar, Instant instant, Instant other, milliseconds duration)
{
    const milliseconds position = calendar.position(instant);
    check(position >= milliseconds(0) && position <= calendar.total());
    check(instant > other || position <= calendar.position(other));
    check(calendar.businessTimeBetween(instant, other) == -calendar.businessTimeBetween(other, instant));

    if (const auto open = calendar.nextOpen(instant)) {
        check(calendar.isOpen(*open) && calendar.position(*open) == position);
        check(calendar.isOpen(instant) ? *open == instant : *open > instant);
    } else {
        check(position == calendar.total() && !calendar.isOpen(instant));
    }
    if (const auto close = calendar.nextClose(instant)) {
        check(!calendar.isOpen(*close) && *close >= instant);
        check(!calendar.isOpen(instant) || calendar.position(*close) - position == *close - instant);
    }
    if (duration <= milliseconds(0))
        return;
    if (const auto due = calendar.add(duration, instant)) {
        check(*due > instant && calendar.position(*due) == position + duration && calendar.position(*due - milliseconds(1)) < position + duration);
        const auto start = calendar.subtract(duration, *due);
        check(start && calendar.position(*start) == position && calendar.isOpen(*start));
    } else {
        check(duration > calendar.total() - position);
    }
    if (const auto start = calendar.subtract(duration, instant))
        check(*start < instant && calendar.position(*start) == position - duration && calendar.isOpen(*start));
    else
        check(duration > position);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    constexpr size_t Questions = 24;
    if (size < Questions)
        return 0;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char *>(data + Questions), static_cast<qsizetype>(size - Questions)));
    if (!document.isObject())
        return 0;
    const auto calendar = decodeCalendar(document.object());
    if (!calendar) {
        check(!calendar.error().text.isEmpty());
        return 0;
    }
    const QJsonObject encoded = encodeCalendar(*calendar);
    const auto again = decodeCalendar(encoded, calendar->id);
    check(again && encodeCalendar(*again) == encoded);
    const auto compiled = BusinessCalendar::compile(*calendar);
    check(compiled.ok());
    const Instant first = fromMillis(number(data));
    const Instant second = fromMillis(number(data + 8));
    const milliseconds duration(std::abs(number(data + 16)));
    ask(*compiled, first, second, duration);
    ask(*compiled, second, first, duration);
    ask(*compiled, compiled->nextOpen(first).value_or(first), second, milliseconds(1));
    return 0;
}
