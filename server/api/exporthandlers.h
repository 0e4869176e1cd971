// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <atomic>

namespace iwd {

/// POST /items/export.
class ExportHandlers
{
public:
    /// Both must outlive this.
    ExportHandlers(Pipeline &pipeline, Authenticator &authenticator)
        : m_pipeline(pipeline)
        , m_authenticator(authenticator)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

    static constexpr int MostAtOnce = 8; ///< exports of one server; they share its thread for searches with everybody else

private:
    [[nodiscard]] QCoro::Task<http::Response> exportItems(Call call);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    const std::shared_ptr<std::atomic<int>> m_running = std::make_shared<std::atomic<int>>(0);
};

} // namespace iwd
