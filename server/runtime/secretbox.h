// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>

namespace iwd {

/// Encrypts secrets that have to be given to somebody else one day, and so cannot be kept as digests (XChaCha20-Poly1305). What is closed under a name opens under
/// that name alone, so that nobody who can write where it is kept puts one secret in another's place. Thread-safe.
class SecretBox
{
public:
    /// @param key random, see secrets::newSecret()
    explicit SecretBox(const QByteArray &key);

    [[nodiscard]] QByteArray close(const QByteArray &name, const QByteArray &secret) const;
    /// @returns nothing when @p closed was closed with another key or under another name, or is damaged
    [[nodiscard]] std::optional<QByteArray> open(const QByteArray &name, const QByteArray &closed) const;

private:
    const QByteArray m_key;
};

} // namespace iwd
