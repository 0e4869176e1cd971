// SPDX-License-Identifier: Apache-2.0
#include <support/httpcaller.h>
#include <support/privatepostgres.h>
#include <support/privateredis.h>
#include <support/serverprocess.h>

#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// Two servers on one PostgreSQL and one Redis that let a caller send 100 requests at once, and one a second after them.
class TestPodLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void theServersOfAClusterCountTogether();
    void withoutRedisEachCountsForItselfAndAfterwardsTogetherAgain();

private:
    static constexpr int Burst = 100;

    [[nodiscard]] QByteArray newKey();
    [[nodiscard]] int status(size_t pod, const QByteArray &key);
    /// How many requests a pod lets through until it refuses one, beginning now, with a look around in between.
    [[nodiscard]] int admitted(size_t pod, const QByteArray &key);

    QTemporaryDir m_folder;
    PrivateRedis m_redis;
    std::vector<std::unique_ptr<ServerProcess>> m_pods;
};

void TestPodLimits::initTestCase()
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    const QString url = postgres.url(postgres.newEmptyDatabase());
    for (int number = 0; number < 2; ++number) {
        ServerSetup setup;
        setup.program = QStringLiteral(IWD_SERVER);
        setup.data = m_folder.filePath(QString::number(number));
        setup.environment = { u"IWD_STORAGE_URL="_s + url, u"IWD_CACHE_URL="_s + m_redis.url(), u"IWD_LIMITS_REQUESTS_PER_SECOND=1"_s, u"IWD_LIMITS_BURST=%1"_s.arg(Burst) };
        m_pods.push_back(std::make_unique<ServerProcess>(setup));
        m_pods.back()->start();
        QVERIFY2(m_pods.back()->waitUntilReady(), m_pods.back()->log().constData());
    }
}

void TestPodLimits::cleanup()
{
    if (QTest::currentTestFailed()) {
        for (const auto &pod : m_pods)
            qInfo("%s", pod->log().right(3'000).constData());
    }
}

QByteArray TestPodLimits::newKey()
{
    HttpCaller administrator(m_pods.front()->port(), { { "x-api-key", m_pods.front()->apiKey() } });
    const auto created = administrator.call("POST", "/iwd/v3/api-keys", "{\"name\":\"busy\",\"scopes\":[\"source\"]}");
    return created ? created->json().value(u"key"_s).toString().toLatin1() : QByteArray();
}

int TestPodLimits::status(size_t pod, const QByteArray &key)
{
    HttpCaller caller(m_pods[pod]->port(), { { "x-api-key", key } });
    const auto answer = caller.call("GET", "/iwd/v3/me");
    return answer ? answer->status : 0;
}

int TestPodLimits::admitted(size_t pod, const QByteArray &key)
{
    int count = 0;
    (void)QTest::qWaitFor([&] {
        const bool ok = status(pod, key) == 200;
        count += ok ? 1 : 0;
        return !ok;
    }, 60'000);
    return count;
}

void TestPodLimits::theServersOfAClusterCountTogether()
{
    const QByteArray key = newKey();
    int sent = 0;
    while (status(0, key) == 200)
        ++sent;
    QVERIFY2(sent >= Burst, qPrintable(QString::number(sent)));
    // The other one has not been asked yet, and lets through only what comes until it hears of it.
    const int more = admitted(1, key);
    QVERIFY2(more < Burst * 9 / 10, qPrintable(QString::number(more)));
    HttpCaller metrics(m_pods[1]->operationsPort());
    const auto figures = metrics.call("GET", "/metrics");
    QVERIFY(figures);
    QVERIFY2(figures->body.contains("\niwd_limited_request_total 1\n"), figures->body.constData());
}

void TestPodLimits::withoutRedisEachCountsForItselfAndAfterwardsTogetherAgain()
{
    const QByteArray apart = newKey();
    const QByteArray together = newKey();
    m_redis.kill();
    QVERIFY(admitted(0, apart) >= Burst);
    QVERIFY(admitted(1, apart) >= Burst);
    m_redis.start();
    // Only when both have found it again can they tell each other: until then each attempt is a caller's of its own.
    QTRY_VERIFY_WITH_TIMEOUT(m_pods[0]->log().contains("Redis can be used again") && m_pods[1]->log().contains("Redis can be used again"), 30'000);
    QVERIFY(admitted(0, together) >= Burst);
    QVERIFY(admitted(1, together) < Burst * 9 / 10);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestPodLimits)
#include "tst_podlimits.moc"
