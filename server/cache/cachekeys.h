// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

/// Every key that IWD keeps in a Cache. Each is written here and nowhere else; in a Redis all carry the prefix of RedisOptions ("iwd:"). None of them is the
/// truth: a cache may lose any of them, or all, at any moment.
///
/// In a Redis each entry, or field of one, begins with 32 bytes that authenticate its key and its value, by a secret that the servers of one database share (SignedCache):
/// whoever else can write there may take entries away, but not make any.
///
/// | key | holds | written by | lives |
/// |---|---|---|---|
/// | `caller/key/3/<digest>` | whom an API key belongs to, with its privileges, its agent and its categories; the digest is SHA-256 of the key, in hexadecimal | Authenticator | 10 s |
/// | `caller/session/2/<digest>` | the same of a session's token | Authenticator | 10 s |
/// | `limits/usage` | a hash: for each server that let requests through lately, how many of which caller in each of its last tenths of a second | SharedLimits | 1 min after the last; a field of a silent server 10 s |
/// | `presence` | a hash: for each server, whose clients are connected to it and how many read its live streams | SharedPresence | 1 min after the last; a field of a silent server 10 s |
namespace iwd::cachekey {

/// The number is that of the entry's form: servers of the version before do not know of categories, and neither read what we write nor are read.
[[nodiscard]] inline QByteArray apiKey(const QByteArray &digest)
{
    return "caller/key/3/" + digest.toHex();
}

[[nodiscard]] inline QByteArray session(const QByteArray &digest)
{
    return "caller/session/2/" + digest.toHex();
}

[[nodiscard]] inline QByteArray presence()
{
    return QByteArrayLiteral("presence");
}

[[nodiscard]] inline QByteArray requestUsage()
{
    return QByteArrayLiteral("limits/usage");
}

} // namespace iwd::cachekey
