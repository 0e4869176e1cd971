// SPDX-License-Identifier: Apache-2.0
#include "bulkrunner.h"

#include "bulkjobs.h"

#include <base/log.h>

namespace iwd {

namespace {

constexpr int portionSize = 1'000; ///< items that are looked for at once
constexpr qint64 walkedAtOnce = 2'000; ///< numbers of items that are tried at once when a search is too broad; fewer when these are too many
constexpr qint64 leastWalked = 10;
constexpr size_t leastItems = 10; ///< of a step
constexpr int mostFailures = 3; ///< of a step, before an item is given up
constexpr int forgottenAtOnce = 2'000; ///< results of old jobs
constexpr milliseconds patience { 30'000 }; ///< for the database; then it is tried again

/// What passes by itself: the database is away, or has too much to do.
bool isPassing(const Error &error)
{
    switch (error.code) {
    case ErrorCode::Busy:
    case ErrorCode::Draining:
    case ErrorCode::StorageUnavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::SearchTooBroad: // even of ten items: the machine is busy with something else
        return true;
    default:
        return false;
    }
}

bool isAtWork(const JobRecord &job)
{
    return job.state == JobState::Queued || job.state == JobState::Running;
}

Answer noAnswer(const bool &)
{
    return {};
}

} // namespace

BulkRunner::BulkRunner(Pipeline &pipeline, BulkRunnerOptions options)
    : m_pipeline(pipeline)
    , m_options(options)
{
    connect(&m_timer, &QTimer::timeout, this, &BulkRunner::look);
    m_timer.start(m_options.interval);
}

void BulkRunner::watch(TenantId tenant)
{
    m_tenants.insert(tenant);
}

QCoro::Task<> BulkRunner::settle()
{
    m_timer.stop();
    const Delivery<bool> settled;
    m_settled = settled;
    if (!m_busy.empty())
        (void)co_await settled;
}

void BulkRunner::look()
{
    for (const TenantId tenant : m_tenants) {
        if (!m_settled && m_busy.insert(tenant).second)
            lookAfter(tenant);
    }
}

QCoro::Task<> BulkRunner::lookAfter(TenantId tenant)
{
    co_await workThrough(tenant);
    const auto forgotten = m_forgotten.find(tenant);
    if (!m_settled && (forgotten == m_forgotten.end() || m_pipeline.clock().steady() - forgotten->second >= m_options.forgetInterval))
        co_await forgetOld(tenant);
    m_busy.erase(tenant);
    if (m_settled && m_busy.empty())
        m_settled->deliver(true);
}

QCoro::Task<> BulkRunner::workThrough(TenantId tenant)
{
    const std::function<Result<std::vector<JobRecord>>(Snapshot &)> readOpen = [](Snapshot &snapshot) -> Result<std::vector<JobRecord>> {
        auto jobs = snapshot.openJobs(MostOpenJobs);
        std::erase_if(jobs, [](const JobRecord &job) { return !isAtWork(job); });
        return jobs;
    };
    while (!m_settled) {
        const auto jobs = co_await m_pipeline.read<std::vector<JobRecord>>(tenant, Deadline::in(patience), readOpen);
        if (!jobs)
            co_return;
        // What has been paused or canceled is not kept in memory.
        std::erase_if(m_work, [&](const auto &entry) {
            return entry.first.first == tenant && std::none_of(jobs->begin(), jobs->end(), [&](const JobRecord &job) { return job.id == entry.first.second; });
        });
        if (jobs->empty())
            co_return;
        const bool ours = co_await isOurs(tenant);
        if (!ours)
            co_return;
        bool didSomething = false;
        for (size_t i = 0; i < jobs->size() && !m_settled; ++i) {
            const bool did = co_await takeTurn(tenant, (*jobs)[i]);
            didSomething = didSomething || did;
        }
        if (!didSomething)
            co_return;
    }
}

QCoro::Task<bool> BulkRunner::isOurs(TenantId tenant)
{
    const auto ours = std::make_shared<bool>(false);
    const std::function<Result<bool>(Transaction &)> ask = [ours](Transaction &transaction) -> Result<bool> { return *ours = transaction.leasesDueWork(); };
    const std::function<Answer(const bool &)> encode = noAnswer;
    WriteContext context;
    context.tenant = tenant;
    context.deadline = Deadline::in(patience);
    const auto asked = co_await m_pipeline.write<bool>(context, ask, encode);
    co_return asked.ok() && *ours;
}

QCoro::Task<> BulkRunner::forgetOld(TenantId tenant)
{
    const auto more = std::make_shared<bool>(false);
    const std::function<Result<bool>(Transaction &)> forget = [more, keep = m_options.keep](Transaction &transaction) -> Result<bool> {
        *more = transaction.leasesDueWork() && transaction.forgetJobsEndedBefore(transaction.now() - keep, forgottenAtOnce);
        return true;
    };
    const std::function<Answer(const bool &)> encode = noAnswer;
    WriteContext context;
    context.tenant = tenant;
    context.deadline = Deadline::in(patience);
    const auto forgotten = co_await m_pipeline.write<bool>(context, forget, encode);
    // When there is more, the next look goes on; so others are let through.
    if (!forgotten || !*more)
        m_forgotten[tenant] = m_pipeline.clock().steady();
}

QCoro::Task<Result<std::shared_ptr<BulkRunner::Work>>> BulkRunner::workOf(TenantId tenant, JobRecord job)
{
    const WorkPlace place { tenant, job.id };
    if (const auto known = m_work.find(place); known != m_work.end()) {
        std::shared_ptr<Work> work = known->second; // what is returned is moved from
        // Another process may have worked on it meanwhile.
        if (work->last != job.last) {
            work->last = job.last;
            work->portion = {};
            work->next.reset();
            work->taken = 0;
        }
        co_return work;
    }
    const std::function<Result<QByteArray>(Snapshot &)> readPlan = [id = job.id](Snapshot &snapshot) -> Result<QByteArray> { return snapshot.jobPlan(id); };
    const auto text = co_await m_pipeline.read<QByteArray>(tenant, Deadline::in(patience), readPlan);
    if (!text)
        co_return text.error();
    const auto plan = decodeBulkPlan(*text);
    if (!plan) {
        co_await giveUp(tenant, job.id, plan.error().text);
        co_return plan.error();
    }
    auto work = std::make_shared<Work>();
    work->plan = *plan;
    work->last = job.last;
    m_work[place] = work;
    co_return work;
}

QCoro::Task<bool> BulkRunner::takeTurn(TenantId tenant, JobRecord job)
{
    const auto found = co_await workOf(tenant, job);
    if (!found)
        co_return false;
    const std::shared_ptr<Work> work = *found;
    const auto end = std::chrono::steady_clock::now() + m_options.turnTime;
    bool didSomething = false;
    // What comes next is looked for while a step is written.
    std::optional<QCoro::Task<Result<Portion>>> next;
    while (!m_settled) {
        if (work->taken == work->portion.items.size() && !work->portion.isLast) {
            if (!work->next) {
                if (!next)
                    next.emplace(find(tenant, work, std::max(work->last, work->portion.to)));
                const auto portion = co_await std::move(*next);
                next.reset();
                if (!portion) {
                    const bool hopeless = !isPassing(portion.error()) && ++work->failures >= mostFailures;
                    if (hopeless)
                        co_await giveUp(tenant, job.id, portion.error().text);
                    co_return didSomething;
                }
                work->next = *portion;
            }
            work->portion = *std::exchange(work->next, std::nullopt);
            work->taken = 0;
        }
        if (!next && !work->next && !work->portion.isLast && !work->portion.items.empty())
            next.emplace(find(tenant, work, work->portion.to));
        const bool goesOn = co_await doStep(tenant, job.id, work);
        if (!goesOn)
            break;
        didSomething = true;
        if (std::chrono::steady_clock::now() >= end)
            break;
    }
    if (next) {
        const auto portion = co_await std::move(*next);
        if (portion)
            work->next = *portion;
    }
    co_return didSomething;
}

QCoro::Task<bool> BulkRunner::doStep(TenantId tenant, qint64 job, std::shared_ptr<Work> work)
{
    struct State
    {
        BulkStep step;
        BulkStepOutcome outcome;
        bool ours = false;
    };
    const auto state = std::make_shared<State>();
    const Portion &portion = work->portion;
    const size_t left = portion.items.size() - work->taken;
    size_t count = std::min(work->careful > 0 ? size_t(1) : work->stepSize, left);
    // Up to an item that spoiled the step before, which is refused this time.
    for (size_t i = 0; i < count; ++i) {
        if (work->refused.contains(portion.items[work->taken + i].id)) {
            count = i + 1;
            break;
        }
    }
    const bool all = count == left;
    state->step.job = job;
    state->step.from = work->last;
    state->step.items = std::span(portion.items).subspan(work->taken, count);
    state->step.to = all ? portion.to : state->step.items.back().id;
    state->step.isLast = all && portion.isLast;
    state->step.refused = work->refused;
    const std::function<Result<bool>(Transaction &)> run = [state, work](Transaction &transaction) -> Result<bool> {
        state->outcome = {};
        state->ours = transaction.leasesDueWork();
        if (!state->ours)
            return false;
        return doBulkStep(transaction, work->plan, state->step, state->outcome);
    };
    const std::function<Answer(const bool &)> encode = noAnswer;
    WriteContext context;
    context.tenant = tenant;
    context.deadline = Deadline::in(patience);
    const auto begin = std::chrono::steady_clock::now();
    const auto written = co_await m_pipeline.write<bool>(context, run, encode);
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    if (!written && state->outcome.spoiled && !isPassing(written.error())) {
        const auto &[index, error] = *state->outcome.spoiled;
        work->refused.insert_or_assign(state->step.items[index].id, error);
        co_return true;
    }
    if (!written) {
        const bool goesOn = noteFailure(*work, written.error(), count);
        if (!goesOn && !isPassing(written.error()))
            co_await giveUp(tenant, job, written.error().text);
        co_return goesOn;
    }
    if (!state->ours || !state->outcome.done) {
        // Paused, canceled, or somebody else's: what is known of it is not to be relied on.
        m_work.erase(WorkPlace(tenant, job));
        co_return false;
    }
    work->failures = 0;
    for (const BulkItem &item : state->step.items)
        work->refused.erase(item.id);
    work->last = state->step.to;
    work->taken += count;
    work->careful -= std::min(work->careful, count);
    const double ratio = double(m_options.stepTime.count()) / double(std::max<qint64>(1, took.count()));
    // A step that is short because little was left says nothing of longer ones.
    if (count > 1 && (count == work->stepSize || ratio < 1))
        work->stepSize = std::clamp(static_cast<size_t>(double(count) * std::clamp(ratio, 0.5, 2.0)), leastItems, static_cast<size_t>(m_options.mostItems));
    if (state->step.isLast) {
        m_work.erase(WorkPlace(tenant, job));
        co_return false;
    }
    co_return true;
}

/// A step could not be done, and no item is known to be to blame. @returns whether to try again at once
bool BulkRunner::noteFailure(Work &work, const Error &error, size_t items) const
{
    if (isPassing(error))
        return false;
    if (items > 1) {
        work.careful = items;
        return true;
    }
    if (++work.failures < mostFailures)
        return true;
    if (items == 0 || work.failures > mostFailures)
        return false;
    log::warning(u"A job passes over an item that cannot be changed",
        { { QLatin1StringView("item"), work.portion.items[work.taken].id.toString() }, { QLatin1StringView("reason"), error.text } });
    work.refused.insert_or_assign(work.portion.items[work.taken].id, error);
    return true;
}

QCoro::Task<> BulkRunner::giveUp(TenantId tenant, qint64 job, QString reason)
{
    log::error(u"A job cannot go on", { { QLatin1StringView("job"), jobName(job) }, { QLatin1StringView("reason"), reason } });
    const std::function<Result<bool>(Transaction &)> end = [job, reason](Transaction &transaction) -> Result<bool> {
        auto record = transaction.job(job);
        if (!record || hasEnded(record->state))
            return false;
        record->state = JobState::Failed;
        record->error = reason;
        record->ended = record->updated = transaction.now();
        transaction.updateJob(*record);
        return true;
    };
    const std::function<Answer(const bool &)> encode = noAnswer;
    WriteContext context;
    context.tenant = tenant;
    context.deadline = Deadline::in(patience);
    const auto ended = co_await m_pipeline.write<bool>(context, end, encode);
    if (ended)
        m_work.erase(WorkPlace(tenant, job));
}

QCoro::Task<Result<BulkRunner::Portion>> BulkRunner::find(TenantId tenant, std::shared_ptr<Work> work, ItemId after)
{
    if (work->plan.undoOf)
        co_return co_await findDone(tenant, work, after);
    if (!work->plan.request.items) {
        if (work->walks > 0)
            co_return co_await walk(tenant, work, after);
        co_return co_await findMatches(tenant, work, after);
    }
    const std::vector<ItemId> &ids = *work->plan.request.items;
    Portion portion;
    auto next = std::upper_bound(ids.begin(), ids.end(), after);
    for (; next != ids.end() && portion.items.size() < portionSize; ++next)
        portion.items.push_back({ *next, std::nullopt, {} });
    portion.isLast = next == ids.end();
    portion.to = portion.items.empty() ? after : portion.items.back().id;
    co_return portion;
}

QCoro::Task<Result<BulkRunner::Portion>> BulkRunner::findMatches(TenantId tenant, std::shared_ptr<Work> work, ItemId after)
{
    const std::function<Result<std::vector<ItemId>>(Snapshot &)> search = [work, after](Snapshot &snapshot) -> Result<std::vector<ItemId>> {
        const BulkPlan &plan = work->plan;
        const auto wanted = searchOf(plan, snapshot);
        if (!wanted)
            return wanted.error();
        const std::vector<SortKey> byId { SortKey { itemField(QStringLiteral("id")), false } };
        std::vector<ItemId> ids;
        for (const SearchHit &hit : snapshot.search(*wanted, byId, QJsonArray { after.number }, portionSize))
            ids.push_back(hit.id);
        return ids;
    };
    const auto ids = co_await m_pipeline.search<std::vector<ItemId>>(tenant, Deadline::in(patience), search);
    if (!ids && ids.error().code == ErrorCode::SearchTooBroad) {
        // What comes next is far away, and no index leads there.
        work->walks = walkedAtOnce;
        co_return co_await walk(tenant, work, after);
    }
    if (!ids)
        co_return ids.error();
    const BulkPlan &plan = work->plan;
    Portion portion;
    portion.isLast = ids->size() < portionSize || ids->back() >= plan.upTo;
    portion.to = portion.isLast ? std::max(plan.upTo, after) : ids->back();
    for (const ItemId id : *ids) {
        if (id <= plan.upTo && !plan.request.exclude.contains(id))
            portion.items.push_back({ id, std::nullopt, {} });
    }
    co_return portion;
}

QCoro::Task<Result<BulkRunner::Portion>> BulkRunner::walk(TenantId tenant, std::shared_ptr<Work> work, ItemId after)
{
    const ItemId to { std::min(after.number + work->walks, std::max(work->plan.upTo, after).number) };
    const std::function<Result<std::vector<ItemId>>(Snapshot &)> look = [work, after, to](Snapshot &snapshot) -> Result<std::vector<ItemId>> {
        const BulkPlan &plan = work->plan;
        std::vector<ItemId> ids;
        for (qint64 number = after.number + 1; number <= to.number; ++number) {
            if (!plan.request.exclude.contains({ number }))
                ids.push_back({ number });
        }
        if (ids.empty())
            return ids;
        const auto wanted = searchOf(plan, snapshot);
        if (!wanted)
            return wanted.error();
        const auto found = snapshot.matching(*wanted, ids);
        return std::vector<ItemId>(found.begin(), found.end());
    };
    const auto ids = co_await m_pipeline.search<std::vector<ItemId>>(tenant, Deadline::in(patience), look);
    if (!ids && ids.error().code == ErrorCode::SearchTooBroad && work->walks > leastWalked) {
        work->walks = std::max(leastWalked, work->walks / 4);
        co_return co_await walk(tenant, work, after);
    }
    if (!ids)
        co_return ids.error();
    work->walks = std::min(walkedAtOnce, work->walks * 2);
    Portion portion;
    portion.to = to;
    portion.isLast = to >= work->plan.upTo;
    for (const ItemId id : *ids)
        portion.items.push_back({ id, std::nullopt, {} });
    co_return portion;
}

QCoro::Task<Result<BulkRunner::Portion>> BulkRunner::findDone(TenantId tenant, std::shared_ptr<Work> work, ItemId after)
{
    const std::function<Result<std::vector<JobResult>>(Snapshot &)> read = [job = *work->plan.undoOf, after](Snapshot &snapshot) -> Result<std::vector<JobResult>> {
        return snapshot.jobResults(job, after, JobOutcome::Done, portionSize);
    };
    const auto results = co_await m_pipeline.read<std::vector<JobResult>>(tenant, Deadline::in(patience), read);
    if (!results)
        co_return results.error();
    Portion portion;
    portion.isLast = results->size() < portionSize;
    portion.to = results->empty() ? after : results->back().item;
    for (const JobResult &result : *results)
        portion.items.push_back({ result.item, result.version, result.before });
    co_return portion;
}

} // namespace iwd
