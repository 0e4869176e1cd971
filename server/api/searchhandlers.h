// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// POST /items/search.
class SearchHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit SearchHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> search(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
