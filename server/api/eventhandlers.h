// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "presence.h"

class QWebSocket;

namespace iwd {

/// The feed of events, as pages and as a live stream.
class EventHandlers
{
public:
    /// All must outlive this.
    EventHandlers(Pipeline &pipeline, Authenticator &authenticator, Presence &presence, milliseconds slowestReader)
        : m_pipeline(pipeline)
        , m_authenticator(authenticator)
        , m_presence(presence)
        , m_slowestReader(slowestReader)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

    [[nodiscard]] EndpointInfo streamInfo() const;
    [[nodiscard]] http::WebSocketRoute stream();

private:
    [[nodiscard]] QCoro::Task<http::Response> page(Call call);
    /// Whether the log still has what comes after the place that is asked for.
    [[nodiscard]] QCoro::Task<std::optional<http::Response>> refusePlace(Call call);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    Presence &m_presence;
    const milliseconds m_slowestReader;
};

} // namespace iwd
