// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "granting.h"
#include "openid.h"

namespace iwd {

inline constexpr int MaxIdentityProviders = 20; ///< of a tenant

// All of these are units about callers (WriteUnit::aboutCallers). Each writes what it did into the audit.

struct PutIdentityProviderCommand
{
    IdentityProvider provider;
    std::optional<QByteArray> secret; ///< encrypted; nothing: the stored one stays; empty: none
    bool create = false; ///< refuse when it exists
    std::optional<qint64> ifVersion;
    bool anyVersion = false; ///< If-Match: *
    Granter granter;
};
struct PutIdentityProviderOutcome
{
    IdentityProviderRecord record;
    bool created = false;
};
/// Another issuer, or one that is disabled, ends the sessions of its users.
/// @returns ObjectExists (also about another one with the issuer), VersionMismatch, VersionRequired, InvalidReference, NotAllowed, LastAdministrator, TooManyItems
[[nodiscard]] Result<PutIdentityProviderOutcome> putIdentityProvider(Transaction &transaction, const PutIdentityProviderCommand &command);

/// Ends the sessions of its users, who cannot sign in any more. @returns ObjectNotFound, VersionMismatch, NotAllowed, LastAdministrator
[[nodiscard]] Result<void> removeIdentityProvider(Transaction &transaction, const QString &id, std::optional<qint64> ifVersion, const Granter &granter);

/// The provider if there is one that is enabled; its name alone does not tell which exist.
[[nodiscard]] Result<IdentityProviderRecord> enabledIdentityProvider(Snapshot &snapshot, const QString &id);

struct ForeignSignIn
{
    QString provider; ///< id
    OpenIdIdentity identity;
    QString address; ///< from where, for the audit
};
/// The user that the identity is, made when it is new, with the roles that its groups give now.
/// @returns SignInRefused when it has no role, is disabled or locked, or when its name cannot be used or is somebody else's; LastAdministrator, TooManyItems
[[nodiscard]] Result<UserRecord> signInForeign(Transaction &transaction, const ForeignSignIn &signIn);

[[nodiscard]] Error noSuchIdentityProvider(const QString &id);

} // namespace iwd
