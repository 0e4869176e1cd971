// SPDX-License-Identifier: Apache-2.0
#include "itemlookup.h"

#include "distribute/outlook.h"
#include "prioritize/placement.h"

#include <QJsonArray>

namespace iwd {

namespace {

Error noSuchItem(const QString &text)
{
    return { ErrorCode::ItemNotFound, QStringLiteral("There is no item with the id or captureId \"%1\".").arg(text), {}, { { QStringLiteral("id"), text } } };
}

bool isSeen(Snapshot &snapshot, const CategoryScope &scope, const std::optional<ItemRecord> &record)
{
    return record && (scope.isEverything() || scope.covers(*snapshot.configuration(), record->item.categoryId));
}

} // namespace

Result<ItemRecord> findItem(Snapshot &snapshot, const ItemRef &reference)
{
    if (const auto id = ItemId::fromString(reference.text)) {
        auto record = snapshot.item(*id);
        if (isSeen(snapshot, reference.scope, record))
            return *std::move(record);
    }
    auto ids = snapshot.itemsCapturedAs(reference.text, reference.capturePointId);
    if (!reference.scope.isEverything())
        std::erase_if(ids, [&](ItemId id) { return !isSeen(snapshot, reference.scope, snapshot.item(id)); });
    if (ids.empty())
        return noSuchItem(reference.text);
    if (ids.size() > 1) {
        QStringList capturePoints;
        for (const ItemId id : ids) {
            if (const auto record = snapshot.item(id))
                capturePoints.append(record->item.capturePointId);
        }
        return Error { ErrorCode::ItemAmbiguous,
            QStringLiteral("Several capture points know the captureId \"%1\": %2. Say which one with capturePointId, or use our id.")
                .arg(reference.text, capturePoints.join(QStringLiteral(", "))),
            {}, { { QStringLiteral("id"), reference.text }, { QStringLiteral("capturePoints"), QJsonArray::fromStringList(capturePoints) } } };
    }
    if (auto record = snapshot.item(ids.front()))
        return *std::move(record);
    return snapshot.failed() ? *snapshot.failure() : Error { ErrorCode::Internal, QStringLiteral("The item \"%1\" is damaged.").arg(reference.text), {}, {} };
}

ItemView viewOf(Snapshot &snapshot, const ItemRecord &record)
{
    ItemView view;
    const auto configuration = snapshot.configuration();
    if (const CategoryNode *category = configuration->category(record.item.categoryId))
        view.categoryPath = category->path;
    if (!record.item.businessCalendarId.isEmpty() && !configuration->calendar(record.item.businessCalendarId)) {
        view.warnings.append(QStringLiteral("There is no calendar \"%1\" (businessCalendarId), so the calendar of its category or schema holds. Create it, then change or restart the item.")
                                 .arg(record.item.businessCalendarId));
    }
    if (const auto standing = standingOf(snapshot, record)) {
        view.slaDue = standing->slaDue;
        if (!isFinal(record.item.status))
            view.priority = standing->priority;
    }
    view.nextStep = nextStepOf(snapshot, record);
    return view;
}

Assignment withUserData(Snapshot &snapshot, Assignment assignment)
{
    const auto configuration = snapshot.configuration();
    if (const Queue *queue = configuration->queue(assignment.queueId))
        assignment.userData = queue->userData;
    return assignment;
}

ItemAnswer answerOf(Snapshot &snapshot, ItemRecord record)
{
    ItemView view = viewOf(snapshot, record);
    return { std::move(record), std::move(view), false, std::nullopt };
}

} // namespace iwd
