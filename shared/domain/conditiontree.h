// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"

#include <QString>

#include <optional>
#include <vector>

namespace iwd {

enum class ConditionOperator {
    Equals,
    NotEquals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Exists,
    NotExists,
};

[[nodiscard]] QString conditionOperatorName(ConditionOperator op); // "equals", "notEquals", …

/// A value as written in a condition, with what it may also be read as.
struct ConditionValue
{
    QJsonValue written; ///< text, number, true or false
    QString text; ///< when it is a text
    std::optional<double> number; ///< of a number, or of a text that is one as a whole
    std::optional<Instant> date; ///< of an ISO 8601 text
    std::optional<milliseconds> sinceNow; ///< of a relative date: "now-2h" is -2 h

    [[nodiscard]] bool isText() const { return written.isString(); }
    [[nodiscard]] bool isDate() const { return date || sinceNow; }
    /// The instant it stands for when the clock says @p now; call only when isDate().
    [[nodiscard]] Instant instant(Instant now) const { return date ? *date : now + *sinceNow; }
};

/// One node of a parsed condition. Immutable; shared between copies of the condition.
struct Condition::Node
{
    enum class Kind { All, Any, Not, Comparison };

    Kind kind = Kind::All;
    std::vector<std::shared_ptr<const Node>> children; ///< of All and Any: any number, none included; of Not: one

    // Of a comparison
    QString attribute;
    ConditionOperator op = ConditionOperator::Exists;
    std::vector<ConditionValue> values; ///< none with Exists and NotExists, two with Between, any number with In and NotIn, else one
    bool caseSensitive = false;
};

/// Whether the comparison @p node holds for an attribute's value: for compilers, which ask about the few values that a column can have.
[[nodiscard]] bool comparisonHolds(const Condition::Node &node, const QJsonValue &attribute, Instant now);

/// The comparisons that must hold whatever else the condition says: those of its outermost "all".
[[nodiscard]] std::vector<const Condition::Node *> necessaryComparisons(const Condition &condition);

} // namespace iwd
