// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>

#include <optional>

namespace iwd::openid {

/// What an ID token has to say for this sign-in.
struct Expected
{
    QString issuer;
    QString clientId;
    QString nonce;
    QByteArray accessToken; ///< that came with it
    Instant now;
};

/// By how much the provider's clock may differ from ours.
inline constexpr std::chrono::seconds Leeway { 60 };

/// Checks the claims of an ID token whose signature is right (OpenID Connect Core 1.0, 3.1.3.7).
/// @param algorithm by which it was signed
/// @returns what is wrong, to go on after "its ID token"; nothing when all is right
[[nodiscard]] std::optional<QString> faultOf(const QJsonObject &claims, const QByteArray &algorithm, const Expected &expected);

/// The claim, by its name as it stands or, when there is none, as a path with dots ("realm_access.roles").
[[nodiscard]] QJsonValue claim(const QJsonObject &claims, const QString &name);
/// A list of texts, or one text.
[[nodiscard]] QStringList textsOf(const QJsonValue &value);

} // namespace iwd::openid
