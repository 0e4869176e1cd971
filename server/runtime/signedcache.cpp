// SPDX-License-Identifier: Apache-2.0
#include "signedcache.h"

#include <base/log.h>

namespace iwd {

namespace {

constexpr std::chrono::minutes quiet { 1 };

/// What kind of entry it is. The rest of a key may be the digest of somebody's credential.
QString kindOf(const QByteArray &key)
{
    return QString::fromLatin1(key.left(std::max<qsizetype>(key.lastIndexOf('/'), 0)));
}

} // namespace

SignedCache::SignedCache(std::unique_ptr<Cache> cache, const QByteArray &secret)
    : m_cache(std::move(cache))
    , m_seal(secret)
{
}

QCoro::Task<std::optional<QByteArray>> SignedCache::get(QByteArray key)
{
    const std::optional<QByteArray> kept = co_await m_cache->get(key);
    std::optional<QByteArray> value;
    if (kept) {
        value = m_seal.open(key, *kept);
        if (!value)
            refuse(key);
    }
    co_return value;
}

QCoro::Task<> SignedCache::put(QByteArray key, QByteArray value, milliseconds timeToLive)
{
    const QByteArray sealed = m_seal.close(key, value);
    co_await m_cache->put(key, sealed, timeToLive);
}

QCoro::Task<> SignedCache::erase(QByteArray key)
{
    co_await m_cache->erase(key);
}

void SignedCache::refuse(const QByteArray &key)
{
    const qint64 count = ++m_refused;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_quietUntil.passed())
            return;
        m_quietUntil = Deadline::in(quiet);
    }
    log::warning(u"An entry of the shared cache was not written by a server of this database and is not believed: somebody else writes to the Redis of cache.url",
        { { QLatin1StringView("kind"), kindOf(key) }, { QLatin1StringView("refusedSoFar"), count } });
}

} // namespace iwd
