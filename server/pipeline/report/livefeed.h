// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "livechanges.h"
#include "singleflight.h"

#include <pipeline/pipeline.h>

#include <deque>
#include <unordered_set>

namespace iwd {

using WhenAgain = std::optional<milliseconds>; ///< from now; nothing: when there is news

/// A stretch of a log that is told to many: what several of them are told in the same words is put into words once. Thread-safe.
class LiveBatch
{
public:
    explicit LiveBatch(LiveChanges changes)
        : m_changes(std::move(changes))
    {
    }
    [[nodiscard]] const LiveChanges &changes() const { return m_changes; }
    /// What @p make answers, or answered before for the same @p key, as long as there is room to keep it.
    [[nodiscard]] QString text(const QByteArray &key, const std::function<QString()> &make) const;
    /// Nobody is expected to ask for the texts any more.
    void forgetTexts() const;

    static constexpr qsizetype MostKept = 4 * 1024 * 1024; ///< bytes of texts and keys

private:
    struct Text
    {
        std::once_flag once;
        QString text;
    };
    const LiveChanges m_changes;
    mutable std::mutex m_mutex;
    mutable std::map<QByteArray, std::shared_ptr<Text>> m_texts;
    mutable qsizetype m_kept = 0;
};

/// What has happened of late, of each tenant: read from the log once for all who follow it, and kept for a little while. Nothing is read while nobody asks.
/// Thread-safe; coroutines resume on the thread that awaits them.
class LiveFeed
{
public:
    static constexpr milliseconds Interval { 100 }; ///< between two looks at a log
    static constexpr size_t MostBatches = 64;
    static constexpr qsizetype MostBytes = 16 * 1024 * 1024; ///< about, of what all batches of a tenant tell of; the newest is kept in any case
    static constexpr size_t Current = 3; ///< batches whose texts are kept: readers at their pace are at one of these

    /// @p pipeline must outlive this.
    explicit LiveFeed(Pipeline &pipeline, milliseconds interval = Interval)
        : m_pipeline(pipeline)
        , m_interval(interval)
    {
    }

    /// Looks at the tenant's log, unless everything that this process knows of is here already.
    /// @returns when to look again although nobody says that there is news; an Error to everybody who asks while the log cannot be read
    [[nodiscard]] QCoro::Task<Result<WhenAgain>> advance(TenantId tenant);

    /// The stretch that begins behind event @p after; null when none does: it is over, not read yet, or @p after is in the middle of one.
    [[nodiscard]] std::shared_ptr<const LiveBatch> batchAfter(TenantId tenant, qint64 after);
    /// Whether it follows the log. Whoever reads the log or items alone has to wait for that: which items they may have seen further on than a later stretch begins, the feed knows from its own
    /// stretches only.
    [[nodiscard]] bool hasBegun(TenantId tenant);
    /// Where the last stretch ends.
    [[nodiscard]] qint64 last(TenantId tenant);

private:
    struct Ring
    {
        explicit Ring(milliseconds interval)
            : flight(interval)
        {
        }
        SingleFlight flight;
        std::mutex mutex; ///< guards what follows
        bool begun = false;
        qint64 last = 0;
        std::optional<Error> trouble; ///< of the last look
        std::deque<std::shared_ptr<const LiveBatch>> batches;
        std::unordered_set<qint64> touched; ///< items in stretches of late
        std::unordered_set<qint64> touchedBefore;
    };

    [[nodiscard]] std::shared_ptr<Ring> ringOf(TenantId tenant);
    [[nodiscard]] bool isBehind(TenantId tenant, Ring &ring);
    [[nodiscard]] Result<WhenAgain> standing(TenantId tenant, Ring &ring, milliseconds wait);
    static void publish(Ring &ring, LiveChanges changes);

    Pipeline &m_pipeline;
    const milliseconds m_interval;
    std::mutex m_mutex;
    std::map<TenantId, std::shared_ptr<Ring>> m_rings;
};

} // namespace iwd
