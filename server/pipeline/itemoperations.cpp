// SPDX-License-Identifier: Apache-2.0
#include "itemoperations.h"

#include "capture/attributes.h"
#include "capture/capture.h"
#include "distribute/taking.h"
#include "prioritize/placement.h"
#include "report/eventwriter.h"
#include "versionmismatch.h"

namespace iwd {

namespace {

Error noSuchObject(const QString &field, const QString &kind, const QString &id)
{
    return { ErrorCode::InvalidReference, QStringLiteral("There is no %1 \"%2\".").arg(kind, id), field, { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), id } } };
}

Result<void> checkVersion(const ItemCommand &command, const WorkItem &item)
{
    if (!command.ifVersion || *command.ifVersion == item.version)
        return {};
    return versionMismatch(QStringLiteral("Item ") + item.id.toString(), item.version, *command.ifVersion);
}

/// Ends the assignment or the offer, if there is one.
void endAssignment(Transaction &transaction, const WorkItem &item)
{
    if (item.status != ItemStatus::Assigned && item.status != ItemStatus::Distributed)
        return;
    transaction.removeAssignment(item.id);
    if (item.status == ItemStatus::Assigned)
        transaction.setIdle(item.assignedToUser);
}

/// Ends whatever holds the item: an agent's hands.
void letGo(Transaction &transaction, WorkItem &item)
{
    endAssignment(transaction, item);
    item.assignedToUser.clear();
    item.assigned.reset();
}

/// Where an item belongs that is free to be worked on: asleep or waiting.
ItemStatus restingStatus(const WorkItem &item, Instant now)
{
    return item.activation && *item.activation > now ? ItemStatus::Captured : ItemStatus::Queued;
}

void write(Transaction &transaction, EventType type, const ItemRecord &before, ItemRecord &after, const Actor &actor, const QString &reason, bool payloadChanged)
{
    transaction.updateItem(after, payloadChanged);
    appendItemEvent(transaction, type, &before, after, actor, reason);
}

void hold(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    const ItemRecord before = record;
    letGo(transaction, record.item);
    record.item.status = ItemStatus::Held;
    record.item.held = transaction.now();
    write(transaction, EventType::ItemHeld, before, record, command.actor, command.reason, false);
}

void endHold(Transaction &transaction, ItemRecord &record)
{
    if (record.item.held)
        excludeHold(transaction, record, *record.item.held);
    record.item.held.reset();
}

void resume(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    const ItemRecord before = record;
    if (record.item.status == ItemStatus::ErrorHeld || !record.classId) {
        record.item.held.reset();
        record.item.status = ItemStatus::New;
        appendItemEvent(transaction, EventType::ItemResumed, &before, record, command.actor, command.reason);
        return processFromBeginning(transaction, record, {}, command.actor);
    }
    endHold(transaction, record);
    record.item.status = restingStatus(record.item, transaction.now());
    write(transaction, EventType::ItemResumed, before, record, command.actor, command.reason, false);
}

void complete(Transaction &transaction, ItemRecord &record, const QString &resultCode, const Actor &actor, const QString &reason)
{
    const ItemRecord before = record;
    endHold(transaction, record); // the hold ends with the item, and may be time that does not count
    const auto standing = standingOf(transaction, record);
    record.slaMet = standing && (!standing->slaDue || transaction.now() <= *standing->slaDue);
    endAssignment(transaction, record.item);
    record.item.status = ItemStatus::Completed;
    record.item.completed = transaction.now();
    record.item.error.clear();
    const bool coded = !resultCode.isEmpty() && resultCode != record.item.resultCode;
    if (coded)
        record.item.resultCode = resultCode;
    write(transaction, EventType::ItemCompleted, before, record, actor, reason, coded);
}

void cancel(Transaction &transaction, ItemRecord &record, EventType type, const Actor &actor, const QString &reason, const QString &error)
{
    const ItemRecord before = record;
    letGo(transaction, record.item);
    endHold(transaction, record);
    record.item.status = ItemStatus::Canceled;
    record.item.completed = transaction.now();
    record.item.error = error;
    write(transaction, type, before, record, actor, reason, false);
}

Result<void> restart(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    if (!command.categoryId.isEmpty()) {
        const auto configuration = transaction.configuration();
        const CategoryNode *category = configuration->category(command.categoryId);
        if (!category || category->deleted)
            return noSuchObject(QStringLiteral("category"), QStringLiteral("category"), command.categoryId);
    }
    const ItemRecord before = record;
    WorkItem &item = record.item;
    letGo(transaction, item);
    item.status = ItemStatus::New;
    item.categoryId.clear();
    item.queueId.clear();
    item.error.clear();
    item.resultCode.clear();
    item.held.reset();
    item.completed.reset();
    record.slaMet.reset();
    record.classId.reset();
    appendItemEvent(transaction, EventType::ItemRestarted, &before, record, command.actor, command.reason);
    processFromBeginning(transaction, record, command.categoryId, command.actor);
    return {};
}

Result<void> requeue(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    const auto configuration = transaction.configuration();
    const WorkClass terms = transaction.workClass(*record.classId);
    if (!command.queueId.isEmpty() && !configuration->queue(command.queueId))
        return noSuchObject(QStringLiteral("queue"), QStringLiteral("queue"), command.queueId);
    const QString target = command.queueId.isEmpty() ? terms.queueId : queueForNewWork(*configuration, command.queueId);
    if (!configuration->queue(target))
        return noSuchObject(QStringLiteral("queue"), QStringLiteral("queue"), target);
    const ItemRecord before = record;
    letGo(transaction, record.item);
    record.item.status = restingStatus(record.item, transaction.now());
    if (target != terms.queueId)
        place(transaction, record, target, terms.schemaId, excludedHoldTime(transaction, record));
    write(transaction, EventType::ItemRequeued, before, record, command.actor, command.reason, target != terms.queueId);
    return {};
}

Result<Assignment> assign(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    const auto configuration = transaction.configuration();
    const Agent *agent = configuration->agent(command.agentId);
    if (!agent)
        return noSuchObject(QStringLiteral("agent"), QStringLiteral("agent"), command.agentId);
    // The state as it was, with the old hands off, is what the event of the taking starts from.
    const ItemRecord before = record;
    letGo(transaction, record.item);
    if (record.item.held)
        endHold(transaction, record);
    return takeItem(transaction, before, record, *agent, command.actor, command.reason);
}

/// Whether an update left everything as it was: then it writes nothing, no event and no new version.
bool isSame(const ItemRecord &before, const ItemRecord &after)
{
    return before.classId == after.classId && before.anchor == after.anchor && encodeItem(before.item, {}) == encodeItem(after.item, {});
}

Result<void> update(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    Q_ASSERT(command.input);
    if (const auto sound = checkAttributes(*transaction.configuration(), command.input->custom, InputMode::Update); !sound)
        return sound;
    const ItemRecord before = record;
    const ExcludedHold held = excludedHoldTime(transaction, record);
    if (const auto applied = applyInput(record.item, *command.input); !applied)
        return applied.error();
    const bool placed = record.classId && !isFinal(record.item.status);
    if (placed) {
        const WorkClass terms = transaction.workClass(*record.classId);
        place(transaction, record, terms.queueId, terms.schemaId, held);
    }
    if (command.input->priority && !command.input->priority->relative) {
        if (!placed)
            return invalidField(QStringLiteral("priority"), QStringLiteral("a relative change such as \"+10\", because this item has no priority at the moment"));
        if (const auto set = setPriorityNow(transaction, record, command.input->priority->value); !set)
            return set.error();
    }
    if (record.item.status == ItemStatus::Captured && placed)
        record.item.status = restingStatus(record.item, transaction.now());
    if (isSame(before, record))
        return {};
    write(transaction, EventType::ItemUpdated, before, record, command.actor, command.reason, true);
    return {};
}

} // namespace

Result<Assignment> checkToken(Snapshot &snapshot, const ItemRecord &record, qint64 token)
{
    auto assignment = snapshot.assignment(record.item.id);
    if (assignment && assignment->token == token)
        return *std::move(assignment);
    return Error { ErrorCode::StaleToken,
        QStringLiteral("Item %1 is no longer in your hands: token %2 is not its current one. Its lease ended, it was taken back or it was finished. Nothing was changed.")
            .arg(record.item.id.toString())
            .arg(token),
        {}, { { QStringLiteral("id"), record.item.id.toString() } } };
}

Result<ItemAnswer> changeItem(Transaction &transaction, const ItemCommand &command)
{
    auto found = findItem(transaction, command.item);
    if (!found)
        return found.error();
    ItemRecord &record = *found;
    if (command.tokenRequired && !command.token)
        return missingField(QStringLiteral("token"), QStringLiteral("the fencing token of your assignment, because your key may act only on what you hold"));
    if (command.token) {
        if (const auto held = checkToken(transaction, record, *command.token); !held)
            return held.error();
    }
    const auto changed = changeRecord(transaction, record, command);
    if (!changed)
        return changed.error();
    ItemAnswer answer = answerOf(transaction, record);
    if (*changed)
        answer.assignment = withUserData(transaction, **changed);
    return answer;
}

Result<std::optional<Assignment>> changeRecord(Transaction &transaction, ItemRecord &record, const ItemCommand &command)
{
    if (const auto current = checkVersion(command, record.item); !current)
        return current.error();
    if (const auto allowed = checkAllowed(command.operation, record.item); !allowed)
        return allowed.error();

    Result<void> outcome;
    std::optional<Assignment> assignment;
    switch (command.operation) {
    case ItemOperation::Update:
        outcome = update(transaction, record, command);
        break;
    case ItemOperation::Hold:
        hold(transaction, record, command);
        break;
    case ItemOperation::Resume:
        resume(transaction, record, command);
        break;
    case ItemOperation::Complete:
        complete(transaction, record, command.resultCode, command.actor, command.reason);
        break;
    case ItemOperation::Cancel:
        cancel(transaction, record, EventType::ItemCanceled, command.actor, command.reason, command.reason);
        break;
    case ItemOperation::Restart:
        outcome = restart(transaction, record, command);
        break;
    case ItemOperation::Activate:
        activateItem(transaction, record, command.actor);
        break;
    case ItemOperation::Requeue:
        outcome = requeue(transaction, record, command);
        break;
    case ItemOperation::Assign: {
        const auto assigned = assign(transaction, record, command);
        if (assigned)
            assignment = *assigned;
        else
            outcome = assigned.error();
        break;
    }
    }
    if (!outcome)
        return outcome.error();
    // Whoever moved it where he does not see it could not take it back.
    if (const CategoryScope &scope = command.item.scope; !scope.covers(*transaction.configuration(), record.item.categoryId)) {
        return Error { ErrorCode::NotAllowed, QStringLiteral("Item %1 would come into a category that \"%2\" does not see. Nothing was changed.").arg(record.item.id.toString(), command.actor.name), {},
            { { QStringLiteral("categories"), QJsonArray::fromStringList(scope.roots) } } };
    }
    return assignment;
}

void activateItem(Transaction &transaction, ItemRecord &record, const Actor &actor)
{
    const ItemRecord before = record;
    record.item.status = ItemStatus::Queued;
    // Woken early, it must not fall asleep again; woken in time, its date stays as a fact.
    const bool early = record.item.activation && *record.item.activation > transaction.now();
    if (early)
        record.item.activation = transaction.now();
    write(transaction, EventType::ItemActivated, before, record, actor, {}, early);
}

void cancelExpired(Transaction &transaction, ItemRecord &record)
{
    const QString reason = QStringLiteral("It expired at %1.").arg(toIso(*record.item.expiration));
    cancel(transaction, record, EventType::ItemExpired, Actor::server(), reason, reason);
}

void completeAtEndOfManagedPeriod(Transaction &transaction, ItemRecord &record)
{
    complete(transaction, record, QStringLiteral("managedPeriodEnded"), Actor::server(), QStringLiteral("The managed period of its prioritization schema ended."));
}

void overflowTo(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &reason)
{
    const ItemRecord before = record;
    const QString target = queueForNewWork(*transaction.configuration(), queueId);
    place(transaction, record, target, transaction.workClass(*record.classId).schemaId, excludedHoldTime(transaction, record));
    write(transaction, EventType::ItemOverflowed, before, record, Actor::server(), reason, true);
}

void placeAgain(Transaction &transaction, ItemRecord &record)
{
    const WorkClass terms = transaction.workClass(*record.classId);
    place(transaction, record, terms.queueId, terms.schemaId, excludedHoldTime(transaction, record));
    transaction.moveWaiting(record);
}

void returnToQueue(Transaction &transaction, ItemRecord &record, EventType type, const Actor &actor, const QString &reason)
{
    const ItemRecord before = record;
    letGo(transaction, record.item);
    record.item.status = restingStatus(record.item, transaction.now());
    write(transaction, type, before, record, actor, reason, false);
}

} // namespace iwd
