// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "privilege.h"
#include "workitem.h"

#include <base/result.h>

namespace iwd {

/// What may be done to an item. The names (operationName()) are the last path segment of the API.
enum class ItemOperation { Update, Hold, Resume, Complete, Cancel, Restart, Activate, Assign, Requeue };

inline constexpr int ItemOperationCount = static_cast<int>(ItemOperation::Requeue) + 1;

[[nodiscard]] QString operationName(ItemOperation operation);
[[nodiscard]] std::optional<ItemOperation> operationFromName(QStringView name);

/// What a caller needs to carry it out.
[[nodiscard]] Privilege privilegeFor(ItemOperation operation);

/// Whether @p operation is allowed on an item in @p status. The whole machine is in this one table.
[[nodiscard]] bool isAllowed(ItemOperation operation, ItemStatus status);

/// @returns an Error (NotAllowedInStatus) with a sentence that says what is possible instead
[[nodiscard]] Result<void> checkAllowed(ItemOperation operation, const WorkItem &item);

} // namespace iwd
