// SPDX-License-Identifier: Apache-2.0
#include "offering.h"

#include "assigning.h"
#include "segments.h"

#include <pipeline/itemoperations.h>
#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

constexpr int MostRefusedLookedAt = 1'000; ///< of one class in one go; beyond it the class has its turn when something changes

int workInHand(const AgentDesk &desk)
{
    int sum = 0;
    for (const Assignment &assignment : desk.inHand)
        sum += assignment.weight;
    return sum;
}

/// How far the agent's levels are above those asked for.
int surplus(const Agent &agent, const SkillLevels &required)
{
    int sum = 0;
    for (const auto &[skill, level] : required)
        sum += agent.skills.at(skill) - level;
    return sum;
}

/// One round of offers: what waits in queues that push, with what is known of it so far.
class Round
{
public:
    Round(Transaction &transaction, EligibilityCache &eligibility)
        : m_transaction(transaction)
        , m_eligibility(eligibility)
        , m_configuration(transaction.configuration())
        , m_desks(transaction.desks())
    {
        findFreeAgents();
        if (!m_free.empty())
            findPools();
    }

    /// Makes the next offer. @returns false when there is none to make
    bool offerOne()
    {
        std::vector<Choice> choices;
        for (Pool &pool : m_pools) {
            if (isAtLimit(*pool.queue))
                continue;
            if (!pool.known)
                probe(pool);
            if (pool.head)
                choices.push_back({ *pool.head, pool.queue, pool.segment });
        }
        const Choice *best = chosen(m_transaction, choices);
        if (!best)
            return false;
        const auto pool = std::find_if(m_pools.begin(), m_pools.end(), [&](const Pool &one) { return one.classId == best->candidate.classId; });
        auto record = m_transaction.item(best->candidate.key.id);
        const Agent *agent = bestAgent(*pool, *best);
        if (!record || !agent)
            return false;
        offerItem(m_transaction, *record, *agent, Actor::server());
        noteTurn(m_transaction, *best->queue, best->segment);
        ++m_openOffers[best->queue->id];
        // Heads that are known can only be too good now: somebody who was free may no longer be.
        for (Pool &other : m_pools)
            other.known = other.known && other.classId != pool->classId && (!other.head || bestAgentFor(other, *other.head) != nullptr);
        return true;
    }

private:
    struct Pool
    {
        qint64 classId;
        WorkClass terms;
        const Queue *queue;
        const PrioritizationSchema *schema;
        QString segment;
        const std::vector<EligibilityCache::Able> *able;
        bool known = false;
        std::optional<Candidate> head; ///< the best item that somebody free may have
    };

    void findFreeAgents()
    {
        for (const auto &[agentId, desk] : m_desks) {
            const Agent *agent = m_configuration->agent(agentId);
            if (agent && desk.status.state == AgentState::Ready)
                m_free.emplace(agent, &desk);
            for (const Assignment &assignment : desk.inHand)
                m_openOffers[assignment.queueId] += assignment.offered ? 1 : 0;
        }
    }

    void findPools()
    {
        for (const auto &[classId, oldest] : m_transaction.oldestWaiting()) {
            const WorkClass terms = m_transaction.workClass(classId);
            const Queue *queue = m_configuration->queue(terms.queueId);
            const PrioritizationSchema *schema = m_configuration->schema(terms.schemaId);
            if (queue && schema && queue->mode == DistributionMode::Push && isServed(*m_configuration, *queue, m_transaction.now()))
                m_pools.push_back({ classId, terms, queue, schema, segmentOf(*queue, terms), &m_eligibility.ableAgents(m_transaction, classId), false, std::nullopt });
        }
    }

    [[nodiscard]] bool isFree(const Pool &pool, const Agent *agent) const
    {
        const auto desk = m_free.find(agent);
        return desk != m_free.end() && desk->second->isReadyFor(pool.terms.channel) && freeCapacity(*agent, *desk->second, pool.terms.channel) >= pool.queue->weight;
    }

    [[nodiscard]] bool hasRefused(const Agent *agent, ItemId item) const
    {
        const auto &refusals = m_transaction.refusals();
        const auto ofItem = refusals.find(item);
        if (ofItem == refusals.end())
            return false;
        const auto until = ofItem->second.find(agent->id);
        return until != ofItem->second.end() && until->second > m_transaction.now();
    }

    [[nodiscard]] bool isAtLimit(const Queue &queue) { return queue.offerLimit && m_openOffers[queue.id] >= *queue.offerLimit; }

    void probe(Pool &pool)
    {
        pool.known = true;
        pool.head.reset();
        const auto free = std::find_if(pool.able->begin(), pool.able->end(), [&](const auto &able) { return isFree(pool, able.agent); });
        if (free == pool.able->end())
            return;
        ClassOrder order(m_transaction, pool.classId, pool.terms, *pool.schema, m_transaction.now(), std::nullopt, 1, free->leastAge);
        for (int i = 0; i < MostRefusedLookedAt; ++i, order.pop()) {
            const auto head = order.head();
            if (!head || bestAgentFor(pool, *head)) {
                pool.head = head;
                return;
            }
        }
    }

    [[nodiscard]] const Agent *bestAgent(const Pool &pool, const Choice &choice) const { return bestAgentFor(pool, choice.candidate); }

    /// Whom the queue's choice names for an item; null when nobody who is free may have it.
    [[nodiscard]] const Agent *bestAgentFor(const Pool &pool, const Candidate &candidate) const
    {
        const SkillLevels required = requirementAt(*pool.queue, candidate.age).skills;
        const auto rank = [&](const Agent *agent) {
            const AgentDesk &desk = *m_free.at(agent);
            const bool requested = agent->id == pool.terms.requestedAgent;
            const bool ofGroup = agent->groups.contains(pool.terms.requestedGroup);
            const bool byMatch = pool.queue->choice == AgentChoice::BestMatch;
            const int load = workInHand(desk);
            return std::tuple(!requested, !ofGroup, byMatch ? -surplus(*agent, required) : 0, byMatch ? load : (load > 0 ? 1 : 0), desk.idleSince, agent->id);
        };
        const Agent *best = nullptr;
        for (const auto &[leastAge, agent] : *pool.able) {
            if (leastAge > candidate.age)
                break;
            if (isFree(pool, agent) && !hasRefused(agent, candidate.key.id) && (!best || rank(agent) < rank(best)))
                best = agent;
        }
        return best;
    }

    Transaction &m_transaction;
    EligibilityCache &m_eligibility;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    const AgentDesks &m_desks;
    std::unordered_map<const Agent *, const AgentDesk *> m_free;
    std::map<QString, int> m_openOffers; ///< by queue
    std::vector<Pool> m_pools;
};

} // namespace

bool offerWork(Transaction &transaction, EligibilityCache &eligibility, int limit)
{
    if (!transaction.configuration()->offersWork() || transaction.oldestWaiting().empty())
        return false;
    Round round(transaction, eligibility);
    for (int made = 0; made < limit; ++made) {
        if (transaction.failed() || !round.offerOne())
            return false;
    }
    return true;
}

Assignment offerItem(Transaction &transaction, ItemRecord &record, const Agent &agent, const Actor &actor, const QString &reason)
{
    const ItemRecord before = record;
    const Assignment offer = assign(transaction, record, agent, AssignmentKind::Offer);
    record.item.status = ItemStatus::Distributed;
    record.item.assignedToUser = agent.id;
    transaction.updateItem(record, false);
    appendItemEvent(transaction, EventType::ItemOffered, &before, record, actor, reason);
    return offer;
}

Result<ItemAnswer> acceptOffer(Transaction &transaction, ItemRecord &record, const Assignment &assignment, const Actor &actor)
{
    ItemAnswer answer;
    if (assignment.offered) {
        const ItemRecord before = record;
        const auto configuration = transaction.configuration();
        const Queue *queue = configuration->queue(record.item.queueId);
        transaction.acceptOffer(assignment.token, queue ? queue->lease : Queue {}.lease);
        record.item.status = ItemStatus::Assigned;
        record.item.assigned = transaction.now();
        transaction.updateItem(record, false);
        appendItemEvent(transaction, EventType::ItemAssigned, &before, record, actor);
    }
    answer = answerOf(transaction, record);
    if (const auto assigned = transaction.assignment(record.item.id))
        answer.assignment = withUserData(transaction, *assigned);
    return answer;
}

void refuse(Transaction &transaction, const WorkItem &item, const QString &agentId)
{
    const auto configuration = transaction.configuration();
    const Queue *queue = configuration->queue(item.queueId);
    if (queue && queue->mode == DistributionMode::Push && queue->refusalPause > milliseconds(0))
        transaction.addRefusal(item.id, agentId, transaction.now() + queue->refusalPause);
}

void endOffer(Transaction &transaction, ItemRecord &record, const Assignment &assignment, EventType type, const Actor &actor, const QString &reason)
{
    if (type != EventType::ItemOfferWithdrawn)
        refuse(transaction, record.item, assignment.agentId);
    returnToQueue(transaction, record, type, actor, reason);
}

void withdrawOffers(Transaction &transaction, const QString &agentId)
{
    const auto &desks = transaction.desks();
    const auto desk = desks.find(agentId);
    if (desk == desks.end())
        return;
    std::vector<Assignment> withdrawn;
    for (const Assignment &assignment : desk->second.inHand) {
        if (assignment.offered && !desk->second.isReadyFor(assignment.channel))
            withdrawn.push_back(assignment);
    }
    for (const Assignment &offer : withdrawn) {
        if (auto record = transaction.item(offer.item))
            endOffer(transaction, *record, offer, EventType::ItemOfferWithdrawn, Actor::server(), QStringLiteral("Agent %1 is no longer ready for it.").arg(agentId));
    }
}

} // namespace iwd
