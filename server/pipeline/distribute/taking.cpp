// SPDX-License-Identifier: Apache-2.0
#include "taking.h"

#include <pipeline/prioritize/ordering.h>
#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

/// What one agent may take at the moment.
class Eligibility
{
public:
    Eligibility(const ConfigurationSnapshot &configuration, const Agent &agent, const std::vector<Assignment> &inHand)
        : m_configuration(configuration)
        , m_agent(agent)
    {
        for (const Assignment &assignment : inHand)
            ++m_inHand[capacityName(assignment.channel)];
    }

    [[nodiscard]] bool hasCapacity(const QString &channel) const
    {
        const auto held = m_inHand.find(capacityName(channel));
        return (held == m_inHand.end() ? 0 : held->second) < m_agent.capacityFor(channel);
    }

    [[nodiscard]] bool mayServe(const WorkClass &terms) const
    {
        const Queue *queue = m_configuration.queue(terms.queueId);
        if (!queue || queue->paused || (!m_agent.queueIds.isEmpty() && !m_agent.queueIds.contains(terms.queueId)))
            return false;
        const auto hasLevel = [this](const QString &skill, int level) {
            const auto own = m_agent.skills.find(skill);
            return own != m_agent.skills.end() && own->second >= level;
        };
        return std::all_of(queue->requiredSkills.begin(), queue->requiredSkills.end(), [&](const auto &required) { return hasLevel(required.first, required.second); })
            && std::all_of(terms.skills.begin(), terms.skills.end(), [&](const QString &skill) { return hasLevel(skill, 1); });
    }

private:
    /// Channels that the agent's capacity does not name share one number.
    [[nodiscard]] QString capacityName(const QString &channel) const { return m_agent.capacity.contains(channel) ? channel : QString(); }

    const ConfigurationSnapshot &m_configuration;
    const Agent &m_agent;
    std::map<QString, int> m_inHand;
};

} // namespace

Error noSuchAgent(const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no agent \"%1\".").arg(id), {}, { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), id } } };
}

Result<Assignment> takeItem(Transaction &transaction, const ItemRecord &before, ItemRecord &record, const Agent &agent, const Actor &actor, const QString &reason)
{
    const auto configuration = transaction.configuration();
    const Queue *queue = configuration->queue(record.item.queueId);
    Assignment assignment;
    assignment.item = record.item.id;
    assignment.agentId = agent.id;
    assignment.channel = record.item.channel;
    assignment.taken = transaction.now();
    assignment.lease = queue ? queue->lease : Queue {}.lease;
    assignment.leaseUntil = assignment.taken + assignment.lease;
    assignment = transaction.insertAssignment(assignment);

    record.item.status = ItemStatus::Assigned;
    record.item.assignedToUser = agent.id;
    record.item.assigned = transaction.now();
    transaction.updateItem(record, false);
    appendItemEvent(transaction, EventType::ItemAssigned, &before, record, actor, reason);
    return assignment;
}

Result<NextOutcome> takeNext(Transaction &transaction, const QString &agentId, const Actor &actor)
{
    const auto configuration = transaction.configuration();
    const Agent *agent = configuration->agent(agentId);
    if (!agent)
        return noSuchAgent(agentId);
    const AgentStatus status = transaction.agentStatus(agentId);
    if (status.state != AgentState::Ready) {
        return Error { ErrorCode::AgentNotReady, QStringLiteral("Agent \"%1\" is %2. Set the state to ready before asking for work.").arg(agentId, agentStateName(status.state)), {},
            { { QStringLiteral("id"), agentId }, { QStringLiteral("state"), agentStateName(status.state) } } };
    }
    const Eligibility eligibility(*configuration, *agent, transaction.assignmentsOf(agentId));
    std::optional<Candidate> best;
    bool full = false;
    for (const auto &[classId, oldest] : transaction.oldestWaiting()) {
        const WorkClass terms = transaction.workClass(classId);
        const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
        if (!schema || !eligibility.mayServe(terms))
            continue;
        if (!eligibility.hasCapacity(terms.channel)) {
            full = true;
            continue;
        }
        const auto head = headOfClass(transaction, classId, terms, *schema, transaction.now(), oldest);
        if (head && (!best || head->key.before(best->key)))
            best = head;
    }
    if (!best)
        return NextOutcome { std::nullopt, full || !eligibility.hasCapacity(QString()) ? NothingBecause::AtCapacity : NothingBecause::NoWork };
    auto record = transaction.item(best->key.id);
    if (!record)
        return Error { ErrorCode::Internal, QStringLiteral("Item %1 is in the order but cannot be read.").arg(best->key.id.toString()), {}, {} };
    const ItemRecord before = *record;
    const auto assignment = takeItem(transaction, before, *record, *agent, actor);
    if (!assignment)
        return assignment.error();
    ItemAnswer answer = answerOf(transaction, *record);
    answer.assignment = *assignment;
    return NextOutcome { std::move(answer), NothingBecause::NoWork };
}

Result<ItemAnswer> actOnAssignment(Transaction &transaction, const AgentCommand &command)
{
    const auto configuration = transaction.configuration();
    if (!configuration->agent(command.agentId))
        return noSuchAgent(command.agentId);
    auto record = findItem(transaction, command.item);
    if (!record)
        return record.error();
    const auto held = transaction.assignment(record->item.id);
    // Somebody else's token is as stale as an old one of our own.
    auto assignment = checkToken(transaction, *record, held && held->agentId == command.agentId ? command.token : -1);
    if (!assignment) {
        Error error = assignment.error();
        error.text.replace(QStringLiteral("token -1"), QStringLiteral("token %1").arg(command.token));
        return error;
    }
    switch (command.action) {
    case AgentAction::Complete: {
        ItemCommand complete;
        complete.operation = ItemOperation::Complete;
        complete.item = { record->item.id.toString(), {} };
        complete.token = command.token;
        complete.resultCode = command.resultCode;
        complete.reason = command.reason;
        complete.actor = command.actor;
        return changeItem(transaction, complete);
    }
    case AgentAction::Release:
        returnToQueue(transaction, *record, EventType::ItemReleased, command.actor, command.reason);
        return answerOf(transaction, *record);
    case AgentAction::Extend: {
        const Queue *queue = configuration->queue(record->item.queueId);
        assignment->lease = queue ? queue->lease : assignment->lease;
        assignment->leaseUntil = transaction.now() + assignment->lease;
        transaction.extendAssignment(assignment->token, assignment->leaseUntil);
        appendItemEvent(transaction, EventType::ItemExtended, &*record, *record, command.actor, QStringLiteral("Lease until %1").arg(toIso(assignment->leaseUntil)));
        ItemAnswer answer = answerOf(transaction, *record);
        answer.assignment = *assignment;
        return answer;
    }
    }
    Q_UNREACHABLE();
}

Result<AgentStatus> setAgentState(Transaction &transaction, const QString &agentId, AgentState state, const QString &reason, const Actor &actor)
{
    const auto configuration = transaction.configuration();
    if (!configuration->agent(agentId))
        return noSuchAgent(agentId);
    const AgentStatus before = transaction.agentStatus(agentId);
    if (before.state == state && before.reason == reason && before.since)
        return before;
    const AgentStatus after { state, reason, before.state == state && before.since ? before.since : std::optional(transaction.now()) };
    transaction.setAgentStatus(agentId, after);
    const auto json = [](const AgentStatus &status) {
        return QJsonObject { { QStringLiteral("state"), agentStateName(status.state) }, { QStringLiteral("stateReason"), status.reason } };
    };
    appendObjectEvent(transaction, EventType::AgentStateChanged, { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), agentId } }, json(before),
        json(after), actor, reason);
    return after;
}

} // namespace iwd
