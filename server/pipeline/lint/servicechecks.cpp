// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <pipeline/distribute/eligibility.h>
#include <pipeline/distribute/segments.h>
#include <pipeline/prioritize/aging.h>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

/// Whether the agent has room for one item of the queue, when it holds nothing else.
bool hasRoom(const Agent &agent, const Queue &queue, const QString &channel)
{
    return agent.capacityFor(channel) >= queue.weight;
}

/// The same on any channel.
bool hasRoomSomewhere(const Agent &agent, const Queue &queue)
{
    return hasRoom(agent, queue, QString())
        || std::any_of(agent.capacity.begin(), agent.capacity.end(), [&](const auto &channel) { return channel.second >= queue.weight; });
}

WorkClass anythingOf(const Queue &queue)
{
    WorkClass terms;
    terms.queueId = queue.id;
    return terms;
}

QString quoted(const QString &text)
{
    return u"\"%1\""_s.arg(text);
}

template <typename T>
std::vector<const T *> sorted(const QHash<QString, T> &objects)
{
    std::vector<const T *> all;
    for (const T &object : objects)
        all.push_back(&object);
    std::sort(all.begin(), all.end(), [](const T *left, const T *right) { return left->id < right->id; });
    return all;
}

class ServiceCheck
{
public:
    ServiceCheck(const LintMatter &matter, std::vector<Finding> &findings)
        : m_matter(matter)
        , m_configuration(matter.configuration)
        , m_findings(findings)
    {
        for (const WaitingClass &one : matter.waiting)
            m_byQueue[one.terms.queueId].push_back(&one);
    }

    void run()
    {
        if (m_configuration.agents().isEmpty()) {
            noAgents();
            return;
        }
        for (const Queue *queue : sorted(m_configuration.queues()))
            check(*queue);
        for (const auto &[queueId, classes] : m_byQueue) {
            if (!m_configuration.queue(queueId))
                goneQueue(queueId, classes);
        }
        for (const Agent *agent : sorted(m_configuration.agents()))
            check(*agent);
    }

private:
    /// Without any agent nothing is amiss with any queue in particular.
    void noAgents()
    {
        Concerned concerned;
        for (const WaitingClass &one : m_matter.waiting)
            concerned.add(one);
        Finding finding { "agents.none"_L1, concerned.count > 0 ? Severity::Warning : Severity::Hint, {}, {}, {},
            concerned.count > 0 ? u"There are no agents, so nobody can have any of the %1 that wait. Create agents."_s.arg(concerned.inWords()) : u"There are no agents, so nobody can have any work that comes. Create agents."_s,
            std::nullopt, true, {} };
        concerned.fill(finding, m_matter.limits);
        m_findings.push_back(std::move(finding));
    }

    void report(QLatin1StringView code, Severity severity, const Queue &queue, const QString &field, const QString &text, const Concerned &concerned)
    {
        Finding finding = aFinding(code, severity, ConfigKind::Queue, queue.id, text, field);
        concerned.fill(finding, m_matter.limits);
        m_findings.push_back(std::move(finding));
    }

    void check(const Queue &queue)
    {
        static const std::vector<const WaitingClass *> nothing;
        const auto found = m_byQueue.find(queue.id);
        const auto &classes = found == m_byQueue.end() ? nothing : found->second;
        std::optional<milliseconds> soonest;
        for (const Agent &agent : m_configuration.agents()) {
            const auto age = leastAge(m_configuration, agent, queue, anythingOf(queue));
            if (age && hasRoomSomewhere(agent, queue) && (!soonest || *age < *soonest))
                soonest = age;
        }
        if (!soonest) {
            if (movesOn(queue, [&](const Queue &target) { return isServedBySomebody(target, anythingOf(target)); }))
                return; // where it waits for being moved
            Concerned all;
            for (const WaitingClass *one : classes)
                all.add(*one);
            const QString waits = all.count > 0 ? u" Meanwhile %1 wait there."_s.arg(all.inWords()) : QString();
            report("queue.unserved"_L1, all.count > 0 ? Severity::Error : Severity::Warning, queue, {}, u"No agent can serve queue \"%1\": %2."_s.arg(queue.id, whyUnserved(queue)) + waits, all);
            return;
        }
        if (*soonest > milliseconds(0)) {
            report("queue.served_late"_L1, Severity::Hint, queue, u"requiredSkills"_s,
                u"No agent has what queue \"%1\" requires at first: its items wait until they are %2 s old and less is required. Give an agent the skills, or require less from the beginning."_s.arg(queue.id)
                    .arg(std::chrono::duration_cast<std::chrono::seconds>(*soonest).count()),
                {});
        }
        checkItems(queue, classes);
    }

    [[nodiscard]] bool isServedBySomebody(const Queue &queue, const WorkClass &terms) const
    {
        return std::any_of(m_configuration.agents().begin(), m_configuration.agents().end(),
            [&](const Agent &agent) { return hasRoomSomewhere(agent, queue) && leastAge(m_configuration, agent, queue, terms).has_value(); });
    }

    /// Whether overflow may take work of the queue, in one step or more, to one that is @p wanted.
    [[nodiscard]] bool movesOn(const Queue &queue, const std::function<bool(const Queue &)> &wanted) const
    {
        std::set<QString> seen { queue.id };
        std::vector<const Queue *> further { &queue };
        while (!further.empty()) {
            const Queue *from = further.back();
            further.pop_back();
            for (const OverflowRule &rule : from->overflow) {
                const Queue *target = m_configuration.queue(rule.queueId);
                if (!target || !seen.insert(target->id).second)
                    continue;
                if (wanted(*target))
                    return true;
                further.push_back(target);
            }
        }
        return false;
    }

    [[nodiscard]] QString whyUnserved(const Queue &queue) const
    {
        std::vector<const Agent *> serving;
        for (const Agent &agent : m_configuration.agents()) {
            if (agent.queueIds.isEmpty() || agent.queueIds.contains(queue.id))
                serving.push_back(&agent);
        }
        if (serving.empty())
            return u"every agent names the queues that it serves, and none names this one. Add it to the queues of an agent"_s;
        const Requirement least = requirementAt(queue, milliseconds::max());
        QStringList missing;
        for (const auto &[skill, level] : least.skills) {
            const bool has = std::any_of(serving.begin(), serving.end(), [&, skill = skill, level = level](const Agent *agent) {
                const auto own = agent->skills.find(skill);
                return own != agent->skills.end() && own->second >= level;
            });
            if (!has)
                missing.append(u"%1 at level %2"_s.arg(quoted(skill)).arg(level));
        }
        if (!missing.isEmpty())
            return u"none that serves it has the skill %1. Give it to an agent, or require less"_s.arg(missing.join(u", "_s));
        const bool skilled = std::any_of(serving.begin(), serving.end(), [&](const Agent *agent) { return leastAge(m_configuration, *agent, queue, anythingOf(queue)).has_value(); });
        if (!skilled)
            return u"each skill that it requires is there, but no agent has all of them at the levels required. Give them to one agent, or require less"_s;
        return u"one of its items weighs %1, which is more than the capacity of any agent who has the skills. Lower the weight, or raise a capacity"_s.arg(queue.weight);
    }

    /// Why nobody can ever have the items of the class; empty: somebody can.
    [[nodiscard]] QString whyStuck(const Queue &queue, const WaitingClass &one) const
    {
        std::optional<milliseconds> soonest;
        bool able = false;
        for (const Agent &agent : m_configuration.agents()) {
            const auto age = leastAge(m_configuration, agent, queue, one.terms);
            able = able || age;
            if (age && hasRoom(agent, queue, one.terms.channel) && (!soonest || *age < *soonest))
                soonest = age;
        }
        if (movesOn(queue, [&](const Queue &target) { return isServedBySomebody(target, one.terms); }))
            return {};
        if (!soonest) {
            if (able)
                return u"no agent who has the skills takes so much work of channel %1"_s.arg(quoted(one.terms.channel));
            QStringList unknown;
            for (const QString &skill : one.terms.skills) {
                const bool has = std::any_of(m_configuration.agents().begin(), m_configuration.agents().end(), [&](const Agent &agent) { return agent.skills.contains(skill); });
                if (!has)
                    unknown.append(quoted(skill));
            }
            return unknown.isEmpty() ? u"no agent who serves the queue has what they request besides (%1)"_s.arg(QStringList(one.terms.skills).join(u", "_s))
                                     : u"no agent has the skill %1, which they request"_s.arg(unknown.join(u", "_s));
        }
        const PrioritizationSchema *schema = m_configuration.schema(one.terms.schemaId);
        if (!schema)
            return u"their prioritization schema %1 is gone"_s.arg(quoted(one.terms.schemaId));
        if (*soonest > milliseconds(0) && !Aging(m_configuration, one.terms, *schema).reaches(one.oldest.anchor, *soonest))
            return u"they could be had from an age of %1 s on, which they never reach, because their calendar does not open for so long"_s.arg(std::chrono::duration_cast<std::chrono::seconds>(*soonest).count());
        return {};
    }

    void checkItems(const Queue &queue, const std::vector<const WaitingClass *> &classes)
    {
        std::map<QString, Concerned> stuck; // by reason
        std::map<QString, std::pair<int, int>> segments; // classes in all, and those nobody can have
        for (const WaitingClass *one : classes) {
            const QString reason = whyStuck(queue, *one);
            auto &[all, bad] = segments[segmentOf(queue, one->terms)];
            ++all;
            if (reason.isEmpty())
                continue;
            ++bad;
            stuck[reason].add(*one);
        }
        for (const auto &[reason, concerned] : stuck) {
            report("items.undistributable"_L1, Severity::Error, queue, {},
                u"Nobody will ever get %1 that wait in queue \"%2\": %3. Give an agent what is missing, or change the items."_s.arg(concerned.inWords(), queue.id, reason), concerned);
        }
        if (!queue.segmentation.attribute.isEmpty() && isServed(m_configuration, queue, m_matter.snapshot.now()))
            checkSegments(queue, classes, segments);
    }

    [[nodiscard]] QString segmentInWords(const Queue &queue, const QString &segment) const
    {
        return segment.isEmpty() ? u"The segment of all values without a share of their own in queue \"%1\""_s.arg(queue.id)
                                 : u"Segment \"%1\" (%2) of queue \"%3\""_s.arg(segment, queue.segmentation.attribute, queue.id);
    }

    void checkSegments(const Queue &queue, const std::vector<const WaitingClass *> &classes, const std::map<QString, std::pair<int, int>> &segments)
    {
        const auto canBeServedNow = [&](const WaitingClass &one) {
            const auto &desks = m_matter.snapshot.desks();
            return std::any_of(m_configuration.agents().begin(), m_configuration.agents().end(), [&](const Agent &agent) {
                const auto desk = desks.find(agent.id);
                return desk != desks.end() && desk->second.status.state != AgentState::LoggedOut && hasRoom(agent, queue, one.terms.channel)
                    && leastAge(m_configuration, agent, queue, one.terms).has_value();
            });
        };
        std::set<QString> served;
        for (const WaitingClass *one : classes) {
            if (canBeServedNow(*one))
                served.insert(segmentOf(queue, one->terms));
        }
        for (const auto &[segment, counts] : segments) {
            Concerned concerned;
            bool late = false;
            for (const WaitingClass *one : classes) {
                if (segmentOf(queue, one->terms) != segment)
                    continue;
                concerned.add(*one);
                late = late || isLate(*one);
            }
            const QString field = segment.isEmpty() ? u"segmentation.otherShare"_s : u"segmentation.shares.%1"_s.arg(segment);
            const QString share = QString::number(queue.segmentation.shareOf(segment));
            if (counts.first == counts.second) {
                report("segment.unserved"_L1, Severity::Error, queue, field,
                    u"%1 gets nothing of its share of %2: nobody can have any of its %3. See what is said of these items."_s.arg(segmentInWords(queue, segment), share, concerned.inWords()), concerned);
            } else if (!served.contains(segment) && !served.empty() && late) {
                report("segment.starves"_L1, Severity::Warning, queue, field,
                    u"%1 gets nothing of its share of %2 at the moment: nobody who is logged in can have any of its %3, the oldest of which is past its SLA, while other segments are served. Have an agent with the skills log in, or give them to one who is."_s.arg(
                        segmentInWords(queue, segment), share, concerned.inWords()),
                    concerned);
            }
        }
    }

    /// Whether the oldest item of the class is past its SLA.
    [[nodiscard]] bool isLate(const WaitingClass &one) const
    {
        const PrioritizationSchema *schema = m_configuration.schema(one.terms.schemaId);
        if (!schema)
            return false;
        const auto due = Aging(m_configuration, one.terms, *schema).slaDue(one.oldest.anchor);
        return due && *due < m_matter.snapshot.now();
    }

    void goneQueue(const QString &queueId, const std::vector<const WaitingClass *> &classes)
    {
        Concerned concerned;
        for (const WaitingClass *one : classes)
            concerned.add(*one);
        Finding finding = aFinding("items.undistributable"_L1, Severity::Error, ConfigKind::Queue, queueId,
            u"Nobody will ever get %1 that wait in queue \"%2\": there is no such queue any more. Move them to another queue."_s.arg(concerned.inWords(), queueId));
        concerned.fill(finding, m_matter.limits);
        m_findings.push_back(std::move(finding));
    }

    void check(const Agent &agent)
    {
        const auto &queues = m_configuration.queues();
        const auto can = [&](const Queue &queue) { return hasRoomSomewhere(agent, queue) && leastAge(m_configuration, agent, queue, anythingOf(queue)).has_value(); };
        if (queues.isEmpty() || std::any_of(queues.begin(), queues.end(), can))
            return;
        const bool skilled = std::any_of(queues.begin(), queues.end(), [&](const Queue &queue) { return leastAge(m_configuration, agent, queue, anythingOf(queue)).has_value(); });
        const QString reason = skilled ? u"its capacity is less than what one of their items weighs. Raise its capacity"_s
            : agent.queueIds.isEmpty() ? u"it lacks skills that each of them requires. Give it the skills of a queue"_s
                                       : u"it lacks skills that the queues it is to serve require. Give it their skills, or other queues"_s;
        m_findings.push_back(aFinding("agent.without_work"_L1, Severity::Warning, ConfigKind::Agent, agent.id,
            u"Agent \"%1\" can serve no queue at all: %2."_s.arg(agent.id, reason), skilled ? u"capacity"_s : u"skills"_s));
    }

    const LintMatter &m_matter;
    const ConfigurationSnapshot &m_configuration;
    std::vector<Finding> &m_findings;
    std::map<QString, std::vector<const WaitingClass *>> m_byQueue;
};

} // namespace

void checkService(const LintMatter &matter, std::vector<Finding> &findings)
{
    ServiceCheck(matter, findings).run();
}

void checkSkills(const LintMatter &matter, std::vector<Finding> &findings)
{
    const ConfigurationSnapshot &configuration = matter.configuration;
    std::map<QString, QStringList> requiredBy;
    for (const Queue *queue : sorted(configuration.queues())) {
        std::set<QString> ofQueue;
        for (const auto &[skill, level] : queue->requiredSkills)
            ofQueue.insert(skill);
        for (const RelaxationStep &step : queue->relaxation) {
            for (const auto &[skill, level] : step.requiredSkills)
                ofQueue.insert(skill);
        }
        for (const QString &skill : ofQueue)
            requiredBy[skill].append(quoted(queue->id));
    }
    const QStringList requested = matter.snapshot.requestedSkills();
    for (const Skill *skill : sorted(configuration.skills())) {
        const auto has = std::count_if(configuration.agents().begin(), configuration.agents().end(), [&](const Agent &agent) { return agent.skills.contains(skill->id); });
        const auto report = [&](QLatin1StringView code, Severity severity, const QString &text) { findings.push_back(aFinding(code, severity, ConfigKind::Skill, skill->id, text)); };
        const auto required = requiredBy.find(skill->id);
        if (required != requiredBy.end()) {
            if (has == 0 && !configuration.agents().isEmpty()) {
                report("skill.missing"_L1, Severity::Warning,
                    u"No agent has skill \"%1\", which is required by queue %2. Give it to an agent, or require it no more."_s.arg(skill->id, QStringList(required->second.mid(0, 10)).join(u", "_s)));
            }
        } else if (!requested.contains(skill->id)) {
            report("skill.unused"_L1, Severity::Hint,
                has == 0 ? u"Nothing requires skill \"%1\", and no agent has it. Delete it, or have a queue require it."_s.arg(skill->id)
                         : u"Nothing requires skill \"%1\", which %2 agents have: no queue does, and no item has ever requested it. Have a queue require it, or delete it."_s.arg(skill->id).arg(has));
        }
    }
}

} // namespace iwd
