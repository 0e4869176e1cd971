// SPDX-License-Identifier: Apache-2.0
#include "overflow.h"

#include "eligibility.h"
#include "segments.h"

#include <pipeline/itemoperations.h>

namespace iwd {

namespace {

/// The waiting classes of one queue.
struct Backlog
{
    const Queue *queue;
    std::vector<qint64> classIds;
};

std::vector<Backlog> backlogs(Transaction &transaction, const std::function<bool(const Queue &)> &wanted)
{
    const auto configuration = transaction.configuration();
    std::map<QString, Backlog> byQueue;
    for (const auto &[classId, oldest] : transaction.oldestWaiting()) {
        const Queue *queue = configuration->queue(transaction.workClass(classId).queueId);
        if (queue && wanted(*queue))
            byQueue.try_emplace(queue->id, Backlog { queue, {} }).first->second.classIds.push_back(classId);
    }
    std::vector<Backlog> all;
    for (auto &[id, backlog] : byQueue)
        all.push_back(std::move(backlog));
    return all;
}

int moveAll(Transaction &transaction, const std::vector<ItemId> &items, const OverflowRule &rule, const QString &reason)
{
    for (const ItemId id : items) {
        if (auto record = transaction.item(id); record && record->item.status == ItemStatus::Queued)
            overflowTo(transaction, *record, rule.queueId, reason);
    }
    return static_cast<int>(items.size());
}

std::vector<ItemId> olderThan(Transaction &transaction, const Backlog &backlog, milliseconds leastAge, int limit)
{
    std::vector<ItemId> items;
    const auto configuration = transaction.configuration();
    for (const qint64 classId : backlog.classIds) {
        const WorkClass terms = transaction.workClass(classId);
        const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
        if (!schema)
            continue;
        ClassOrder order(transaction, classId, terms, *schema, transaction.now(), std::nullopt, 16, leastAge);
        for (auto head = order.head(); head && static_cast<int>(items.size()) < limit; head = order.head()) {
            items.push_back(head->key.id);
            order.pop();
        }
    }
    return items;
}

/// The items that came last.
std::vector<ItemId> youngest(Transaction &transaction, const Backlog &backlog, int count)
{
    std::vector<ItemId> items;
    std::map<qint64, std::vector<Waiting>> left;
    for (const qint64 classId : backlog.classIds)
        left[classId] = transaction.waitingFromTheEnd(classId, count);
    while (static_cast<int>(items.size()) < count) {
        std::vector<Waiting> *last = nullptr;
        for (auto &[classId, places] : left) {
            if (!places.empty() && (!last || last->back().id < places.back().id))
                last = &places;
        }
        if (!last)
            break;
        items.push_back(last->back().id);
        last->pop_back();
    }
    return items;
}

int applyRule(Transaction &transaction, const Backlog &backlog, const OverflowRule &rule, int limit)
{
    const auto configuration = transaction.configuration();
    const QString from = backlog.queue->id;
    if (rule.after) {
        const QString reason = QStringLiteral("It had waited in queue %1 to the age of %2 s.").arg(from).arg(std::chrono::duration_cast<std::chrono::seconds>(*rule.after).count());
        return moveAll(transaction, olderThan(transaction, backlog, *rule.after, limit), rule, reason);
    }
    if (rule.backlogAbove) {
        const int surplus = transaction.countWaiting(from, *rule.backlogAbove + limit) - *rule.backlogAbove;
        const QString reason = QStringLiteral("More than %1 items waited in queue %2.").arg(*rule.backlogAbove).arg(from);
        return surplus > 0 ? moveAll(transaction, youngest(transaction, backlog, surplus), rule, reason) : 0;
    }
    if (!isOpen(*configuration, *backlog.queue, transaction.now()))
        return moveAll(transaction, olderThan(transaction, backlog, milliseconds::min(), limit), rule, QStringLiteral("Queue %1 is closed.").arg(from));
    return 0;
}

} // namespace

int moveOverflow(Transaction &transaction, int limit)
{
    int moved = 0;
    for (const Backlog &backlog : backlogs(transaction, [](const Queue &queue) { return !queue.overflow.empty(); })) {
        for (const OverflowRule &rule : backlog.queue->overflow) {
            if (moved < limit && !transaction.failed())
                moved += applyRule(transaction, backlog, rule, limit - moved);
        }
    }
    return moved;
}

int placeByNewDivision(Transaction &transaction, int limit)
{
    const auto configuration = transaction.configuration();
    std::vector<ItemId> items;
    for (const auto &[classId, oldest] : transaction.oldestWaiting()) {
        const WorkClass terms = transaction.workClass(classId);
        const Queue *queue = configuration->queue(terms.queueId);
        if (!queue || !isOfOldDivision(*queue, terms) || static_cast<int>(items.size()) >= limit)
            continue;
        for (const Waiting &place : transaction.waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, limit - static_cast<int>(items.size())))
            items.push_back(place.id);
    }
    for (const ItemId id : items) {
        if (auto record = transaction.item(id))
            placeAgain(transaction, *record);
    }
    return static_cast<int>(items.size());
}

} // namespace iwd
