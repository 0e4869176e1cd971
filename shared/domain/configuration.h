// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"
#include "prioritizationschema.h"
#include "webhook.h"

#include <QHash>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <vector>

namespace iwd {

/// Skill id -> level, 1 to 100.
using SkillLevels = std::map<QString, int>;

/// How the work of a queue finds its agents.
enum class DistributionMode {
    Pull, ///< agents ask for the next item
    Push, ///< items are offered to ready agents, who accept or decline; asking is possible too
};

/// Which of several agents that could have an item is offered it.
enum class AgentChoice {
    LongestIdle, ///< who has been without work the longest
    BestMatch, ///< the highest skill levels over those required, then the least load, then the longest idle
};

enum class QueueState {
    Open,
    Paused, ///< items wait, nothing is handed out
    Draining, ///< new work goes to the overflow queue, what waits is handed out
};

/// From an age on, less is asked of agents than before. Ages are those of the priority curve.
struct RelaxationStep
{
    milliseconds after { 0 };
    SkillLevels requiredSkills; ///< instead of the queue's own: each level the same or lower than before, skills that are not named are dropped
    bool requestedSkill = true; ///< whether the skill that the item asked for is still required

    bool operator==(const RelaxationStep &) const = default;
};

/// When waiting items move on to another queue. Exactly one of the three reasons.
struct OverflowRule
{
    QString queueId;
    std::optional<milliseconds> after; ///< items of at least this age
    std::optional<int> backlogAbove; ///< the youngest, when more than so many wait
    bool whenClosed = false; ///< everything, while the queue's calendar is closed

    bool operator==(const OverflowRule &) const = default;
};

/// Divides the work of a queue by an attribute, so that every segment gets its share of what is handed out, however urgent the others are.
struct Segmentation
{
    static constexpr int MaxShare = 1'000;

    QString attribute; ///< as in conditions: "customerSegment", "custom.region"; empty: the work is not divided
    std::map<QString, int> shares; ///< value of the attribute -> share, 1 to MaxShare
    int otherShare = 1; ///< of all other values together

    /// The segment that a value belongs to: itself when it has a share of its own, else empty.
    [[nodiscard]] QString segmentOf(const QString &value) const { return shares.contains(value) ? value : QString(); }
    [[nodiscard]] int shareOf(const QString &segment) const;
    [[nodiscard]] int totalShares() const;
    bool operator==(const Segmentation &) const = default;
};

/// A place in the Universal Queue: who may serve it and on which terms.
struct Queue
{
    QString id;
    QString name;
    QString description;
    QueueState state = QueueState::Open;
    SkillLevels requiredSkills; ///< least level an agent needs of each
    std::vector<CurveStep> escalation; ///< by how much the priority rises from which age on
    milliseconds lease { std::chrono::minutes(5) }; ///< how long a taken item stays with a silent agent
    int weight = 1; ///< how much of an agent's capacity one item takes

    DistributionMode mode = DistributionMode::Pull;
    AgentChoice choice = AgentChoice::LongestIdle;
    milliseconds offerTime { std::chrono::seconds(30) }; ///< how long an agent may think about an offer
    milliseconds refusalPause { std::chrono::minutes(5) }; ///< how long an agent is not offered again what it declined or let pass
    std::optional<int> offerLimit; ///< how many offers may be open at once

    milliseconds requestedAgentTime { std::chrono::minutes(5) }; ///< up to this age only the agent an item asks for may have it
    milliseconds requestedGroupTime { std::chrono::minutes(5) }; ///< after that, for so long, only agents of the group it asks for
    std::vector<RelaxationStep> relaxation; ///< by rising age
    std::vector<OverflowRule> overflow;
    Segmentation segmentation;
    QString calendarId; ///< nothing is handed out while it is closed; empty: always open
    QJsonObject userData; ///< given with every item of the queue to whoever gets it
};

/// A node of the classification tree. An item belongs to the deepest category whose whole path matches.
struct Category
{
    QString id;
    QString name;
    QString description;
    QString parentId; ///< empty at level 1 ("Department"); level 2 is "Process"
    int order = 0; ///< among siblings; the first that matches wins
    Condition rule;
    QString schemaId; ///< empty: the parent's
    QString queueId; ///< empty: the parent's
    QString calendarId; ///< for items that name none; empty: the parent's, in the end the schema's
};

/// A source system's door: where items come from and what they start with.
struct CapturePoint
{
    QString id;
    QString name;
    QString description;
    bool enabled = true;
    QString defaultChannel; ///< for items that name none
    std::optional<Webhook> webhook; ///< nothing: the source is told nothing
};

struct Skill
{
    QString id;
    QString name;
    QString description;
};

enum class AgentState { LoggedOut, Ready, NotReady };

[[nodiscard]] QString agentStateName(AgentState state); // "loggedOut", "ready", "notReady"
[[nodiscard]] std::optional<AgentState> agentStateFromName(QStringView name);

struct Agent
{
    static constexpr int DefaultCapacity = 1;

    QString id;
    QString name;
    SkillLevels skills;
    std::map<QString, int> capacity; ///< channel -> how much work at once, in weights of queues; "" is for channels that are not named
    QStringList queueIds; ///< the queues to serve; empty: all that the skills allow
    QStringList groups; ///< names by which items may ask for them

    /// How much work of @p channel the agent may hold at once.
    [[nodiscard]] int capacityFor(const QString &channel) const;
};

} // namespace iwd
