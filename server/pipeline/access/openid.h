// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <base/result.h>
#include <domain/identityprovider.h>

#include <qcoro/qcorotask.h>

#include <QUrl>

namespace iwd {

/// What the server tells an identity provider when somebody is about to sign in.
struct AuthorizationRequest
{
    QString redirectUri;
    QString state;
    QString nonce;
    QString codeChallenge; ///< S256, RFC 7636
};

/// What the server got back through the browser, and what it knows of the beginning.
struct AuthorizationCode
{
    QString code;
    QString codeVerifier;
    QString redirectUri;
    QString nonce;
};

/// Whom the provider has signed in. All but the subject may change, and may be anybody's.
struct OpenIdIdentity
{
    QString issuer;
    QString subject;
    QString name; ///< what the provider's name claim says
    QString displayName; ///< may be empty
    QString email; ///< only one that the provider has verified; may be empty
    QStringList groups;
};

/// Speaks with identity providers (OpenID Connect Core 1.0, the authorization code flow). Thread-safe; tasks resume on the thread that awaits them.
class OpenIdClient
{
public:
    virtual ~OpenIdClient() = default;

    /// Where the browser is sent to. @returns ProviderUnavailable, Busy
    [[nodiscard]] virtual QCoro::Task<Result<QUrl>> authorizationUrl(IdentityProvider provider, AuthorizationRequest request, Deadline deadline) = 0;

    /// Exchanges the code and proves who it is about. @param secret of the client; empty: it is a public one
    /// @returns SignInRefused when the provider refuses the code or what it says proves nothing, ProviderUnavailable, Busy
    [[nodiscard]] virtual QCoro::Task<Result<OpenIdIdentity>> redeem(IdentityProvider provider, QString secret, AuthorizationCode code, Deadline deadline) = 0;
};

/// @param reason for programs, e.g. "token" or "state"; @param provider id, empty: unknown
[[nodiscard]] inline Error signInRefused(const QString &reason, const QString &provider, const QString &text)
{
    return { ErrorCode::SignInRefused, text, {}, { { QStringLiteral("reason"), reason }, { QStringLiteral("provider"), provider } } };
}

} // namespace iwd
