// SPDX-License-Identifier: Apache-2.0
#include <api/sharedlimits.h>
#include <cache/rediscache.h>
#include <runtime/seal.h>
#include <support/manualclock.h>
#include <support/privateredis.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray secret("a secret of all servers");

/// One of several servers on one Redis, as far as limits go. Its clock stands still, and it exchanges when it is told to.
struct Server
{
    explicit Server(const QString &redis, const QByteArray &sealedWith = secret)
        : limits({ .requestsPerSecond = 10, .burst = 20 }, clock)
        , board([&] {
            RedisOptions options = *RedisOptions::fromUrl(redis);
            options.timeout = 1s;
            return options;
        }())
        , shared(limits, board, sealedWith, 24h)
    {
    }

    /// How many requests of @p caller are let through at once.
    int admit(const Caller &caller, int most = 1'000)
    {
        int count = 0;
        while (count < most && limits.admit(caller))
            ++count;
        return count;
    }
    void exchange() { QCoro::waitFor(shared.exchange()); }

    test::ManualClock clock;
    RequestLimits limits;
    RedisCache board;
    SharedLimits shared;
};

Caller callerOf(const QString &id)
{
    Caller caller;
    caller.tenant = { 1 };
    caller.actor = { u"apiKey"_s, id, id };
    return caller;
}

} // namespace

/// Servers that count the requests of a caller together, through a real Redis.
class TestSharedLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_redis.cli({ u"FLUSHALL"_s }); }

    void whatOneServerLetThroughTheOthersDoNot()
    {
        Server a(m_redis.url());
        Server b(m_redis.url());
        QCOMPARE(a.admit(callerOf(u"busy"_s), 15), 15);
        a.exchange();
        b.exchange();
        QCOMPARE(b.admit(callerOf(u"busy"_s)), 5);
        QCOMPARE(b.admit(callerOf(u"quiet"_s)), 20);
        b.exchange();
        a.exchange();
        QCOMPARE(a.admit(callerOf(u"busy"_s)), 0);
        QCOMPARE(a.admit(callerOf(u"quiet"_s)), 0);
        // Charged once, however often it is read.
        for (int i = 0; i < 10; ++i) {
            a.exchange();
            b.exchange();
        }
        a.clock.advance(1s);
        QCOMPARE(a.admit(callerOf(u"busy"_s)), 10);
    }

    void whatIsLetThroughTooMuchIsMadeUpFor()
    {
        Server a(m_redis.url());
        Server b(m_redis.url());
        const Caller caller = callerOf(u"busy"_s);
        // Both before they have heard of each other.
        QCOMPARE(a.admit(caller) + b.admit(caller), 40);
        int admitted = 40;
        for (int tenth = 0; tenth < 100; ++tenth) {
            a.exchange();
            b.exchange();
            a.exchange();
            a.clock.advance(100ms);
            b.clock.advance(100ms);
            admitted += a.admit(caller);
            a.exchange();
            b.exchange();
            admitted += b.admit(caller);
        }
        // A burst, and ten a second for ten seconds.
        QVERIFY2(admitted >= 119 && admitted <= 125, qPrintable(QString::number(admitted)));
    }

    void withoutRedisEachCountsForItself()
    {
        test::PrivateRedis redis;
        Server a(redis.url());
        Server b(redis.url());
        QCOMPARE(a.admit(callerOf(u"one"_s)), 20);
        a.exchange();
        b.exchange();
        QCOMPARE(b.admit(callerOf(u"one"_s)), 0);
        redis.kill();
        QCOMPARE(a.admit(callerOf(u"two"_s)), 20);
        a.exchange();
        b.exchange();
        QCOMPARE(b.admit(callerOf(u"two"_s)), 20);
        redis.start();
        // What was let through meanwhile is told as far as it is remembered; from now on they count together again.
        QCOMPARE(a.admit(callerOf(u"three"_s), 20), 20);
        QTRY_COMPARE([&] {
            a.exchange();
            b.exchange();
            return b.limits.admit(callerOf(u"three"_s)).ok();
        }(), false);
    }

    void aServerThatCameLaterLearnsOfTheLastMoment()
    {
        Server a(m_redis.url());
        QCOMPARE(a.admit(callerOf(u"busy"_s)), 20);
        a.exchange();
        Server b(m_redis.url());
        b.exchange();
        QCOMPARE(b.admit(callerOf(u"busy"_s)), 0);
    }

    void nobodyElseCanChargeACaller_data()
    {
        QTest::addColumn<QByteArray>("forgery");
        QTest::addRow("nothing") << QByteArray();
        QTest::addRow("a text") << QByteArray("x");
        QTest::addRow("a long text") << QByteArray(100'000, 'x');
        QTest::addRow("sealed by a stranger") << Seal("another secret").close("limits/usage/stranger", QByteArray(100, '\1'));
        QTest::addRow("another server's notice") << QByteArray("copy");
        QTest::addRow("ours, but nonsense") << Seal(secret).close("limits/usage/stranger", QByteArray("\1\0\0\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff", 17));
    }

    void nobodyElseCanChargeACaller()
    {
        QFETCH(QByteArray, forgery);
        Server a(m_redis.url());
        Server b(m_redis.url());
        Server writer(m_redis.url());
        const Caller caller = callerOf(u"busy"_s);
        QCOMPARE(a.admit(caller, 8), 8);
        a.exchange();
        b.exchange();
        if (forgery == "copy") {
            const QByteArrayList fields = m_redis.cli({ u"HKEYS"_s, u"iwd:limits/usage"_s }).split('\n');
            m_redis.cli({ u"EVAL"_s, u"return redis.call('HSET', KEYS[1], 'stranger', redis.call('HGET', KEYS[1], ARGV[1]))"_s, u"1"_s, u"iwd:limits/usage"_s, QString::fromLatin1(fields.first()) });
        } else {
            const QByteArray board("limits/usage");
            (void)QCoro::waitFor(writer.board.exchange(board, "stranger", forgery, 1min));
        }
        b.exchange();
        b.exchange();
        QCOMPARE(b.admit(caller), 12);
    }

    void theBoardIsForgottenWhenNobodyWritesToIt()
    {
        Server a(m_redis.url());
        QVERIFY(a.admit(callerOf(u"busy"_s), 1));
        a.exchange();
        const int life = m_redis.cli({ u"PTTL"_s, u"iwd:limits/usage"_s }).toInt();
        QVERIFY2(life > 0 && life <= 60'000, qPrintable(QString::number(life)));
        QCOMPARE(m_redis.cli({ u"HLEN"_s, u"iwd:limits/usage"_s }), QByteArray("1"));
        const QByteArray board("limits/usage");
        const QByteArray who = m_redis.cli({ u"HKEYS"_s, u"iwd:limits/usage"_s });
        QCoro::waitFor(a.board.takeDown(board, who));
        QCOMPARE(m_redis.cli({ u"HLEN"_s, u"iwd:limits/usage"_s }), QByteArray("0"));
        // Who has let nothing through lately writes nothing.
        for (int i = 0; i < 10; ++i)
            a.exchange();
        m_redis.cli({ u"FLUSHALL"_s });
        a.exchange();
        QCOMPARE(m_redis.cli({ u"HLEN"_s, u"iwd:limits/usage"_s }), QByteArray("0"));
    }

    void itRunsByItselfAndEndsWhileRedisHangs()
    {
        test::PrivateRedis redis;
        Server a(redis.url());
        Server b(redis.url());
        {
            SharedLimits often(a.limits, a.board, secret, 10ms);
            SharedLimits oftenToo(b.limits, b.board, secret, 10ms);
            QCOMPARE(a.admit(callerOf(u"busy"_s)), 20);
            QTRY_VERIFY(!b.limits.admit(callerOf(u"busy"_s)));
            redis.stop();
            (void)often.exchange();
        }
        redis.resume();
    }

private:
    test::PrivateRedis m_redis;
};

QTEST_GUILESS_MAIN(TestSharedLimits)
#include "tst_sharedlimits.moc"
