// SPDX-License-Identifier: Apache-2.0
#include "conditionparser.h"

#include "itemfields.h"
#include "suggestion.h"
#include "textorder.h"

#include <QJsonArray>
#include <QJsonObject>

#include <cmath>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

struct OperatorName
{
    Op op;
    QLatin1StringView name;
};

constexpr OperatorName operatorNames[] {
    { Op::Equals, QLatin1StringView("equals") },
    { Op::NotEquals, QLatin1StringView("notEquals") },
    { Op::Less, QLatin1StringView("less") },
    { Op::LessOrEqual, QLatin1StringView("lessOrEqual") },
    { Op::Greater, QLatin1StringView("greater") },
    { Op::GreaterOrEqual, QLatin1StringView("greaterOrEqual") },
    { Op::Between, QLatin1StringView("between") },
    { Op::In, QLatin1StringView("in") },
    { Op::NotIn, QLatin1StringView("notIn") },
    { Op::Contains, QLatin1StringView("contains") },
    { Op::StartsWith, QLatin1StringView("startsWith") },
    { Op::EndsWith, QLatin1StringView("endsWith") },
    { Op::Exists, QLatin1StringView("exists") },
    { Op::NotExists, QLatin1StringView("notExists") },
};

QString join(const QString &path, const QString &name)
{
    return path.isEmpty() ? name : QString(path + u'.' + name);
}

/// An Error with a sentence of its own instead of "expected …, got …".
Error complaint(const QString &path, const QString &expected, const QString &text)
{
    Error error = invalidField(path, expected);
    error.text = text;
    return error;
}

QStringList allOperatorNames()
{
    QStringList names;
    for (const OperatorName &entry : operatorNames)
        names.append(entry.name);
    return names;
}

QStringList allFieldNames()
{
    QStringList names;
    for (const ItemField &field : itemFields())
        names.append(field.name);
    return names;
}

/// "now", "now-2h", "now+30m": a sign, up to nine digits (so that no sum can overflow) and a unit.
std::optional<milliseconds> relativeDate(const QString &text)
{
    using namespace std::chrono;
    static const QString now = QStringLiteral("now");
    if (text == now)
        return milliseconds(0);
    if (!text.startsWith(now) || text.size() < 6 || text.size() > 14 || (text[3] != u'+' && text[3] != u'-'))
        return std::nullopt;
    const QStringView digits = QStringView(text).sliced(4).chopped(1);
    if (!std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; }))
        return std::nullopt;
    const qint64 count = digits.toLongLong() * (text[3] == u'-' ? -1 : 1);
    switch (text.back().unicode()) {
    case u's':
        return seconds(count);
    case u'm':
        return minutes(count);
    case u'h':
        return hours(count);
    case u'd':
        return hours(24 * count);
    case u'w':
        return hours(7 * 24 * count);
    default:
        return std::nullopt;
    }
}

Result<QString> parseAttribute(const QJsonValue &json, const QString &path)
{
    static const QString custom = QStringLiteral("custom.");
    const QString expected = QStringLiteral("the name of an attribute, such as \"channel\" or \"custom.region\"");
    if (json.isUndefined())
        return missingField(path, expected);
    const QString name = json.toString();
    if (!json.isString() || name.isEmpty())
        return invalidField(path, expected);
    if (itemField(name))
        return name;
    if (name.startsWith(custom)) {
        const qsizetype length = name.size() - custom.size();
        if (length >= 1 && length <= limits::CustomName && isStorableText(name))
            return name;
        return invalidField(path, QStringLiteral("a name of 1 to %1 characters after \"custom.\"").arg(limits::CustomName));
    }
    static const QStringList computed { QStringLiteral("priority"), QStringLiteral("slaDateTime"), QStringLiteral("categoryPath") };
    if (computed.contains(name))
        return complaint(
            path, expected, QStringLiteral("\"%1\" follows from the classification, so a condition cannot ask for it.").arg(name));
    QString text = QStringLiteral("There is no attribute \"%1\".").arg(name.left(100));
    const QString hint = suggestion(name, allFieldNames());
    text += hint.isEmpty() ? QStringLiteral(" A custom attribute is written \"custom.%1\".").arg(name.left(100)) : hint;
    Error error = complaint(path, expected, text);
    if (const QString closest = closestName(name, allFieldNames()); !closest.isEmpty())
        error.args.insert(QStringLiteral("suggestion"), closest);
    return error;
}

Result<Op> parseOperator(const QJsonValue &json, const QString &path)
{
    const QString expected = QStringLiteral("one of ") + allOperatorNames().join(QStringLiteral(", "));
    if (json.isUndefined())
        return missingField(path, expected);
    for (const OperatorName &entry : operatorNames) {
        if (json.toString() == entry.name)
            return entry.op;
    }
    Error error = invalidField(path, expected);
    error.text += suggestion(json.toString(), allOperatorNames());
    return error;
}

Result<ConditionValue> parseValue(const QJsonValue &json, const QString &path)
{
    ConditionValue value;
    value.written = json;
    if (json.isBool())
        return value;
    if (json.isDouble()) {
        value.number = json.toDouble();
        return value;
    }
    if (json.isNull())
        return complaint(path, QStringLiteral("a text, a number, true or false"),
            QStringLiteral("\"%1\" is null. Use the operator exists or notExists to ask whether there is a value.").arg(path));
    if (!json.isString())
        return invalidField(path, QStringLiteral("a text, a number, true or false"));
    const QString text = json.toString();
    if (text.size() > ConditionParser::MaxTextLength) {
        return invalidField(path, QStringLiteral("a text of at most %1 characters").arg(ConditionParser::MaxTextLength),
            QStringLiteral("%1 characters").arg(text.size()));
    }
    if (!isStorableText(text))
        return invalidField(path, QStringLiteral("a text without U+0000 and without halves of characters, which no item can have"));
    value.text = text;
    value.number = numberOf(text);
    value.sinceNow = relativeDate(text);
    if (const auto date = instantFromIso(text))
        value.date = *date;
    return value;
}

/// A field of a fixed kind can only ever be compared with its kind, so anything else is a mistake and is said at once.
Result<void> checkKind(const Node &node, const ConditionValue &value, const QString &path)
{
    const ItemField *field = itemField(node.attribute);
    if (field && field->kind == FieldKind::Date && !value.isDate()) {
        return invalidField(path,
            QStringLiteral("a date with an offset such as 2026-03-01T08:15:30Z, or a relative date such as now-2h (units s, m, h, d, w), "
                           "because %1 is a date")
                .arg(node.attribute));
    }
    if (field && field->kind == FieldKind::Integer && !value.number)
        return invalidField(path, QStringLiteral("a number, because %1 is a number").arg(node.attribute));
    return {};
}

Result<void> checkOperatorFits(const Node &node, const QString &path)
{
    const bool isTextOperator = node.op == Op::Contains || node.op == Op::StartsWith || node.op == Op::EndsWith;
    const ItemField *field = itemField(node.attribute);
    if (isTextOperator && field && (field->kind == FieldKind::Date || field->kind == FieldKind::Integer)) {
        return complaint(path, QStringLiteral("an operator for dates or numbers"),
            QStringLiteral("\"%1\" works on texts and lists, but %2 is a %3.")
                .arg(conditionOperatorName(node.op), node.attribute,
                    field->kind == FieldKind::Date ? QStringLiteral("date") : QStringLiteral("number")));
    }
    return {};
}

Result<void> parseOneValue(Node &node, const QJsonValue &json, const QString &path)
{
    const auto value = parseValue(json, path);
    if (!value)
        return value.error();
    if ((node.op == Op::StartsWith || node.op == Op::EndsWith) && !value->isText())
        return invalidField(path, QStringLiteral("a text"));
    if (const auto checked = checkKind(node, *value, path); !checked)
        return checked;
    node.values.push_back(*value);
    return {};
}

Result<void> checkBorders(const Node &node, const QString &path)
{
    const ConditionValue &from = node.values[0];
    const ConditionValue &to = node.values[1];
    if (from.written.type() != to.written.type() || from.written.isBool() || from.isDate() != to.isDate())
        return invalidField(path, QStringLiteral("two numbers, two dates or two texts"));
    const bool turned = (!from.isText() && *from.number > *to.number) || (from.date && to.date && *from.date > *to.date)
        || (from.sinceNow && to.sinceNow && *from.sinceNow > *to.sinceNow);
    if (turned)
        return complaint(path, QStringLiteral("the smaller value first"),
            QStringLiteral("\"%1\" can never match: its first value is greater than its second.").arg(path));
    return {};
}

Result<void> parseValues(Node &node, const QJsonValue &json, const QString &path)
{
    const bool isList = node.op == Op::In || node.op == Op::NotIn || node.op == Op::Between;
    if (node.op == Op::Exists || node.op == Op::NotExists) {
        if (!json.isUndefined())
            return invalidField(path, QStringLiteral("no value with the operator %1").arg(conditionOperatorName(node.op)));
        return {};
    }
    const QString expected = node.op == Op::Between ? QStringLiteral("a list [from, to]")
        : isList                                    ? QStringLiteral("a list of at most %1 values").arg(ConditionParser::MaxListSize)
                                                    : QStringLiteral("a text, a number, true or false");
    if (json.isUndefined())
        return missingField(path, expected);
    if (!isList)
        return parseOneValue(node, json, path);
    const QJsonArray elements = json.toArray();
    if (!json.isArray() || elements.size() > ConditionParser::MaxListSize || (node.op == Op::Between && elements.size() != 2))
        return invalidField(path, expected);
    for (qsizetype i = 0; i < elements.size(); ++i) {
        if (const auto parsed = parseOneValue(node, elements[i], QStringLiteral("%1[%2]").arg(path).arg(i)); !parsed)
            return parsed;
    }
    return node.op == Op::Between ? checkBorders(node, path) : Result<void>();
}

Result<void> checkNames(const QJsonObject &json, const QStringList &known, const QString &path)
{
    for (const QString &name : json.keys()) {
        if (known.contains(name))
            continue;
        return complaint(join(path, name.left(100)), QStringLiteral("one of ") + known.join(QStringLiteral(", ")),
            QStringLiteral("\"%1\" is no part of a condition.").arg(name.left(100)) + suggestion(name, known));
    }
    return {};
}

} // namespace

QString conditionOperatorName(ConditionOperator op)
{
    for (const OperatorName &entry : operatorNames) {
        if (entry.op == op)
            return entry.name;
    }
    Q_UNREACHABLE();
}

std::optional<double> numberOf(const QString &text)
{
    // QString::toDouble() also takes blanks, "inf" and "nan".
    const auto belongs = [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'+' || c == u'-' || c == u'.' || c == u'e' || c == u'E'; };
    if (text.isEmpty() || text.size() > 40 || !std::all_of(text.begin(), text.end(), belongs))
        return std::nullopt;
    bool ok = false;
    const double number = text.toDouble(&ok);
    return ok && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

Result<ConditionParser::NodePointer> ConditionParser::parse(const QJsonValue &json)
{
    return parseNode(json, {}, 1);
}

Result<ConditionParser::NodePointer> ConditionParser::parseNode(const QJsonValue &json, const QString &path, int depth)
{
    if (!json.isObject()) {
        const QString expected = QStringLiteral("an object with \"all\", \"any\", \"not\" or a comparison of an \"attribute\"");
        const QString what = path.isEmpty() ? QStringLiteral("A condition") : QStringLiteral("The condition \"%1\"").arg(path);
        return complaint(path, expected, what + QStringLiteral(" must be ") + expected + u'.');
    }
    if (depth > Condition::MaxDepth)
        return complaint(path, QStringLiteral("at most %1 levels").arg(Condition::MaxDepth),
            QStringLiteral("The condition is nested deeper than %1 levels.").arg(Condition::MaxDepth));
    if (++m_nodes > Condition::MaxNodes)
        return complaint(path, QStringLiteral("at most %1 parts").arg(Condition::MaxNodes),
            QStringLiteral("The condition has more than %1 parts. A list with the operator \"in\" replaces many comparisons.")
                .arg(Condition::MaxNodes));

    const QJsonObject object = json.toObject();
    if (object.isEmpty())
        return std::make_shared<const Node>();
    using Kind = Node::Kind;
    for (const auto &[name, kind] : { std::pair(QStringLiteral("all"), Kind::All), std::pair(QStringLiteral("any"), Kind::Any),
             std::pair(QStringLiteral("not"), Kind::Not) }) {
        if (object.contains(name))
            return parseGroup(kind, object, name, path, depth);
    }
    return parseComparison(object, path);
}

Result<ConditionParser::NodePointer> ConditionParser::parseGroup(
    Node::Kind kind, const QJsonObject &json, const QString &name, const QString &path, int depth)
{
    if (json.size() > 1)
        return complaint(path, QStringLiteral("\"%1\" alone").arg(name),
            QStringLiteral("\"%1\" must be alone in its object. Nest conditions to combine them.").arg(name));
    const QString inner = join(path, name);
    const QJsonValue value = json.value(name);
    Node node;
    node.kind = kind;
    if (kind == Node::Kind::Not) {
        auto child = parseNode(value, inner, depth + 1);
        if (!child)
            return child.error();
        node.children.push_back(std::move(child).value());
        return std::make_shared<const Node>(std::move(node));
    }
    if (!value.isArray())
        return invalidField(inner, QStringLiteral("a list of conditions"));
    const QJsonArray elements = value.toArray();
    for (qsizetype i = 0; i < elements.size(); ++i) {
        auto child = parseNode(elements[i], QStringLiteral("%1[%2]").arg(inner).arg(i), depth + 1);
        if (!child)
            return child.error();
        node.children.push_back(std::move(child).value());
    }
    return std::make_shared<const Node>(std::move(node));
}

Result<ConditionParser::NodePointer> ConditionParser::parseComparison(const QJsonObject &json, const QString &path)
{
    static const QStringList names { QStringLiteral("attribute"), QStringLiteral("operator"), QStringLiteral("value"),
        QStringLiteral("caseSensitive") };
    static const QStringList allNames = names + QStringList { QStringLiteral("all"), QStringLiteral("any"), QStringLiteral("not") };
    if (const auto checked = checkNames(json, allNames, path); !checked)
        return checked.error();
    auto attribute = parseAttribute(json.value(names[0]), join(path, names[0]));
    if (!attribute)
        return attribute.error();
    const auto op = parseOperator(json.value(names[1]), join(path, names[1]));
    if (!op)
        return op.error();
    const QJsonValue caseSensitive = json.value(names[3]);
    if (!caseSensitive.isUndefined() && !caseSensitive.isBool())
        return invalidField(join(path, names[3]), QStringLiteral("true or false"));

    Node node;
    node.kind = Node::Kind::Comparison;
    node.attribute = std::move(attribute).value();
    node.op = *op;
    node.caseSensitive = caseSensitive.toBool();
    if (const auto fits = checkOperatorFits(node, join(path, names[1])); !fits)
        return fits.error();
    if (const auto parsed = parseValues(node, json.value(names[2]), join(path, names[2])); !parsed)
        return parsed.error();
    return std::make_shared<const Node>(std::move(node));
}

} // namespace iwd
