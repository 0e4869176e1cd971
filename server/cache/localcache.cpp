// SPDX-License-Identifier: Apache-2.0
#include "localcache.h"

namespace iwd {

namespace {

/// Keeps "for ever" from overflowing the clock.
constexpr milliseconds LongestLife = std::chrono::hours(24 * 365);

} // namespace

LocalCache::LocalCache(std::shared_ptr<const Clock> clock, size_t capacity)
    : m_clock(std::move(clock))
    , m_capacity(std::max<size_t>(capacity, 1))
{
}

QCoro::Task<std::optional<QByteArray>> LocalCache::get(QByteArray key)
{
    co_return find(key);
}

QCoro::Task<> LocalCache::put(QByteArray key, QByteArray value, milliseconds timeToLive)
{
    insert(key, value, timeToLive);
    co_return;
}

QCoro::Task<> LocalCache::erase(QByteArray key)
{
    remove(key);
    co_return;
}

std::optional<QByteArray> LocalCache::find(const QByteArray &key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_index.find(key);
    if (found == m_index.end())
        return std::nullopt;
    if (found->second->until <= m_clock->steady()) {
        drop(key);
        return std::nullopt;
    }
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return found->second->value;
}

void LocalCache::insert(const QByteArray &key, const QByteArray &value, milliseconds timeToLive)
{
    const std::lock_guard lock(m_mutex);
    drop(key);
    if (timeToLive <= milliseconds::zero())
        return;
    if (m_index.size() >= m_capacity)
        drop(QByteArray(m_entries.back().key));
    m_entries.push_front({ key, value, m_clock->steady() + std::min(timeToLive, LongestLife) });
    m_index.emplace(key, m_entries.begin());
}

void LocalCache::remove(const QByteArray &key)
{
    const std::lock_guard lock(m_mutex);
    drop(key);
}

size_t LocalCache::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_index.size();
}

void LocalCache::drop(const QByteArray &key)
{
    const auto found = m_index.find(key);
    if (found == m_index.end())
        return;
    m_entries.erase(found->second);
    m_index.erase(found);
}

} // namespace iwd
