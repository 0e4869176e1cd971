// SPDX-License-Identifier: Apache-2.0
#include "contradiction.h"

#include "conditiontree.h"
#include "itemfields.h"
#include "textorder.h"

#include <map>
#include <set>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

constexpr int MostSteps = 20'000; ///< what a proof may cost; longer ones are given up

/// A condition, or its opposite.
struct Goal
{
    const Node *node;
    bool holds;
};

/// A comparison with an operator that says what is, and whether it is so.
struct Literal
{
    const Node *node;
    Op op;
    bool holds;
};

Literal literalOf(const Goal &goal)
{
    switch (goal.node->op) {
    case Op::NotEquals:
        return { goal.node, Op::In, !goal.holds };
    case Op::NotIn:
        return { goal.node, Op::In, !goal.holds };
    case Op::NotExists:
        return { goal.node, Op::Exists, !goal.holds };
    case Op::Equals:
        return { goal.node, Op::In, goal.holds };
    default:
        return { goal.node, goal.node->op, goal.holds };
    }
}

bool isPlainText(const ConditionValue &value)
{
    return value.isText() && !value.number && !value.isDate();
}

/// Whether whatever equals @p one also equals @p other.
bool isSameValue(const Node &of, const ConditionValue &one, const Node &ofOther, const ConditionValue &other)
{
    if (of.caseSensitive != ofOther.caseSensitive && ofOther.caseSensitive)
        return false;
    if (one.written == other.written)
        return true;
    return !ofOther.caseSensitive && isPlainText(one) && isPlainText(other) && caseFolded(one.text) == caseFolded(other.text);
}

bool isSameComparison(const Literal &left, const Literal &right)
{
    const auto &a = left.node->values;
    const auto &b = right.node->values;
    return left.op == right.op && left.node->caseSensitive == right.node->caseSensitive
        && std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ConditionValue &one, const ConditionValue &other) { return one.written == other.written; });
}

/// What a value is measured by, where two comparisons can be weighed against each other.
enum class Scale { None, Number, Instant, SinceNow };

Scale scaleOf(const ConditionValue &value, bool isInteger)
{
    if (value.isText() && value.isDate() && !value.number)
        return value.date ? Scale::Instant : Scale::SinceNow;
    if (value.number && (isInteger || !value.isText()))
        return Scale::Number;
    return Scale::None;
}

double measure(const ConditionValue &value, Scale scale)
{
    if (scale == Scale::Number)
        return *value.number;
    return static_cast<double>(scale == Scale::Instant ? toMillis(*value.date) : value.sinceNow->count());
}

/// What is left of a scale.
struct Range
{
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool above = false; ///< more than least, not least itself
    bool below = false;
    std::optional<std::set<double>> points; ///< when it has to be one of these

    void atLeast(double value, bool strictly)
    {
        if (value > least || (value == least && strictly)) {
            least = value;
            above = strictly;
        }
    }
    void atMost(double value, bool strictly)
    {
        if (value < most || (value == most && strictly)) {
            most = value;
            below = strictly;
        }
    }
    void oneOf(const std::set<double> &values)
    {
        if (!points) {
            points = values;
            return;
        }
        std::erase_if(*points, [&](double point) { return !values.contains(point); });
    }
    [[nodiscard]] bool holds(double value) const { return (above ? value > least : value >= least) && (below ? value < most : value <= most); }
    [[nodiscard]] bool isEmpty() const
    {
        if (points)
            return std::none_of(points->begin(), points->end(), [&](double point) { return holds(point); });
        return least > most || (least == most && (above || below));
    }
};

/// All that is asked of one attribute.
class Demands
{
public:
    Demands(const QString &attribute, std::vector<Literal> literals)
        : m_literals(std::move(literals))
    {
        const ItemField *field = itemField(attribute);
        m_isList = field && field->kind == FieldKind::TextList;
        m_isInteger = field && field->kind == FieldKind::Integer;
        m_isDate = field && field->kind == FieldKind::Date;
    }

    [[nodiscard]] bool contradict() const
    {
        if (presenceContradicts() || exclusionContradicts())
            return true;
        if (m_isList) // one element may meet one demand, and another one the next
            return false;
        return textsContradict() || truthContradicts() || scaleContradicts(Scale::Number) || scaleContradicts(Scale::Instant) || scaleContradicts(Scale::SinceNow);
    }

private:
    /// Every comparison but notExists that holds needs a value.
    [[nodiscard]] bool presenceContradicts() const
    {
        const bool present = std::any_of(m_literals.begin(), m_literals.end(), [](const Literal &literal) { return literal.holds; });
        const bool absent = std::any_of(m_literals.begin(), m_literals.end(), [](const Literal &literal) { return !literal.holds && literal.op == Op::Exists; });
        return present && absent;
    }

    [[nodiscard]] bool isExcluded(const Node &of, const ConditionValue &value) const
    {
        return std::any_of(m_literals.begin(), m_literals.end(), [&](const Literal &other) {
            return !other.holds && other.op == Op::In
                && std::any_of(other.node->values.begin(), other.node->values.end(), [&](const ConditionValue &excluded) { return isSameValue(of, value, *other.node, excluded); });
        });
    }

    /// Something is demanded and ruled out at once; a list of which nothing is left is also that.
    [[nodiscard]] bool exclusionContradicts() const
    {
        for (const Literal &literal : m_literals) {
            if (!literal.holds)
                continue;
            const auto &values = literal.node->values;
            if (literal.op == Op::In && std::all_of(values.begin(), values.end(), [&](const ConditionValue &value) { return isExcluded(*literal.node, value); }))
                return true;
            if (std::any_of(m_literals.begin(), m_literals.end(), [&](const Literal &other) { return !other.holds && isSameComparison(literal, other); }))
                return true;
        }
        return false;
    }

    [[nodiscard]] bool textsContradict() const
    {
        std::optional<std::set<QString>> left; // without regard to case, which allows more than there may be
        for (const Literal &literal : m_literals) {
            const auto &values = literal.node->values;
            if (!literal.holds || literal.op != Op::In || !std::all_of(values.begin(), values.end(), isPlainText))
                continue;
            std::set<QString> texts;
            for (const ConditionValue &value : values) {
                if (!isExcluded(*literal.node, value))
                    texts.insert(caseFolded(value.text));
            }
            if (left)
                std::erase_if(*left, [&](const QString &text) { return !texts.contains(text); });
            else
                left = texts;
        }
        if (!left)
            return false;
        for (const Literal &literal : m_literals) {
            if (literal.holds && !literal.node->values.empty() && literal.node->values.front().isText())
                std::erase_if(*left, [&](const QString &text) { return !hasPart(text, literal.op, literal.node->values.front().text); });
        }
        return left->empty();
    }

    [[nodiscard]] static bool hasPart(const QString &text, Op op, const QString &part)
    {
        switch (op) {
        case Op::Contains:
            return text.contains(part, Qt::CaseInsensitive);
        case Op::StartsWith:
            return text.startsWith(part, Qt::CaseInsensitive);
        case Op::EndsWith:
            return text.endsWith(part, Qt::CaseInsensitive);
        default:
            return true;
        }
    }

    /// What has to be true or false is no text and not the other one.
    [[nodiscard]] bool truthContradicts() const
    {
        std::optional<std::set<bool>> left;
        bool isText = false;
        for (const Literal &literal : m_literals) {
            const auto &values = literal.node->values;
            if (!literal.holds || literal.op != Op::In || values.empty())
                continue;
            isText = isText || std::all_of(values.begin(), values.end(), isPlainText);
            if (!std::all_of(values.begin(), values.end(), [](const ConditionValue &value) { return value.written.isBool(); }))
                continue;
            std::set<bool> truths;
            for (const ConditionValue &value : values) {
                if (!isExcluded(*literal.node, value))
                    truths.insert(value.written.toBool());
            }
            if (left)
                std::erase_if(*left, [&](bool truth) { return !truths.contains(truth); });
            else
                left = truths;
        }
        return left && (left->empty() || isText);
    }

    /// A demand on a scale means that there is something on that scale, so that what does not hold turns about.
    [[nodiscard]] bool scaleContradicts(Scale scale) const
    {
        const auto isOnScale = [&](const Literal &literal) {
            const auto &values = literal.node->values;
            return !values.empty() && std::all_of(values.begin(), values.end(), [&](const ConditionValue &value) { return scaleOf(value, m_isInteger) == scale; });
        };
        Range range;
        bool demanded = false;
        for (const Literal &literal : m_literals) {
            if (!literal.holds || !isOnScale(literal))
                continue;
            demanded = demand(range, literal, scale) || demanded;
        }
        if (!demanded)
            return false;
        // Any other text may equal a date by its letters without being one, and then it is neither before nor after another date.
        const bool turnsAbout = scale == Scale::Number || m_isDate;
        for (const Literal &literal : m_literals) {
            if (turnsAbout && !literal.holds && isOnScale(literal))
                ruleOut(range, literal, scale);
        }
        return range.isEmpty();
    }

    /// @returns whether the comparison is one of the scale
    [[nodiscard]] static bool demand(Range &range, const Literal &literal, Scale scale)
    {
        const auto &values = literal.node->values;
        const double first = measure(values.front(), scale);
        switch (literal.op) {
        case Op::In: {
            std::set<double> points;
            for (const ConditionValue &value : values)
                points.insert(measure(value, scale));
            range.oneOf(points);
            return true;
        }
        case Op::Less:
        case Op::LessOrEqual:
            range.atMost(first, literal.op == Op::Less);
            return true;
        case Op::Greater:
        case Op::GreaterOrEqual:
            range.atLeast(first, literal.op == Op::Greater);
            return true;
        case Op::Between:
            range.atLeast(first, false);
            range.atMost(measure(values.back(), scale), false);
            return true;
        default:
            return false;
        }
    }

    static void ruleOut(Range &range, const Literal &literal, Scale scale)
    {
        const auto &values = literal.node->values;
        const double first = measure(values.front(), scale);
        switch (literal.op) {
        case Op::In:
            if (range.points)
                std::erase_if(*range.points, [&](double point) { return std::any_of(values.begin(), values.end(), [&](const ConditionValue &value) { return measure(value, scale) == point; }); });
            break;
        case Op::Less:
        case Op::LessOrEqual:
            range.atLeast(first, literal.op == Op::LessOrEqual);
            break;
        case Op::Greater:
        case Op::GreaterOrEqual:
            range.atMost(first, literal.op == Op::GreaterOrEqual);
            break;
        case Op::Between:
            if (range.points)
                std::erase_if(*range.points, [&](double point) { return point >= first && point <= measure(values.back(), scale); });
            break;
        default:
            break;
        }
    }

    std::vector<Literal> m_literals;
    bool m_isList = false;
    bool m_isInteger = false;
    bool m_isDate = false;
};

class Proof
{
public:
    using Known = std::map<QString, std::vector<Literal>>; ///< by attribute

    /// Whether the goals cannot all be met, given what is known.
    [[nodiscard]] bool refutes(std::vector<Goal> goals, Known known)
    {
        std::vector<Goal> choices;
        std::set<QString> touched;
        while (!goals.empty()) {
            if (++m_steps > MostSteps)
                return false;
            const Goal goal = goals.back();
            goals.pop_back();
            const bool isChoice = goal.node->kind == (goal.holds ? Node::Kind::Any : Node::Kind::All);
            if (goal.node->kind == Node::Kind::Comparison) {
                known[goal.node->attribute].push_back(literalOf(goal));
                touched.insert(goal.node->attribute);
            } else if (goal.node->kind == Node::Kind::Not) {
                goals.push_back({ goal.node->children.front().get(), !goal.holds });
            } else if (isChoice) {
                choices.push_back(goal);
            } else {
                for (const auto &child : goal.node->children)
                    goals.push_back({ child.get(), goal.holds });
            }
        }
        for (const QString &attribute : touched) {
            m_steps += static_cast<int>(known[attribute].size());
            if (Demands(attribute, known[attribute]).contradict())
                return true;
        }
        return refutesChoices(std::move(choices), known);
    }

private:
    [[nodiscard]] bool refutesChoices(std::vector<Goal> choices, const Known &known)
    {
        if (choices.empty())
            return false;
        const auto fewest = std::min_element(choices.begin(), choices.end(), [](const Goal &left, const Goal &right) { return left.node->children.size() < right.node->children.size(); });
        const Goal choice = *fewest;
        choices.erase(fewest);
        return std::all_of(choice.node->children.begin(), choice.node->children.end(), [&](const auto &branch) {
            std::vector<Goal> goals = choices;
            goals.push_back({ branch.get(), choice.holds });
            m_steps += static_cast<int>(known.size() + choices.size()); // which are copied
            return m_steps <= MostSteps && refutes(std::move(goals), known);
        });
    }

    int m_steps = 0;
};

} // namespace

bool isImpossible(std::span<const Condition> wanted, std::span<const Condition> unwanted)
{
    std::vector<Goal> goals;
    for (const Condition &condition : wanted) {
        if (condition.root())
            goals.push_back({ condition.root().get(), true });
    }
    for (const Condition &condition : unwanted) {
        if (!condition.root())
            return true; // every item meets it
        goals.push_back({ condition.root().get(), false });
    }
    return Proof().refutes(std::move(goals), {});
}

} // namespace iwd
