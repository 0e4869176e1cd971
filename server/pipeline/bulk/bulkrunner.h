// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bulkstep.h"

#include <pipeline/pipeline.h>

#include <deque>

namespace iwd {

struct BulkRunnerOptions
{
    milliseconds interval { 200 }; ///< how late a new job may be noticed
    milliseconds stepTime { 25 }; ///< what a step should take, because others wait so long for the writing thread
    milliseconds turnTime { 250 }; ///< how long a job is worked on before it is another one's turn
    int mostItems = 500; ///< of a step
    milliseconds keep { std::chrono::hours(24 * 7) }; ///< how long an ended job can be looked at
    milliseconds forgetInterval { std::chrono::minutes(1) };
};

/// Does the work of jobs in the background, in small steps: each is a transaction in which the items are changed, what has become of them is written down, and the job moves on. So
/// whoever is killed between two steps, or in one, leaves nothing half done, and the next one goes on where the last step ended.
///
/// Of several processes on one database one works, the one that does what falls due (Transaction::leasesDueWork()). Jobs of a tenant take turns.
///
/// A search is not resolved at once: its next matches are looked for behind the last one, in the order of ids, while a step is done with those before. So a million of them need no more
/// memory than a thousand.
///
/// Lives on one thread with an event loop.
class BulkRunner : public QObject
{
    Q_OBJECT
public:
    /// @p pipeline must outlive this.
    explicit BulkRunner(Pipeline &pipeline, BulkRunnerOptions options = {});

    /// Looks after the tenant's jobs from now on.
    void watch(TenantId tenant);
    /// Waits until no step is under way; none begins any more. To be awaited once, before this or the pipeline ends.
    QCoro::Task<> settle();

private:
    /// Items that were found, and how far that reaches.
    struct Portion
    {
        std::vector<BulkItem> items;
        ItemId to;
        bool isLast = false;
    };
    /// What is known of a job between two steps.
    struct Work
    {
        BulkPlan plan;
        ItemId last; ///< the job is here
        Portion portion; ///< items behind `last`
        size_t taken = 0; ///< of the portion: these are done
        std::optional<Portion> next; ///< items behind the portion, if they have been found already
        qint64 walks = 0; ///< the search was too broad: goes through so many numbers of items at once instead; 0: it was not
        std::map<ItemId, Error> refused;
        size_t stepSize = 50;
        size_t careful = 0; ///< so many of the next items are done one by one, because one of them made a step fail
        int failures = 0; ///< one after the other
        bool broken = false; ///< the plan cannot be read
    };
    using WorkPlace = std::pair<TenantId, qint64>; ///< of a job

    void look();
    QCoro::Task<> lookAfter(TenantId tenant);
    QCoro::Task<> workThrough(TenantId tenant);
    /// Whether this process is the one that works for the tenant.
    [[nodiscard]] QCoro::Task<bool> isOurs(TenantId tenant);
    [[nodiscard]] QCoro::Task<> forgetOld(TenantId tenant);
    /// @returns whether something was done
    [[nodiscard]] QCoro::Task<bool> takeTurn(TenantId tenant, JobRecord job);
    [[nodiscard]] QCoro::Task<Result<std::shared_ptr<Work>>> workOf(TenantId tenant, JobRecord job);
    [[nodiscard]] QCoro::Task<Result<Portion>> find(TenantId tenant, std::shared_ptr<Work> work, ItemId after);
    [[nodiscard]] QCoro::Task<Result<Portion>> findMatches(TenantId tenant, std::shared_ptr<Work> work, ItemId after);
    [[nodiscard]] QCoro::Task<Result<Portion>> walk(TenantId tenant, std::shared_ptr<Work> work, ItemId after);
    [[nodiscard]] QCoro::Task<Result<Portion>> findDone(TenantId tenant, std::shared_ptr<Work> work, ItemId after);
    /// @returns whether the job can go on at once
    [[nodiscard]] QCoro::Task<bool> doStep(TenantId tenant, qint64 job, std::shared_ptr<Work> work);
    [[nodiscard]] bool noteFailure(Work &work, const Error &error, size_t items) const;
    QCoro::Task<> giveUp(TenantId tenant, qint64 job, QString reason);

    Pipeline &m_pipeline;
    const BulkRunnerOptions m_options;
    QTimer m_timer;
    std::set<TenantId> m_tenants;
    std::set<TenantId> m_busy;
    std::map<WorkPlace, std::shared_ptr<Work>> m_work;
    std::map<TenantId, std::chrono::steady_clock::time_point> m_forgotten; ///< when old jobs were last looked for
    std::optional<Delivery<bool>> m_settled; ///< delivered when the last one has ended; nothing while work may begin
};

} // namespace iwd
