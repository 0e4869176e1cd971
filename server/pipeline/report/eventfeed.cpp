// SPDX-License-Identifier: Apache-2.0
#include "eventfeed.h"

#include <pipeline/report/eventwriter.h>

#include <QJsonDocument>

namespace iwd {

namespace {

/// A cursor that this log never gave: waiting for its events would skip all that come until then.
Error beyondTheEnd(qint64 after, qint64 last)
{
    return { ErrorCode::FeedRestarted,
        QStringLiteral("Event %1 is not in the log, which ends at %2: the server was restored from an older state. Whatever came after %2 in your copy is gone here; "
                       "go on with after=%2, or read everything again from 0.")
            .arg(after)
            .arg(last),
        QStringLiteral("after"), { { QStringLiteral("after"), after }, { QStringLiteral("last"), last } } };
}

/// A cursor of the time that a restore has undone.
Error undone(qint64 after, qint64 last)
{
    return { ErrorCode::FeedRestarted,
        QStringLiteral("Event %1 is not in the log any more: the server was restored from a backup, whose log ended at %2. Whatever came after %2 in your copy is gone here; "
                       "go on with after=%2, or read everything again from 0.")
            .arg(after)
            .arg(last),
        QStringLiteral("after"), { { QStringLiteral("after"), after }, { QStringLiteral("last"), last } } };
}

/// Retention has overtaken the reader.
Error beforeTheBeginning(qint64 after, qint64 first, qint64 last)
{
    return { ErrorCode::FeedRestarted,
        QStringLiteral("Events after %1 are no longer kept: the log begins at %2. Your copy misses those in between; go on with after=%3, or read everything that is there from 0.")
            .arg(after)
            .arg(first)
            .arg(first - 1),
        QStringLiteral("after"), { { QStringLiteral("after"), after }, { QStringLiteral("first"), first }, { QStringLiteral("last"), last } } };
}

/// Where the log ended in the backup that the server was restored from, if @p event tells of that. It is the first one afterwards, and its id is above all that were given before.
std::optional<qint64> endBeforeRestore(const StoredEvent &event)
{
    if (!event.body.contains("\"server.restored\"")) // without reading each event as JSON
        return std::nullopt;
    const QJsonObject json = QJsonDocument::fromJson(event.body).object();
    if (json.value(QStringLiteral("type")) != eventTypeName(EventType::ServerRestored))
        return std::nullopt;
    return json.value(QStringLiteral("after"))[QStringLiteral("lastEvent")].toInteger();
}

} // namespace

Result<std::vector<StoredEvent>> readFeed(Snapshot &snapshot, qint64 after, int limit)
{
    std::vector<StoredEvent> events = snapshot.events(after, limit);
    const bool goesOn = !events.empty() && events.front().id == after + 1;
    if (after <= 0 || goesOn)
        return events;
    if (!events.empty()) {
        if (const auto end = endBeforeRestore(events.front()); end && *end < after)
            return undone(after, *end);
    }
    const qint64 last = snapshot.lastEvent();
    if (after > last && !snapshot.failed())
        return beyondTheEnd(after, last);
    // Ids need not follow one another: only the beginning of the log tells whether those in between ever were the tenant's.
    const qint64 first = after == last ? after : snapshot.firstEvent();
    if (after < first - 1 && !snapshot.failed())
        return beforeTheBeginning(after, first, last);
    return events;
}

bool isSeen(const CategoryScope &scope, const ConfigurationSnapshot &configuration, const StoredEvent &event)
{
    if (scope.isEverything())
        return true;
    const QJsonValue category = QJsonDocument::fromJson(event.body).object().value(QStringLiteral("class"))[QStringLiteral("category")];
    return category.isString() && scope.covers(configuration, category.toString());
}

} // namespace iwd
