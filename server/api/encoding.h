// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "responses.h"

#include <pipeline/distribute/taking.h>
#include <pipeline/itemlookup.h>

#include <QJsonArray>

#include <span>

namespace iwd {

/// The item, and whether it was known before.
[[nodiscard]] Answer encodeCaptured(const ItemAnswer &item);
/// The item, with its ETag.
[[nodiscard]] Answer encodeItemAnswer(const ItemAnswer &item);
/// {"item","assignment"}, with the item's ETag.
[[nodiscard]] Answer encodeWork(const ItemAnswer &item);
[[nodiscard]] QJsonObject encodeItemView(const ItemAnswer &item);
[[nodiscard]] QJsonObject encodeAssignment(const Assignment &assignment);
/// What an agent holds, or what it is offered, in order of token: each with item and assignment.
/// @param after tokens up to this one are left out
/// @param most only the first so many
[[nodiscard]] Result<QJsonArray> inHands(Snapshot &snapshot, const QString &agentId, bool offered, qint64 after, size_t most = std::numeric_limits<size_t>::max());

[[nodiscard]] QJsonObject encodeJob(const JobRecord &job);

/// {"data":[…],"nextCursor":…}; an empty cursor is null.
[[nodiscard]] Answer encodeList(const QJsonArray &data, const QString &nextCursor);

[[nodiscard]] Answer encodeItemList(const std::vector<ItemAnswer> &items, const QString &nextCursor);

/// The events as a JSON array, from their stored texts without reading them.
[[nodiscard]] QByteArray joinEvents(std::span<const StoredEvent> events);

[[nodiscard]] QJsonValue isoOrNull(const std::optional<Instant> &instant);
[[nodiscard]] QJsonValue textOrNull(const QString &text);

/// Reads the fencing token of a body: a whole number from 1. Nothing when it is absent or null.
[[nodiscard]] Result<std::optional<qint64>> readToken(const QJsonValue &value);

} // namespace iwd
