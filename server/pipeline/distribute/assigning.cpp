// SPDX-License-Identifier: Apache-2.0
#include "assigning.h"

namespace iwd {

Assignment assign(Transaction &transaction, const ItemRecord &record, const Agent &agent, AssignmentKind kind)
{
    const auto configuration = transaction.configuration();
    static const Queue none; // of an item whose queue is gone
    const Queue *known = configuration->queue(record.item.queueId);
    const Queue &queue = known ? *known : none;
    Assignment assignment;
    assignment.item = record.item.id;
    assignment.agentId = agent.id;
    assignment.channel = record.item.channel;
    assignment.taken = transaction.now();
    assignment.lease = kind == AssignmentKind::Offer ? queue.offerTime : queue.lease;
    assignment.leaseUntil = assignment.taken + assignment.lease;
    assignment.offered = kind == AssignmentKind::Offer;
    assignment.weight = queue.weight;
    assignment.queueId = record.item.queueId;
    return transaction.insertAssignment(assignment);
}

} // namespace iwd
