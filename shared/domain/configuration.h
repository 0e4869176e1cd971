// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"
#include "prioritizationschema.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <map>
#include <vector>

namespace iwd {

/// Skill id -> level, 1 to 100.
using SkillLevels = std::map<QString, int>;

/// A place in the Universal Queue: who may serve it and on which terms.
struct Queue
{
    QString id;
    QString name;
    QString description;
    SkillLevels requiredSkills; ///< least level an agent needs of each
    milliseconds lease { std::chrono::minutes(5) }; ///< how long a taken item stays with a silent agent
    bool paused = false; ///< nothing is taken from a paused queue
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
};

/// A source system's door: where items come from and what they start with.
struct CapturePoint
{
    QString id;
    QString name;
    QString description;
    bool enabled = true;
    QString defaultChannel; ///< for items that name none
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
    std::map<QString, int> capacity; ///< channel -> how many items at once; "" is for channels that are not named
    QStringList queueIds; ///< the queues to serve; empty: all that the skills allow

    /// How many items of @p channel the agent may hold at once.
    [[nodiscard]] int capacityFor(const QString &channel) const;
};

} // namespace iwd
