// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache.h"

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace iwd {

/// A cache inside this process, for the embedded default. Holds a bounded number of entries: the one that was not asked for
/// the longest makes room for the next (least recently used).
class LocalCache final : public Cache
{
public:
    static constexpr size_t DefaultCapacity = 10'000;

    /// @param capacity entries, at least 1
    explicit LocalCache(std::shared_ptr<const Clock> clock, size_t capacity = DefaultCapacity);

    [[nodiscard]] QCoro::Task<std::optional<QByteArray>> get(QByteArray key) override;
    [[nodiscard]] QCoro::Task<> put(QByteArray key, QByteArray value, milliseconds timeToLive) override;
    [[nodiscard]] QCoro::Task<> erase(QByteArray key) override;

    // The same without waiting, for callers that know that their cache is local.
    [[nodiscard]] std::optional<QByteArray> find(const QByteArray &key);
    void insert(const QByteArray &key, const QByteArray &value, milliseconds timeToLive);
    void remove(const QByteArray &key);

    [[nodiscard]] size_t size() const;

private:
    struct Entry
    {
        QByteArray key;
        QByteArray value;
        std::chrono::steady_clock::time_point until;
    };
    using Entries = std::list<Entry>;
    struct Hash
    {
        size_t operator()(const QByteArray &key) const { return qHash(key); }
    };

    void drop(const QByteArray &key);

    const std::shared_ptr<const Clock> m_clock;
    const size_t m_capacity;
    mutable std::mutex m_mutex;
    Entries m_entries; ///< most recently used first
    std::unordered_map<QByteArray, Entries::iterator, Hash> m_index;
};

} // namespace iwd
