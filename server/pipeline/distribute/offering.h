// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "eligibility.h"

#include <pipeline/itemlookup.h>

namespace iwd {

/// Offers waiting work of queues that push to agents who are free for it: always the item that comes first among those that somebody free may have, to the
/// agent that the queue's choice names; again and again, until no free agent may have anything.
/// @param limit how many offers at most
/// @returns whether there may be more to offer
bool offerWork(Transaction &transaction, EligibilityCache &eligibility, int limit);

/// Offers one item to one agent. The item becomes `distributed`.
Assignment offerItem(Transaction &transaction, ItemRecord &record, const Agent &agent, const Actor &actor, const QString &reason = {});

/// The agent takes what it was offered; doing so twice is answered alike.
[[nodiscard]] Result<ItemAnswer> acceptOffer(Transaction &transaction, ItemRecord &record, const Assignment &assignment, const Actor &actor);

/// The offer ends without work: the item waits again at its old age, and unless the offer was withdrawn this agent is not offered it again for a while.
/// @param type ItemOfferDeclined, ItemOfferExpired or ItemOfferWithdrawn
void endOffer(Transaction &transaction, ItemRecord &record, const Assignment &assignment, EventType type, const Actor &actor, const QString &reason);

/// Keeps the item from being offered to the agent for the time that its queue says.
void refuse(Transaction &transaction, const WorkItem &item, const QString &agentId);

/// Ends the offers that an agent has but is no longer ready for.
void withdrawOffers(Transaction &transaction, const QString &agentId);

} // namespace iwd
