// SPDX-License-Identifier: Apache-2.0
#include "queuewatch.h"

#include "report/classspread.h"
#include "report/oldestwaiting.h"

#include <base/log.h>

namespace iwd {

namespace {

constexpr std::chrono::seconds patience { 1 }; ///< figures that come later are of no use

} // namespace

QCoro::Task<> QueueWatch::look(TenantRecord tenant)
{
    if (m_settled)
        co_return;
    ++m_looks;
    co_await lookInto(std::move(tenant));
    --m_looks;
    if (m_settled && m_looks == 0)
        m_settled->deliver(true);
}

QCoro::Task<> QueueWatch::settle()
{
    const Delivery<bool> settled;
    m_settled = settled;
    if (m_looks > 0)
        (void)co_await settled;
}

QCoro::Task<> QueueWatch::lookInto(TenantRecord tenant)
{
    const std::function<Result<Figured>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<Figured> {
        Figured found;
        for (const auto &[queueId, oldest] : oldestByQueue(snapshot))
            found[queueId].oldest = oldest.epoch;
        for (const auto &[queueId, count] : waitingClasses(snapshot))
            found[queueId].workClasses = count;
        return found;
    };
    const auto found = co_await m_pipeline.read<Figured>(tenant.number, Deadline::in(patience), work);
    if (!found)
        co_return;
    keep(tenant.number, *found);
    const bool crowded = std::any_of(found->begin(), found->end(), [&](const auto &queue) { return mayWarn(tenant.number, queue.first, queue.second.workClasses); });
    if (crowded)
        co_await warn(tenant);
}

QueueWatch::Figures QueueWatch::figures(TenantId tenant, const QString &queueId) const
{
    const std::lock_guard lock(m_mutex);
    const auto ofTenant = m_figures.find(tenant);
    if (ofTenant == m_figures.end())
        return {};
    const auto found = ofTenant->second.find(queueId);
    return found == ofTenant->second.end() ? Figures() : found->second;
}

void QueueWatch::keep(TenantId tenant, Figured found)
{
    const std::lock_guard lock(m_mutex);
    m_figures[tenant] = std::move(found);
}

bool QueueWatch::mayWarn(TenantId tenant, const QString &queueId, int workClasses) const
{
    if (workClasses <= ManyWorkClasses)
        return false;
    const auto warned = m_warned.find({ tenant, queueId });
    return warned == m_warned.end() || m_pipeline.clock().steady() - warned->second >= remindAfter;
}

/// What multiplies the classes is looked at only now: it is more work than counting them.
QCoro::Task<> QueueWatch::warn(TenantRecord tenant)
{
    struct Crowded
    {
        Queue queue;
        ClassSpread spread;
    };
    const std::function<Result<std::vector<Crowded>>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<std::vector<Crowded>> {
        std::vector<Crowded> all;
        const auto configuration = snapshot.configuration();
        for (const auto &[queueId, spread] : crowdedQueues(snapshot)) {
            if (const Queue *queue = configuration->queue(queueId))
                all.push_back({ *queue, spread });
        }
        return all;
    };
    const auto crowded = co_await m_pipeline.read<std::vector<Crowded>>(tenant.number, Deadline::in(patience), work);
    if (!crowded)
        co_return; // the next look tries again
    for (const auto &[queue, spread] : *crowded) {
        if (!mayWarn(tenant.number, queue.id, spread.classes))
            continue;
        m_warned[{ tenant.number, queue.id }] = m_pipeline.clock().steady();
        log::warning(u"A queue has very many work classes", { { QLatin1StringView("tenant"), tenant.id }, { QLatin1StringView("queue"), queue.id },
            { QLatin1StringView("workClasses"), spread.classes }, { QLatin1StringView("advice"), crowdingText(queue, spread) } });
    }
}

} // namespace iwd
