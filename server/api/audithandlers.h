// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <atomic>

namespace iwd {

/// /audit: who changed what that is not work. Only ever read here.
class AuditHandlers
{
public:
    /// Both must outlive this.
    AuditHandlers(Pipeline &pipeline, Authenticator &authenticator)
        : m_pipeline(pipeline)
        , m_authenticator(authenticator)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

    static constexpr int MostExportsAtOnce = 4; ///< of one server; they share its thread for searches with everybody else

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> exportAll(Call call);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    const std::shared_ptr<std::atomic<int>> m_running = std::make_shared<std::atomic<int>>(0);
};

} // namespace iwd
