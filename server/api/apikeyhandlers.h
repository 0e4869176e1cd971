// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// /api-keys.
class ApiKeyHandlers
{
public:
    /// Both must outlive this.
    ApiKeyHandlers(Pipeline &pipeline, Authenticator &authenticator)
        : m_pipeline(pipeline)
        , m_authenticator(authenticator)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
};

} // namespace iwd
