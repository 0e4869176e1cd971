// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

enum class AssignmentKind { InHand, Offer };

/// A new assignment of the item to the agent from now on, with a new token, and the lease and the weight that the item's queue gives; of an offer the time to accept it.
/// Says nothing of it in the item and in the log.
Assignment assign(Transaction &transaction, const ItemRecord &record, const Agent &agent, AssignmentKind kind);

} // namespace iwd
