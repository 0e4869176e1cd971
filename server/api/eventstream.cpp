// SPDX-License-Identifier: Apache-2.0
#include "eventstream.h"

#include <pipeline/report/eventfeed.h>

namespace iwd {

namespace {

constexpr int eventsAtOnce = 32; ///< few, because events of many readers may be large

struct Batch
{
    std::vector<StoredEvent> events;
    qint64 last = 0; ///< where to go on
    std::shared_ptr<const ConfigurationSnapshot> configuration = {};
};

Result<Batch> readBatch(Snapshot &snapshot, std::optional<qint64> after)
{
    if (!after)
        return Batch { {}, snapshot.lastEvent() };
    auto events = readFeed(snapshot, *after, eventsAtOnce);
    if (!events)
        return events.error();
    Batch batch { std::move(events).value(), *after, snapshot.configuration() };
    if (!batch.events.empty())
        batch.last = batch.events.back().id;
    return batch;
}

class EventSource final : public LiveSource
{
public:
    EventSource(Pipeline &pipeline, std::optional<qint64> after)
        : m_pipeline(pipeline)
        , m_after(after)
    {
    }

    Delivery<bool> news(TenantId tenant) override { return m_pipeline.eventSignal().next(tenant); }

    QCoro::Task<Result<bool>> send(Caller caller, Deadline deadline, StreamSocket socket) override
    {
        std::function<Result<Batch>(Snapshot &)> work = [after = m_after](Snapshot &snapshot) { return readBatch(snapshot, after); };
        const auto batch = co_await m_pipeline.read<Batch>(caller.tenant, deadline, work);
        if (!batch)
            co_return batch.error();
        if (!isOpen(socket))
            co_return false;
        m_after = m_after ? m_after : batch->last;
        for (const StoredEvent &event : batch->events) {
            if (!hasRoom(socket))
                break; // the rest is read again when the reader has taken this
            if (isSeen({ caller.categories }, *batch->configuration, event))
                socket->sendTextMessage(QString::fromUtf8(event.json()));
            m_after = event.id;
        }
        co_return !batch->events.empty();
    }

    QString wayOn() const override { return QStringLiteral("connect again with after=%1.").arg(m_after.value_or(0)); }

private:
    Pipeline &m_pipeline;
    std::optional<qint64> m_after; ///< nothing: from now on
};

} // namespace

std::shared_ptr<LiveSource> eventSource(Pipeline &pipeline, const http::Request &request)
{
    const auto after = request.queryValue(u"after");
    return std::make_shared<EventSource>(pipeline, after ? std::optional(after->toLongLong()) : std::nullopt);
}

} // namespace iwd
