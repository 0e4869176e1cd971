// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemapi.h"
#include "jsonreading.h"

#include <domain/condition.h>
#include <domain/statusmachine.h>

#include <set>

namespace iwd {

/// What an operation on an item is given besides the item: the body of POST /items/{id}/<operation> and of PATCH /items/{id}.
struct ItemParameters
{
    QString reason; ///< hold, cancel, requeue
    QString resultCode; ///< complete
    QString queueId; ///< requeue: transfer to this queue; empty: the same
    QString categoryId; ///< restart: this category instead of the rules' choice
    QString agentId; ///< assign
    std::optional<ItemInput> input; ///< update
};

/// Reads the members that @p operation knows; those of Update are the whole object, and not read here.
[[nodiscard]] ItemParameters readItemParameters(ItemOperation operation, ObjectReader &reader);

inline constexpr int MaxBulkItems = 10'000; ///< in a list of ids

/// The body of POST /items/bulk, checked by itself.
struct BulkRequest
{
    ItemOperation action = ItemOperation::Hold;
    ItemParameters parameters;
    std::optional<std::vector<ItemId>> items; ///< in the order of their ids, each once; nothing: what matches
    Condition condition; ///< with `text`: what matches
    QString text;
    std::set<ItemId> exclude;
    QString confirmationToken; ///< empty: a preview is wanted

    /// What is asked for, without the token: the same text for the same request.
    QByteArray canonical;
};

/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<BulkRequest> decodeBulkRequest(const QJsonObject &json);

} // namespace iwd
