// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/access/openid.h>
#include <runtime/seal.h>
#include <runtime/secretbox.h>

namespace iwd {

/// Signing in through an identity provider: a beginning, whose answer is opened in a browser, and an end with what the browser brought back. Nothing is remembered
/// between the two: what has to be known is in the state, which is sealed with a secret that all servers on the database share.
class SignInHandlers
{
public:
    struct Parts
    {
        Pipeline &pipeline;
        RequestLimits &limits;
        const SecretBox &box;
        OpenIdClient *openId; ///< null: there is none
    };
    /// All must outlive this. @param secret that the state is sealed with
    SignInHandlers(Parts parts, const QByteArray &secret, milliseconds lifetime);
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    struct State;
    [[nodiscard]] QCoro::Task<http::Response> ways(Call call);
    [[nodiscard]] QCoro::Task<http::Response> begin(Call call);
    [[nodiscard]] QCoro::Task<http::Response> finish(Call call);
    [[nodiscard]] QCoro::Task<http::Response> open(Call call, TenantRecord tenant, State state, OpenIdIdentity identity);
    [[nodiscard]] QString sealed(const State &state) const;
    [[nodiscard]] Result<State> opened(const QString &text) const;
    [[nodiscard]] Result<QString> clientSecret(TenantId tenant, const IdentityProviderRecord &record) const;
    void rememberRefusal(TenantId tenant, const OpenIdIdentity &identity, const QString &provider, const QString &address, const Error &error);

    const Parts m_parts;
    const Seal m_seal;
    const milliseconds m_lifetime;
};

} // namespace iwd
