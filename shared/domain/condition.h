// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QJsonValue>

#include <memory>

namespace iwd {

/// Where a condition reads attributes from: a work item, a row, a test's map.
class AttributeSource
{
public:
    virtual ~AttributeSource() = default;
    /// @param name a core or extended field ("customerSegment") or "custom.<name>"
    /// @returns text, number, boolean or array; dates as ISO 8601 text; Undefined when it has no value
    [[nodiscard]] virtual QJsonValue attribute(const QString &name) const = 0;
};

/// A condition on attributes, as written in rules, filters and searches.
///
/// JSON: {"all":[…]}, {"any":[…]}, {"not":…}, or a comparison {"attribute":"channel","operator":"equals","value":"email"}.
/// The empty object matches everything. docs/conditions.md beside this header is the reference for people.
/// Immutable and cheap to copy; matching is thread-safe.
class Condition
{
public:
    static constexpr int MaxDepth = 20;
    static constexpr int MaxNodes = 500;

    struct Node; ///< see conditiontree.h, for compilers of conditions to other languages

    /// Matches everything.
    Condition();

    /// @returns an Error whose field is the path inside @p json, e.g. "all[1].operator"
    [[nodiscard]] static Result<Condition> parse(const QJsonValue &json);

    [[nodiscard]] QJsonValue toJson() const;

    /// @param now the instant that relative dates such as "now-2h" count from
    [[nodiscard]] bool matches(const AttributeSource &source, Instant now) const;

    [[nodiscard]] const std::shared_ptr<const Node> &root() const { return m_root; }

private:
    std::shared_ptr<const Node> m_root; ///< null: matches everything
};

} // namespace iwd
