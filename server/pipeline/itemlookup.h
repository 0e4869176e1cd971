// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/categoryscope.h"
#include "store.h"

#include <contract/itemapi.h>

namespace iwd {

/// How a caller names an item: our id, or the source's own key (captureId), which several capture points may use.
struct ItemRef
{
    QString text;
    QString capturePointId; ///< empty: any
    CategoryScope scope = {}; ///< what the caller may see; other items are not there for it
};

/// @returns ItemNotFound, or ItemAmbiguous with the capture points that know the key
[[nodiscard]] Result<ItemRecord> findItem(Snapshot &snapshot, const ItemRef &reference);

/// The members of an item's answer that are computed at this instant.
[[nodiscard]] ItemView viewOf(Snapshot &snapshot, const ItemRecord &record);

/// A record with its computed members: what every operation on an item answers.
struct ItemAnswer
{
    ItemRecord record;
    ItemView view;
    bool duplicate = false; ///< of capture only
    std::optional<Assignment> assignment; ///< of assign, next and extend only
};
/// With what the assignment's queue gives along.
[[nodiscard]] Assignment withUserData(Snapshot &snapshot, Assignment assignment);
[[nodiscard]] ItemAnswer answerOf(Snapshot &snapshot, ItemRecord record);

} // namespace iwd
