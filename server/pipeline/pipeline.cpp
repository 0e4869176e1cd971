// SPDX-License-Identifier: Apache-2.0
#include "pipeline.h"

#include "distribute/duework.h"

#include <base/log.h>

#include <QPointer>

namespace iwd {

namespace {

constexpr milliseconds retryGivingUp { 100 }; ///< when the store had no room for it
constexpr milliseconds lateFiguresInterval { 1'000 }; ///< between two looks whether a tenant's database is back
constexpr milliseconds patienceForTenants { 5'000 }; ///< for a look that comes again anyhow
constexpr milliseconds smallestJump { 2'000 }; ///< less is what time services do to a clock every day

} // namespace

Pipeline::Pipeline(Store &store, const Clock &clock, PipelineOptions options, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_clock(clock)
    , m_options(options)
{
    m_place->pipeline = this;
    m_store.setHooks([this](int lane) -> Store::Hooks {
        Distributor &own = distributor(lane);
        return {
            [&own](Transaction &transaction) { own.match(transaction); },
            [this, &own](const std::vector<Event> &events) {
                m_figures->apply(events);
                own.committed();
                m_offerSignal.committed(events);
                m_eventSignal.committed(events);
            },
            [this](TenantId tenant) { othersWrote(tenant); },
            [&own] { own.rolledBack(); },
        };
    });
    connect(&m_dueWorkTimer, &QTimer::timeout, this, &Pipeline::runDueWork);
    connect(&m_lateTimer, &QTimer::timeout, this, &Pipeline::loadLateFigures);
    connect(&m_tenantTimer, &QTimer::timeout, this, &Pipeline::lookForTenants);
}

Pipeline::~Pipeline()
{
    {
        const std::lock_guard lock(m_place->mutex);
        m_place->pipeline = nullptr;
    }
    stop();
    // Units are told their outcome in order on the writing thread, so whoever is told last is told after all that speak to this object.
    m_store.removeHooks([this](int lane) { distributor(lane).giveUpAll(); });
}

Distributor &Pipeline::distributor(int lane)
{
    const std::lock_guard lock(m_distributorsMutex);
    auto &known = m_distributors[lane];
    if (!known)
        known = std::make_unique<Distributor>();
    return *known;
}

QCoro::Task<Result<void>> Pipeline::start(std::vector<TenantId> tenants)
{
    for (const TenantId tenant : tenants) {
        const auto loaded = co_await loadFigures(tenant);
        const bool mayComeBack = !loaded && loaded.error().code == ErrorCode::StorageUnavailable && m_store.laneOf(tenant) != 0;
        if (!loaded && !mayComeBack)
            co_return loaded.error();
        if (!loaded)
            m_withoutFigures.insert(tenant);
    }
    m_tenants = { tenants.begin(), tenants.end() };
    m_dueWorkTimer.start(m_options.dueWorkInterval);
    m_tenantTimer.start(m_options.tenantInterval);
    if (!m_withoutFigures.empty())
        m_lateTimer.start(lateFiguresInterval);
    co_return {};
}

QCoro::Task<Result<void>> Pipeline::loadFigures(TenantId tenant)
{
    const std::function<Result<bool>(Snapshot &)> load = [figures = m_figures](Snapshot &snapshot) -> Result<bool> { return figures->load(snapshot); };
    // Another process may write between the snapshot and now.
    bool complete = false;
    while (!complete) {
        const auto loaded = co_await read<bool>(tenant, Deadline::never(), load);
        if (!loaded)
            co_return loaded.error();
        complete = *loaded;
    }
    co_return {};
}

QCoro::Task<> Pipeline::loadLateFigures()
{
    if (m_loadingLate)
        co_return;
    m_loadingLate = true;
    const QPointer<Pipeline> self(this);
    const std::set<TenantId> missing = m_withoutFigures;
    for (const TenantId tenant : missing) {
        const auto loaded = co_await loadFigures(tenant);
        if (!self)
            co_return;
        if (loaded)
            m_withoutFigures.erase(tenant);
    }
    m_loadingLate = false;
    if (m_withoutFigures.empty())
        m_lateTimer.stop();
}

/// Whoever makes a tenant tells nobody, and it may live in a database of its own; so the directory is asked. It is a short list.
void Pipeline::lookForTenants()
{
    if (m_lookingForTenants)
        return;
    const auto found = std::make_shared<std::vector<TenantRecord>>();
    const auto done = [found, place = m_place](const std::optional<Error> &failure) {
        if (failure)
            found->clear();
        const std::lock_guard lock(place->mutex);
        if (Pipeline *pipeline = place->pipeline)
            QMetaObject::invokeMethod(pipeline, [pipeline, found] { pipeline->adopt(*found); }, Qt::QueuedConnection);
    };
    m_lookingForTenants = m_store.lookUp([found](Directory &directory) { *found = directory.tenants(); }, done, Deadline::in(patienceForTenants));
}

void Pipeline::adopt(const std::vector<TenantRecord> &tenants)
{
    m_lookingForTenants = false;
    if (m_stopping)
        return;
    for (const TenantRecord &tenant : tenants) {
        if (!m_tenants.insert(tenant.number).second)
            continue;
        log::info(u"Found a tenant that was made meanwhile", { { QLatin1StringView("tenant"), tenant.id } });
        m_withoutFigures.insert(tenant.number);
        Q_EMIT tenantFound(tenant);
    }
    if (m_withoutFigures.empty() || m_lateTimer.isActive())
        return;
    m_lateTimer.start(lateFiguresInterval);
    loadLateFigures();
}

void Pipeline::stop()
{
    m_stopping = true;
    m_dueWorkTimer.stop();
    m_lateTimer.stop();
    m_tenantTimer.stop();
    m_eventSignal.close();
    m_offerSignal.close();
    answerParked();
}

void Pipeline::answerParked()
{
    if (!m_store.tellWriters([this](int lane) { distributor(lane).giveUpAll(); }))
        QTimer::singleShot(retryGivingUp, this, &Pipeline::answerParked);
}

Error Pipeline::busy()
{
    return { ErrorCode::Busy, QStringLiteral("The server has more work than it can queue. Nothing was done; try again in a moment."), {},
        { { QStringLiteral("retryAfterSeconds"), 1 } } };
}

QCoro::Task<Result<Answer>> Pipeline::next(WriteContext context, QString agentId, milliseconds wait, std::function<Answer(const NextOutcome &)> encode)
{
    const auto request = std::make_shared<NextRequest>();
    Delivery<Result<Answer>> answered;
    request->tenant = context.tenant;
    request->agentId = agentId;
    request->actor = context.actor;
    request->wait = wait > milliseconds(0) && !m_stopping;
    request->idempotency = context.idempotency;
    request->encode = encode;
    request->number = m_nextNumber++;
    request->answer = [answered](Result<Answer> answer) { answered.deliver(std::move(answer)); };

    WriteUnit unit;
    unit.tenant = context.tenant;
    unit.deadline = context.deadline;
    unit.run = [this, request](Transaction &) { distributorOf(request->tenant).arrive(request); };
    unit.done = [answered](const std::optional<Error> &failure) {
        if (failure)
            answered.deliver(*failure);
    };
    if (!m_store.write(std::move(unit)))
        co_return busy();

    QTimer patience;
    if (request->wait) {
        patience.setSingleShot(true);
        connect(&patience, &QTimer::timeout, &patience, [this, &patience, tenant = context.tenant, number = request->number] {
            const bool queued = m_store.write({ tenant, [](Transaction &) {}, [this, tenant, number](const std::optional<Error> &) { distributorOf(tenant).giveUp(number); } });
            if (!queued)
                patience.start(retryGivingUp);
        });
        patience.start(wait);
    }
    co_return co_await answered;
}

/// What another process wrote may be work for those who wait here.
void Pipeline::othersWrote(TenantId tenant)
{
    if (!distributorOf(tenant).hasParked(tenant))
        return;
    // When the queue is full, one of those transactions does it.
    const bool queued = m_store.write({ tenant, [this, tenant](Transaction &) { distributorOf(tenant).timePassed(tenant); }, [](const std::optional<Error> &) {} });
    Q_UNUSED(queued)
}

bool Pipeline::doDueWork(Transaction &transaction, int limit)
{
    distributorOf(transaction.tenant()).timePassed(transaction.tenant());
    return iwd::runDueWork(transaction, limit);
}

/// A lease is a length of time, so whoever sets the clock neither ends nor prolongs one. What is due at a date is due by the clock.
void Pipeline::watchClock()
{
    const Instant now = m_clock.now();
    const auto steady = m_clock.steady();
    if (m_lastSteady) {
        const Instant expected = m_lastNow + std::chrono::duration_cast<milliseconds>(steady - *m_lastSteady);
        const milliseconds by = now - expected;
        if (by >= smallestJump || by <= -smallestJump) {
            log::warning(u"The system clock was set to another time; leases keep the time that they had left", { { QLatin1StringView("milliseconds"), qint64(by.count()) } });
            for (const TenantId tenant : m_tenants)
                m_jumps[tenant].push_back({ by, m_lastNow + by });
        }
    }
    m_lastNow = now;
    m_lastSteady = steady;
}

void Pipeline::runDueWork()
{
    watchClock();
    // Once a minute the old answers go, too; in small portions, so that nobody waits for them.
    const bool forget = ++m_rounds % std::max(1, static_cast<int>(std::chrono::minutes(1) / m_options.dueWorkInterval)) == 0;
    for (const TenantId tenant : m_tenants) {
        if (!m_dueWorkRunning.insert(tenant).second)
            continue;
        const std::vector<ClockJump> jumps = m_jumps[tenant];
        const auto told = std::make_shared<std::ptrdiff_t>(0); ///< jumps that leases know of when this is committed
        const auto done = [this, tenant, told](const std::optional<Error> &failure) {
            // A store that takes no writes says so itself, once.
            if (failure && failure->code != ErrorCode::StorageUnavailable)
                log::warning(u"Work that is due could not be done; it is tried again", { { QLatin1StringView("reason"), failure->text } });
            const std::ptrdiff_t settled = failure ? 0 : *told;
            QMetaObject::invokeMethod(
                this,
                [this, tenant, settled] {
                    auto &open = m_jumps[tenant];
                    open.erase(open.begin(), open.begin() + settled);
                    m_dueWorkRunning.erase(tenant);
                },
                Qt::QueuedConnection);
        };
        const bool queued = m_store.write({ tenant,
            [this, limit = m_options.dueWorkLimit, forget, keep = m_options.keepAnswers, jumps, told, clock = &m_clock, lastNow = m_lastNow,
                lastSteady = *m_lastSteady](Transaction &transaction) {
                // Set since we looked at it? Then leases would end that the next round knows to shift.
                const Instant expected = lastNow + std::chrono::duration_cast<milliseconds>(clock->steady() - lastSteady);
                *told = 0;
                if (transaction.now() - expected >= smallestJump)
                    return;
                *told = std::ssize(jumps);
                // Time may have made more work eligible for those who wait here.
                distributorOf(transaction.tenant()).timePassed(transaction.tenant());
                if (!transaction.leasesDueWork())
                    return;
                for (const ClockJump &jump : jumps)
                    transaction.shiftLeases(jump.by, jump.from);
                doDueWork(transaction, limit);
                if (forget)
                    forgetOldAnswers(transaction, transaction.configuration()->settings().keepAnswers.value_or(keep), limit);
            },
            done });
        if (!queued)
            m_dueWorkRunning.erase(tenant);
        // Sessions, and answers to writes about callers, are elsewhere for a tenant with a database of its own. When there is no room, they go a minute later.
        if (forget && m_store.laneOf(tenant) != 0) {
            WriteUnit old { tenant, [keep = m_options.keepAnswers, limit = m_options.dueWorkLimit](Transaction &transaction) { forgetOldAnswers(transaction, keep, limit); },
                [](const std::optional<Error> &) {} };
            old.aboutCallers = true;
            (void)m_store.write(std::move(old));
        }
    }
}

} // namespace iwd
