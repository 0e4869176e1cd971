// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/distribute/taking.h>

namespace iwd {

/// What an agent's desktop calls: state, next, offers, assignments, and what is done with them.
class AgentHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit AgentHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> setState(Call call);
    [[nodiscard]] QCoro::Task<http::Response> next(Call call);
    [[nodiscard]] QCoro::Task<http::Response> assignments(Call call);
    [[nodiscard]] QCoro::Task<http::Response> offers(Call call);
    [[nodiscard]] QCoro::Task<http::Response> act(AgentAction action, Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
