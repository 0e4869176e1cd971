// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caller.h"
#include "livetable.h"
#include "presence.h"

#include <contract/streamapi.h>

namespace iwd {

/// The tables that somebody follows at the moment: one for all who see the same. Thread-safe.
class LiveTables
{
public:
    static constexpr int JobsShown = 100; ///< the newest, and all that are open

    /// Both must outlive this and its tables.
    LiveTables(Pipeline &pipeline, const Presence &presence)
        : m_pipeline(pipeline)
        , m_presence(presence)
    {
    }
    /// @param topic Queues, Agents or Jobs
    [[nodiscard]] std::shared_ptr<LiveTable> table(StreamTopic topic, const Caller &caller);

private:
    using Key = std::tuple<TenantId, StreamTopic, QStringList>;
    [[nodiscard]] std::shared_ptr<LiveTable> make(StreamTopic topic, TenantId tenant, const QStringList &categories) const;

    Pipeline &m_pipeline;
    const Presence &m_presence;
    std::mutex m_mutex;
    std::map<Key, std::weak_ptr<LiveTable>> m_tables;
};

} // namespace iwd
