// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <contract/identityproviderapi.h>
#include <pipeline/access/identityproviders.h>
#include <runtime/secretbox.h>

namespace iwd {

/// /identity-providers: who signs people in for the tenant.
class IdentityProviderHandlers
{
public:
    /// Both must outlive this.
    IdentityProviderHandlers(Pipeline &pipeline, const SecretBox &box)
        : m_pipeline(pipeline)
        , m_box(box)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

    /// Under which the secret of a provider is closed.
    [[nodiscard]] static QByteArray secretName(TenantId tenant, const QString &provider);

private:
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(Call call);
    [[nodiscard]] QCoro::Task<http::Response> replace(Call call);
    [[nodiscard]] QCoro::Task<http::Response> put(Call call, IdentityProviderInput input, bool create);
    [[nodiscard]] QCoro::Task<http::Response> remove(Call call);

    Pipeline &m_pipeline;
    const SecretBox &m_box;
};

} // namespace iwd
