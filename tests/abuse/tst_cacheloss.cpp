// SPDX-License-Identifier: Apache-2.0
#include <cache/cachekeys.h>
#include <support/httpcaller.h>
#include <support/privateredis.h>
#include <support/serverprocess.h>

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// A server whose Redis is flushed, killed and made to hang under load: that may cost time and nothing else.
class TestCacheLoss : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void requestsGoOnWhateverHappensToRedis();
    void aRevokedKeyIsRefusedWhileRedisHangs();
    void whoeverWritesToRedisIsNobodyTheServerKnows();

private:
    [[nodiscard]] HttpCaller::HeaderFields asAdministrator() const { return { { "x-api-key", m_server->apiKey() } }; }
    QByteArray cli(const QStringList &command) { return m_redis.cli(QStringList { u"-a"_s, u"open-sesame"_s, u"--no-auth-warning"_s } + command); }
    /// Under which key Redis has what belongs to an API key.
    [[nodiscard]] static QString entryOf(const QByteArray &key) { return u"iwd:"_s + QString::fromLatin1(cachekey::apiKey(QCryptographicHash::hash(key, QCryptographicHash::Sha256))); }

    QTemporaryDir m_folder;
    PrivateRedis m_redis { { u"--requirepass"_s, u"open-sesame"_s } };
    std::optional<ServerProcess> m_server;
};

void TestCacheLoss::initTestCase()
{
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = m_folder.filePath(u"data"_s);
    setup.environment = { u"IWD_CACHE_URL="_s + m_redis.url(), u"IWD_CACHE_PASSWORD=open-sesame"_s };
    m_server.emplace(setup);
    m_server->start();
    QVERIFY2(m_server->waitUntilReady(), m_server->log().constData());
}

void TestCacheLoss::requestsGoOnWhateverHappensToRedis()
{
    constexpr int callers = 8;
    std::atomic<bool> enough = false;
    std::atomic<int> acknowledged = 0;
    std::atomic<int> others = 0;
    const auto capture = [&](int number) {
        HttpCaller caller(m_server->port(), asAdministrator());
        for (int i = 0; !enough; ++i) {
            const QByteArray body = "{\"captureId\":\"" + QByteArray::number(number) + "-" + QByteArray::number(i) + "\"}";
            const auto answer = caller.call("POST", "/iwd/v3/items", body);
            (answer && answer->status == 200 ? acknowledged : others) += 1;
        }
    };
    std::vector<std::thread> threads;
    for (int number = 0; number < callers; ++number)
        threads.emplace_back(capture, number);
    const auto someMore = [&] {
        const int until = acknowledged + 200;
        return QTest::qWaitFor([&] { return acknowledged >= until; }, 30'000);
    };
    // A thread remembers a caller for a moment: only then is Redis asked, and its state noticed.
    const auto untilNoticed = [&](const char *line, int times) {
        return QTest::qWaitFor([&] { return m_server->log().count(line) >= times; }, 30'000) && someMore();
    };
    const auto untilMissed = [&](int times) { return untilNoticed("Redis cannot be used", times); };
    const auto untilBack = [&](int times) { return untilNoticed("Redis can be used again", times); };
    bool wentOn = someMore();
    const bool used = QTest::qWaitFor([this] { return cli({ u"EXISTS"_s, entryOf(m_server->apiKey()) }) == "1"; }, 30'000);
    for (int round = 0; round < 3; ++round) {
        cli({ u"FLUSHALL"_s });
        wentOn = someMore() && wentOn;
        m_redis.stop();
        wentOn = untilMissed(2 * round + 1) && wentOn;
        m_redis.resume();
        wentOn = untilBack(2 * round + 1) && wentOn;
        m_redis.kill();
        wentOn = untilMissed(2 * round + 2) && wentOn;
        m_redis.start();
        wentOn = untilBack(2 * round + 2) && wentOn;
    }
    enough = true;
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(used);
    QVERIFY(wentOn);
    QCOMPARE(others, 0);
    HttpCaller caller(m_server->port(), asAdministrator());
    const auto found = caller.call("POST", "/iwd/v3/items/search", "{\"count\":\"exact\",\"limit\":1}");
    QVERIFY(found);
    QCOMPARE(found->json().value(u"count"_s).toObject().value(u"value"_s).toInt(), acknowledged);
    QVERIFY(!m_server->log().contains("open-sesame"));
}

void TestCacheLoss::aRevokedKeyIsRefusedWhileRedisHangs()
{
    HttpCaller administrator(m_server->port(), asAdministrator());
    const auto created = administrator.call("POST", "/iwd/v3/api-keys", "{\"name\":\"short-lived\",\"scopes\":[\"source\"]}");
    QVERIFY(created);
    QCOMPARE(created->status, 201);
    const QByteArray key = created->json().value(u"key"_s).toString().toLatin1();
    HttpCaller caller(m_server->port(), { { "x-api-key", key } });
    QTRY_COMPARE(caller.call("GET", "/iwd/v3/items?limit=1")->status, 200);
    m_redis.stop();
    const auto revoked = administrator.call("DELETE", "/iwd/v3/api-keys/" + created->json().value(u"id"_s).toString().toLatin1());
    QCOMPARE(revoked->status, 204);
    QCOMPARE(caller.call("GET", "/iwd/v3/items?limit=1")->status, 401);
    m_redis.resume();
    for (int i = 0; i < 20; ++i)
        QCOMPARE(caller.call("GET", "/iwd/v3/items?limit=1")->status, 401);
}

void TestCacheLoss::whoeverWritesToRedisIsNobodyTheServerKnows()
{
    HttpCaller administrator(m_server->port(), asAdministrator());
    HttpCaller stranger(m_server->port(), { { "x-api-key", "a-key-of-my-own" } });
    const auto redisIsUsed = [this] { return m_server->log().count("Redis can be used again") == m_server->log().count("Redis cannot be used"); };
    QTRY_VERIFY_WITH_TIMEOUT(administrator.call("GET", "/iwd/v3/me")->status == 200 && redisIsUsed(), 30'000);
    // The administrator's entry is there as soon as a thread asks the cache again; a copy of it under the digest of a key of one's own makes nobody an administrator.
    QTRY_VERIFY(administrator.call("GET", "/iwd/v3/me")->status == 200 && cli({ u"COPY"_s, entryOf(m_server->apiKey()), entryOf("a-key-of-my-own"), u"REPLACE"_s }) == "1");
    for (int i = 0; i < 20; ++i)
        QCOMPARE(stranger.call("GET", "/iwd/v3/me")->status, 401);
    QCOMPARE(m_server->log().count("not believed"), 1);
    HttpCaller metrics(m_server->operationsPort(), {});
    QVERIFY(metrics.call("GET", "/metrics")->body.contains("iwd_cache_refused_total 20"));
    QCOMPARE(administrator.call("GET", "/iwd/v3/me")->status, 200);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestCacheLoss)
#include "tst_cacheloss.moc"
