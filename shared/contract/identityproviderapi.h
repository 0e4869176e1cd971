// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/identityprovider.h>

#include <QJsonObject>

#include <optional>

namespace iwd {

inline constexpr int MaxIssuerLength = 500;
inline constexpr int MaxGroupLength = 500;
inline constexpr int MaxGroupsOfProvider = 500;

/// What is sent of an identity provider. Its secret is never shown again.
struct IdentityProviderInput
{
    IdentityProvider provider;
    std::optional<QString> secret; ///< of the client; nothing: it was not spoken of; empty: there shall be none
};

/// @param idInPath see decodeRole()
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<IdentityProviderInput> decodeIdentityProvider(const QJsonObject &json, const QString &idInPath = {});
/// Without the secret.
[[nodiscard]] QJsonObject encodeIdentityProvider(const IdentityProvider &provider);

} // namespace iwd
