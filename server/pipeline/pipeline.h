// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distribute/distributor.h"
#include "distribute/offersignal.h"
#include "idempotency.h"
#include "report/eventsignal.h"
#include "report/livefigures.h"
#include "store.h"

#include <QObject>
#include <QTimer>

#include <qcoro/qcorotask.h>

#include <atomic>
#include <mutex>
#include <set>

namespace iwd {

/// Who writes, until when an answer is wanted, and the key under which the answer is kept.
struct WriteContext
{
    TenantId tenant;
    Actor actor;
    Deadline deadline = Deadline::never();
    std::optional<IdempotencyKey> idempotency;
    QStringList captureIds = {}; ///< see WriteUnit
    bool aboutCallers = false; ///< see WriteUnit
};

struct PipelineOptions
{
    milliseconds dueWorkInterval { 200 }; ///< how late a lease, an activation or an expiration may be noticed
    milliseconds keepAnswers { std::chrono::hours(24) }; ///< for tenants whose settings say nothing
    int dueWorkLimit = 500; ///< items of a kind in one transaction
    milliseconds tenantInterval { 2'000 }; ///< how late a tenant that another process makes may be noticed
};

/// The way into the five steps: capture, classify, prioritize, distribute, report. The steps themselves are functions on a Transaction;
/// here they are brought to the store's threads and their outcome back to the caller's.
///
/// Coroutines resume on the thread that awaits them, which needs an event loop. The object itself lives on one thread; write(), read()
/// and next() may be called from any.
class Pipeline : public QObject
{
    Q_OBJECT
public:
    /// @p store and @p clock must outlive this.
    Pipeline(Store &store, const Clock &clock, PipelineOptions options = {}, QObject *parent = nullptr);

    /// Answers everybody who waits, and blocks until the store has done what it was given and knows nothing of this any more.
    ~Pipeline() override;

    /// Loads the figures of the tenants and begins to look after what falls due. Those of a tenant whose own database is away are loaded when it is back. Tenants that are made from then on,
    /// by whichever process, are found and looked after as well.
    [[nodiscard]] QCoro::Task<Result<void>> start(std::vector<TenantId> tenants);
    /// Answers everybody who waits. Further wishes are not parked.
    void stop();

    /// Runs @p work in a transaction that is shared with other writers, and answers after the commit.
    /// @param work may be run more than once; what it refuses with an Error leaves nothing behind
    /// @param encode how the outcome is answered; with an idempotency key it is stored with the write
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<Answer>> write(WriteContext context, std::function<Result<T>(Transaction &)> work, std::function<Answer(const T &)> encode)
    {
        struct State
        {
            std::optional<Result<T>> outcome;
            std::optional<Result<Answer>> answer;
        };
        const auto state = std::make_shared<State>();
        Delivery<std::optional<Error>> finished;
        WriteUnit unit;
        unit.tenant = context.tenant;
        unit.deadline = context.deadline;
        unit.captureIds = std::exchange(context.captureIds, {});
        unit.aboutCallers = context.aboutCallers;
        unit.run = [state, context, work, encode](Transaction &transaction) {
            state->outcome.reset();
            state->answer = storedAnswer(transaction, context.idempotency);
            if (state->answer)
                return;
            const int changes = transaction.changeCount();
            state->outcome = work(transaction);
            if (!*state->outcome && transaction.changeCount() != changes)
                transaction.fail(state->outcome->error());
            if (*state->outcome && context.idempotency && !transaction.failed()) {
                state->answer = encode(**state->outcome);
                transaction.storeAnswer(*context.idempotency, **state->answer);
            }
        };
        unit.done = [finished](const std::optional<Error> &failure) { finished.deliver(failure); };
        if (!m_store.write(std::move(unit)))
            co_return busy();
        const std::optional<Error> failure = co_await finished;
        if (failure)
            co_return *failure;
        if (state->answer)
            co_return *state->answer;
        if (!*state->outcome)
            co_return state->outcome->error();
        co_return encode(**state->outcome);
    }

    /// Runs @p work on a snapshot.
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> read(TenantId tenant, Deadline deadline, std::function<Result<T>(Snapshot &)> work)
    {
        return readBy<T>(&Store::read, tenant, deadline, std::move(work));
    }

    /// Runs @p work, which is about keys or users, on a snapshot: see WriteUnit::aboutCallers.
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> readCallers(TenantId tenant, Deadline deadline, std::function<Result<T>(Snapshot &)> work)
    {
        return readBy<T>(&Store::readCallers, tenant, deadline, std::move(work));
    }

    /// Runs @p work on a snapshot where it may take its time and keeps nobody else waiting: see Store::search().
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> search(TenantId tenant, Deadline deadline, std::function<Result<T>(Snapshot &)> work)
    {
        return readBy<T>(&Store::search, tenant, deadline, std::move(work));
    }

    /// The best item that the agent may have; waits up to @p wait for one to come.
    [[nodiscard]] QCoro::Task<Result<Answer>> next(WriteContext context, QString agentId, milliseconds wait, std::function<Answer(const NextOutcome &)> encode);

    [[nodiscard]] Store &store() const { return m_store; }
    [[nodiscard]] const Clock &clock() const { return m_clock; }
    [[nodiscard]] EventSignal &eventSignal() { return m_eventSignal; }
    [[nodiscard]] OfferSignal &offerSignal() { return m_offerSignal; }
    /// Does what has fallen due, in a transaction of the tenant. Whatever that, or the passing of time alone, makes possible is matched at its end.
    /// @returns whether there may be more due right now
    bool doDueWork(Transaction &transaction, int limit);
    [[nodiscard]] const LiveFigures &figures() const { return *m_figures; }
    [[nodiscard]] bool stopping() const { return m_stopping; }

Q_SIGNALS:
    /// A tenant that start() was not told of.
    void tenantFound(const iwd::TenantRecord &tenant);

private:
    /// The system clock was set to another time.
    struct ClockJump
    {
        milliseconds by;
        Instant from; ///< about the first moment of the new time
    };

    /// Where threads of the store find this object, if it is still there.
    struct Place
    {
        std::mutex mutex;
        Pipeline *pipeline = nullptr;
    };

    using ReadingWay = bool (Store::*)(TenantId, std::function<void(Snapshot &)>, std::function<void(const std::optional<Error> &)>, Deadline);

    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> readBy(ReadingWay way, TenantId tenant, Deadline deadline, std::function<Result<T>(Snapshot &)> work)
    {
        const auto outcome = std::make_shared<std::optional<Result<T>>>();
        Delivery<std::optional<Error>> finished;
        const bool queued = (m_store.*way)(
            tenant, [outcome, work](Snapshot &snapshot) { *outcome = work(snapshot); }, [finished](const std::optional<Error> &failure) { finished.deliver(failure); }, deadline);
        if (!queued)
            co_return busy();
        const std::optional<Error> failure = co_await finished;
        if (failure)
            co_return *failure;
        co_return **outcome;
    }

    [[nodiscard]] static Error busy();
    void runDueWork();
    void watchClock();
    void answerParked();
    void othersWrote(TenantId tenant);
    [[nodiscard]] QCoro::Task<Result<void>> loadFigures(TenantId tenant);
    QCoro::Task<> loadLateFigures();
    void lookForTenants();
    void adopt(const std::vector<TenantRecord> &tenants);
    [[nodiscard]] Distributor &distributor(int lane);
    [[nodiscard]] Distributor &distributorOf(TenantId tenant) { return distributor(m_store.laneOf(tenant)); }

    Store &m_store;
    const Clock &m_clock;
    PipelineOptions m_options;
    std::mutex m_distributorsMutex;
    std::map<int, std::unique_ptr<Distributor>> m_distributors; ///< of each writing thread of the store, by its lane
    EventSignal m_eventSignal;
    OfferSignal m_offerSignal;
    const std::shared_ptr<LiveFigures> m_figures = std::make_shared<LiveFigures>(); ///< shared with a reading thread that loads them
    const std::shared_ptr<Place> m_place = std::make_shared<Place>();
    std::set<TenantId> m_tenants;
    bool m_lookingForTenants = false;
    std::set<TenantId> m_withoutFigures; ///< whose database was away so far
    bool m_loadingLate = false;
    std::set<TenantId> m_dueWorkRunning;
    std::map<TenantId, std::vector<ClockJump>> m_jumps; ///< that leases do not know of yet
    Instant m_lastNow;
    std::optional<std::chrono::steady_clock::time_point> m_lastSteady;
    QTimer m_dueWorkTimer;
    QTimer m_lateTimer;
    QTimer m_tenantTimer;
    int m_rounds = 0;
    std::atomic<quint64> m_nextNumber = 1;
    std::atomic<bool> m_stopping = false;
};

} // namespace iwd
