// SPDX-License-Identifier: Apache-2.0
#include "taking.h"

#include "assigning.h"
#include "offering.h"

#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

Error notReady(const QString &agentId, AgentState state)
{
    return { ErrorCode::AgentNotReady, QStringLiteral("Agent \"%1\" is %2. Set the state to ready before asking for work.").arg(agentId, agentStateName(state)), {},
        { { QStringLiteral("id"), agentId }, { QStringLiteral("state"), agentStateName(state) } } };
}

/// An offer can be accepted or declined and nothing else; what is in hand can not be declined any more.
Result<void> checkOfferAction(const AgentCommand &command, const ItemRecord &record, const Assignment &assignment)
{
    const bool answersOffer = command.action == AgentAction::Accept || command.action == AgentAction::Decline;
    if (assignment.offered == answersOffer || (command.action == AgentAction::Accept && !assignment.offered))
        return {};
    const QString text = assignment.offered ? QStringLiteral("Item %1 is offered to you and not in your hands yet. Accept the offer first, or decline it.")
                                            : QStringLiteral("Item %1 is in your hands already, so there is no offer to decline. Release it to give it back.");
    return Error { ErrorCode::NotAllowedInStatus, text.arg(record.item.id.toString()), {}, { { QStringLiteral("status"), statusName(record.item.status) } } };
}

/// To another queue, or to an agent: that is an offer to that agent, at once and whatever the queue's own way is.
Result<ItemAnswer> transfer(Transaction &transaction, ItemRecord &record, const AgentCommand &command)
{
    if (command.toAgentId.isEmpty()) {
        ItemCommand requeue;
        requeue.operation = ItemOperation::Requeue;
        requeue.item = { record.item.id.toString(), {} };
        requeue.token = command.token;
        requeue.queueId = command.toQueueId;
        requeue.reason = command.reason;
        requeue.actor = command.actor;
        return changeItem(transaction, requeue);
    }
    const auto configuration = transaction.configuration();
    const Agent *target = configuration->agent(command.toAgentId);
    if (!target)
        return Error { ErrorCode::InvalidReference, QStringLiteral("There is no agent \"%1\".").arg(command.toAgentId), QStringLiteral("toAgent"),
            { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), command.toAgentId } } };
    const auto &desks = transaction.desks();
    const auto desk = desks.find(target->id);
    const Queue *queue = configuration->queue(record.item.queueId);
    const bool free = desk != desks.end() && desk->second.isReadyFor(record.item.channel) && freeCapacity(*target, desk->second, record.item.channel) >= (queue ? queue->weight : 1);
    if (!free || target->id == command.agentId) {
        const AgentState state = desk == desks.end() ? AgentState::LoggedOut : desk->second.status.state;
        return Error { ErrorCode::AgentNotReady,
            QStringLiteral("Agent \"%1\" cannot take item %2 now: not another agent, not ready for its channel, or without free capacity. Transfer it to a queue instead, or try again later.")
                .arg(target->id, record.item.id.toString()),
            QStringLiteral("toAgent"), { { QStringLiteral("id"), target->id }, { QStringLiteral("state"), agentStateName(state) } } };
    }
    returnToQueue(transaction, record, EventType::ItemReleased, command.actor, command.reason);
    offerItem(transaction, record, *target, command.actor, command.reason);
    return answerOf(transaction, record);
}

} // namespace

Error noSuchAgent(const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no agent \"%1\".").arg(id), {}, { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), id } } };
}

Result<Assignment> takeItem(Transaction &transaction, const ItemRecord &before, ItemRecord &record, const Agent &agent, const Actor &actor, const QString &reason)
{
    const Assignment assignment = assign(transaction, record, agent, AssignmentKind::InHand);
    record.item.status = ItemStatus::Assigned;
    record.item.assignedToUser = agent.id;
    record.item.assigned = transaction.now();
    transaction.updateItem(record, false);
    appendItemEvent(transaction, EventType::ItemAssigned, &before, record, actor, reason);
    return assignment;
}

Takings::Takings(Transaction &transaction, EligibilityCache &eligibility)
    : m_transaction(transaction)
    , m_eligibility(eligibility)
    , m_configuration(transaction.configuration())
{
}

Takings::OfClass Takings::describe(qint64 classId)
{
    OfClass one;
    one.classId = classId;
    one.terms = &m_transaction.workClass(classId);
    one.schema = m_configuration->schema(one.terms->schemaId);
    const Queue *queue = m_configuration->queue(one.terms->queueId);
    if (!queue || !one.schema || !isServed(*m_configuration, *queue, m_transaction.now()))
        return one;
    one.queue = queue;
    one.segment = segmentOf(*queue, *one.terms);
    const auto &stretches = m_configuration->curve(queue->id, *one.schema).stretches();
    one.ageDecides = stretches.size() == 1 && !stretches.front().falling;
    return one;
}

void Takings::look(OfClass &one, const Waiting &oldest)
{
    one.oldest = oldest;
    if (one.queue && one.ageDecides)
        one.best = headOfClass(m_transaction, one.classId, *one.terms, *one.schema, m_transaction.now(), oldest);
}

std::optional<Candidate> Takings::bestFor(const OfClass &one, milliseconds leastAge)
{
    if (!one.ageDecides)
        return headOfClass(m_transaction, one.classId, *one.terms, *one.schema, m_transaction.now(), one.oldest, leastAge);
    return one.best && one.best->age >= leastAge ? one.best : std::nullopt;
}

/// @param full set when there is work for the agent, but more than it can take
std::optional<Choice> Takings::choose(const Agent &agent, const AgentDesk &desk, bool &full)
{
    std::map<QString, std::optional<int>> capacity; // by channel; nothing: the agent does not take work of it at the moment
    const auto capacityFor = [&](const QString &channel) {
        const auto [known, isNew] = capacity.try_emplace(channel);
        if (isNew && desk.isReadyFor(channel))
            known->second = freeCapacity(agent, desk, channel);
        return known->second;
    };
    std::optional<Choice> best;
    std::vector<Choice> turns; // of divided queues
    auto next = m_classes.begin();
    for (const auto &[classId, oldest] : m_transaction.oldestWaiting()) {
        next = std::find_if(next, m_classes.end(), [classId = classId](const OfClass &one) { return one.classId >= classId; });
        const bool isKnown = next != m_classes.end() && next->classId == classId;
        if (!isKnown)
            next = m_classes.insert(next, describe(classId));
        OfClass &one = *next;
        if (!isKnown || one.oldest != oldest)
            look(one, oldest);
        if (!one.queue)
            continue;
        const bool divided = !one.queue->segmentation.attribute.isEmpty();
        if (one.ageDecides && !divided && best && !one.best->key.before(best->candidate.key))
            continue;
        const auto age = m_eligibility.leastAge(m_transaction, classId, agent);
        const auto free = age ? capacityFor(one.terms->channel) : std::nullopt;
        if (!free)
            continue;
        if (*free < one.queue->weight) {
            full = true;
            continue;
        }
        const auto head = bestFor(one, *age);
        if (head && divided)
            turns.push_back({ *head, one.queue, one.segment });
        else if (head && (!best || head->key.before(best->candidate.key)))
            best = Choice { *head, one.queue, one.segment };
    }
    if (turns.empty())
        return best;
    if (best)
        turns.push_back(*best);
    return *chosen(m_transaction, turns);
}

Result<NextOutcome> Takings::takeNext(const QString &agentId, const Actor &actor)
{
    const Agent *agent = m_configuration->agent(agentId);
    if (!agent)
        return noSuchAgent(agentId);
    const auto &desks = m_transaction.desks();
    const auto own = desks.find(agentId);
    if (own == desks.end() || own->second.status.state != AgentState::Ready)
        return notReady(agentId, own == desks.end() ? AgentState::LoggedOut : own->second.status.state);
    const AgentDesk &desk = own->second;

    bool full = false;
    const auto best = choose(*agent, desk, full);
    if (!best)
        return NextOutcome { std::nullopt, full || freeCapacity(*agent, desk, QString()) < 1 ? NothingBecause::AtCapacity : NothingBecause::NoWork };
    auto record = m_transaction.item(best->candidate.key.id);
    if (!record)
        return Error { ErrorCode::Internal, QStringLiteral("Item %1 is in the order but cannot be read.").arg(best->candidate.key.id.toString()), {}, {} };
    const ItemRecord before = *record;
    const auto assignment = takeItem(m_transaction, before, *record, *agent, actor);
    if (!assignment)
        return assignment.error();
    noteTurn(m_transaction, *best->queue, best->segment);
    ItemAnswer answer = answerOf(m_transaction, *record);
    answer.assignment = withUserData(m_transaction, *assignment);
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
    if (const auto possible = checkOfferAction(command, *record, *assignment); !possible)
        return possible.error();
    switch (command.action) {
    case AgentAction::Accept:
        return acceptOffer(transaction, *record, *assignment, command.actor);
    case AgentAction::Decline:
        endOffer(transaction, *record, *assignment, EventType::ItemOfferDeclined, command.actor, command.reason);
        return answerOf(transaction, *record);
    case AgentAction::Transfer:
        return transfer(transaction, *record, command);
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
        refuse(transaction, record->item, command.agentId);
        returnToQueue(transaction, *record, EventType::ItemReleased, command.actor, command.reason);
        return answerOf(transaction, *record);
    case AgentAction::Extend: {
        const Queue *queue = configuration->queue(record->item.queueId);
        assignment->lease = queue ? queue->lease : assignment->lease;
        assignment->leaseUntil = transaction.now() + assignment->lease;
        transaction.extendAssignment(assignment->token, assignment->leaseUntil);
        appendItemEvent(transaction, EventType::ItemExtended, &*record, *record, command.actor, QStringLiteral("Lease until %1").arg(toIso(assignment->leaseUntil)));
        ItemAnswer answer = answerOf(transaction, *record);
        answer.assignment = withUserData(transaction, *assignment);
        return answer;
    }
    }
    Q_UNREACHABLE();
}

Result<AgentStatus> setAgentState(Transaction &transaction, const AgentStateCommand &command)
{
    const auto configuration = transaction.configuration();
    if (!configuration->agent(command.agentId))
        return noSuchAgent(command.agentId);
    const auto &desks = transaction.desks();
    const auto desk = desks.find(command.agentId);
    AgentStatus before;
    if (desk != desks.end()) {
        const auto ofChannel = desk->second.channels.find(command.channel);
        if (command.channel.isEmpty())
            before = desk->second.status;
        else
            before = ofChannel == desk->second.channels.end() ? AgentStatus { AgentState::Ready, {}, std::nullopt } : ofChannel->second;
    }
    if (before.state == command.state && before.reason == command.reason && before.since)
        return before;
    const AgentStatus after { command.state, command.reason, before.state == command.state && before.since ? before.since : std::optional(transaction.now()) };
    if (command.channel.isEmpty())
        transaction.setAgentStatus(command.agentId, after);
    else
        transaction.setChannelStatus(command.agentId, command.channel, after);
    const auto json = [&](const AgentStatus &status) {
        QJsonObject object { { QStringLiteral("state"), agentStateName(status.state) }, { QStringLiteral("stateReason"), status.reason } };
        if (!command.channel.isEmpty())
            object.insert(QStringLiteral("channel"), command.channel);
        return object;
    };
    appendObjectEvent(transaction, EventType::AgentStateChanged, { { QStringLiteral("kind"), QStringLiteral("agent") }, { QStringLiteral("id"), command.agentId } }, json(before),
        json(after), command.actor, command.reason);
    withdrawOffers(transaction, command.agentId);
    return after;
}

} // namespace iwd
