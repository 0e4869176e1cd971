// SPDX-License-Identifier: Apache-2.0
#include "proposal.h"

#include <pipeline/configure/configobjects.h>

namespace iwd {

namespace {

constexpr ConfigKind allKinds[] { ConfigKind::Queue, ConfigKind::Category, ConfigKind::Schema, ConfigKind::CapturePoint, ConfigKind::Agent, ConfigKind::Skill, ConfigKind::Calendar,
    ConfigKind::Attribute, ConfigKind::Settings };

} // namespace

Result<std::shared_ptr<const ConfigurationSnapshot>> proposedConfiguration(Snapshot &snapshot, const Proposal &proposal)
{
    std::vector<ConfigRecord> records;
    for (const ConfigKind kind : allKinds) {
        for (const bool deleted : { false, true }) {
            for (ConfigRecord &record : snapshot.configRecords(kind, deleted)) {
                if (record.deleted.has_value() == deleted)
                    records.push_back(std::move(record));
            }
        }
    }
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
