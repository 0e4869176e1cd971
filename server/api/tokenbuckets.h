// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace iwd {

/// Lets each of many callers do something so many times a second, and a few more at once after a pause.
///
/// Each caller has a bucket, kept as one instant: when it will be full again (the generic cell rate algorithm, which ITU-T I.371 describes). A bucket that is
/// full needs not be remembered. Memory is bounded: beyond the capacity, full buckets are dropped, and if there are none, the one that is nearest to it.
///
/// Thread-safe; callers are spread over shards with a lock each, which is held for a look-up and an addition.
class TokenBuckets
{
public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::nanoseconds;

    /// @param perSecond more than 0
    /// @param burst how many at once after a pause, at least 1
    /// @param capacity callers remembered, over all shards
    TokenBuckets(double perSecond, int burst, size_t capacity = 100'000);

    /// Takes a token. @returns how long to wait until there is one; nothing: it is taken
    [[nodiscard]] std::optional<Duration> take(quint64 caller, Time now);
    /// What take() would answer.
    [[nodiscard]] std::optional<Duration> wait(quint64 caller, Time now) const;
    /// Takes tokens that were given elsewhere, whether they are there or not: what is missing is made up for later, though not for more than a minute.
    void charge(quint64 caller, qint64 count, Time now);

    struct Usage
    {
        quint64 caller;
        quint32 count;
    };
    /// From now on take() is counted for takeUsage(), which has to be called again and again.
    void countUsage() { m_counting = true; }
    /// What was taken since the last call, at most @p most callers: those with the most.
    [[nodiscard]] std::vector<Usage> takeUsage(size_t most);

    [[nodiscard]] size_t size() const;

private:
    struct Bucket
    {
        Time full;
        quint32 taken = 0;
    };
    struct alignas(64) Shard
    {
        mutable std::mutex mutex;
        std::unordered_map<quint64, Bucket> buckets;
        std::vector<quint64> used; ///< with something taken that was not told yet
    };
    static constexpr size_t ShardCount = 64;

    [[nodiscard]] Shard &shardOf(quint64 caller) { return m_shards[caller % ShardCount]; }
    [[nodiscard]] const Shard &shardOf(quint64 caller) const { return m_shards[caller % ShardCount]; }
    Bucket &bucketIn(Shard &shard, quint64 caller, Time now);
    void makeRoom(Shard &shard, Time now) const;

    const Duration m_interval; ///< in which one token comes
    const Duration m_tolerance; ///< how far from full a bucket may be and still have a token
    const size_t m_shardCapacity;
    std::atomic<bool> m_counting = false;
    std::array<Shard, ShardCount> m_shards;
};

} // namespace iwd
