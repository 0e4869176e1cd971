// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "loginguard.h"
#include "passwordchecker.h"

#include <pipeline/access/users.h>

namespace iwd {

/// /users: who signs in, and what they may do.
class UserHandlers
{
public:
    /// All must outlive this.
    UserHandlers(Pipeline &pipeline, PasswordChecker &passwords, LoginGuard &guard)
        : m_pipeline(pipeline)
        , m_passwords(passwords)
        , m_guard(guard)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> replace(Call call);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);
    [[nodiscard]] QCoro::Task<http::Response> setPassword(Call call);
    [[nodiscard]] QCoro::Task<http::Response> unlock(Call call);
    [[nodiscard]] QCoro::Task<http::Response> endSessions(Call call);

    Pipeline &m_pipeline;
    PasswordChecker &m_passwords;
    LoginGuard &m_guard;
};

} // namespace iwd
