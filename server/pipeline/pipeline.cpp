// SPDX-License-Identifier: Apache-2.0
#include "pipeline.h"

#include "distribute/duework.h"

#include <base/log.h>

#include <latch>
#include <thread>

namespace iwd {

namespace {

constexpr milliseconds retryGivingUp { 100 }; ///< when the store had no room for it
constexpr milliseconds smallestJump { 2'000 }; ///< less is what time services do to a clock every day

} // namespace

Pipeline::Pipeline(Store &store, const Clock &clock, PipelineOptions options, QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_clock(clock)
    , m_options(options)
{
    m_store.setHooks({
        [this](Transaction &transaction) { m_distributor.match(transaction); },
        [this](const std::vector<Event> &events) {
            m_figures->apply(events);
            m_distributor.committed();
            m_offerSignal.committed(events);
            m_eventSignal.committed(events);
        },
        [this](TenantId tenant) { othersWrote(tenant); },
        [this] { m_distributor.rolledBack(); },
    });
    connect(&m_dueWorkTimer, &QTimer::timeout, this, &Pipeline::runDueWork);
}

Pipeline::~Pipeline()
{
    stop();
    // Units are told their outcome in order on the writing thread, so whoever is told last is told after all that speak to this object.
    std::latch told(1);
    const auto leave = [this, &told](const std::optional<Error> &) {
        m_distributor.giveUpAll();
        m_store.setHooks({});
        told.count_down();
    };
    while (!m_store.write({ {}, [](Transaction &) {}, leave }))
        std::this_thread::sleep_for(milliseconds(1));
    told.wait();
}

QCoro::Task<Result<void>> Pipeline::start(std::vector<TenantId> tenants)
{
    for (const TenantId tenant : tenants) {
        const std::function<Result<bool>(Snapshot &)> load = [figures = m_figures](Snapshot &snapshot) -> Result<bool> { return figures->load(snapshot); };
        // Another process may write between the snapshot and now.
        bool complete = false;
        while (!complete) {
            const auto loaded = co_await read<bool>(tenant, Deadline::never(), load);
            if (!loaded)
                co_return loaded.error();
            complete = *loaded;
        }
    }
    m_tenants = std::move(tenants);
    m_dueWorkTimer.start(m_options.dueWorkInterval);
    co_return {};
}

void Pipeline::stop()
{
    m_stopping = true;
    m_dueWorkTimer.stop();
    m_eventSignal.close();
    m_offerSignal.close();
    answerParked();
}

void Pipeline::answerParked()
{
    if (m_tenants.empty())
        return;
    const bool queued = m_store.write({ m_tenants.front(), [](Transaction &) {}, [this](const std::optional<Error> &) { m_distributor.giveUpAll(); } });
    if (!queued)
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
    unit.run = [this, request](Transaction &) { m_distributor.arrive(request); };
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
            const bool queued = m_store.write({ tenant, [](Transaction &) {}, [this, number](const std::optional<Error> &) { m_distributor.giveUp(number); } });
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
    if (!m_distributor.hasParked(tenant))
        return;
    // When the queue is full, one of those transactions does it.
    const bool queued = m_store.write({ tenant, [this, tenant](Transaction &) { m_distributor.timePassed(tenant); }, [](const std::optional<Error> &) {} });
    Q_UNUSED(queued)
}

bool Pipeline::doDueWork(Transaction &transaction, int limit)
{
    m_distributor.timePassed(transaction.tenant());
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
                m_distributor.timePassed(transaction.tenant());
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
    }
}

} // namespace iwd
