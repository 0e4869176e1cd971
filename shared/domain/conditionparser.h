// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conditiontree.h"

namespace iwd {

/// The number that @p text is as a whole: an optional sign, digits, a fraction, an exponent, and nothing else.
[[nodiscard]] std::optional<double> numberOf(const QString &text);

/// Turns JSON into the tree of one condition. Used once; the way in is Condition::parse().
class ConditionParser
{
public:
    using NodePointer = std::shared_ptr<const Condition::Node>;

    static constexpr int MaxListSize = 1'000;
    static constexpr int MaxTextLength = 10'000;

    /// @returns an Error whose field is the path inside @p json
    [[nodiscard]] Result<NodePointer> parse(const QJsonValue &json);

private:
    Result<NodePointer> parseNode(const QJsonValue &json, const QString &path, int depth);
    Result<NodePointer> parseGroup(
        Condition::Node::Kind kind, const QJsonObject &json, const QString &name, const QString &path, int depth);
    static Result<NodePointer> parseComparison(const QJsonObject &json, const QString &path);

    int m_nodes = 0;
};

} // namespace iwd
