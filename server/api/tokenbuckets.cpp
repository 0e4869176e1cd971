// SPDX-License-Identifier: Apache-2.0
#include "tokenbuckets.h"

#include <algorithm>

namespace iwd {

namespace {

constexpr std::chrono::minutes longestDebt { 1 };

} // namespace

TokenBuckets::TokenBuckets(double perSecond, int burst, size_t capacity)
    : m_interval(std::max<qint64>(1, static_cast<qint64>(1e9 / perSecond)))
    , m_tolerance(m_interval * (burst - 1))
    , m_shardCapacity(std::max<size_t>(1, capacity / ShardCount))
{
}

std::optional<TokenBuckets::Duration> TokenBuckets::take(quint64 caller, Time now)
{
    Shard &shard = shardOf(caller);
    const std::lock_guard lock(shard.mutex);
    Bucket &bucket = bucketIn(shard, caller, now);
    const Time full = std::max(bucket.full, now);
    if (full - now > m_tolerance)
        return full - now - m_tolerance;
    bucket.full = full + m_interval;
    if (m_counting && bucket.taken++ == 0)
        shard.used.push_back(caller);
    return std::nullopt;
}

std::optional<TokenBuckets::Duration> TokenBuckets::wait(quint64 caller, Time now) const
{
    const Shard &shard = shardOf(caller);
    const std::lock_guard lock(shard.mutex);
    const auto known = shard.buckets.find(caller);
    if (known == shard.buckets.end() || known->second.full - now <= m_tolerance)
        return std::nullopt;
    return known->second.full - now - m_tolerance;
}

void TokenBuckets::charge(quint64 caller, qint64 count, Time now)
{
    Shard &shard = shardOf(caller);
    const std::lock_guard lock(shard.mutex);
    Bucket &bucket = bucketIn(shard, caller, now);
    const qint64 most = (m_tolerance + longestDebt) / m_interval + 1;
    bucket.full = std::min<Time>(std::max(bucket.full, now) + m_interval * std::min(count, most), now + m_tolerance + longestDebt);
}

std::vector<TokenBuckets::Usage> TokenBuckets::takeUsage(size_t most)
{
    std::vector<Usage> usage;
    for (Shard &shard : m_shards) {
        const std::lock_guard lock(shard.mutex);
        for (const quint64 caller : shard.used) {
            const auto known = shard.buckets.find(caller);
            if (known != shard.buckets.end() && known->second.taken > 0)
                usage.push_back({ caller, std::exchange(known->second.taken, 0) });
        }
        shard.used.clear();
    }
    if (usage.size() > most) {
        std::nth_element(usage.begin(), usage.begin() + static_cast<std::ptrdiff_t>(most), usage.end(), [](const Usage &a, const Usage &b) { return a.count > b.count; });
        usage.resize(most);
    }
    return usage;
}

size_t TokenBuckets::size() const
{
    size_t size = 0;
    for (const Shard &shard : m_shards) {
        const std::lock_guard lock(shard.mutex);
        size += shard.buckets.size();
    }
    return size;
}

TokenBuckets::Bucket &TokenBuckets::bucketIn(Shard &shard, quint64 caller, Time now)
{
    const auto known = shard.buckets.find(caller);
    if (known != shard.buckets.end())
        return known->second;
    if (shard.buckets.size() >= m_shardCapacity)
        makeRoom(shard, now);
    return shard.buckets.emplace(caller, Bucket { now }).first->second;
}

void TokenBuckets::makeRoom(Shard &shard, Time now) const
{
    std::erase_if(shard.buckets, [now](const auto &entry) { return entry.second.full <= now && entry.second.taken == 0; });
    if (shard.buckets.size() >= m_shardCapacity)
        shard.buckets.erase(std::min_element(shard.buckets.begin(), shard.buckets.end(), [](const auto &a, const auto &b) { return a.second.full < b.second.full; }));
}

} // namespace iwd
