// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/configure/wholeconfiguration.h>

namespace iwd {

/// /configuration: all configuration objects as one document, to be read, compared, planned, applied at once, and taken back to what it was.
class WholeConfigurationHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit WholeConfigurationHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> plan(Call call);
    [[nodiscard]] QCoro::Task<http::Response> apply(Call call);
    [[nodiscard]] QCoro::Task<http::Response> listVersions(Call call);
    [[nodiscard]] QCoro::Task<http::Response> compare(Call call);
    [[nodiscard]] QCoro::Task<http::Response> restore(Call call);
    [[nodiscard]] QCoro::Task<http::Response> write(Call call, ApplyCommand command);

    Pipeline &m_pipeline;
};

} // namespace iwd
