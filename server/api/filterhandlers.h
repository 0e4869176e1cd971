// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/search/savedfilters.h>

namespace iwd {

/// /filters: searches that have a name.
class FilterHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit FilterHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> replace(Call call);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);
    /// The command that the body stands for.
    [[nodiscard]] QCoro::Task<Result<PutFilterCommand>> commandIn(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
