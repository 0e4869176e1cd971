// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "livetables.h"

namespace iwd {

/// The WebSocket /iwd/v3/stream, over which a client follows what it chooses.
class StreamHandlers
{
public:
    /// All must outlive this.
    StreamHandlers(Pipeline &pipeline, Authenticator &authenticator, Presence &presence, milliseconds slowestReader)
        : m_pipeline(pipeline)
        , m_authenticator(authenticator)
        , m_presence(presence)
        , m_slowestReader(slowestReader)
        , m_feed(pipeline)
        , m_tables(pipeline, presence)
    {
    }

    [[nodiscard]] http::WebSocketRoute stream();

private:
    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    Presence &m_presence;
    const milliseconds m_slowestReader;
    LiveFeed m_feed;
    LiveTables m_tables;
};

} // namespace iwd
