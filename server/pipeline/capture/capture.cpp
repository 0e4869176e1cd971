// SPDX-License-Identifier: Apache-2.0
#include "capture.h"

#include <pipeline/capture/attributes.h>
#include <pipeline/classify/classifier.h>
#include <pipeline/prioritize/placement.h>
#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

Result<const CapturePoint *> usableCapturePoint(const ConfigurationSnapshot &configuration, const QString &id)
{
    const CapturePoint *point = configuration.capturePoint(id);
    if (point && point->enabled)
        return point;
    const QJsonObject args { { QStringLiteral("kind"), QStringLiteral("capture-point") }, { QStringLiteral("id"), id } };
    if (!point)
        return Error { ErrorCode::InvalidReference, QStringLiteral("There is no capture point \"%1\".").arg(id), QStringLiteral("capturePointId"), args };
    return Error { ErrorCode::InvalidReference, QStringLiteral("Capture point \"%1\" is switched off and takes no items.").arg(id), QStringLiteral("capturePointId"), args };
}

/// Everything that can be refused is refused here, before anything is written.
Result<ItemRecord> newRecord(Snapshot &snapshot, const ItemInput &input, const CapturePoint &point)
{
    if (const auto timely = checkCreated(input, snapshot.now()); !timely)
        return timely.error();
    if (input.categoryId) {
        if (const auto known = preclassified(*snapshot.configuration(), *input.categoryId); !known)
            return known.error();
    }
    if (const auto sound = checkAttributes(*snapshot.configuration(), input.custom, InputMode::Create); !sound)
        return sound.error();
    ItemRecord record;
    record.captured = snapshot.now();
    record.item.captureId = input.captureId.value_or(QString());
    record.item.capturePointId = point.id;
    record.item.created = input.created.value_or(snapshot.now());
    record.anchor = record.item.created;
    if (const auto applied = applyInput(record.item, input); !applied)
        return applied.error();
    if (record.item.channel.isEmpty())
        record.item.channel = point.defaultChannel;
    return record;
}

/// What the steps decide about an item: the states it passes through, in order, the last being where it stays.
struct Passage
{
    std::vector<std::pair<EventType, ItemRecord>> steps;
    QString reason;
};

Passage passThrough(Transaction &transaction, ItemRecord record, const QString &preclassifiedAs)
{
    Passage passage;
    passage.steps.reserve(2);
    WorkItem &item = record.item;
    const auto configuration = transaction.configuration();
    const auto found = preclassifiedAs.isEmpty() ? classify(*configuration, item, transaction.now()) : preclassified(*configuration, preclassifiedAs);
    if (!found) {
        item.status = ItemStatus::ErrorHeld;
        item.error = passage.reason = found.error().text;
        passage.steps.emplace_back(EventType::ItemErrorHeld, record);
        return passage;
    }
    item.status = ItemStatus::Captured;
    item.categoryId = found->categoryId;
    item.error.clear();
    place(transaction, record, queueForNewWork(*configuration, found->queueId), found->schemaId);
    passage.steps.emplace_back(EventType::ItemCaptured, record);
    if (!item.activation || *item.activation <= transaction.now()) {
        item.status = ItemStatus::Queued;
        passage.steps.emplace_back(EventType::ItemQueued, std::move(record));
    }
    return passage;
}

void appendPassage(Transaction &transaction, const ItemRecord &start, const Passage &passage, const Actor &actor)
{
    const ItemRecord *before = &start;
    for (const auto &[type, after] : passage.steps) {
        appendItemEvent(transaction, type, before, after, actor, passage.reason);
        before = &after;
    }
}

ItemRecord inserted(Transaction &transaction, ItemRecord start, Passage &passage, const Actor &actor)
{
    ItemRecord &last = passage.steps.back().second;
    transaction.insertItem(last);
    start.item.id = last.item.id;
    start.item.version = last.item.version;
    for (auto &step : passage.steps) {
        step.second.item.id = last.item.id;
        step.second.item.version = last.item.version;
    }
    appendItemEvent(transaction, EventType::ItemCreated, nullptr, start, actor);
    appendPassage(transaction, start, passage, actor);
    return std::move(last);
}

Passage rejectExpired(ItemRecord record, Instant now)
{
    record.item.status = ItemStatus::Rejected;
    record.item.completed = now;
    record.item.error = QStringLiteral("It had expired at %1, before it arrived.").arg(toIso(*record.item.expiration));
    return { { { EventType::ItemRejected, record } }, record.item.error };
}

} // namespace

Result<ItemAnswer> captureItem(Transaction &transaction, const ItemInput &input, const Actor &actor)
{
    const auto configuration = transaction.configuration();
    const auto point = usableCapturePoint(*configuration, input.capturePointId.value_or(configuration->settings().defaultCapturePoint));
    if (!point)
        return point.error();
    if (input.captureId && !input.captureId->isEmpty()) {
        const auto known = transaction.itemsCapturedAs(*input.captureId, (*point)->id);
        if (!known.empty()) {
            const auto stored = transaction.item(known.front());
            ItemAnswer answer = answerOf(transaction, stored.value_or(ItemRecord {}));
            answer.duplicate = true;
            return answer;
        }
    }
    const auto start = newRecord(transaction, input, **point);
    if (!start)
        return start.error();

    const bool expired = start->item.expiration && *start->item.expiration <= transaction.now();
    Passage passage = expired ? rejectExpired(*start, transaction.now()) : passThrough(transaction, *start, input.categoryId.value_or(QString()));
    if (input.priority && !input.priority->relative && !expired) {
        // "This priority now" is a shift, which the item must have before it is first written.
        for (auto &step : passage.steps) {
            if (const auto set = setPriorityNow(transaction, step.second, input.priority->value); !set && step.second.classId)
                return set.error();
        }
    }
    return answerOf(transaction, inserted(transaction, *start, passage, actor));
}

Result<CaptureForecast> forecastCapture(Snapshot &snapshot, const ItemInput &input)
{
    const auto configuration = snapshot.configuration();
    const auto point = usableCapturePoint(*configuration, input.capturePointId.value_or(configuration->settings().defaultCapturePoint));
    if (!point)
        return point.error();
    CaptureForecast forecast;
    forecast.capturePointId = (*point)->id;
    const QString key = input.captureId.value_or(QString());
    const auto known = key.isEmpty() ? std::vector<ItemId>() : snapshot.itemsCapturedAs(key, (*point)->id);
    if (!known.empty()) {
        const auto stored = snapshot.item(known.front());
        forecast.duplicate = true;
        forecast.status = stored ? stored->item.status : ItemStatus::New;
        return forecast;
    }
    const auto record = newRecord(snapshot, input, **point);
    if (!record)
        return record.error();
    const WorkItem &item = record->item;
    const QString chosen = input.categoryId.value_or(QString());
    const auto category = chosen.isEmpty() ? classify(*configuration, item, snapshot.now()) : preclassified(*configuration, chosen);
    if (item.expiration && *item.expiration <= snapshot.now())
        forecast.status = ItemStatus::Rejected;
    else if (!category)
        forecast.status = ItemStatus::ErrorHeld;
    else
        forecast.status = item.activation && *item.activation > snapshot.now() ? ItemStatus::Captured : ItemStatus::Queued;
    return forecast;
}

void processFromBeginning(Transaction &transaction, ItemRecord &record, const QString &preclassifiedAs, const Actor &actor)
{
    const ItemRecord start = record;
    Passage passage = passThrough(transaction, record, preclassifiedAs);
    record = passage.steps.back().second;
    transaction.updateItem(record, true);
    appendPassage(transaction, start, passage, actor);
}

RetryOutcome retryClassification(Transaction &transaction, const QString &capturePointId, ItemId after, int limit, const Actor &actor)
{
    RetryOutcome outcome;
    auto ids = transaction.errorHeldItems(capturePointId, after, limit + 1);
    if (ids.size() > static_cast<size_t>(limit)) {
        ids.pop_back();
        outcome.last = ids.back();
    }
    for (const ItemId id : ids) {
        auto record = transaction.item(id);
        if (!record)
            break;
        ++outcome.tried;
        // An item that still matches nothing is left as it is: no event, no new version, unless the reason changed.
        const auto found = classify(*transaction.configuration(), record->item, transaction.now());
        if (!found && found.error().text == record->item.error)
            continue;
        outcome.classified += found ? 1 : 0;
        processFromBeginning(transaction, *record, {}, actor);
    }
    return outcome;
}

} // namespace iwd
