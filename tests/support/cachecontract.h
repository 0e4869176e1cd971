// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cache/cache.h>

#include <qcoro/qcorotask.h>

#include <QObject>
#include <QTest>

#include <thread>

namespace iwd::test {

/// What every Cache has to do, whatever it is made of. A test of an implementation inherits this, makes the cache, and lets
/// its time pass.
class CacheContract : public QObject
{
    Q_OBJECT
protected:
    /// An empty cache.
    virtual std::shared_ptr<Cache> makeCache() = 0;
    /// Lets the cache's own time go on by @p time.
    virtual void passTime(milliseconds time) = 0;

    static std::optional<QByteArray> get(Cache &cache, const QByteArray &key) { return QCoro::waitFor(cache.get(key)); }
    static void put(Cache &cache, const QByteArray &key, const QByteArray &value, milliseconds timeToLive)
    {
        QCoro::waitFor(cache.put(key, value, timeToLive));
    }
    static void erase(Cache &cache, const QByteArray &key) { QCoro::waitFor(cache.erase(key)); }

private Q_SLOTS:
    void whatWasNeverPutIsAbsent()
    {
        const auto cache = makeCache();
        QVERIFY(!get(*cache, "key"));
    }

    void whatWasPutIsFound()
    {
        const auto cache = makeCache();
        put(*cache, "key", "value", std::chrono::minutes(1));
        QCOMPARE(get(*cache, "key"), std::optional<QByteArray>("value"));
        QVERIFY(!get(*cache, "Key"));
    }

    void anEmptyValueIsNotAnAbsentOne()
    {
        const auto cache = makeCache();
        put(*cache, "key", "", std::chrono::minutes(1));
        QVERIFY(get(*cache, "key"));
        QVERIFY(get(*cache, "key")->isEmpty());
    }

    void keysAndValuesMayHoldAnyByte()
    {
        const auto cache = makeCache();
        const QByteArray key("\0\r\n \xff", 5);
        const QByteArray value("\0$-1\r\n\xfe", 7);
        put(*cache, key, value, std::chrono::minutes(1));
        QCOMPARE(get(*cache, key), std::optional(value));
        QVERIFY(!get(*cache, key.left(1)));
    }

    void aLaterPutReplacesValueAndTime()
    {
        const auto cache = makeCache();
        put(*cache, "key", "first", std::chrono::seconds(1));
        put(*cache, "key", "second", std::chrono::minutes(10));
        passTime(std::chrono::seconds(2));
        QCOMPARE(get(*cache, "key"), std::optional<QByteArray>("second"));
    }

    void anEntryIsGoneWhenItsTimeIsOver()
    {
        const auto cache = makeCache();
        put(*cache, "short", "value", std::chrono::seconds(1));
        put(*cache, "long", "value", std::chrono::minutes(10));
        passTime(std::chrono::seconds(1));
        QVERIFY(!get(*cache, "short"));
        QVERIFY(get(*cache, "long"));
    }

    void readingDoesNotProlongAnEntry()
    {
        const auto cache = makeCache();
        put(*cache, "key", "value", milliseconds(1500));
        passTime(std::chrono::seconds(1));
        QVERIFY(get(*cache, "key"));
        passTime(std::chrono::seconds(1));
        QVERIFY(!get(*cache, "key"));
    }

    void aTimeOfZeroOrLessKeepsNothing()
    {
        const auto cache = makeCache();
        put(*cache, "zero", "value", milliseconds::zero());
        put(*cache, "negative", "value", milliseconds(-5));
        QVERIFY(!get(*cache, "zero"));
        QVERIFY(!get(*cache, "negative"));

        put(*cache, "key", "value", std::chrono::minutes(1));
        put(*cache, "key", "value", milliseconds::zero());
        QVERIFY(!get(*cache, "key"));
    }

    void theLongestTimeThereIsWorks()
    {
        const auto cache = makeCache();
        put(*cache, "key", "value", milliseconds::max());
        passTime(std::chrono::seconds(1));
        QVERIFY(get(*cache, "key"));
    }

    void whatWasErasedIsAbsent()
    {
        const auto cache = makeCache();
        put(*cache, "one", "value", std::chrono::minutes(1));
        put(*cache, "other", "value", std::chrono::minutes(1));
        erase(*cache, "one");
        erase(*cache, "never there");
        QVERIFY(!get(*cache, "one"));
        QVERIFY(get(*cache, "other"));
    }

    void threadsShareOneCache()
    {
        const auto cache = makeCache();
        constexpr int rounds = 500;
        std::atomic<int> wrong = 0;
        const auto work = [&cache, &wrong](const QByteArray &own) {
            for (int round = 0; round < rounds; ++round) {
                put(*cache, own, QByteArray::number(round), std::chrono::minutes(1));
                wrong += get(*cache, own) != QByteArray::number(round);
                put(*cache, "shared", own, std::chrono::minutes(1));
                erase(*cache, "shared");
            }
        };
        std::thread first(work, QByteArray("first"));
        std::thread second(work, QByteArray("second"));
        first.join();
        second.join();
        QCOMPARE(wrong, 0);
        QVERIFY(!get(*cache, "shared"));
    }
};

} // namespace iwd::test
