// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "loginguard.h"
#include "passwordchecker.h"

namespace iwd {

/// /sessions and /me: who is calling.
class SessionHandlers
{
public:
    /// @p pipeline must outlive this.
    SessionHandlers(Pipeline &pipeline, milliseconds lifetime)
        : m_pipeline(pipeline)
        , m_lifetime(lifetime)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    struct Login;
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> open(Call call, std::shared_ptr<const Login> login);
    [[nodiscard]] QCoro::Task<http::Response> end(Call call);
    [[nodiscard]] QCoro::Task<http::Response> me(Call call);
    void rememberFailure(const Login &login);

    Pipeline &m_pipeline;
    const milliseconds m_lifetime;
    LoginGuard m_guard;
    PasswordChecker m_passwords;
};

} // namespace iwd
