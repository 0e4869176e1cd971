// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "eligibility.h"

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

/// Takes the best waiting item that the agent may have, in the order of the Universal Queue: from queues that are served just now, for whose items the agent has
/// skills and is not kept waiting by a request for somebody else, and for whose channel it is ready and has capacity left. Divided queues hand out by turns
/// of their segments.
/// @returns an Error when there is no such agent or the agent is not ready
[[nodiscard]] Result<NextOutcome> takeNext(Transaction &transaction, EligibilityCache &eligibility, const QString &agentId, const Actor &actor);

/// What an agent does with an item in hand, or with an offer (Accept, Decline).
enum class AgentAction { Complete, Release, Extend, Accept, Decline, Transfer };

struct AgentCommand
{
    AgentAction action = AgentAction::Complete;
    QString agentId;
    ItemRef item;
    qint64 token = 0;
    QString resultCode;
    QString reason;
    Actor actor;
    QString toQueueId; ///< transfer: this, or
    QString toAgentId; ///< this
};

/// A token that is not the item's current one, or another agent's, changes nothing and is answered StaleToken.
[[nodiscard]] Result<ItemAnswer> actOnAssignment(Transaction &transaction, const AgentCommand &command);

struct AgentStateCommand
{
    QString agentId;
    QString channel; ///< empty: the agent as a whole
    AgentState state = AgentState::NotReady;
    QString reason;
    Actor actor;
};

/// Sets the state of an agent or of one of its channels. What the agent holds stays in hand; offers that it is no longer ready for are withdrawn.
[[nodiscard]] Result<AgentStatus> setAgentState(Transaction &transaction, const AgentStateCommand &command);

/// An Error (ObjectNotFound) about an agent that does not exist.
[[nodiscard]] Error noSuchAgent(const QString &id);

} // namespace iwd
