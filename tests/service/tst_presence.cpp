// SPDX-License-Identifier: Apache-2.0
#include <api/presence.h>
#include <cache/rediscache.h>
#include <support/manualclock.h>
#include <support/privateredis.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray secret("a secret of all servers");
const TenantId tenant { 1 };
const TenantId another { 2 };

/// One of several servers on one Redis, as far as presence goes.
struct Server
{
    explicit Server(const QString &redis, const QByteArray &sealedWith = secret)
        : presence(clock)
        , board([&] {
            RedisOptions options = *RedisOptions::fromUrl(redis);
            options.timeout = 2s;
            return options;
        }())
        , shared(presence, board, sealedWith)
    {
    }
    void exchange() { QCoro::waitFor(shared.exchange()); }
    [[nodiscard]] bool sees(const QString &agentId) const { return presence.figures(tenant).isConnected(agentId, clock.now()); }

    test::ManualClock clock;
    Presence presence;
    RedisCache board;
    SharedPresence shared;
};

} // namespace

/// Who is there, on one server and on several.
class TestPresence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_redis.cli({ u"FLUSHALL"_s }); }

    void anAgentIsThereAsLongAsItHoldsSomethingOpenAndAWhileAfter()
    {
        test::ManualClock clock;
        Presence presence(clock);
        const auto isThere = [&] { return presence.figures(tenant).isConnected(u"ann"_s, clock.now()); };
        QVERIFY(!isThere());
        {
            const Presence::Stay stay = presence.stay(tenant, u"ann"_s);
            const Presence::Stay second = presence.stay(tenant, u"ann"_s);
            clock.advance(1h);
            presence.seen(tenant, u"ben"_s); // looks for those who have gone
            QVERIFY(isThere());
            QVERIFY(!presence.figures(another).isConnected(u"ann"_s, clock.now()));
        }
        QVERIFY(isThere());
        clock.advance(Presence::Lingers);
        QVERIFY(isThere());
        clock.advance(1ms);
        QVERIFY(!isThere());
        presence.seen(tenant, u"ann"_s);
        QVERIFY(isThere());
    }

    void readersOfStreamsAreCounted()
    {
        test::ManualClock clock;
        Presence presence(clock);
        std::vector<Presence::Stay> stays;
        for (int i = 0; i < 3; ++i)
            stays.push_back(presence.follow(tenant));
        QCOMPARE(presence.figures(tenant).streams, 3);
        QCOMPARE(presence.figures(another).streams, 0);
        stays.pop_back();
        QCOMPARE(presence.figures(tenant).streams, 2);
        stays.clear();
        QCOMPARE(presence.figures(tenant).streams, 0);
    }

    void whoeverNamesAgentsWithoutEndFillsNoMemory()
    {
        test::ManualClock clock;
        Presence presence(clock);
        for (int i = 0; i < 50'000; ++i)
            presence.seen(tenant, QString::number(i));
        QVERIFY(presence.figures(tenant).lastSeen.size() <= 20'000);
        const Presence::Stay none = presence.stay(tenant, u"one-too-many"_s);
        QVERIFY(!presence.figures(tenant).isConnected(u"one-too-many"_s, clock.now()));
        clock.advance(1min);
        presence.seen(tenant, u"ann"_s);
        QCOMPARE(presence.figures(tenant).lastSeen.size(), 1);
    }

    void whatNoAgentCanBeCalledIsNotRemembered()
    {
        test::ManualClock clock;
        Presence presence(clock);
        for (const QString &id : { QString(100'000, u'a'), u"a name"_s, u"../ann"_s, QString() }) {
            presence.seen(tenant, id);
            const Presence::Stay stay = presence.stay(tenant, id);
            QVERIFY(presence.figures(tenant).lastSeen.isEmpty());
        }
    }

    void serversTellEachOther()
    {
        Server a(m_redis.url());
        Server b(m_redis.url());
        b.clock.advance(1h); // servers' clocks differ
        const Presence::Stay stay = a.presence.stay(tenant, u"ann"_s);
        a.presence.seen(tenant, u"bob"_s);
        a.clock.advance(20s);
        std::optional<Presence::Stay> stream(a.presence.follow(tenant));
        a.exchange();
        b.exchange();
        QVERIFY(b.sees(u"ann"_s));
        QVERIFY(b.sees(u"bob"_s));
        QCOMPARE(b.presence.figures(tenant).streams, 1);
        QCOMPARE(b.presence.figures(tenant).servers, 2);
        QVERIFY(!b.presence.figures(another).isConnected(u"ann"_s, b.clock.now()));
        stream.reset();
        for (Server *server : { &a, &b })
            server->clock.advance(11s);
        a.exchange();
        b.exchange();
        QVERIFY(b.sees(u"ann"_s));
        QVERIFY(!b.sees(u"bob"_s));
        QCOMPARE(b.presence.figures(tenant).streams, 0);
    }

    void aServerThatEndedIsForgotten()
    {
        Server b(m_redis.url());
        {
            Server a(m_redis.url());
            a.presence.seen(tenant, u"ann"_s);
            a.exchange();
            b.exchange();
            QCOMPARE(b.presence.figures(tenant).servers, 2);
        }
        QTRY_COMPARE_WITH_TIMEOUT((b.exchange(), b.presence.figures(tenant).servers), 1, 20'000);
        QVERIFY(!b.sees(u"ann"_s));
    }

    void withoutRedisEachKnowsItsOwn()
    {
        test::PrivateRedis redis;
        Server a(redis.url());
        Server b(redis.url());
        a.presence.seen(tenant, u"ann"_s);
        b.presence.seen(tenant, u"bob"_s);
        a.exchange();
        b.exchange();
        QVERIFY(b.sees(u"ann"_s));
        redis.kill();
        QTRY_COMPARE_WITH_TIMEOUT((b.exchange(), b.presence.figures(tenant).servers), 1, 20'000);
        QVERIFY(!b.sees(u"ann"_s));
        QVERIFY(b.sees(u"bob"_s));
        redis.start();
        QTRY_VERIFY((a.exchange(), b.exchange(), b.sees(u"ann"_s)));
    }

    void nobodyElseCanSayWhoIsThere()
    {
        Server b(m_redis.url());
        Server stranger(m_redis.url(), "another secret");
        stranger.presence.seen(tenant, u"ann"_s);
        stranger.exchange();
        b.exchange();
        QVERIFY(!b.sees(u"ann"_s));
        QCOMPARE(b.presence.figures(tenant).servers, 1);
    }

    void whatMakesNoSenseIsNotLearned_data()
    {
        QTest::addColumn<QByteArray>("notice");
        QTest::addRow("nothing") << QByteArray();
        QTest::addRow("another format") << QByteArray(13, '\2');
        QTest::addRow("tenants without end") << QByteArray("\1\0\0\0\0\0\0\0\1\xff\xff\xff\xff", 13);
        QTest::addRow("agents without end") << QByteArray("\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\xff\xff\xff\xff", 29);
    }

    void whatMakesNoSenseIsNotLearned()
    {
        QFETCH(QByteArray, notice);
        test::ManualClock clock;
        Presence presence(clock);
        QVERIFY(!presence.learn("who", notice));
        QCOMPARE(presence.figures(tenant).servers, 1);
    }

private:
    test::PrivateRedis m_redis;
};

QTEST_GUILESS_MAIN(TestPresence)
#include "tst_presence.moc"
