// SPDX-License-Identifier: Apache-2.0
#include <cache/localcache.h>
#include <support/cachecontract.h>
#include <support/manualclock.h>

using namespace iwd;
using std::chrono::minutes;

class TestLocalCache : public test::CacheContract
{
    Q_OBJECT
protected:
    std::shared_ptr<Cache> makeCache() override { return std::make_shared<LocalCache>(m_clock); }
    void passTime(milliseconds time) override { m_clock->advance(time); }

private Q_SLOTS:
    void neverHoldsMoreThanItsCapacity()
    {
        LocalCache cache(m_clock, 3);
        for (int number = 0; number < 100; ++number)
            cache.insert(QByteArray::number(number), "value", minutes(1));
        QCOMPARE(cache.size(), size_t(3));
        QVERIFY(cache.find("99"));
        QVERIFY(!cache.find("96"));
    }

    void theLeastRecentlyUsedMakesRoom()
    {
        LocalCache cache(m_clock, 2);
        cache.insert("used", "value", minutes(1));
        cache.insert("unused", "value", minutes(1));
        QVERIFY(cache.find("used"));
        cache.insert("new", "value", minutes(1));
        QVERIFY(cache.find("used"));
        QVERIFY(cache.find("new"));
        QVERIFY(!cache.find("unused"));
    }

    void replacingAnEntryPushesNobodyOut()
    {
        LocalCache cache(m_clock, 2);
        cache.insert("one", "value", minutes(1));
        cache.insert("two", "value", minutes(1));
        cache.insert("two", "again", minutes(1));
        QVERIFY(cache.find("one"));
        QCOMPARE(cache.find("two"), std::optional<QByteArray>("again"));
    }

    void askingForADeadEntryFreesItsPlace()
    {
        LocalCache cache(m_clock, 2);
        cache.insert("dead", "value", minutes(1));
        passTime(minutes(2));
        QVERIFY(!cache.find("dead"));
        QCOMPARE(cache.size(), size_t(0));
    }

private:
    std::shared_ptr<test::ManualClock> m_clock = std::make_shared<test::ManualClock>();
};

QTEST_GUILESS_MAIN(TestLocalCache)
#include "tst_localcache.moc"
