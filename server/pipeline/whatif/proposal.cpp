// SPDX-License-Identifier: Apache-2.0
#include "proposal.h"

#include <pipeline/configure/configdocuments.h>
#include <pipeline/configure/configobjects.h>

namespace iwd {

Result<std::shared_ptr<const ConfigurationSnapshot>> proposedConfiguration(Snapshot &snapshot, const Proposal &proposal)
{
    std::vector<ConfigRecord> records = storedObjects(snapshot);
    for (const ProposedObject &object : proposal.objects) {
        const auto stored = std::find_if(records.begin(), records.end(), [&](const ConfigRecord &record) { return record.kind == object.kind && record.id == object.id; });
        ConfigRecord &record = stored == records.end() ? records.emplace_back() : *stored;
        record.kind = object.kind;
        record.id = object.id;
        record.document = object.document;
        record.deleted.reset();
    }
    const auto configuration = ConfigurationSnapshot::build(records);
    for (const ProposedObject &object : proposal.objects) {
        if (const auto sound = checkObject(*configuration, object.kind, object.id, object.document); !sound)
            return inside(object.path, sound.error());
    }
    return configuration;
}

} // namespace iwd
