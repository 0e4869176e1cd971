// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>

#include <optional>

namespace iwd::openid {

/// What a signed token turned out to be.
struct Verification
{
    enum class Fault {
        None,
        Malformed, ///< no JWS in its compact form, or its payload is no JSON object
        Algorithm, ///< one that nobody can be known by, or a header that demands what is not understood
        UnknownKey, ///< no key of the set fits
        Signature,
    };
    Fault fault = Fault::None;
    QByteArray algorithm = {}; ///< "RS256" …
    QJsonObject claims = {}; ///< empty unless there is no fault
};

/// The public keys of an identity provider (RFC 7517). Asymmetric keys only: with a symmetric one, whoever can verify can also forge. A value; verifying is thread-safe.
class KeySet
{
public:
    /// Keys that cannot be used for signatures, or are too weak, are left out. @returns nothing when @p json is no JWK set
    [[nodiscard]] static std::optional<KeySet> fromJson(const QByteArray &json);

    /// Verifies a JWS (RFC 7515) with RS, PS or ES, each with SHA-256, -384 or -512.
    [[nodiscard]] Verification verify(const QByteArray &compact) const;

    [[nodiscard]] bool isEmpty() const { return m_keys.isEmpty(); }

private:
    struct Key
    {
        QByteArray json; ///< the JWK
        QByteArray id; ///< empty: it has none
        QByteArray type; ///< "RSA" or "EC"
        QByteArray algorithm; ///< the only one that it is for; empty: any of its type
    };
    [[nodiscard]] const Key *keyFor(const QByteArray &algorithm, const QByteArray &id) const;

    QList<Key> m_keys;
};

} // namespace iwd::openid
