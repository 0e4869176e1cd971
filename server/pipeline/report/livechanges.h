// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/access/categoryscope.h>
#include <pipeline/store.h>

#include <contract/itemapi.h>
#include <domain/condition.h>

namespace iwd {

/// An item that events told of: as it stands now, and what of it was different before them.
struct ItemChange
{
    ItemRecord record;
    ItemView view;
    QJsonObject before; ///< fields that had other values, null where they had none; custom attributes as an object in "custom"
    bool isNew = false; ///< it was not there before
    /// It may stand further on than these events tell, because later ones were not readable yet: then `before` may be of no moment that ever was.
    bool isAhead = false;
    std::vector<StoredEvent> events; ///< in order
};

/// What has happened in a stretch of a tenant's log. Immutable once it is shared.
struct LiveChanges
{
    qint64 after = 0; ///< the stretch begins behind this event,
    qint64 last = 0; ///< and ends with this one
    bool tooMany = false; ///< more than anybody wants to be told one by one: `items` is empty
    std::vector<ItemChange> items; ///< each once, in the order of its last event
    qsizetype bytes = 0; ///< about what they take
    std::shared_ptr<const ConfigurationSnapshot> configuration;
    Instant at; ///< of the view of the items; relative dates of conditions count from here
};

/// More than this in one stretch are too many.
inline constexpr int MostLiveEvents = 4'000;
inline constexpr int MostLiveItems = 500;
inline constexpr qsizetype MostLiveBytes = 16 * 1024 * 1024;

/// What has happened after the event @p after. Every item counts as being ahead.
/// @param upTo the last event of the stretch; 0: the newest that can be read
/// @returns FeedRestarted when the log does not have all of it any more
[[nodiscard]] Result<LiveChanges> readChanges(Snapshot &snapshot, qint64 after, qint64 upTo = 0);

enum class ChangeKind { None, Entered, Changed, Left };

/// What the change is to somebody who follows the items that match @p condition and may see those of @p scope. When in doubt (ItemChange::isAhead), an item that
/// does not match has left: who did not have it has nothing to take away.
[[nodiscard]] ChangeKind kindOfChange(const ItemChange &change, const LiveChanges &changes, const Condition &condition, const CategoryScope &scope);

} // namespace iwd
