// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// /audit: who changed what that is not work. Only ever read here.
class AuditHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit AuditHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
