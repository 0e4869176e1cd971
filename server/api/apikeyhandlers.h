// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// /api-keys.
class ApiKeyHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit ApiKeyHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> rotate(Call call);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
