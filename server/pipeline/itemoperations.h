// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemlookup.h"

#include <domain/statusmachine.h>

namespace iwd {

/// What a caller wants done to an item.
struct ItemCommand
{
    ItemOperation operation = ItemOperation::Hold;
    ItemRef item;
    std::optional<qint64> ifVersion; ///< from If-Match
    std::optional<qint64> token; ///< the fencing token of the caller's assignment
    bool tokenRequired = false; ///< for callers that may act only on what they hold
    QString reason; ///< hold, cancel, requeue
    QString resultCode; ///< complete
    QString queueId; ///< requeue: transfer to this queue; empty: the same
    QString categoryId; ///< restart: this category instead of the rules' choice
    QString agentId; ///< assign
    std::optional<ItemInput> input; ///< update
    Actor actor;
};

/// Carries out one operation on one item, with its events. Refuses by the status machine, by version and by token, and then changes nothing.
[[nodiscard]] Result<ItemAnswer> changeItem(Transaction &transaction, const ItemCommand &command);

/// The same for an item that has been read, without the answer: for many items in one transaction. @p command says which item, for nobody to look at.
/// @param record becomes what is stored. What is refused may have changed something already (Transaction::changeCount() tells): then all has to be undone
/// @returns the assignment, of Assign only
[[nodiscard]] Result<std::optional<Assignment>> changeRecord(Transaction &transaction, ItemRecord &record, const ItemCommand &command);

/// Ends an item for a reason of the server's own: expiry, or the end of the managed period.
void cancelExpired(Transaction &transaction, ItemRecord &record);
void completeAtEndOfManagedPeriod(Transaction &transaction, ItemRecord &record);
/// Wakes an item whose activation has come.
void activateItem(Transaction &transaction, ItemRecord &record, const Actor &actor);

/// On to another queue at its old age, because a rule of its queue says so.
void overflowTo(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &reason);
/// Gives a waiting item its place anew, by the configuration of now. Nothing that people see changes, so there is no event.
void placeAgain(Transaction &transaction, ItemRecord &record);

/// Back to its queue at its old age; the assignment ends.
void returnToQueue(Transaction &transaction, ItemRecord &record, EventType type, const Actor &actor, const QString &reason);

/// Refuses a token that is not the one of the item's current assignment.
[[nodiscard]] Result<Assignment> checkToken(Snapshot &snapshot, const ItemRecord &record, qint64 token);

} // namespace iwd
