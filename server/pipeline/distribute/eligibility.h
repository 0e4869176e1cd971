// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <unordered_map>

namespace iwd {

/// From which age on an agent may have items of a class, by the queue's and the item's wishes alone: skills with their relaxation, requested agent and
/// group, the queues that the agent serves. The age is that of the priority curve.
/// @returns nothing when it never may; milliseconds::min() when it may at any age
[[nodiscard]] std::optional<milliseconds> leastAge(const ConfigurationSnapshot &configuration, const Agent &agent, const Queue &queue, const WorkClass &terms);

/// What the queue asks of agents for an item of age @p age.
struct Requirement
{
    SkillLevels skills;
    bool requestedSkill = true;
};
[[nodiscard]] Requirement requirementAt(const Queue &queue, milliseconds age);

/// How much work of a channel the agent can still take.
[[nodiscard]] int freeCapacity(const Agent &agent, const AgentDesk &desk, const QString &channel);

/// Whether the queue's calendar is open.
[[nodiscard]] bool isOpen(const ConfigurationSnapshot &configuration, const Queue &queue, Instant now);
/// Whether anything is handed out from the queue now: it is not paused, and its calendar is open.
[[nodiscard]] bool isServed(const ConfigurationSnapshot &configuration, const Queue &queue, Instant now);

/// leastAge() of many agents and classes, remembered for as long as the configuration stays the same.
class EligibilityCache
{
public:
    struct Able
    {
        milliseconds leastAge;
        const Agent *agent;
    };

    /// @returns the agents that may have items of the class at some age, by rising age; valid until the configuration changes
    [[nodiscard]] const std::vector<Able> &ableAgents(Transaction &transaction, qint64 classId);

    [[nodiscard]] std::optional<milliseconds> leastAge(Transaction &transaction, qint64 classId, const Agent &agent);

private:
    struct OfClass
    {
        std::vector<Able> byAge;
        std::unordered_map<const Agent *, milliseconds> byAgent;
    };
    const OfClass &ofClass(Transaction &transaction, qint64 classId);

    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    std::unordered_map<qint64, OfClass> m_classes;
};

} // namespace iwd
