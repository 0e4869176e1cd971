// SPDX-License-Identifier: Apache-2.0
#include "oldestwaiting.h"

#include <pipeline/prioritize/placement.h>

namespace iwd {

std::map<QString, OldestWaiting> oldestByQueue(Snapshot &snapshot)
{
    std::map<QString, OldestWaiting> oldest;
    const auto configuration = snapshot.configuration();
    for (const auto &[classId, head] : snapshot.oldestWaiting()) {
        const WorkClass terms = snapshot.workClass(classId);
        const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
        const Instant epoch = schema ? Aging(*configuration, terms, *schema).epoch(head.anchor) : head.anchor;
        const auto known = oldest.find(terms.queueId);
        if (known == oldest.end() || epoch < known->second.epoch)
            oldest[terms.queueId] = { head.id, Instant(), epoch };
    }
    for (auto &[queueId, found] : oldest) {
        if (const auto record = snapshot.item(found.item))
            found.created = record->item.created;
    }
    return oldest;
}

} // namespace iwd
