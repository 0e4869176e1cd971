// SPDX-License-Identifier: Apache-2.0
#include "configwarnings.h"

#include <pipeline/distribute/eligibility.h>

#include <domain/conditiontree.h>

namespace iwd {

namespace {

using Node = Condition::Node;

bool isSame(const Node &left, const Node &right)
{
    const auto sameValues = [&] {
        return std::equal(left.values.begin(), left.values.end(), right.values.begin(), right.values.end(),
            [](const ConditionValue &one, const ConditionValue &other) { return one.written == other.written; });
    };
    const auto sameChildren = [&] {
        return std::equal(left.children.begin(), left.children.end(), right.children.begin(), right.children.end(),
            [](const auto &one, const auto &other) { return isSame(*one, *other); });
    };
    return left.kind == right.kind && left.attribute == right.attribute && left.op == right.op && left.caseSensitive == right.caseSensitive && sameValues() && sameChildren();
}

/// A comparison with one value is met by whatever is demanded to equal one of a list that holds it.
bool isOneOf(const Node &narrow, const Node &wide)
{
    if (narrow.attribute != wide.attribute || narrow.caseSensitive != wide.caseSensitive || wide.op != ConditionOperator::In)
        return false;
    if (narrow.op != ConditionOperator::Equals && narrow.op != ConditionOperator::In)
        return false;
    return std::all_of(narrow.values.begin(), narrow.values.end(), [&](const ConditionValue &value) {
        return std::any_of(wide.values.begin(), wide.values.end(), [&](const ConditionValue &other) { return other.written == value.written; });
    });
}

bool implies(const Node &narrow, const Node &wide)
{
    if (isSame(narrow, wide))
        return true;
    const auto &of = wide.children;
    if (wide.kind == Node::Kind::All)
        return std::all_of(of.begin(), of.end(), [&](const auto &child) { return implies(narrow, *child); });
    if (narrow.kind == Node::Kind::Any)
        return !narrow.children.empty() && std::all_of(narrow.children.begin(), narrow.children.end(), [&](const auto &child) { return implies(*child, wide); });
    if (narrow.kind == Node::Kind::All && std::any_of(narrow.children.begin(), narrow.children.end(), [&](const auto &child) { return implies(*child, wide); }))
        return true;
    if (wide.kind == Node::Kind::Any)
        return std::any_of(of.begin(), of.end(), [&](const auto &child) { return implies(narrow, *child); });
    return narrow.kind == Node::Kind::Comparison && wide.kind == Node::Kind::Comparison && isOneOf(narrow, wide);
}

QStringList categoryWarnings(const ConfigurationSnapshot &configuration, const QString &id)
{
    const CategoryNode *node = configuration.category(id);
    if (!node || node->deleted)
        return {};
    const CategoryNode *parent = configuration.category(node->category.parentId);
    const auto &siblings = parent ? parent->children : configuration.rootCategories();
    QStringList warnings;
    bool earlier = true;
    QStringList starved;
    for (const CategoryNode *sibling : siblings) {
        if (sibling == node) {
            earlier = false;
        } else if (earlier && implies(node->category.rule, sibling->category.rule)) {
            warnings.append(QStringLiteral("The rule of category \"%1\" can never match: \"%2\" is tried before it and takes everything that it could take. Give \"%1\" a lower order, or narrow the rule of \"%2\".")
                                .arg(id, sibling->category.id));
        } else if (!earlier && implies(sibling->category.rule, node->category.rule)) {
            starved.append(sibling->category.id);
        }
    }
    if (!starved.isEmpty()) {
        warnings.append(QStringLiteral("Category \"%1\" takes everything that these categories could take, which are tried after it: %2. Give \"%1\" a higher order, or narrow its rule.")
                            .arg(id, starved.join(QStringLiteral(", "))));
    }
    return warnings;
}

QStringList queueWarnings(const ConfigurationSnapshot &configuration, const QString &id)
{
    const Queue *queue = configuration.queue(id);
    if (!queue || configuration.agents().isEmpty()) // without any agent nothing is amiss with this queue in particular
        return {};
    WorkClass anything;
    anything.queueId = id;
    std::optional<milliseconds> soonest;
    for (const Agent &agent : configuration.agents()) {
        if (const auto age = leastAge(configuration, agent, *queue, anything); age && (!soonest || *age < *soonest))
            soonest = age;
    }
    if (!soonest) {
        return { QStringLiteral("No agent can serve queue \"%1\": none has all of the skills that it requires, at the levels that it requires, and serves this queue. Its items wait until one does.")
                     .arg(id) };
    }
    if (*soonest > milliseconds(0)) {
        return { QStringLiteral("No agent has the skills that queue \"%1\" requires at first; its items wait until they are %2 s old and less is required.")
                     .arg(id)
                     .arg(std::chrono::duration_cast<std::chrono::seconds>(*soonest).count()) };
    }
    return {};
}

} // namespace

bool implies(const Condition &narrow, const Condition &wide)
{
    if (!wide.root())
        return true;
    return narrow.root() && implies(*narrow.root(), *wide.root());
}

QStringList configurationWarnings(const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id)
{
    if (kind == ConfigKind::Category)
        return categoryWarnings(configuration, id);
    return kind == ConfigKind::Queue ? queueWarnings(configuration, id) : QStringList();
}

} // namespace iwd
