// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store.h"

namespace iwd {

/// The answer of an earlier write with the same key; an Error when the key belongs to another write; nothing when the key is new, or there is none.
[[nodiscard]] std::optional<Result<Answer>> storedAnswer(Transaction &transaction, const std::optional<IdempotencyKey> &key);

} // namespace iwd
