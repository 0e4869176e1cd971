// SPDX-License-Identifier: Apache-2.0
#include "conditionsql.h"

#include <domain/itemfields.h>
#include <domain/textorder.h>

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>

#include <set>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

const QString never = QStringLiteral("0");
const QString always = QStringLiteral("1");

/// How an attribute is stored, and so what can be asked of it.
struct Column
{
    enum class Kind {
        Id,
        Status, ///< a number of few
        Integer, ///< has always a value
        Instant, ///< milliseconds
        ObjectId, ///< a text of ASCII alone: collation nocase is the case folding of conditions, and indexes have it
        Text,
        Labels,
        Custom, ///< whatever the source sent: text, real, or an integer for a truth value
    };
    Kind kind = Kind::Text;
    QString sql;
};

QString inDocument(const QString &name)
{
    return QStringLiteral("iwd_attribute(p.document, '%1')").arg(name);
}

/// The fields that are not in the document.
const QHash<QString, Column> &columns()
{
    using K = Column::Kind;
    static const QHash<QString, Column> table {
        { QStringLiteral("id"), { K::Id, QStringLiteral("('wi-' || i.id)") } },
        { QStringLiteral("version"), { K::Integer, QStringLiteral("i.version") } },
        { QStringLiteral("status"), { K::Status, QStringLiteral("i.status") } },
        { QStringLiteral("businessValue"), { K::Integer, QStringLiteral("i.business_value") } },
        { QStringLiteral("priorityShift"), { K::Integer, QStringLiteral("coalesce(%1, 0.0)").arg(inDocument(QStringLiteral("priorityShift"))) } },
        { QStringLiteral("captureId"), { K::Text, QStringLiteral("p.capture_id") } },
        { QStringLiteral("capturePointId"), { K::ObjectId, QStringLiteral("p.capture_point_id") } },
        { QStringLiteral("category"), { K::ObjectId, QStringLiteral("p.category_id") } },
        { QStringLiteral("queue"), { K::ObjectId, QStringLiteral("p.queue_id") } },
        { QStringLiteral("assignedToUser"), { K::ObjectId, QStringLiteral("i.agent_id") } },
        { QStringLiteral("error"), { K::Text, QStringLiteral("i.error") } },
        { QStringLiteral("createdDateTime"), { K::Instant, QStringLiteral("p.created_ms") } },
        { QStringLiteral("assignedDateTime"), { K::Instant, QStringLiteral("i.assigned_ms") } },
        { QStringLiteral("heldDateTime"), { K::Instant, QStringLiteral("i.held_ms") } },
        { QStringLiteral("completedDateTime"), { K::Instant, QStringLiteral("i.final_ms") } },
        { QStringLiteral("labels"), { K::Labels, QStringLiteral("json_type(p.document, '$.labels')") } },
    };
    return table;
}

Column columnOf(const QString &attribute, SqlValues *values)
{
    const ItemField *field = itemField(attribute);
    if (!field) {
        Q_ASSERT(attribute.startsWith(QLatin1StringView("custom.")) && values);
        return { Column::Kind::Custom, QStringLiteral("iwd_attribute(p.document, %1)").arg(values->add(attribute)) };
    }
    if (const auto known = columns().constFind(attribute); known != columns().constEnd())
        return *known;
    // From here on the name is the field table's own, so it may stand in the text.
    const QString stored = inDocument(field->name);
    if (field->kind == FieldKind::Date)
        return { Column::Kind::Instant, QStringLiteral("iwd_instant(%1)").arg(stored) };
    return { Column::Kind::Text, stored };
}

QString sqlOperator(Op op)
{
    switch (op) {
    case Op::Less:
        return QStringLiteral("<");
    case Op::LessOrEqual:
        return QStringLiteral("<=");
    case Op::Greater:
        return QStringLiteral(">");
    case Op::GreaterOrEqual:
        return QStringLiteral(">=");
    default:
        return QStringLiteral("=");
    }
}

QString anyOf(const QStringList &parts)
{
    return parts.isEmpty() ? never : parts.size() == 1 ? parts.first() : QString(u'(' + parts.join(QStringLiteral(" or ")) + u')');
}

QString isOneOf(const QString &value, const QString &list, const QString &element = QStringLiteral("value"))
{
    return QStringLiteral("%1 in (select %2 from json_each(%3))").arg(value, element, list);
}

class Compiler
{
public:
    Compiler(Instant now, SqlValues &values)
        : m_now(now)
        , m_values(values)
    {
    }

    QString node(const Node &node)
    {
        switch (node.kind) {
        case Node::Kind::All:
            return group(node, QStringLiteral(" and "), always);
        case Node::Kind::Any:
            return group(node, QStringLiteral(" or "), never);
        case Node::Kind::Not:
            return isNotTrue(this->node(*node.children.front()));
        case Node::Kind::Comparison:
            return comparison(node);
        }
        Q_UNREACHABLE();
    }

private:
    QString group(const Node &node, const QString &word, const QString &empty)
    {
        if (node.children.empty())
            return empty;
        QStringList parts;
        for (const auto &child : node.children)
            parts.append(this->node(*child));
        return u'(' + parts.join(word) + u')';
    }

    /// False and null are both "does not match", so the opposite has to hold for both.
    static QString isNotTrue(const QString &expression) { return QStringLiteral("((%1) is not true)").arg(expression); }

    QString comparison(const Node &node)
    {
        const Column column = columnOf(node.attribute, &m_values);
        switch (node.op) {
        case Op::Exists:
            return exists(column);
        case Op::NotExists:
            return isNotTrue(exists(column));
        case Op::NotEquals:
        case Op::NotIn:
            return isNotTrue(equals(column, node));
        case Op::Equals:
        case Op::In:
            return equals(column, node);
        case Op::Less:
        case Op::LessOrEqual:
        case Op::Greater:
        case Op::GreaterOrEqual:
            return ordered(column, node, node.values[0], node.op);
        case Op::Between:
            return u'(' + ordered(column, node, node.values[0], Op::GreaterOrEqual) + QStringLiteral(" and ")
                + ordered(column, node, node.values[1], Op::LessOrEqual) + u')';
        case Op::Contains:
        case Op::StartsWith:
        case Op::EndsWith:
            return textPart(column, node);
        }
        Q_UNREACHABLE();
    }

    static QString exists(const Column &column)
    {
        const bool isAlwaysThere = column.kind == Column::Kind::Id || column.kind == Column::Kind::Status || column.kind == Column::Kind::Integer;
        return isAlwaysThere ? always : QString(column.sql + QStringLiteral(" is not null"));
    }

    /// A status is one of ten, so each is asked what the condition says about it.
    QString statuses(const Node &node, Op op)
    {
        Node asked = node;
        asked.op = op;
        QStringList numbers;
        for (int status = 0; status < ItemStatusCount; ++status) {
            if (comparisonHolds(asked, statusName(static_cast<ItemStatus>(status)), m_now))
                numbers.append(QString::number(status));
        }
        return numbers.isEmpty() ? never : QString(QStringLiteral("i.status in (") + numbers.join(u',') + u')');
    }

    QString textOperand(const QString &value, const Node &node)
    {
        return (node.caseSensitive ? QStringLiteral("iwd_text(%1)") : QStringLiteral("iwd_fold(%1)")).arg(value);
    }
    static QString textValue(const QString &text, const Node &node) { return node.caseSensitive ? text : caseFolded(text); }

    /// Whether the column is on that side of the value.
    QString ordered(const Column &column, const Node &node, const ConditionValue &value, Op op)
    {
        if (column.kind == Column::Kind::Status) {
            Node one = node;
            one.values = { value };
            return statuses(one, op);
        }
        if (column.kind == Column::Kind::Labels)
            return never;
        const QString sign = sqlOperator(op);
        const auto side = [&](const QString &what, const QVariant &of) { return QStringLiteral("%1 %2 %3").arg(what, sign, m_values.add(of)); };
        if (column.kind == Column::Kind::Integer)
            return value.number ? side(column.sql, *value.number) : never;
        if (column.kind == Column::Kind::Instant)
            return value.isDate() ? side(column.sql, toMillis(value.instant(m_now))) : never;

        const bool custom = column.kind == Column::Kind::Custom;
        const bool orEqual = op == Op::LessOrEqual || op == Op::GreaterOrEqual;
        if (value.written.isBool()) {
            // Truth values have no order, but equal ones are "less or equal".
            return custom && orEqual ? QStringLiteral("(typeof(%1) = 'integer' and %1 = %2)").arg(column.sql, m_values.add(value.written.toBool() ? 1 : 0)) : never;
        }
        if (!value.isText())
            return side(QStringLiteral("iwd_number(%1)").arg(column.sql), *value.number);
        if (value.isDate()) {
            QStringList parts { side(QStringLiteral("iwd_instant(%1)").arg(column.sql), toMillis(value.instant(m_now))) };
            if (orEqual)
                parts.append(QStringLiteral("%1 = %2").arg(textOperand(column.sql, node), m_values.add(textValue(value.text, node))));
            return anyOf(parts);
        }
        QStringList parts { side(textOperand(column.sql, node), textValue(value.text, node)) };
        if (custom && value.number)
            parts.append(QStringLiteral("(typeof(%1) = 'real' and %2)").arg(column.sql, side(column.sql, *value.number)));
        return anyOf(parts);
    }

    /// The node's values by what they may be compared as.
    struct Values
    {
        QStringList texts; ///< folded unless case counts
        QStringList numbers; ///< in digits that read back as the same number
        QStringList numbersInTexts; ///< as `numbers`: what only a number can equal
        QJsonArray instants;
        std::set<bool> truths;
    };

    Values sorted(const Node &node) const
    {
        const auto digits = [](double number) { return QString::number(number, 'g', 17); };
        Values values;
        for (const ConditionValue &value : node.values) {
            if (value.written.isBool()) {
                values.truths.insert(value.written.toBool());
            } else if (!value.isText()) {
                values.numbers.append(digits(*value.number));
            } else {
                values.texts.append(textValue(value.text, node));
                if (value.number)
                    values.numbersInTexts.append(digits(*value.number));
                if (value.isDate())
                    values.instants.append(toMillis(value.instant(m_now)));
            }
        }
        return values;
    }

    QString equalsText(const Column &column, const Node &node, const QStringList &texts)
    {
        // The form that an index of the column can serve.
        QString operand = column.sql;
        if (column.kind == Column::Kind::ObjectId && !node.caseSensitive)
            operand += QStringLiteral(" collate nocase");
        else if (column.kind != Column::Kind::Text || !node.caseSensitive)
            operand = textOperand(column.sql, node);
        return texts.size() == 1 ? QString(operand + QStringLiteral(" = ") + m_values.add(texts.first())) : isOneOf(operand, m_values.add(jsonList(texts)));
    }

    QString equalsNumber(const QString &operand, const QStringList &numbers)
    {
        if (numbers.size() == 1)
            return QStringLiteral("%1 = %2").arg(operand, m_values.add(numbers.first().toDouble()));
        return isOneOf(operand, m_values.add(jsonList(numbers)), QStringLiteral("iwd_number(value)"));
    }

    QString equalsInstant(const QString &operand, const QJsonArray &instants)
    {
        if (instants.size() == 1)
            return QStringLiteral("%1 = %2").arg(operand, m_values.add(instants.first().toInteger()));
        return isOneOf(operand, m_values.add(QString::fromUtf8(QJsonDocument(instants).toJson(QJsonDocument::Compact))));
    }

    /// Whether the column is one of the node's values.
    QString equals(const Column &column, const Node &node)
    {
        const Values values = sorted(node);
        switch (column.kind) {
        case Column::Kind::Status:
            return statuses(node, Op::In);
        case Column::Kind::Id:
            return equalsId(node);
        case Column::Kind::Integer: {
            const QStringList numbers = values.numbers + values.numbersInTexts;
            return numbers.isEmpty() ? never : equalsNumber(column.sql, numbers);
        }
        case Column::Kind::Instant:
            return values.instants.isEmpty() ? never : equalsInstant(column.sql, values.instants);
        case Column::Kind::Labels:
            return QStringLiteral("exists (select 1 from json_each(p.document, '$.labels') l where %1)").arg(equalsAny({ Column::Kind::Text, QStringLiteral("l.value") }, node, values));
        case Column::Kind::ObjectId:
        case Column::Kind::Text:
        case Column::Kind::Custom:
            return equalsAny(column, node, values);
        }
        Q_UNREACHABLE();
    }

    QString equalsAny(const Column &column, const Node &node, const Values &values)
    {
        const bool custom = column.kind == Column::Kind::Custom;
        QStringList parts;
        if (!values.texts.isEmpty())
            parts.append(equalsText(column, node, values.texts));
        if (!values.numbers.isEmpty())
            parts.append(equalsNumber(QStringLiteral("iwd_number(%1)").arg(column.sql), values.numbers));
        if (custom && !values.numbersInTexts.isEmpty())
            parts.append(QStringLiteral("(typeof(%1) = 'real' and %2)").arg(column.sql, equalsNumber(column.sql, values.numbersInTexts)));
        if (!values.instants.isEmpty())
            parts.append(equalsInstant(QStringLiteral("iwd_instant(%1)").arg(column.sql), values.instants));
        for (const bool truth : values.truths) {
            if (custom)
                parts.append(QStringLiteral("(typeof(%1) = 'integer' and %1 = %2)").arg(column.sql, m_values.add(truth ? 1 : 0)));
        }
        return anyOf(parts);
    }

    /// Ids are texts to people and numbers to the index.
    QString equalsId(const Node &node)
    {
        QJsonArray numbers;
        for (const ConditionValue &value : node.values) {
            const auto id = value.isText() ? ItemId::fromString(node.caseSensitive ? value.text : caseFolded(value.text)) : std::nullopt;
            if (id && id->toString() == (node.caseSensitive ? value.text : caseFolded(value.text)))
                numbers.append(id->number);
        }
        return numbers.isEmpty() ? never : equalsInstant(QStringLiteral("i.id"), numbers);
    }

    QString textPart(const Column &column, const Node &node)
    {
        const ConditionValue &part = node.values.front();
        if (column.kind == Column::Kind::Labels)
            return node.op == Op::Contains ? equals(column, node) : never;
        if (column.kind == Column::Kind::Status)
            return statuses(node, node.op);
        if (!part.isText())
            return never;
        if (part.text.isEmpty())
            return QStringLiteral("iwd_text(%1) is not null").arg(column.sql);
        const QString text = textValue(part.text, node);
        const QString operand = textOperand(column.sql, node);
        const QString value = m_values.add(text);
        if (node.op == Op::Contains)
            return QStringLiteral("instr(%1, %2) > 0").arg(operand, value);
        const auto length = text.toUcs4().size();
        if (node.op == Op::StartsWith)
            return QStringLiteral("substr(%1, 1, %2) = %3").arg(operand).arg(length).arg(value);
        return QStringLiteral("substr(%1, -%2) = %3").arg(operand).arg(length).arg(value);
    }

    Instant m_now;
    SqlValues &m_values;
};

} // namespace

QString conditionSql(const Condition &condition, Instant now, SqlValues &values)
{
    return condition.root() ? Compiler(now, values).node(*condition.root()) : always;
}

QString sortSql(const QString &field)
{
    const Column column = columnOf(field, nullptr);
    switch (column.kind) {
    case Column::Kind::Id:
        return QStringLiteral("i.id");
    case Column::Kind::ObjectId:
    case Column::Kind::Text:
        return QStringLiteral("iwd_fold(%1)").arg(column.sql);
    default:
        return column.sql;
    }
}

QString jsonList(const QStringList &texts)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(texts)).toJson(QJsonDocument::Compact));
}

} // namespace iwd
