// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// What falls due by the clock, for one tenant: expired leases return their items, sleeping items wake, expired items are canceled, items whose
/// managed period has ended are completed where the schema says so. Each is found by the head of an index, so a call with nothing due
/// costs a few probes and writes nothing.
/// @param limit how many items of each kind at most
/// @returns whether there may be more due right now
bool runDueWork(Transaction &transaction, int limit);

/// Forgets stored answers older than @p keepAnswers, at most @p limit of them, and sessions that have ended.
void forgetOldAnswers(Transaction &transaction, milliseconds keepAnswers, int limit);

} // namespace iwd
