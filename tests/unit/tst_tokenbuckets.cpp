// SPDX-License-Identifier: Apache-2.0
#include <api/tokenbuckets.h>

#include <QTest>

#include <atomic>
#include <random>
#include <thread>

using namespace iwd;
using namespace std::chrono_literals;

class TestTokenBuckets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBurstThenTheRate();
    void theySayExactlyHowLongToWait();
    void theyAgreeWithBucketsThatAreFilledDropByDrop();
    void callersDoNotShareTokens();
    void whatWasGivenElsewhereIsMadeUpFor();
    void usageIsToldOnceAndTheMostFirst();
    void strangersInMassesNeitherFillTheMemoryNorFreeWhoIsInDebt();
    void threadsTogetherTakeNoMoreThanThereIs();

private:
    const TokenBuckets::Time m_start { 1h };
};

void TestTokenBuckets::aBurstThenTheRate()
{
    TokenBuckets buckets(10, 3);
    for (int i = 0; i < 3; ++i)
        QVERIFY(!buckets.take(1, m_start));
    QVERIFY(buckets.take(1, m_start));
    QVERIFY(buckets.take(1, m_start + 99ms));
    QVERIFY(!buckets.take(1, m_start + 100ms));
    QVERIFY(buckets.take(1, m_start + 100ms));
    // After a pause no more than the burst.
    for (int i = 0; i < 3; ++i)
        QVERIFY(!buckets.take(1, m_start + 1h));
    QVERIFY(buckets.take(1, m_start + 1h));
}

void TestTokenBuckets::theySayExactlyHowLongToWait()
{
    TokenBuckets buckets(4, 1);
    QVERIFY(!buckets.wait(1, m_start));
    QVERIFY(!buckets.take(1, m_start));
    QCOMPARE(buckets.wait(1, m_start), std::optional<TokenBuckets::Duration>(250ms));
    QCOMPARE(buckets.take(1, m_start + 100ms), std::optional<TokenBuckets::Duration>(150ms));
    QVERIFY(!buckets.wait(1, m_start + 250ms));
    QVERIFY(!buckets.take(1, m_start + 250ms));
}

/// The oracle: tokens that come one by one into a bucket that holds so many.
void TestTokenBuckets::theyAgreeWithBucketsThatAreFilledDropByDrop()
{
    std::mt19937 random(4711);
    for (int round = 0; round < 200; ++round) {
        const int perSecond = 1 << (random() % 8);
        const int burst = 1 + static_cast<int>(random() % 20);
        const auto interval = std::chrono::nanoseconds(1'000'000'000 / perSecond);
        TokenBuckets buckets(perSecond, burst);
        auto now = m_start;
        // In nanoseconds of filling, so that nothing is lost to rounding.
        auto held = interval * burst;
        for (int step = 0; step < 300; ++step) {
            const auto pause = std::chrono::nanoseconds(random() % static_cast<unsigned>(2 * interval.count()));
            now += pause;
            held = std::min(held + pause, interval * burst);
            const bool taken = !buckets.take(7, now);
            QCOMPARE(taken, held >= interval);
            if (taken)
                held -= interval;
        }
    }
}

void TestTokenBuckets::callersDoNotShareTokens()
{
    TokenBuckets buckets(1, 1);
    for (quint64 caller = 0; caller < 1'000; ++caller)
        QVERIFY(!buckets.take(caller, m_start));
    for (quint64 caller = 0; caller < 1'000; ++caller)
        QVERIFY(buckets.take(caller, m_start));
    QCOMPARE(buckets.size(), size_t(1'000));
}

void TestTokenBuckets::whatWasGivenElsewhereIsMadeUpFor()
{
    TokenBuckets buckets(10, 5);
    buckets.charge(1, 4, m_start);
    QVERIFY(!buckets.take(1, m_start));
    QVERIFY(buckets.take(1, m_start));
    buckets.charge(1, 10, m_start);
    QCOMPARE(buckets.take(1, m_start), std::optional<TokenBuckets::Duration>(1100ms));
    // Nobody is kept out for ever by a number that cannot be.
    buckets.charge(1, std::numeric_limits<qint64>::max(), m_start);
    QVERIFY(buckets.wait(1, m_start) <= std::optional<TokenBuckets::Duration>(1min));
}

void TestTokenBuckets::usageIsToldOnceAndTheMostFirst()
{
    TokenBuckets buckets(1'000, 1'000);
    (void)buckets.take(1, m_start);
    buckets.countUsage();
    for (quint64 caller = 1; caller <= 20; ++caller) {
        for (quint64 i = 0; i < caller; ++i)
            QVERIFY(!buckets.take(caller, m_start));
    }
    quint64 sum = 0;
    const auto usages = buckets.takeUsage(5);
    for (const auto &usage : usages) {
        QCOMPARE(quint64(usage.count), usage.caller);
        sum += usage.count;
    }
    QCOMPARE(sum, quint64(20 + 19 + 18 + 17 + 16));
    QVERIFY(buckets.takeUsage(5).empty());
    buckets.charge(3, 10, m_start);
    QVERIFY(buckets.takeUsage(5).empty()); // others' is not ours
}

void TestTokenBuckets::strangersInMassesNeitherFillTheMemoryNorFreeWhoIsInDebt()
{
    constexpr size_t capacity = 6'400;
    TokenBuckets buckets(1, 10, capacity);
    for (int i = 0; i < 10; ++i)
        QVERIFY(!buckets.take(42, m_start));
    for (quint64 stranger = 1'000; stranger < 201'000; ++stranger)
        (void)buckets.take(stranger, m_start);
    QVERIFY(buckets.size() <= capacity);
    QVERIFY(buckets.take(42, m_start));
    // Whoever has been quiet long enough is forgotten first.
    for (quint64 stranger = 1'000'000; stranger < 1'001'000; ++stranger)
        (void)buckets.take(stranger, m_start + 2s);
    QVERIFY(buckets.take(42, m_start + 500ms));
}

void TestTokenBuckets::threadsTogetherTakeNoMoreThanThereIs()
{
    TokenBuckets buckets(1, 1'000);
    buckets.countUsage();
    std::atomic<int> taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 1'000; ++j)
                taken += buckets.take(1, m_start) ? 0 : 1;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(taken.load(), 1'000);
    QCOMPARE(buckets.takeUsage(1).front().count, 1'000u);
}

QTEST_GUILESS_MAIN(TestTokenBuckets)
#include "tst_tokenbuckets.moc"
