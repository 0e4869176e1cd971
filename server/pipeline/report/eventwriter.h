// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// Appends what a step did to @p after, in the transaction of the change. Before and after name the fields that differ.
/// @param before null when the item did not exist
void appendItemEvent(Transaction &transaction, EventType type, const ItemRecord *before, const ItemRecord &after, const Actor &actor, const QString &reason = {});

/// Appends an event about a configuration object or an agent. @p object names it: {"kind","id"}, and is part of `after`.
void appendObjectEvent(
    Transaction &transaction, EventType type, const QJsonObject &object, const QJsonObject &before, const QJsonObject &after, const Actor &actor, const QString &reason = {});

/// @returns the members of @p from that @p to does not have with the same value
[[nodiscard]] QJsonObject changedMembers(const QJsonObject &from, const QJsonObject &to);

} // namespace iwd
