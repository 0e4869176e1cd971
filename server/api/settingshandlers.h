// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// /settings: what holds for a whole tenant, one object.
class SettingsHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit SettingsHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> put(Call call, bool merge);

    Pipeline &m_pipeline;
};

} // namespace iwd
