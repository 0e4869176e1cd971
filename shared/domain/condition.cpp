// SPDX-License-Identifier: Apache-2.0
#include "condition.h"

#include "conditiontree.h"
#include "conditionparser.h"
#include "textorder.h"

#include <QJsonArray>
#include <QJsonObject>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

enum class Order { Less, Equal, Greater, None };

template <typename T>
Order orderOf(const T &a, const T &b)
{
    return a < b ? Order::Less : b < a ? Order::Greater : Order::Equal;
}

Qt::CaseSensitivity sensitivity(const Node &node)
{
    return node.caseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
}

Order orderOfText(const QString &attribute, const ConditionValue &value, const Node &node, Instant now)
{
    if (value.written.isBool())
        return Order::None;
    if (!value.isText()) {
        const auto number = numberOf(attribute);
        return number ? orderOf(*number, *value.number) : Order::None;
    }
    if (value.isDate()) {
        if (const auto date = instantFromIso(attribute))
            return orderOf(*date, value.instant(now));
    }
    const int difference = compareTexts(attribute, value.text, sensitivity(node));
    // What is no date is neither before nor after one, but it may be the same text.
    if (value.isDate() && difference != 0)
        return Order::None;
    return orderOf(difference, 0);
}

/// How the attribute's value (not a list) stands to @p value; None when the two cannot be compared.
Order compare(const QJsonValue &attribute, const ConditionValue &value, const Node &node, Instant now)
{
    switch (attribute.type()) {
    case QJsonValue::Double:
        return value.number ? orderOf(attribute.toDouble(), *value.number) : Order::None;
    case QJsonValue::Bool:
        return value.written == attribute ? Order::Equal : Order::None;
    case QJsonValue::String:
        return orderOfText(attribute.toString(), value, node, now);
    default:
        return Order::None;
    }
}

/// Whether the attribute, or an element of it when it is a list, equals one of the node's values.
bool equalsOne(const QJsonValue &attribute, const Node &node, Instant now)
{
    if (attribute.isArray()) {
        const QJsonArray elements = attribute.toArray();
        return std::any_of(elements.begin(), elements.end(),
            [&](const QJsonValue &element) { return !element.isArray() && equalsOne(element, node, now); });
    }
    return std::any_of(node.values.begin(), node.values.end(),
        [&](const ConditionValue &value) { return compare(attribute, value, node, now) == Order::Equal; });
}

bool containsText(const QJsonValue &attribute, const Node &node, Instant now)
{
    if (attribute.isArray())
        return equalsOne(attribute, node, now);
    const ConditionValue &part = node.values.front();
    return part.isText() && attribute.isString() && (part.text.isEmpty() || attribute.toString().contains(part.text, sensitivity(node)));
}

bool isAbsent(const QJsonValue &attribute)
{
    return attribute.isUndefined() || attribute.isNull() || (attribute.isArray() && attribute.toArray().isEmpty());
}

} // namespace

bool comparisonHolds(const Node &node, const QJsonValue &attribute, Instant now)
{
    const auto order = [&](size_t index) { return compare(attribute, node.values[index], node, now); };
    const auto isOneOf = [](Order one, Order a, Order b) { return one == a || one == b; };
    switch (node.op) {
    case Op::Exists:
        return !isAbsent(attribute);
    case Op::NotExists:
        return isAbsent(attribute);
    case Op::Equals:
    case Op::In:
        return equalsOne(attribute, node, now);
    case Op::NotEquals:
    case Op::NotIn:
        return !equalsOne(attribute, node, now);
    case Op::Less:
        return order(0) == Order::Less;
    case Op::LessOrEqual:
        return isOneOf(order(0), Order::Less, Order::Equal);
    case Op::Greater:
        return order(0) == Order::Greater;
    case Op::GreaterOrEqual:
        return isOneOf(order(0), Order::Greater, Order::Equal);
    case Op::Between:
        return isOneOf(order(0), Order::Greater, Order::Equal) && isOneOf(order(1), Order::Less, Order::Equal);
    case Op::Contains:
        return containsText(attribute, node, now);
    case Op::StartsWith:
        return attribute.isString() && (node.values.front().text.isEmpty() || attribute.toString().startsWith(node.values.front().text, sensitivity(node)));
    case Op::EndsWith:
        return attribute.isString() && (node.values.front().text.isEmpty() || attribute.toString().endsWith(node.values.front().text, sensitivity(node)));
    }
    Q_UNREACHABLE();
}

namespace {

bool evaluate(const Node &node, const AttributeSource &source, Instant now)
{
    const auto holds = [&](const std::shared_ptr<const Node> &child) { return evaluate(*child, source, now); };
    switch (node.kind) {
    case Node::Kind::All:
        return std::all_of(node.children.begin(), node.children.end(), holds);
    case Node::Kind::Any:
        return std::any_of(node.children.begin(), node.children.end(), holds);
    case Node::Kind::Not:
        return !holds(node.children.front());
    case Node::Kind::Comparison:
        return comparisonHolds(node, source.attribute(node.attribute), now);
    }
    Q_UNREACHABLE();
}

QJsonObject encodeComparison(const Node &node)
{
    QJsonObject json { { QStringLiteral("attribute"), node.attribute }, { QStringLiteral("operator"), conditionOperatorName(node.op) } };
    QJsonArray values;
    for (const ConditionValue &value : node.values)
        values.append(value.written);
    if (node.op == Op::In || node.op == Op::NotIn || node.op == Op::Between)
        json.insert(QStringLiteral("value"), values);
    else if (!values.isEmpty())
        json.insert(QStringLiteral("value"), values.first());
    if (node.caseSensitive)
        json.insert(QStringLiteral("caseSensitive"), true);
    return json;
}

QJsonObject encode(const Node &node)
{
    if (node.kind == Node::Kind::Comparison)
        return encodeComparison(node);
    if (node.kind == Node::Kind::Not)
        return { { QStringLiteral("not"), encode(*node.children.front()) } };
    QJsonArray children;
    for (const auto &child : node.children)
        children.append(encode(*child));
    return { { node.kind == Node::Kind::All ? QStringLiteral("all") : QStringLiteral("any"), children } };
}

void collect(const Node &node, std::vector<const Node *> &comparisons)
{
    if (node.kind == Node::Kind::Comparison)
        comparisons.push_back(&node);
    if (node.kind == Node::Kind::All) {
        for (const auto &child : node.children)
            collect(*child, comparisons);
    }
}

} // namespace

std::vector<const Condition::Node *> necessaryComparisons(const Condition &condition)
{
    std::vector<const Node *> comparisons;
    if (condition.root())
        collect(*condition.root(), comparisons);
    return comparisons;
}

Condition::Condition() = default;

Result<Condition> Condition::parse(const QJsonValue &json)
{
    Condition condition;
    if (json.isObject() && json.toObject().isEmpty())
        return condition;
    auto root = ConditionParser().parse(json);
    if (!root)
        return root.error();
    condition.m_root = std::move(root).value();
    return condition;
}

QJsonValue Condition::toJson() const
{
    return m_root ? encode(*m_root) : QJsonObject();
}

bool Condition::matches(const AttributeSource &source, Instant now) const
{
    return !m_root || evaluate(*m_root, source, now);
}

} // namespace iwd
