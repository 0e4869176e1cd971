// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <map>
#include <mutex>

namespace iwd {

/// The last known configuration of each tenant, shared by the threads of a store. Thread-safe.
class ConfigurationCache
{
public:
    /// @returns null when that version is not known here
    [[nodiscard]] std::shared_ptr<const ConfigurationSnapshot> find(TenantId tenant, qint64 version) const
    {
        const std::lock_guard lock(m_mutex);
        const auto known = m_configurations.find(tenant);
        return known != m_configurations.end() && known->second.first == version ? known->second.second : nullptr;
    }
    /// A version older than the known one is not kept.
    void put(TenantId tenant, qint64 version, std::shared_ptr<const ConfigurationSnapshot> configuration)
    {
        const std::lock_guard lock(m_mutex);
        auto &known = m_configurations[tenant];
        if (!known.second || version >= known.first)
            known = { version, std::move(configuration) };
    }

private:
    mutable std::mutex m_mutex;
    std::map<TenantId, std::pair<qint64, std::shared_ptr<const ConfigurationSnapshot>>> m_configurations;
};

} // namespace iwd
