// SPDX-License-Identifier: Apache-2.0
#include "searchwords.h"

#include <domain/itemfields.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

struct Operator
{
    QString sign;
    QString name;
};

/// Longer signs first, because some begin with others.
const std::vector<Operator> &operators()
{
    static const std::vector<Operator> all { { u"!="_s, u"notEquals"_s }, { u"<="_s, u"lessOrEqual"_s }, { u">="_s, u"greaterOrEqual"_s }, { u"="_s, u"equals"_s },
        { u"<"_s, u"less"_s }, { u">"_s, u"greater"_s }, { u"~"_s, u"contains"_s } };
    return all;
}

Error mistake(const QString &text)
{
    return { ErrorCode::InvalidField, text, {}, {} };
}

QString attributeName(const QString &name)
{
    return itemField(name) || name.startsWith("custom."_L1) ? name : QString(u"custom."_s + name);
}

/// What is smaller than "10" as a number differs from what is smaller as a text; people mean the number.
QJsonValue orderedValue(const QString &text)
{
    bool isNumber = false;
    const double number = text.toDouble(&isNumber);
    return isNumber ? QJsonValue(number) : QJsonValue(text);
}

/// A text equals the number that it looks like, but true is not "true": so both are asked for.
QJsonArray equalValues(const QString &text)
{
    QJsonArray values;
    for (const QString &part : text.split(u',', Qt::SkipEmptyParts)) {
        const QString value = part.trimmed();
        values.append(value);
        if (value == "true"_L1 || value == "false"_L1)
            values.append(value == "true"_L1);
    }
    return values;
}

Result<QJsonValue> conditionOf(const QString &given)
{
    QByteArray json = given.toUtf8();
    if (given.startsWith(u'@')) {
        QFile file(given.mid(1));
        if (!file.open(QIODevice::ReadOnly))
            return mistake(u"\"%1\" cannot be read: %2."_s.arg(file.fileName(), file.errorString()));
        json = file.readAll();
    }
    QJsonParseError broken {};
    const auto document = QJsonDocument::fromJson(json, &broken);
    if (!document.isObject())
        return mistake(u"--condition wants a JSON object, or @ and a file with one: %1 at byte %2."_s.arg(broken.errorString()).arg(broken.offset));
    return QJsonValue(document.object());
}

QJsonArray sortOf(const QString &text)
{
    QJsonArray keys;
    for (const QString &part : text.split(u',', Qt::SkipEmptyParts)) {
        const bool descending = part.startsWith(u'-');
        keys.append(QJsonObject { { u"field"_s, descending ? part.mid(1) : part }, { u"direction"_s, descending ? u"desc"_s : u"asc"_s } });
    }
    return keys;
}

} // namespace

Result<QJsonObject> comparisonFromText(const QString &text)
{
    qsizetype at = -1;
    const Operator *found = nullptr;
    for (const Operator &one : operators()) {
        const auto place = text.indexOf(one.sign);
        if (place > 0 && (at < 0 || place < at)) {
            at = place;
            found = &one;
        }
    }
    if (!found)
        return mistake(u"--where wants NAME=VALUE, with one of the operators = != < <= > >= ~ , not \"%1\"."_s.arg(text));
    const QString name = attributeName(text.left(at).trimmed());
    const QString value = text.mid(at + found->sign.size()).trimmed();
    const bool isEquality = found->sign == "="_L1 || found->sign == "!="_L1;
    if (value.isEmpty() && !isEquality)
        return mistake(u"--where \"%1\" lacks the value."_s.arg(text));
    QJsonObject comparison { { u"attribute"_s, name } };
    if (value.isEmpty()) {
        comparison.insert(u"operator"_s, found->sign == "="_L1 ? u"notExists"_s : u"exists"_s);
    } else if (const QJsonArray values = equalValues(value); isEquality && values.size() > 1) {
        comparison.insert(u"operator"_s, found->sign == "="_L1 ? u"in"_s : u"notIn"_s);
        comparison.insert(u"value"_s, values);
    } else {
        comparison.insert(u"operator"_s, found->name);
        comparison.insert(u"value"_s, isEquality || found->sign == "~"_L1 ? QJsonValue(value) : orderedValue(value));
    }
    return comparison;
}

Result<QJsonObject> searchFromLine(const CommandLine &line)
{
    QJsonArray parts;
    if (line.has(u"condition"_s)) {
        const auto condition = conditionOf(line.value(u"condition"_s));
        if (!condition)
            return condition.error();
        parts.append(*condition);
    }
    for (const QString &text : line.values(u"where"_s)) {
        const auto comparison = comparisonFromText(text);
        if (!comparison)
            return comparison.error();
        parts.append(*comparison);
    }
    QJsonObject search;
    if (parts.size() == 1)
        search.insert(u"condition"_s, parts.first());
    else if (!parts.isEmpty())
        search.insert(u"condition"_s, QJsonObject { { u"all"_s, parts } });
    if (!line.arguments.isEmpty())
        search.insert(u"text"_s, line.arguments.constFirst());
    if (const QString sort = line.value(u"sort"_s); sort == "priority"_L1)
        search.insert(u"sort"_s, sort);
    else if (!sort.isEmpty())
        search.insert(u"sort"_s, sortOf(sort));
    if (line.has(u"columns"_s))
        search.insert(u"columns"_s, QJsonArray::fromStringList(line.value(u"columns"_s).split(u',', Qt::SkipEmptyParts)));
    if (line.has(u"count"_s))
        search.insert(u"count"_s, u"exact"_s);
    return search;
}

} // namespace iwd
