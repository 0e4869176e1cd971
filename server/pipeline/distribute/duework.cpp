// SPDX-License-Identifier: Apache-2.0
#include "duework.h"

#include "offering.h"
#include "overflow.h"

#include <pipeline/itemoperations.h>
#include <pipeline/prioritize/placement.h>

namespace iwd {

namespace {

int expireLeases(Transaction &transaction, int limit)
{
    const auto expired = transaction.expiredAssignments(limit);
    for (const Assignment &assignment : expired) {
        auto record = transaction.item(assignment.item);
        if (!record)
            continue;
        if (assignment.offered) {
            endOffer(transaction, *record, assignment, EventType::ItemOfferExpired, Actor::server(),
                QStringLiteral("Agent %1 did not answer the offer until %2.").arg(assignment.agentId, toIso(assignment.leaseUntil)));
        } else {
            returnToQueue(transaction, *record, EventType::ItemLeaseExpired, Actor::server(),
                QStringLiteral("The lease of agent %1 ended at %2 without a sign of life.").arg(assignment.agentId, toIso(assignment.leaseUntil)));
        }
    }
    return static_cast<int>(expired.size());
}

int runTimers(Transaction &transaction, int limit)
{
    const auto due = transaction.dueTimers(limit);
    for (const DueTimer &timer : due) {
        auto record = transaction.item(timer.item);
        if (!record)
            continue;
        // An earlier timer of this round may have changed the item; its timers follow its state, so look at that.
        if (timer.kind == TimerKind::Activation && record->item.status == ItemStatus::Captured)
            activateItem(transaction, *record, Actor::server());
        else if (timer.kind == TimerKind::Expiration && !isFinal(record->item.status) && record->item.expiration)
            cancelExpired(transaction, *record);
    }
    return static_cast<int>(due.size());
}

int completeManaged(Transaction &transaction, int limit)
{
    const auto configuration = transaction.configuration();
    std::vector<Waiting> ended;
    for (const auto &[classId, oldest] : transaction.oldestWaiting()) {
        const WorkClass terms = transaction.workClass(classId);
        const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
        if (!schema || !schema->autoComplete)
            continue;
        const Instant latest = Aging(*configuration, terms, *schema).latestManaged(transaction.now());
        if (oldest.anchor > latest)
            continue;
        const auto places = transaction.waiting({ classId, Instant::min(), latest, std::nullopt }, limit - static_cast<int>(ended.size()));
        ended.insert(ended.end(), places.begin(), places.end());
        if (static_cast<int>(ended.size()) >= limit)
            break;
    }
    for (const Waiting &place : ended) {
        if (auto record = transaction.item(place.id))
            completeAtEndOfManagedPeriod(transaction, *record);
    }
    return static_cast<int>(ended.size());
}

} // namespace

bool runDueWork(Transaction &transaction, int limit)
{
    const int leases = expireLeases(transaction, limit);
    const int timers = runTimers(transaction, limit);
    const int managed = completeManaged(transaction, limit);
    const int refusals = transaction.forgetRefusals(limit);
    const int overflown = moveOverflow(transaction, limit);
    const int placed = placeByNewDivision(transaction, limit);
    return leases == limit || timers == limit || managed == limit || refusals == limit || overflown >= limit || placed >= limit;
}

void forgetOldAnswers(Transaction &transaction, milliseconds keepAnswers, int limit)
{
    transaction.forgetAnswersBefore(transaction.now() - keepAnswers, limit);
    transaction.forgetSessionsBefore(transaction.now());
}

} // namespace iwd
