// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "eligibility.h"
#include "segments.h"

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

/// What agents take at the end of one transaction, one after the other. What comes first in each class is found once, and again only where something was taken.
class Takings
{
public:
    /// Both must outlive this.
    Takings(Transaction &transaction, EligibilityCache &eligibility);

    /// Takes the best waiting item that the agent may have, in the order of the Universal Queue: from queues that are served just now, for whose items the agent has
    /// skills and is not kept waiting by a request for somebody else, and for whose channel it is ready and has capacity left. Divided queues hand out by turns
    /// of their segments.
    /// @returns an Error when there is no such agent or the agent is not ready
    [[nodiscard]] Result<NextOutcome> takeNext(const QString &agentId, const Actor &actor);

private:
    struct OfClass
    {
        qint64 classId = 0;
        const WorkClass *terms = nullptr;
        const Queue *queue = nullptr; ///< null: nothing of the class is handed out now
        const PrioritizationSchema *schema = nullptr;
        QString segment;
        bool ageDecides = false; ///< the curve never falls, so the oldest is the best
        Waiting oldest;
        std::optional<Candidate> best; ///< for whoever may have items of any age, when the age decides
    };
    [[nodiscard]] OfClass describe(qint64 classId);
    void look(OfClass &one, const Waiting &oldest);
    [[nodiscard]] std::optional<Candidate> bestFor(const OfClass &one, milliseconds leastAge);
    [[nodiscard]] std::optional<Choice> choose(const Agent &agent, const AgentDesk &desk, bool &full);

    Transaction &m_transaction;
    EligibilityCache &m_eligibility;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    std::vector<OfClass> m_classes; ///< by rising class
};

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
