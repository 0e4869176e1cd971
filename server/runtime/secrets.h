// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QByteArray>
#include <QString>

/// Everything that is random, hashed or compared for the sake of security, by libsodium. Thread-safe.
namespace iwd::secrets {

/// A random UUID (version 4) in lower case with dashes; 122 random bits.
[[nodiscard]] QString newApiKey();

/// A password that can be read aloud and typed: four groups of five from 31 unmistakable characters, 99 random bits.
[[nodiscard]] QString newPassword();

/// A session token: 256 random bits as 43 characters of base64url.
[[nodiscard]] QString newSessionToken();

/// SHA-256 of a key or token, 32 bytes: what is stored and looked up in its place. Fit for random secrets only; a password
/// needs hashPassword().
[[nodiscard]] QByteArray digest(QStringView secret);

/// 256 random bits, for programs.
[[nodiscard]] QByteArray newSecret();

/// HMAC (SHA-512, cut to 256 bits): 32 bytes that nobody can tell for @p message without @p secret.
[[nodiscard]] QByteArray authenticationCode(const QByteArray &secret, QByteArrayView message);

/// Whether both are the same, in a time that depends on their sizes alone.
[[nodiscard]] bool equalInConstantTime(QByteArrayView a, QByteArrayView b);

/// No password is longer than this many bytes of UTF-8; a longer one is refused, so that hashing has a bounded input.
constexpr qsizetype MaxPasswordBytes = 1024;

/// Hashes with argon2id (RFC 9106) at libsodium's "interactive" cost: 64 MiB and two passes, so some 0.1 s of CPU. Call it where
/// waiting harms nobody, and bound how many run at once. The result holds its own parameters and salt.
/// @returns InvalidField when the password is empty or too long, Internal when memory is short
[[nodiscard]] Result<QString> hashPassword(const QString &password);

/// Whether @p password is the one that @p hash was made of; costs as much as hashPassword(). An empty hash matches nothing
/// but costs the same: pass it for an unknown user, so that timing does not tell who exists.
[[nodiscard]] bool verifyPassword(const QString &hash, const QString &password);

} // namespace iwd::secrets
