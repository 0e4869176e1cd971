// SPDX-License-Identifier: Apache-2.0
#include "livefeed.h"

namespace iwd {

namespace {

constexpr milliseconds patience { 10'000 };
constexpr size_t remembered = 50'000; ///< items that were touched of late, and as many before them

} // namespace

QString LiveBatch::text(const QByteArray &key, const std::function<QString()> &make) const
{
    std::shared_ptr<Text> text;
    {
        const std::lock_guard lock(m_mutex);
        auto &known = m_texts[key];
        if (!known)
            known = std::make_shared<Text>();
        text = known;
    }
    std::call_once(text->once, [&] {
        text->text = make();
        const qsizetype size = key.size() + text->text.size() * qsizetype(sizeof(QChar));
        const std::lock_guard lock(m_mutex);
        if (m_kept + size > MostKept)
            m_texts.erase(key); // those who wait for it here have it all the same
        else
            m_kept += size;
    });
    return text->text;
}

void LiveBatch::forgetTexts() const
{
    std::map<QByteArray, std::shared_ptr<Text>> forgotten;
    const std::lock_guard lock(m_mutex);
    forgotten.swap(m_texts);
    m_kept = 0;
}

std::shared_ptr<LiveFeed::Ring> LiveFeed::ringOf(TenantId tenant)
{
    const std::lock_guard lock(m_mutex);
    auto &ring = m_rings[tenant];
    if (!ring)
        ring = std::make_shared<Ring>(m_interval);
    return ring;
}

bool LiveFeed::isBehind(TenantId tenant, Ring &ring)
{
    const qint64 newest = m_pipeline.figures().lastEvent(tenant);
    const std::lock_guard lock(ring.mutex);
    return !ring.begun || ring.last < newest;
}

QCoro::Task<Result<WhenAgain>> LiveFeed::advance(TenantId tenant)
{
    const auto ring = ringOf(tenant);
    if (!isBehind(tenant, *ring))
        co_return WhenAgain();
    const WhenAgain wait = co_await ring->flight.begin();
    if (wait)
        co_return standing(tenant, *ring, *wait);
    if (!isBehind(tenant, *ring)) { // whoever was at it has seen to that
        ring->flight.end();
        co_return WhenAgain();
    }
    std::optional<qint64> after;
    {
        const std::lock_guard lock(ring->mutex);
        if (ring->begun)
            after = ring->last;
    }
    std::function<Result<LiveChanges>(Snapshot &)> work = [after](Snapshot &snapshot) -> Result<LiveChanges> {
        if (after)
            return readChanges(snapshot, *after);
        LiveChanges beginning;
        beginning.after = beginning.last = snapshot.lastEvent();
        return beginning;
    };
    auto read = co_await m_pipeline.read<LiveChanges>(tenant, Deadline::in(patience), work);
    if (read) {
        publish(*ring, *std::move(read));
    } else {
        const std::lock_guard lock(ring->mutex);
        const bool restarted = read.error().code == ErrorCode::FeedRestarted;
        if (restarted) {
            // Those who follow find out by themselves, each from the place that it is at.
            ring->begun = false;
            ring->batches.clear();
        } else {
            ring->trouble = read.error();
        }
    }
    ring->flight.end();
    co_return standing(tenant, *ring, m_interval);
}

Result<WhenAgain> LiveFeed::standing(TenantId tenant, Ring &ring, milliseconds wait)
{
    if (!isBehind(tenant, ring))
        return WhenAgain();
    const std::lock_guard lock(ring.mutex);
    if (ring.trouble)
        return *ring.trouble;
    return WhenAgain(wait);
}

/// An item that was in another stretch a while ago may have been read there as it is now: what this one says of the time before need not be what the readers know.
void LiveFeed::publish(Ring &ring, LiveChanges changes)
{
    const std::lock_guard lock(ring.mutex);
    ring.begun = true;
    ring.trouble.reset();
    ring.last = changes.last;
    if (changes.last == changes.after)
        return;
    for (ItemChange &change : changes.items) {
        const qint64 item = change.record.item.id.number;
        change.isAhead = !ring.touched.insert(item).second || ring.touchedBefore.contains(item);
    }
    if (ring.touched.size() > remembered) {
        ring.touchedBefore = std::move(ring.touched);
        ring.touched = {};
    }
    ring.batches.push_back(std::make_shared<const LiveBatch>(std::move(changes)));
    if (ring.batches.size() > Current)
        ring.batches[ring.batches.size() - Current - 1]->forgetTexts();
    qsizetype bytes = 0;
    for (const auto &batch : ring.batches)
        bytes += batch->changes().bytes;
    while (ring.batches.size() > MostBatches || (bytes > MostBytes && ring.batches.size() > 1)) {
        bytes -= ring.batches.front()->changes().bytes;
        ring.batches.pop_front();
    }
}

std::shared_ptr<const LiveBatch> LiveFeed::batchAfter(TenantId tenant, qint64 after)
{
    const auto ring = ringOf(tenant);
    const std::lock_guard lock(ring->mutex);
    const auto found = std::find_if(ring->batches.begin(), ring->batches.end(), [after](const auto &batch) { return batch->changes().after == after; });
    return found == ring->batches.end() ? nullptr : *found;
}

bool LiveFeed::hasBegun(TenantId tenant)
{
    const auto ring = ringOf(tenant);
    const std::lock_guard lock(ring->mutex);
    return ring->begun;
}

qint64 LiveFeed::last(TenantId tenant)
{
    const auto ring = ringOf(tenant);
    const std::lock_guard lock(ring->mutex);
    return ring->last;
}

} // namespace iwd
