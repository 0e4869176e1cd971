// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <pipeline/configure/configwarnings.h>

#include <domain/contradiction.h>

#include <QSet>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t FewSiblings = 50; ///< of more only the forms of their rules are compared, which costs next to nothing

class CategoryCheck
{
public:
    CategoryCheck(const ConfigurationSnapshot &configuration, std::vector<Finding> &findings)
        : m_configuration(configuration)
        , m_findings(findings)
    {
    }

    void run()
    {
        walk(m_configuration.rootCategories(), {}, {}, nullptr);
        for (const auto &[id, node] : m_configuration.categories()) {
            if (!node->deleted && !m_seen.contains(id))
                report("category.unreachable"_L1, *node, u"Category \"%1\" is below a deleted category, so no item gets into it. Restore the category above it, or move this one."_s.arg(id));
        }
    }

private:
    /// @param above the rules of the ancestors, all of which items here have met; @param passed those of the ancestors' siblings that are tried before, none of which they have
    /// @param dead the ancestor that no item gets into; null: there is none
    void walk(const std::vector<const CategoryNode *> &siblings, std::vector<Condition> above, std::vector<Condition> passed, const CategoryNode *dead)
    {
        std::vector<const CategoryNode *> before;
        for (const CategoryNode *node : siblings) {
            m_seen.insert(node->category.id);
            const bool isDead = dead ? belowDead(*node, *dead) : check(*node, above, passed, before);
            if (!isDead)
                checkTarget(*node);
            std::vector<Condition> aboveChildren = above;
            aboveChildren.push_back(node->category.rule);
            std::vector<Condition> passedBefore = passed;
            for (const CategoryNode *sibling : before)
                passedBefore.push_back(sibling->category.rule);
            if (!node->children.empty())
                walk(node->children, std::move(aboveChildren), std::move(passedBefore), dead ? dead : isDead ? node : nullptr);
            before.push_back(node);
        }
    }

    bool belowDead(const CategoryNode &node, const CategoryNode &dead)
    {
        report("category.unreachable"_L1, node,
            u"No item gets into category \"%1\", because none gets into \"%2\" above it. Mend the rule of \"%2\" first."_s.arg(node.category.id, dead.category.id));
        return true;
    }

    /// @returns whether no item gets into the category
    bool check(const CategoryNode &node, const std::vector<Condition> &above, const std::vector<Condition> &passed, const std::vector<const CategoryNode *> &before)
    {
        const QString &id = node.category.id;
        std::vector<Condition> wanted { node.category.rule };
        if (isImpossible(wanted)) {
            report("category.never_matches"_L1, node, u"The rule of category \"%1\" contradicts itself: no item can meet all of it. Mend the rule."_s.arg(id));
            return true;
        }
        wanted.insert(wanted.end(), above.begin(), above.end());
        if (isImpossible(wanted, passed)) {
            report("category.never_matches"_L1, node,
                u"The rule of category \"%1\" contradicts what items have met on their way here (%2): none that gets so far can meet it. Mend one of these rules."_s.arg(id, node.path.mid(0, node.path.size() - 1).join(u" / "_s)));
            return true;
        }
        for (const CategoryNode *sibling : before) {
            const bool takesAll = before.size() > FewSiblings ? implies(node.category.rule, sibling->category.rule) : isImpossible(wanted, { &sibling->category.rule, 1 });
            if (takesAll) {
                report("category.shadowed"_L1, node,
                    u"The rule of category \"%1\" can never match: \"%2\" is tried before it and takes everything that it could take. Give \"%1\" a lower order, or narrow the rule of \"%2\"."_s.arg(id, sibling->category.id));
                return true;
            }
        }
        std::vector<Condition> unwanted = passed;
        for (const CategoryNode *sibling : before)
            unwanted.push_back(sibling->category.rule);
        if (unwanted.size() > 1 && unwanted.size() <= 2 * FewSiblings && !before.empty() && isImpossible(wanted, unwanted)) {
            report("category.shadowed"_L1, node,
                u"The rule of category \"%1\" can never match: the categories that are tried before it, here or above, take everything that it could take, none of them alone but all together. Give \"%1\" a lower order, or narrow a rule before it."_s.arg(id));
            return true;
        }
        return false;
    }

    /// What classification would hold with an error.
    void checkTarget(const CategoryNode &node)
    {
        const QString &id = node.category.id;
        if (!m_configuration.queue(node.queueId)) {
            report("category.leads_nowhere"_L1, node, u"Category \"%1\" leads to queue \"%2\", which does not exist, so its items are held with an error. Give the category a queue."_s.arg(id, node.queueId),
                u"queue"_s, Severity::Error);
        }
        if (!m_configuration.schema(node.schemaId)) {
            report("category.leads_nowhere"_L1, node,
                u"Category \"%1\" uses prioritization schema \"%2\", which does not exist, so its items are held with an error. Give the category a schema."_s.arg(id, node.schemaId), u"schema"_s, Severity::Error);
        }
    }

    void report(QLatin1StringView code, const CategoryNode &node, const QString &text, const QString &field = u"rule"_s, Severity severity = Severity::Warning)
    {
        m_findings.push_back(aFinding(code, severity, ConfigKind::Category, node.category.id, text, field));
    }

    const ConfigurationSnapshot &m_configuration;
    std::vector<Finding> &m_findings;
    QSet<QString> m_seen;
};

} // namespace

void checkCategories(const LintMatter &matter, std::vector<Finding> &findings)
{
    CategoryCheck(matter.configuration, findings).run();
}

} // namespace iwd
