// SPDX-License-Identifier: Apache-2.0
#include "secretbox.h"

#include "secrets.h"

#include <sodium.h>

namespace iwd {

namespace {

constexpr qsizetype nonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr qsizetype codeSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char *bytes(const QByteArray &data)
{
    return reinterpret_cast<const unsigned char *>(data.constData());
}

unsigned char *bytes(QByteArray &data)
{
    return reinterpret_cast<unsigned char *>(data.data());
}

} // namespace

SecretBox::SecretBox(const QByteArray &key)
    : m_key(secrets::authenticationCode(key, "secret box")) // a key of its own size, whatever was given
{
    static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == crypto_auth_hmacsha512256_BYTES);
}

QByteArray SecretBox::close(const QByteArray &name, const QByteArray &secret) const
{
    // Random nonces of this length are never the same.
    QByteArray nonce(nonceSize, Qt::Uninitialized);
    randombytes_buf(nonce.data(), static_cast<size_t>(nonce.size()));
    QByteArray closed(secret.size() + codeSize, Qt::Uninitialized);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(closed), nullptr, bytes(secret), static_cast<unsigned long long>(secret.size()), bytes(name), static_cast<unsigned long long>(name.size()), nullptr,
        bytes(std::as_const(nonce)), bytes(m_key));
    return nonce + closed;
}

std::optional<QByteArray> SecretBox::open(const QByteArray &name, const QByteArray &closed) const
{
    if (closed.size() < nonceSize + codeSize)
        return std::nullopt;
    const QByteArray nonce = closed.first(nonceSize);
    const QByteArray text = closed.sliced(nonceSize);
    QByteArray secret(text.size() - codeSize, Qt::Uninitialized);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(secret), nullptr, nullptr, bytes(text), static_cast<unsigned long long>(text.size()), bytes(name),
        static_cast<unsigned long long>(name.size()), bytes(nonce), bytes(m_key));
    return failed == 0 ? std::optional(secret) : std::nullopt;
}

} // namespace iwd
