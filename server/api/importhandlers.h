// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// POST /items/import.
class ImportHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit ImportHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> importItems(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
