// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/access/users.h>

namespace iwd {

/// /roles: the stock roles, and those that a tenant makes itself.
class RoleHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit RoleHandlers(Pipeline &pipeline)
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
    [[nodiscard]] QCoro::Task<http::Response> put(Call call, PutRoleCommand command);

    Pipeline &m_pipeline;
};

} // namespace iwd
