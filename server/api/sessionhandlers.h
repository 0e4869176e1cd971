// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "loginguard.h"
#include "passwordchecker.h"

namespace iwd {

/// /sessions and /me: signing in and out, and who is calling.
class SessionHandlers
{
public:
    /// All must outlive this.
    SessionHandlers(Pipeline &pipeline, PasswordChecker &passwords, LoginGuard &guard, milliseconds lifetime)
        : m_pipeline(pipeline)
        , m_passwords(passwords)
        , m_guard(guard)
        , m_lifetime(lifetime)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    struct Login;
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> open(Call call, std::shared_ptr<const Login> login);
    [[nodiscard]] QCoro::Task<http::Response> end(Call call);
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);
    [[nodiscard]] QCoro::Task<http::Response> me(Call call);
    [[nodiscard]] QCoro::Task<http::Response> changePassword(Call call);
    void rememberFailure(const UserRecord &user, const QString &address);

    Pipeline &m_pipeline;
    PasswordChecker &m_passwords;
    LoginGuard &m_guard;
    const milliseconds m_lifetime;
};

} // namespace iwd
