// SPDX-License-Identifier: Apache-2.0
#include "eligibility.h"

namespace iwd {

namespace {

constexpr milliseconds AnyAge = milliseconds::min();

bool hasLevels(const Agent &agent, const SkillLevels &required)
{
    return std::all_of(required.begin(), required.end(), [&](const auto &skill) {
        const auto own = agent.skills.find(skill.first);
        return own != agent.skills.end() && own->second >= skill.second;
    });
}

bool hasRequestedSkills(const Agent &agent, const WorkClass &terms)
{
    return std::all_of(terms.skills.begin(), terms.skills.end(), [&](const QString &skill) { return agent.skills.contains(skill); });
}

std::optional<milliseconds> ageForSkills(const Agent &agent, const Queue &queue, const WorkClass &terms)
{
    const bool requested = hasRequestedSkills(agent, terms);
    if (requested && hasLevels(agent, queue.requiredSkills))
        return AnyAge;
    for (const RelaxationStep &step : queue.relaxation) {
        if ((requested || !step.requestedSkill) && hasLevels(agent, step.requiredSkills))
            return step.after;
    }
    return std::nullopt;
}

milliseconds ageForRequest(const ConfigurationSnapshot &configuration, const Agent &agent, const Queue &queue, const WorkClass &terms)
{
    // Whoever is asked for but does not exist is not waited for.
    const bool wantsAgent = configuration.agent(terms.requestedAgent) != nullptr;
    const bool wantsGroup = configuration.hasGroup(terms.requestedGroup);
    if (wantsAgent && agent.id == terms.requestedAgent)
        return AnyAge;
    const milliseconds groupsTurn = wantsAgent ? queue.requestedAgentTime : milliseconds(0);
    if (wantsGroup && agent.groups.contains(terms.requestedGroup))
        return groupsTurn == milliseconds(0) ? AnyAge : groupsTurn;
    const milliseconds everybodysTurn = groupsTurn + (wantsGroup ? queue.requestedGroupTime : milliseconds(0));
    return everybodysTurn == milliseconds(0) ? AnyAge : everybodysTurn;
}

} // namespace

std::optional<milliseconds> leastAge(const ConfigurationSnapshot &configuration, const Agent &agent, const Queue &queue, const WorkClass &terms)
{
    if (!agent.queueIds.isEmpty() && !agent.queueIds.contains(queue.id))
        return std::nullopt;
    const auto forSkills = ageForSkills(agent, queue, terms);
    return forSkills ? std::optional(std::max(*forSkills, ageForRequest(configuration, agent, queue, terms))) : std::nullopt;
}

Requirement requirementAt(const Queue &queue, milliseconds age)
{
    Requirement requirement { queue.requiredSkills, true };
    for (const RelaxationStep &step : queue.relaxation) {
        if (step.after <= age)
            requirement = { step.requiredSkills, step.requestedSkill };
    }
    return requirement;
}

int freeCapacity(const Agent &agent, const AgentDesk &desk, const QString &channel)
{
    // Channels that the agent's capacity does not name share one number.
    const auto capacityName = [&](const QString &of) { return agent.capacity.contains(of) ? of : QString(); };
    int free = agent.capacityFor(channel);
    for (const Assignment &assignment : desk.inHand) {
        if (capacityName(assignment.channel) == capacityName(channel))
            free -= assignment.weight;
    }
    return free;
}

bool isOpen(const ConfigurationSnapshot &configuration, const Queue &queue, Instant now)
{
    const BusinessCalendar *calendar = configuration.calendar(queue.calendarId);
    return !calendar || calendar->isOpen(now);
}

bool isServed(const ConfigurationSnapshot &configuration, const Queue &queue, Instant now)
{
    return queue.state != QueueState::Paused && isOpen(configuration, queue, now);
}

const EligibilityCache::OfClass &EligibilityCache::ofClass(Transaction &transaction, qint64 classId)
{
    const auto configuration = transaction.configuration();
    if (configuration != m_configuration) {
        m_classes.clear();
        m_configuration = configuration;
    }
    const auto [found, isNew] = m_classes.try_emplace(classId);
    OfClass &able = found->second;
    if (!isNew)
        return able;
    const WorkClass terms = transaction.workClass(classId);
    if (const Queue *queue = configuration->queue(terms.queueId)) {
        for (const Agent &agent : configuration->agents()) {
            if (const auto age = iwd::leastAge(*configuration, agent, *queue, terms)) {
                able.byAge.push_back({ *age, &agent });
                able.byAgent.emplace(&agent, *age);
            }
        }
    }
    std::sort(able.byAge.begin(), able.byAge.end(), [](const Able &left, const Able &right) { return std::tie(left.leastAge, left.agent->id) < std::tie(right.leastAge, right.agent->id); });
    return able;
}

const std::vector<EligibilityCache::Able> &EligibilityCache::ableAgents(Transaction &transaction, qint64 classId)
{
    return ofClass(transaction, classId).byAge;
}

std::optional<milliseconds> EligibilityCache::leastAge(Transaction &transaction, qint64 classId, const Agent &agent)
{
    const auto &able = ofClass(transaction, classId).byAgent;
    const auto own = able.find(&agent);
    return own == able.end() ? std::nullopt : std::optional(own->second);
}

} // namespace iwd
