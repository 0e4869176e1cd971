// SPDX-License-Identifier: Apache-2.0
#include "livetables.h"

#include "encoding.h"
#include "figures.h"

#include <pipeline/bulk/bulkjobs.h>

namespace iwd {

namespace {

constexpr milliseconds patience { 10'000 };
constexpr milliseconds eventful { 100 }; ///< between looks at what events change
constexpr milliseconds quiet { 1'000 }; ///< and at what changes without any: who is connected, what a job has done
constexpr milliseconds counted { 5'000 }; ///< between counts that look at each item

std::shared_ptr<const LiveFigures::Figures> figuresOf(Pipeline &pipeline, TenantId tenant)
{
    return std::make_shared<const LiveFigures::Figures>(pipeline.figures().figures(tenant, pipeline.clock().now()));
}

QCoro::Task<Result<QJsonArray>> readQueues(Pipeline *pipeline, TenantId tenant)
{
    std::function<Result<QJsonArray>(Snapshot &)> work = [figures = figuresOf(*pipeline, tenant)](Snapshot &snapshot) -> Result<QJsonArray> { return queueFigures(snapshot, *figures); };
    const auto rows = co_await pipeline->read<QJsonArray>(tenant, Deadline::in(patience), work);
    co_return rows;
}

QCoro::Task<Result<QJsonArray>> countQueues(Pipeline *pipeline, TenantId tenant, CategoryScope scope)
{
    std::function<Result<QJsonArray>(Snapshot &)> work = [scope](Snapshot &snapshot) -> Result<QJsonArray> { return queueFiguresWithin(snapshot, scope); };
    const auto rows = co_await pipeline->search<QJsonArray>(tenant, Deadline::in(patience), work);
    co_return rows;
}

QCoro::Task<Result<QJsonArray>> readAgents(Pipeline *pipeline, const Presence *presence, TenantId tenant)
{
    std::function<Result<QJsonArray>(Snapshot &)> work = [figures = figuresOf(*pipeline, tenant), there = presence->figures(tenant)](
                                                             Snapshot &snapshot) -> Result<QJsonArray> { return agentFigures(snapshot, *figures, there); };
    const auto rows = co_await pipeline->read<QJsonArray>(tenant, Deadline::in(patience), work);
    co_return rows;
}

QCoro::Task<Result<QJsonArray>> readJobs(Pipeline *pipeline, TenantId tenant)
{
    std::function<Result<QJsonArray>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<QJsonArray> {
        std::map<qint64, JobRecord> jobs;
        for (auto &job : snapshot.jobs(0, LiveTables::JobsShown))
            jobs.emplace(job.id, job);
        for (auto &job : snapshot.openJobs(MostOpenJobs))
            jobs.emplace(job.id, job);
        QJsonArray rows;
        for (const auto &[id, job] : jobs)
            rows.append(encodeJob(job));
        return rows;
    };
    const auto rows = co_await pipeline->read<QJsonArray>(tenant, Deadline::in(patience), work);
    co_return rows;
}

} // namespace

std::shared_ptr<LiveTable> LiveTables::table(StreamTopic topic, const Caller &caller)
{
    // What jobs somebody sees is told by the jobs themselves, so all share one table of them.
    const QStringList categories = topic == StreamTopic::Queues ? caller.categories : QStringList();
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_tables, [](const auto &known) { return known.second.expired(); });
    auto &known = m_tables[{ caller.tenant, topic, categories }];
    std::shared_ptr<LiveTable> table = known.lock();
    if (!table) {
        table = make(topic, caller.tenant, categories);
        known = table;
    }
    return table;
}

std::shared_ptr<LiveTable> LiveTables::make(StreamTopic topic, TenantId tenant, const QStringList &categories) const
{
    Pipeline *pipeline = &m_pipeline;
    const Presence *presence = &m_presence;
    const auto lastEvent = [pipeline, tenant] { return pipeline->figures().lastEvent(tenant); };
    const QStringList age { QStringLiteral("oldestAgeSeconds") };
    switch (topic) {
    case StreamTopic::Queues: {
        const LiveTable::Options options { QStringLiteral("queue"), age, categories.isEmpty() ? eventful : counted, categories.isEmpty() ? quiet : counted };
        if (categories.isEmpty())
            return std::make_shared<LiveTable>(options, [pipeline, tenant] { return readQueues(pipeline, tenant); }, lastEvent);
        return std::make_shared<LiveTable>(options, [pipeline, tenant, scope = CategoryScope { categories }] { return countQueues(pipeline, tenant, scope); }, lastEvent);
    }
    case StreamTopic::Agents:
        return std::make_shared<LiveTable>(
            LiveTable::Options { QStringLiteral("agent"), {}, eventful, quiet }, [pipeline, presence, tenant] { return readAgents(pipeline, presence, tenant); }, lastEvent);
    case StreamTopic::Jobs:
        return std::make_shared<LiveTable>(LiveTable::Options { QStringLiteral("id"), { QStringLiteral("estimatedEndDateTime") }, eventful, quiet },
            [pipeline, tenant] { return readJobs(pipeline, tenant); }, lastEvent);
    case StreamTopic::Items:
    case StreamTopic::Item:
        break;
    }
    Q_UNREACHABLE();
}

} // namespace iwd
