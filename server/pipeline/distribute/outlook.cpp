// SPDX-License-Identifier: Apache-2.0
#include "outlook.h"

#include "eligibility.h"

#include <pipeline/prioritize/aging.h>

namespace iwd {

namespace {

QString levelsText(const SkillLevels &skills)
{
    QStringList parts;
    for (const auto &[skill, level] : skills)
        parts.append(QStringLiteral("%1 level %2").arg(skill).arg(level));
    return parts.isEmpty() ? QStringLiteral("agents without any particular skill") : parts.join(QStringLiteral(", "));
}

/// Collects steps of a waiting item that lie ahead.
class Outlook
{
public:
    Outlook(Snapshot &snapshot, const ItemRecord &record, const WorkClass &terms, const PrioritizationSchema &schema)
        : m_configuration(snapshot.configuration())
        , m_terms(terms)
        , m_aging(*m_configuration, terms, schema)
        , m_anchor(record.anchor)
        , m_now(snapshot.now())
    {
    }

    void addAtAge(milliseconds age, const QString &kind, const QString &text)
    {
        if (m_aging.age(m_anchor, m_now) >= age)
            return;
        if (const auto at = m_aging.reaches(m_anchor, age))
            steps.push_back({ *at, kind, text });
    }

    void addOfQueue(const Queue &queue)
    {
        const bool wantsAgent = m_configuration->agent(m_terms.requestedAgent) != nullptr;
        const bool wantsGroup = m_configuration->hasGroup(m_terms.requestedGroup);
        const milliseconds groupsTurn = wantsAgent ? queue.requestedAgentTime : milliseconds(0);
        if (wantsAgent && wantsGroup)
            addAtAge(groupsTurn, QStringLiteral("anyGroupMember"), QStringLiteral("goes to anyone of group %1, no longer to agent %2 alone").arg(m_terms.requestedGroup, m_terms.requestedAgent));
        if (wantsGroup)
            addAtAge(groupsTurn + queue.requestedGroupTime, QStringLiteral("anybody"), QStringLiteral("goes to anyone, no longer to group %1 alone").arg(m_terms.requestedGroup));
        else if (wantsAgent)
            addAtAge(groupsTurn, QStringLiteral("anybody"), QStringLiteral("goes to anyone, no longer to agent %1 alone").arg(m_terms.requestedAgent));
        for (const RelaxationStep &step : queue.relaxation) {
            QString text = QStringLiteral("widens to ") + levelsText(step.requiredSkills);
            if (!step.requestedSkill && !m_terms.skills.isEmpty())
                text += QStringLiteral(", the requested skill %1 is dropped").arg(m_terms.skills.join(QStringLiteral(", ")));
            addAtAge(step.after, QStringLiteral("relaxation"), text);
        }
        for (const OverflowRule &rule : queue.overflow) {
            if (rule.after)
                addAtAge(*rule.after, QStringLiteral("overflow"), QStringLiteral("moves on to queue %1").arg(rule.queueId));
        }
        for (const CurveStep &step : queue.escalation)
            addAtAge(step.age, QStringLiteral("escalation"), QStringLiteral("its priority rises by %1").arg(step.shift));
    }

    std::vector<UpcomingStep> steps;

private:
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    const WorkClass &m_terms;
    Aging m_aging;
    Instant m_anchor;
    Instant m_now;
};

/// Whether there can be any step at all: asked for every item that is captured, so it has to be cheap.
bool hasSteps(const Queue &queue, const WorkClass &terms)
{
    return !queue.relaxation.empty() || !queue.overflow.empty() || !queue.escalation.empty() || !terms.requestedAgent.isEmpty() || !terms.requestedGroup.isEmpty();
}

std::vector<UpcomingStep> stepsOfQueue(Snapshot &snapshot, const ItemRecord &record)
{
    if (!record.classId || record.item.status != ItemStatus::Queued)
        return {};
    const auto configuration = snapshot.configuration();
    const WorkClass terms = snapshot.workClass(*record.classId);
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    const Queue *queue = configuration->queue(terms.queueId);
    if (!schema || !queue || !hasSteps(*queue, terms))
        return {};
    Outlook outlook(snapshot, record, terms, *schema);
    outlook.addOfQueue(*queue);
    return std::move(outlook.steps);
}

bool isSooner(const UpcomingStep &left, const UpcomingStep &right)
{
    return left.at < right.at;
}

} // namespace

std::optional<UpcomingStep> nextStepOf(Snapshot &snapshot, const ItemRecord &record)
{
    const auto steps = stepsOfQueue(snapshot, record);
    const auto next = std::min_element(steps.begin(), steps.end(), isSooner);
    return next == steps.end() ? std::nullopt : std::optional(*next);
}

std::vector<UpcomingStep> upcomingSteps(Snapshot &snapshot, const ItemRecord &record)
{
    const WorkItem &item = record.item;
    const Instant now = snapshot.now();
    if (isFinal(item.status))
        return {};
    std::vector<UpcomingStep> steps = stepsOfQueue(snapshot, record);
    const auto configuration = snapshot.configuration();
    const WorkClass terms = record.classId ? snapshot.workClass(*record.classId) : WorkClass {};
    if (const PrioritizationSchema *schema = record.classId && item.status == ItemStatus::Queued ? configuration->schema(terms.schemaId) : nullptr) {
        const auto due = Aging(*configuration, terms, *schema).slaDue(record.anchor);
        if (due && *due > now)
            steps.push_back({ *due, QStringLiteral("sla"), QStringLiteral("its SLA ends") });
    }
    if (item.status == ItemStatus::Captured && item.activation)
        steps.push_back({ *item.activation, QStringLiteral("activation"), QStringLiteral("wakes up and waits for an agent") });
    if (item.expiration && *item.expiration > now)
        steps.push_back({ *item.expiration, QStringLiteral("expiration"), QStringLiteral("is canceled, because it expires") });
    const bool inHands = item.status == ItemStatus::Assigned || item.status == ItemStatus::Distributed;
    if (const auto assignment = inHands ? snapshot.assignment(item.id) : std::nullopt) {
        steps.push_back(assignment->offered ? UpcomingStep { assignment->leaseUntil, QStringLiteral("offerEnd"), QStringLiteral("goes to the next agent unless %1 accepts").arg(assignment->agentId) }
                                            : UpcomingStep { assignment->leaseUntil, QStringLiteral("leaseEnd"), QStringLiteral("returns to its queue unless %1 extends the lease").arg(assignment->agentId) });
    }
    std::stable_sort(steps.begin(), steps.end(), isSooner);
    return steps;
}

} // namespace iwd
