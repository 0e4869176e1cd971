// SPDX-License-Identifier: Apache-2.0
#include "secrets.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace iwd::secrets {

namespace {

/// libsodium has to be made ready once before its first use; there is no going on without a source of randomness.
void ready()
{
    static const bool initialized = sodium_init() >= 0;
    if (!initialized)
        std::abort();
}

const unsigned char *bytes(QByteArrayView data)
{
    return reinterpret_cast<const unsigned char *>(data.data());
}

/// What verifyPassword() works on when there is no hash: made once per process from a password nobody knows.
const QByteArray &decoyHash()
{
    static const QByteArray hash = hashPassword(newSessionToken()).value().toLatin1();
    return hash;
}

} // namespace

QString newApiKey()
{
    ready();
    std::array<unsigned char, 16> uuid {};
    randombytes_buf(uuid.data(), uuid.size());
    uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0f) | 0x40); // version 4
    uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3f) | 0x80); // variant of RFC 9562
    QByteArray text = QByteArray(reinterpret_cast<const char *>(uuid.data()), uuid.size()).toHex();
    for (const int dash : { 20, 16, 12, 8 })
        text.insert(dash, '-');
    return QString::fromLatin1(text);
}

QString newPassword()
{
    ready();
    // Without i, l, o, 0 and 1, which are taken for each other.
    static constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    QString password;
    for (int position = 0; position < 20; ++position) {
        if (position > 0 && position % 5 == 0)
            password += u'-';
        password += QLatin1Char(alphabet[randombytes_uniform(static_cast<uint32_t>(alphabet.size()))]);
    }
    return password;
}

QString newSessionToken()
{
    ready();
    QByteArray random(32, Qt::Uninitialized);
    randombytes_buf(random.data(), static_cast<size_t>(random.size()));
    return QString::fromLatin1(random.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QByteArray digest(QStringView secret)
{
    ready();
    const QByteArray input = secret.toUtf8();
    QByteArray hash(crypto_hash_sha256_BYTES, Qt::Uninitialized);
    crypto_hash_sha256(reinterpret_cast<unsigned char *>(hash.data()), bytes(input), static_cast<unsigned long long>(input.size()));
    return hash;
}

QByteArray newSecret()
{
    ready();
    QByteArray secret(crypto_auth_KEYBYTES, Qt::Uninitialized);
    randombytes_buf(secret.data(), static_cast<size_t>(secret.size()));
    return secret;
}

QByteArray authenticationCode(const QByteArray &secret, QByteArrayView message)
{
    ready();
    // By libsodium's steps, which take a key of any length.
    crypto_auth_hmacsha512256_state state;
    crypto_auth_hmacsha512256_init(&state, bytes(secret), static_cast<size_t>(secret.size()));
    crypto_auth_hmacsha512256_update(&state, bytes(message), static_cast<unsigned long long>(message.size()));
    QByteArray code(crypto_auth_hmacsha512256_BYTES, Qt::Uninitialized);
    crypto_auth_hmacsha512256_final(&state, reinterpret_cast<unsigned char *>(code.data()));
    return code;
}

bool equalInConstantTime(QByteArrayView a, QByteArrayView b)
{
    ready();
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), static_cast<size_t>(a.size())) == 0;
}

Result<QString> hashPassword(const QString &password)
{
    ready();
    const QByteArray input = password.toUtf8();
    if (input.isEmpty() || input.size() > MaxPasswordBytes)
        return invalidField(QStringLiteral("password"), QStringLiteral("a password of 1 to %1 bytes").arg(MaxPasswordBytes));
    std::array<char, crypto_pwhash_STRBYTES> hash {};
    const int failed = crypto_pwhash_str_alg(hash.data(), input.constData(), static_cast<unsigned long long>(input.size()),
        crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0)
        return Error { ErrorCode::Internal, QStringLiteral("The password could not be hashed: 64 MiB of memory are needed for it."), {},
            {} };
    return QString::fromLatin1(hash.data());
}

bool verifyPassword(const QString &hash, const QString &password)
{
    ready();
    const QByteArray input = password.toUtf8();
    if (input.isEmpty() || input.size() > MaxPasswordBytes)
        return false;
    const bool known = !hash.isEmpty();
    const QByteArray stored = known ? hash.toLatin1() : decoyHash();
    const int differs = crypto_pwhash_str_verify(stored.constData(), input.constData(), static_cast<unsigned long long>(input.size()));
    return known && differs == 0;
}

} // namespace iwd::secrets
