// SPDX-License-Identifier: Apache-2.0
#include <support/await.h>
#include <support/manualclock.h>

#include <base/threadinbox.h>
#include <pipeline/configure/configobjects.h>
#include <pipeline/pipeline.h>
#include <pipeline/capture/capture.h>
#include <pipeline/distribute/taking.h>
#include <pipeline/itemlookup.h>
#include <contract/agentapi.h>
#include <storage/sqlitestore.h>
#include <storage/workqueue.h>

#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <barrier>
#include <set>
#include <thread>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

constexpr int threadCount = 4;

/// Runs @p work on several threads at once, numbered from 0, and waits for all.
void together(const std::function<void(int)> &work)
{
    std::barrier start(threadCount);
    std::vector<std::thread> threads;
    for (int number = 0; number < threadCount; ++number)
        threads.emplace_back([&start, &work, number] {
            start.arrive_and_wait();
            work(number);
        });
    for (auto &thread : threads)
        thread.join();
}

/// The same on threads with an event loop, where coroutines can be awaited; the caller's own loop goes on.
void togetherWithLoops(const std::function<void(int)> &work)
{
    std::vector<std::unique_ptr<QThread>> threads;
    for (int number = 0; number < threadCount; ++number)
        threads.emplace_back(QThread::create([&work, number] { work(number); }));
    for (const auto &thread : threads)
        thread->start();
    for (const auto &thread : threads)
        QTRY_VERIFY_WITH_TIMEOUT(thread->isFinished(), 60'000);
    for (const auto &thread : threads)
        thread->wait();
}

Event eventOf(TenantId tenant, qint64 id)
{
    Event event;
    event.id = id;
    event.tenant = tenant;
    event.type = EventType::ItemCreated;
    event.at = fromMillis(1'772'352'000'000);
    event.after = ItemFacts { ItemStatus::Queued, u"general"_s, {}, event.at, std::nullopt, false };
    return event;
}

} // namespace

class TestThreads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aWorkQueueHandsOutEveryPieceOnce();
    void anInboxRunsEverythingOnItsThread();
    void everyDeliveryWakesItsCoroutine();
    void theSignalWakesAllReadersAndNoneTwice();
    void figuresCountWhatComesFromOneThreadAndIsReadFromOthers();
    void thePipelineGivesEachItemToOneOfManyClients();
};

void TestThreads::aWorkQueueHandsOutEveryPieceOnce()
{
    constexpr int pieces = 2'000;
    WorkQueue<int> queue(pieces * threadCount);
    std::mutex mutex;
    std::multiset<int> taken;
    std::vector<std::thread> takers;
    for (int i = 0; i < 2; ++i)
        takers.emplace_back([&] {
            while (const auto some = queue.take(7)) {
                const std::lock_guard lock(mutex);
                taken.insert(some->begin(), some->end());
            }
        });
    together([&](int number) {
        for (int i = 0; i < pieces; ++i)
            QVERIFY(queue.push(number * pieces + i));
    });
    queue.close();
    for (auto &taker : takers)
        taker.join();
    QCOMPARE(taken.size(), size_t(pieces * threadCount));
    QCOMPARE(std::set<int>(taken.begin(), taken.end()).size(), taken.size());
    QVERIFY(!queue.push(1));
}

void TestThreads::anInboxRunsEverythingOnItsThread()
{
    constexpr int posts = 2'000;
    const auto inbox = ThreadInbox::current();
    int run = 0; // of this thread alone
    std::array<int, threadCount> last {};
    std::thread others([&] {
        together([&](int number) {
            for (int i = 1; i <= posts; ++i)
                inbox->post([&run, &last, number, i] {
                    ++run;
                    QCOMPARE(last[static_cast<size_t>(number)] + 1, i); // in order
                    last[static_cast<size_t>(number)] = i;
                });
        });
    });
    QTRY_COMPARE_WITH_TIMEOUT(run, posts * threadCount, 30'000);
    others.join();
}

QCoro::Task<> countWhenDelivered(Delivery<int> delivery, int *sum)
{
    *sum += co_await delivery;
}

void TestThreads::everyDeliveryWakesItsCoroutine()
{
    constexpr int deliveries = 1'000;
    std::vector<Delivery<int>> all(deliveries);
    int sum = 0;
    std::thread deliverers([&all] {
        together([&all](int number) {
            for (size_t i = 0; i < all.size(); ++i)
                (void)all[(i + static_cast<size_t>(number) * 7) % all.size()].deliver(1);
        });
    });
    for (const auto &delivery : all)
        countWhenDelivered(delivery, &sum);
    QTRY_COMPARE_WITH_TIMEOUT(sum, deliveries, 30'000);
    deliverers.join();
}

void TestThreads::theSignalWakesAllReadersAndNoneTwice()
{
    const TenantId tenant { 1 };
    EventSignal signal;
    std::atomic<bool> over = false;
    std::thread writer([&] {
        for (qint64 id = 1; !over; ++id)
            signal.committed({ eventOf(tenant, id) });
    });
    std::atomic<int> woken = 0;
    togetherWithLoops([&](int) {
        for (int i = 0; i < 200; ++i)
            woken += iwd::await(([](Delivery<bool> delivery) -> QCoro::Task<bool> { co_return co_await delivery; })(signal.next(tenant)));
    });
    over = true;
    writer.join();
    QCOMPARE(woken, 200 * threadCount);
    signal.close();
    QVERIFY(signal.next(tenant).delivered());
}

void TestThreads::figuresCountWhatComesFromOneThreadAndIsReadFromOthers()
{
    constexpr qint64 events = 3'000;
    const TenantId tenant { 1 };
    LiveFigures figures;
    const Instant now = fromMillis(1'772'352'000'000);
    together([&](int number) {
        for (qint64 id = 1; id <= events; ++id) {
            if (number == 0)
                figures.apply({ eventOf(tenant, id) });
            else
                QVERIFY(figures.figures(tenant, now).lastEvent <= events);
        }
    });
    QCOMPARE(figures.figures(tenant, now).queues[u"general"_s].byStatus[static_cast<size_t>(ItemStatus::Queued)], events);
}

void TestThreads::thePipelineGivesEachItemToOneOfManyClients()
{
    constexpr int items = 60;
    const QTemporaryDir folder;
    const SystemClock clock;
    const Actor actor { u"apiKey"_s, u"key-1"_s, u"Test"_s };
    SqliteOptions options;
    options.path = folder.filePath(u"iwd.db"_s);
    std::atomic<int> statements = 0;
    options.observer = [&statements](const QString &, bool, std::chrono::nanoseconds) { ++statements; };
    auto opened = SqliteStore::open(options, clock);
    QVERIFY(opened);
    const auto store = *std::move(opened);
    const TenantId tenant = *store->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-4ce8-92d2-0324e1c32e22"_s);
    Pipeline pipeline(*store, clock);
    QVERIFY(iwd::await(pipeline.start({ tenant })));
    const auto write = [&pipeline, tenant, actor](std::function<Result<bool>(Transaction &)> work) {
        const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
        return iwd::await(pipeline.write<bool>({ tenant, actor, Deadline::never(), std::nullopt }, std::move(work), nothing)).ok();
    };
    QVERIFY(write([&](Transaction &transaction) -> Result<bool> {
        seedConfiguration(transaction);
        return true;
    }));
    for (int number = 0; number < threadCount; ++number) {
        QVERIFY(write([number, actor](Transaction &transaction) -> Result<bool> {
            Agent agent;
            agent.id = agent.name = u"agent-%1"_s.arg(number);
            agent.capacity = { { u"*"_s, items * threadCount } };
            const auto put = putObject(transaction, { ConfigKind::Agent, agent.id, encodeAgent(agent), PutMode::Create, std::nullopt, false, actor });
            if (!put)
                return put.error();
            const auto state = setAgentState(transaction, { .agentId = agent.id, .state = AgentState::Ready, .actor = actor });
            return state ? Result<bool>(true) : state.error();
        }));
    }

    std::mutex mutex;
    std::multiset<qint64> taken;
    std::atomic<int> captured = 0;
    togetherWithLoops([&](int number) {
        for (int i = 0; i < items; ++i) {
            captured += write([number, i, actor](Transaction &transaction) -> Result<bool> {
                const auto input = decodeItemInput({ { u"captureId"_s, u"%1-%2"_s.arg(number).arg(i) } }, InputMode::Create);
                const auto item = captureItem(transaction, *input, actor);
                return item ? Result<bool>(true) : item.error();
            });
            const std::function<Answer(const NextOutcome &)> encode = [&mutex, &taken](const NextOutcome &outcome) {
                const std::lock_guard lock(mutex);
                if (outcome.item)
                    taken.insert(outcome.item->record.item.id.number);
                return Answer {};
            };
            const auto answer = iwd::await(pipeline.next({ tenant, actor, Deadline::never(), std::nullopt }, u"agent-%1"_s.arg(number), std::chrono::seconds(20), encode));
            QVERIFY(answer.ok());
            const std::function<Result<qint64>(Snapshot &)> look = [](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); };
            QVERIFY(iwd::await(pipeline.read<qint64>(tenant, Deadline::never(), look)).ok());
            (void)pipeline.figures().figures(tenant, clock.now());
        }
    });
    QCOMPARE(captured, items * threadCount);
    const std::lock_guard lock(mutex); // the threads are gone, but ThreadSanitizer does not see that Qt waited for them
    QCOMPARE(taken.size(), size_t(items * threadCount));
    QCOMPARE(std::set<qint64>(taken.begin(), taken.end()).size(), taken.size());
    QVERIFY(statements > 0);
}

QTEST_GUILESS_MAIN(TestThreads)
#include "tst_threads.moc"
