// SPDX-License-Identifier: Apache-2.0
#include <cache/localcache.h>
#include <cache/rediscache.h>
#include <runtime/secrets.h>
#include <runtime/signedcache.h>
#include <support/cachecontract.h>
#include <support/capturedlog.h>
#include <support/manualclock.h>
#include <support/privateredis.h>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// A cache of which only what its own servers wrote is believed: as good a cache as any, on a real Redis in which somebody else writes as well.
class TestSignedCache : public test::CacheContract
{
    Q_OBJECT
protected:
    std::shared_ptr<Cache> makeCache() override { return std::make_shared<SignedCache>(std::make_unique<LocalCache>(m_clock), m_secret); }
    void passTime(milliseconds time) override { m_clock->advance(time); }

private Q_SLOTS:
    void serversWithTheSameSecretBelieveEachOther()
    {
        const auto one = onRedis(m_secret);
        const auto other = onRedis(m_secret);
        put(*one, "caller/key/a", "value", 1min);
        QCOMPARE(get(*other, "caller/key/a"), std::optional<QByteArray>("value"));
        put(*other, "caller/key/a", "", 1min);
        QCOMPARE(get(*one, "caller/key/a"), std::optional<QByteArray>(""));
        QCOMPARE(one->refused() + other->refused(), 0);
        QVERIFY(!get(*onRedis(secrets::newSecret()), "caller/key/a"));
    }

    void whatSomebodyElseWroteIsNotBelieved_data()
    {
        QTest::addColumn<QStringList>("forgery");
        QTest::addRow("nothing but a value") << QStringList { u"SET"_s, u"iwd:caller/key/a"_s, u"{\"scopes\":[\"admin\"]}"_s };
        QTest::addRow("an empty value") << QStringList { u"SET"_s, u"iwd:caller/key/a"_s, QString() };
        QTest::addRow("a value of the length of a code") << QStringList { u"SET"_s, u"iwd:caller/key/a"_s, u"x"_s.repeated(32) };
        QTest::addRow("a value with a code that somebody thought of") << QStringList { u"SET"_s, u"iwd:caller/key/a"_s, QString(u"x"_s.repeated(32) + u"{\"scopes\":[\"admin\"]}"_s) };
        QTest::addRow("the entry of another key") << QStringList { u"COPY"_s, u"iwd:caller/key/b"_s, u"iwd:caller/key/a"_s, u"REPLACE"_s };
        QTest::addRow("the entry of another kind of key") << QStringList { u"COPY"_s, u"iwd:caller/session/a"_s, u"iwd:caller/key/a"_s, u"REPLACE"_s };
        QTest::addRow("something appended") << QStringList { u"APPEND"_s, u"iwd:caller/key/a"_s, u" "_s };
        QTest::addRow("one byte changed") << QStringList { u"SETRANGE"_s, u"iwd:caller/key/a"_s, u"40"_s, u"X"_s };
        QTest::addRow("one byte of the code changed") << QStringList { u"EVAL"_s,
            u"local v = redis.call('GET', KEYS[1]); return redis.call('SET', KEYS[1], string.char((v:byte(1) + 1) % 256) .. v:sub(2))"_s, u"1"_s, u"iwd:caller/key/a"_s };
        QTest::addRow("cut by one byte") << QStringList { u"EVAL"_s, u"return redis.call('SET', KEYS[1], redis.call('GETRANGE', KEYS[1], 0, -2))"_s, u"1"_s, u"iwd:caller/key/a"_s };
        QTest::addRow("cut in the code") << QStringList { u"EVAL"_s, u"return redis.call('SET', KEYS[1], redis.call('GETRANGE', KEYS[1], 0, 20))"_s, u"1"_s, u"iwd:caller/key/a"_s };
    }

    void whatSomebodyElseWroteIsNotBelieved()
    {
        QFETCH(QStringList, forgery);
        const auto cache = onRedis(m_secret);
        put(*cache, "caller/key/a", "{\"scopes\":[\"agent\"]}", 1min);
        put(*cache, "caller/key/b", "{\"scopes\":[\"admin\"]}", 1min);
        put(*cache, "caller/session/a", "{\"scopes\":[\"admin\"]}", 1min);
        QVERIFY(get(*cache, "caller/key/a"));
        const QByteArray said = m_redis.cli(forgery);
        QVERIFY2(!said.contains("ERR"), said.constData());
        QVERIFY(!get(*cache, "caller/key/a"));
        QCOMPARE(cache->refused(), 1);
        QVERIFY(get(*cache, "caller/key/b"));
        // What a server writes next is believed again.
        put(*cache, "caller/key/a", "true", 1min);
        QCOMPARE(get(*cache, "caller/key/a"), std::optional<QByteArray>("true"));
        QCOMPARE(cache->refused(), 1);
    }

    void theLogTellsOfItOnceAndWithoutTheKey()
    {
        test::CapturedLog log;
        const auto cache = onRedis(m_secret);
        for (int i = 0; i < 20; ++i) {
            m_redis.cli({ u"SET"_s, u"iwd:caller/key/5e884898da28"_s, u"forged"_s });
            QVERIFY(!get(*cache, "caller/key/5e884898da28"));
        }
        QCOMPARE(cache->refused(), 20);
        QCOMPARE(log.text().count("not believed"), 1);
        QVERIFY(log.text().contains("caller/key"));
        QVERIFY(!log.text().contains("5e884898da28"));
        QVERIFY(!log.text().contains("forged"));
    }

private:
    std::unique_ptr<SignedCache> onRedis(const QByteArray &secret)
    {
        auto options = RedisOptions::fromUrl(m_redis.url());
        if (!options)
            qFatal("%s", qPrintable(options.error().text));
        options->timeout = 5s;
        return std::make_unique<SignedCache>(std::make_unique<RedisCache>(*options), secret);
    }

    const QByteArray m_secret = secrets::newSecret();
    std::shared_ptr<test::ManualClock> m_clock = std::make_shared<test::ManualClock>();
    test::PrivateRedis m_redis;
};

QTEST_GUILESS_MAIN(TestSignedCache)
#include "tst_signedcache.moc"
