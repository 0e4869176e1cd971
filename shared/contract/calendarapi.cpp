// SPDX-License-Identifier: Apache-2.0
#include "calendarapi.h"

#include "configurationobject.h"

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int MaxZoneName = 100;

/// The number that @p digits are, or -1.
int numberOf(QStringView digits)
{
    int number = 0;
    for (const QChar c : digits) {
        if (c < u'0' || c > u'9')
            return -1;
        number = number * 10 + c.digitValue();
    }
    return number;
}

/// "HH:MM" as minutes of the day; "24:00" is the end of the day. @returns -1 for anything else
int minuteOf(const QString &text)
{
    if (text.size() != 5 || text[2] != u':')
        return -1;
    const int hour = numberOf(QStringView(text).first(2));
    const int minute = numberOf(QStringView(text).last(2));
    const bool sound = hour >= 0 && minute >= 0 && minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
    return sound ? hour * 60 + minute : -1;
}

QString twoDigits(int number)
{
    return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
}

QString timeText(int minute)
{
    return twoDigits(minute / 60) + u':' + twoDigits(minute % 60);
}

int readTime(ObjectReader &reader, const QString &name)
{
    const QJsonValue value = reader.value(name);
    const int minute = value.isString() ? minuteOf(value.toString()) : -1;
    if (minute < 0)
        reader.fail(invalidField(reader.pathOf(name), QStringLiteral("a time of day from 00:00 to 24:00"), json::describe(value)));
    return minute;
}

DayHours readHours(ObjectReader &reader, const QString &path, const QJsonValue &value)
{
    DayHours hours;
    if (value.isUndefined() || value.isNull())
        return hours;
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.size() > Calendar::MaxHoursOfADay) {
        reader.fail(invalidField(path, QStringLiteral("a list of at most %1 objects with from and to").arg(Calendar::MaxHoursOfADay),
            value.isArray() ? QString::number(array.size()) : json::describe(value)));
        return hours;
    }
    for (qsizetype i = 0; i < array.size() && !reader.failed(); ++i) {
        const QString here = QStringLiteral("%1[%2]").arg(path).arg(i);
        ObjectReader one(reader.take(json::object(here, array[i])), here);
        if (reader.failed())
            break;
        const int from = readTime(one, QStringLiteral("from"));
        hours.push_back({ from, readTime(one, QStringLiteral("to")) });
        if (const auto finished = one.finish(); !finished)
            reader.fail(finished.error());
    }
    return hours;
}

void readWeek(ObjectReader &reader, Calendar &calendar)
{
    const QString name = QStringLiteral("week");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined()) {
        reader.fail(missingField(name, QStringLiteral("an object with the open hours of each day, such as {\"monday\": [{\"from\": \"09:00\", \"to\": \"17:00\"}]}")));
        return;
    }
    ObjectReader week(reader.take(json::object(name, value)), name);
    if (reader.failed())
        return;
    for (size_t day = 0; day < calendar.week.size(); ++day) {
        const QString &dayName = weekdayNames()[day];
        calendar.week[day] = readHours(week, week.pathOf(dayName), week.value(dayName));
    }
    if (const auto finished = week.finish(); !finished)
        reader.fail(finished.error());
}

/// "YYYY-MM-DD" or "MM-DD"; whether there is such a day is looked at when the calendar is compiled.
bool setDate(CalendarException &exception, const QString &text)
{
    const bool yearly = text.size() == 5;
    if ((!yearly && text.size() != 10) || text[text.size() - 3] != u'-' || (!yearly && text[4] != u'-'))
        return false;
    exception.month = numberOf(QStringView(text).sliced(text.size() - 5, 2));
    exception.day = numberOf(QStringView(text).last(2));
    const int year = yearly ? 0 : numberOf(QStringView(text).first(4));
    if (!yearly)
        exception.year = year;
    return exception.month >= 0 && exception.day >= 0 && year >= 0;
}

void readExceptions(ObjectReader &reader, Calendar &calendar)
{
    const QString name = QStringLiteral("exceptions");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return;
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.size() > Calendar::MaxExceptions) {
        reader.fail(invalidField(name, QStringLiteral("a list of at most %1 objects").arg(Calendar::MaxExceptions),
            value.isArray() ? QString::number(array.size()) : json::describe(value)));
        return;
    }
    for (qsizetype i = 0; i < array.size() && !reader.failed(); ++i) {
        const QString here = QStringLiteral("%1[%2]").arg(name).arg(i);
        ObjectReader one(reader.take(json::object(here, array[i])), here);
        if (reader.failed())
            return;
        CalendarException exception;
        const QJsonValue date = one.value(QStringLiteral("date"));
        if (!date.isString() || !setDate(exception, date.toString()))
            one.fail(invalidField(one.pathOf(QStringLiteral("date")), QStringLiteral("a date such as 2026-12-24, or 12-24 for every year"), json::describe(date)));
        exception.name = one.text(QStringLiteral("name"), MaxNameLength);
        exception.hours = readHours(one, one.pathOf(QStringLiteral("hours")), one.value(QStringLiteral("hours")));
        if (const auto finished = one.finish(); !finished)
            reader.fail(finished.error());
        calendar.exceptions.push_back(std::move(exception));
    }
}

QJsonArray encodeHours(const DayHours &hours)
{
    QJsonArray array;
    for (const OpenHours &one : hours)
        array.append(QJsonObject { { QStringLiteral("from"), timeText(one.from) }, { QStringLiteral("to"), timeText(one.to) } });
    return array;
}

QString encodeDate(const CalendarException &exception)
{
    const QString yearly = twoDigits(exception.month) + u'-' + twoDigits(exception.day);
    return exception.year ? QString(QStringLiteral("%1-").arg(*exception.year, 4, 10, QLatin1Char('0')) + yearly) : yearly;
}

} // namespace

Result<Calendar> decodeCalendar(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Calendar calendar;
    configuration::readHead(reader, calendar, idInPath);
    calendar.timeZone = reader.requiredText(QStringLiteral("timeZone"), MaxZoneName);
    readWeek(reader, calendar);
    readExceptions(reader, calendar);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    if (const auto compiled = BusinessCalendar::compile(calendar); !compiled)
        return compiled.error();
    return calendar;
}

QJsonObject encodeCalendar(const Calendar &calendar)
{
    QJsonObject week;
    for (size_t day = 0; day < calendar.week.size(); ++day)
        week.insert(weekdayNames()[day], encodeHours(calendar.week[day]));
    QJsonArray exceptions;
    for (const CalendarException &exception : calendar.exceptions) {
        exceptions.append(QJsonObject {
            { QStringLiteral("date"), encodeDate(exception) }, { QStringLiteral("name"), exception.name }, { QStringLiteral("hours"), encodeHours(exception.hours) } });
    }
    QJsonObject json = configuration::encodeHead(calendar);
    json.insert(QStringLiteral("timeZone"), calendar.timeZone);
    json.insert(QStringLiteral("week"), week);
    json.insert(QStringLiteral("exceptions"), exceptions);
    return json;
}

} // namespace iwd
