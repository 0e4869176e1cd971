// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// GET /lint: what is wrong with the configuration and with what it makes of the work that is there.
class LintHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit LintHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> lint(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
