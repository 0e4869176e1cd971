// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <domain/configuration.h>

namespace iwd {

/// What is done to a queue with one call: open, pause, drain. The queue as configuration is ConfigHandlers' business.
class QueueHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit QueueHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> setState(QueueState state, Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
