// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsonreading.h"

#include <domain/suggestion.h>

#include <QJsonArray>

#include <algorithm>
#include <vector>

namespace iwd {

/// A value and the name it has in JSON.
template <typename Value>
struct Choice
{
    Value value;
    QLatin1StringView name;
};

/// Reads one of a few names.
/// @param otherwise when it is absent or null; without it the member is required
template <typename Value, size_t Count>
[[nodiscard]] Value readChoice(ObjectReader &reader, const QString &name, const Choice<Value> (&choices)[Count], const std::optional<Value> &otherwise = std::nullopt)
{
    const QJsonValue value = reader.value(name);
    if (otherwise && (value.isUndefined() || value.isNull()))
        return *otherwise;
    QStringList names;
    for (const auto &choice : choices) {
        if (value.toString() == choice.name)
            return choice.value;
        names.append(choice.name);
    }
    const QString expected = QStringLiteral("one of ") + names.join(QStringLiteral(", "));
    Error error = value.isUndefined() ? missingField(reader.pathOf(name), expected)
                                      : invalidField(reader.pathOf(name), expected, json::describe(value));
    error.text += suggestion(value.toString(), names);
    reader.fail(error);
    return choices[0].value;
}

template <typename Value, size_t Count>
[[nodiscard]] QString nameOf(Value value, const Choice<Value> (&choices)[Count])
{
    const auto choice = std::find_if(std::begin(choices), std::end(choices), [value](const auto &one) { return one.value == value; });
    Q_ASSERT(choice != std::end(choices));
    return choice->name;
}

/// Reads every element of an array of objects by @p readOne; elements after the first bad one are not looked at.
template <typename Element, typename ReadOne>
[[nodiscard]] std::vector<Element> readElements(ObjectReader &reader, const QString &path, const QJsonValue &value, int maxCount, ReadOne readOne)
{
    std::vector<Element> elements;
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.size() > maxCount) {
        reader.fail(invalidField(path, QStringLiteral("a list of at most %1 objects").arg(maxCount),
            value.isArray() ? QString::number(array.size()) : json::describe(value)));
        return elements;
    }
    for (qsizetype i = 0; i < array.size() && !reader.failed(); ++i) {
        const QString elementPath = QStringLiteral("%1[%2]").arg(path).arg(i);
        ObjectReader element(reader.take(json::object(elementPath, array[i])), elementPath);
        if (reader.failed())
            break;
        elements.push_back(readOne(element));
        if (const auto finished = element.finish(); !finished)
            reader.fail(finished.error());
    }
    return elements;
}

} // namespace iwd
