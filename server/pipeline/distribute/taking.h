// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemoperations.h>

namespace iwd {

/// Puts an item into an agent's hands: a new assignment with a new token and a lease, and its event.
/// @param before the state that the event compares with
[[nodiscard]] Result<Assignment> takeItem(Transaction &transaction, const ItemRecord &before, ItemRecord &record, const Agent &agent, const Actor &actor, const QString &reason = {});

/// Why an agent got nothing.
enum class NothingBecause { NoWork, AtCapacity };

struct NextOutcome
{
    std::optional<ItemAnswer> item; ///< with its assignment
    NothingBecause nothing = NothingBecause::NoWork;
};

/// Takes the best waiting item that the agent may have: strict order of the Universal Queue among the classes whose queue the agent serves and is not
/// paused, whose required skills the agent has, and for whose channel there is capacity left.
/// @returns an Error when there is no such agent or the agent is not ready
[[nodiscard]] Result<NextOutcome> takeNext(Transaction &transaction, const QString &agentId, const Actor &actor);

/// What an agent does with an item in hand.
enum class AgentAction { Complete, Release, Extend };

struct AgentCommand
{
    AgentAction action = AgentAction::Complete;
    QString agentId;
    ItemRef item;
    qint64 token = 0;
    QString resultCode;
    QString reason;
    Actor actor;
};

/// A token that is not the item's current one, or another agent's, changes nothing and is answered StaleToken.
[[nodiscard]] Result<ItemAnswer> actOnAssignment(Transaction &transaction, const AgentCommand &command);

/// Sets an agent's state. What the agent holds stays in hand.
[[nodiscard]] Result<AgentStatus> setAgentState(Transaction &transaction, const QString &agentId, AgentState state, const QString &reason, const Actor &actor);

/// An Error (ObjectNotFound) about an agent that does not exist.
[[nodiscard]] Error noSuchAgent(const QString &id);

} // namespace iwd
