// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// The item of a queue that waits with the greatest age.
struct OldestWaiting
{
    ItemId item;
    Instant created;
    Instant epoch; ///< its age counts from here
};

/// By queue id; queues in which nothing waits are absent. Costs two probes a work class, however many items wait.
[[nodiscard]] std::map<QString, OldestWaiting> oldestByQueue(Snapshot &snapshot);

} // namespace iwd
