// SPDX-License-Identifier: Apache-2.0
#include "configvalue.h"

#include <array>
#include <limits>

namespace iwd::configvalue {

namespace {

struct Unit
{
    QLatin1StringView name;
    qint64 factor;
};

// Largest first, so that writing finds the shortest form.
constexpr std::array<Unit, 5> TimeUnits { Unit { QLatin1StringView("d"), 86'400'000 }, Unit { QLatin1StringView("h"), 3'600'000 },
    Unit { QLatin1StringView("m"), 60'000 }, Unit { QLatin1StringView("s"), 1'000 }, Unit { QLatin1StringView("ms"), 1 } };
constexpr std::array<Unit, 4> SizeUnits { Unit { QLatin1StringView("GiB"), qint64(1) << 30 },
    Unit { QLatin1StringView("MiB"), qint64(1) << 20 }, Unit { QLatin1StringView("KiB"), qint64(1) << 10 },
    Unit { QLatin1StringView("B"), 1 } };

bool isDigit(QChar each)
{
    return each >= u'0' && each <= u'9';
}

std::optional<qint64> number(QStringView digits)
{
    if (digits.isEmpty() || !std::all_of(digits.begin(), digits.end(), isDigit))
        return std::nullopt;
    bool fits = false;
    const qint64 value = digits.toLongLong(&fits);
    return fits ? std::optional(value) : std::nullopt;
}

template <size_t count>
std::optional<qint64> amount(QStringView text, const std::array<Unit, count> &units)
{
    text = text.trimmed();
    const auto end = std::find_if_not(text.begin(), text.end(), isDigit);
    const QStringView digits = text.first(end - text.begin());
    const auto value = number(digits);
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit &each) { return text.mid(digits.size()) == each.name; });
    if (!value || unit == units.end() || *value > std::numeric_limits<qint64>::max() / unit->factor)
        return std::nullopt;
    return *value * unit->factor;
}

template <size_t count>
QString amountToText(qint64 value, const std::array<Unit, count> &units, QLatin1StringView unitOfZero)
{
    if (value == 0)
        return u'0' + unitOfZero;
    const auto unit = std::find_if(units.begin(), units.end(), [value](const Unit &each) { return value % each.factor == 0; });
    return QString::number(value / unit->factor) + unit->name;
}

} // namespace

std::optional<milliseconds> duration(QStringView text)
{
    const auto value = amount(text, TimeUnits);
    return value ? std::optional(milliseconds(*value)) : std::nullopt;
}

QString toText(milliseconds duration)
{
    return amountToText(duration.count(), TimeUnits, QLatin1StringView("s"));
}

std::optional<qint64> size(QStringView text)
{
    return amount(text, SizeUnits);
}

QString sizeToText(qint64 bytes)
{
    return amountToText(bytes, SizeUnits, QLatin1StringView("B"));
}

std::optional<qint64> integer(QStringView text)
{
    text = text.trimmed();
    const bool negative = text.startsWith(u'-');
    const auto value = number(negative ? text.mid(1) : text);
    return value && negative ? std::optional(-*value) : value;
}

std::optional<bool> boolean(QStringView text)
{
    text = text.trimmed();
    const auto isOneOf = [text](std::initializer_list<QLatin1StringView> names) {
        return std::any_of(
            names.begin(), names.end(), [text](QLatin1StringView name) { return text.compare(name, Qt::CaseInsensitive) == 0; });
    };
    if (isOneOf({ QLatin1StringView("true"), QLatin1StringView("yes"), QLatin1StringView("on") }))
        return true;
    if (isOneOf({ QLatin1StringView("false"), QLatin1StringView("no"), QLatin1StringView("off") }))
        return false;
    return std::nullopt;
}

} // namespace iwd::configvalue
