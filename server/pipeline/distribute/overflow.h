// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// Moves waiting items on to other queues as the overflow rules of their queues say: by age, by backlog, or because the queue is closed.
/// @param limit how many items at most
/// @returns how many were moved
int moveOverflow(Transaction &transaction, int limit);

/// Places waiting items anew that were placed when their queue divided its work differently.
/// @returns how many were placed
int placeByNewDivision(Transaction &transaction, int limit);

} // namespace iwd
