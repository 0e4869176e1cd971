// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "presence.h"

#include <pipeline/distribute/taking.h>

namespace iwd {

/// What an agent's desktop calls: state, next, offers, assignments, and what is done with them.
class AgentHandlers
{
public:
    /// All must outlive this.
    AgentHandlers(Pipeline &pipeline, Authenticator &authenticator, Presence &presence, milliseconds slowestReader)
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
    [[nodiscard]] QCoro::Task<http::Response> setState(Call call);
    [[nodiscard]] QCoro::Task<http::Response> next(Call call);
    [[nodiscard]] QCoro::Task<http::Response> assignments(Call call);
    [[nodiscard]] QCoro::Task<http::Response> offers(Call call);
    [[nodiscard]] QCoro::Task<http::Response> act(AgentAction action, Call call);

    /// Whether there is such an agent.
    [[nodiscard]] QCoro::Task<std::optional<http::Response>> refuseUnknown(Call call);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    Presence &m_presence;
    const milliseconds m_slowestReader;
};

} // namespace iwd
