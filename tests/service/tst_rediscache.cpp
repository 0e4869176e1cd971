// SPDX-License-Identifier: Apache-2.0
#include <cache/rediscache.h>
#include <cache/redisprotocol.h>
#include <support/cachecontract.h>
#include <support/capturedlog.h>
#include <support/privateredis.h>

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

RedisOptions optionsFor(const QString &url)
{
    const auto options = RedisOptions::fromUrl(url);
    if (!options)
        qFatal("%s", qPrintable(options.error().text));
    return *options;
}

/// Generous, because tests run on busy machines; what a test is about is that nothing waits for ever.
constexpr milliseconds farTooLong = 5s;

void run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("%s failed: %s", qPrintable(program), process.readAll().constData());
}

} // namespace

class TestRedisCache : public test::CacheContract
{
    Q_OBJECT
protected:
    std::shared_ptr<Cache> makeCache() override
    {
        m_redis.cli({ u"FLUSHALL"_s });
        RedisOptions options = optionsFor(m_redis.url());
        options.timeout = farTooLong;
        return std::make_shared<RedisCache>(options);
    }
    void passTime(milliseconds time) override { QTest::qWait(static_cast<int>((time + 30ms).count())); }

private Q_SLOTS:
    void itsKeysHaveThePrefixAndALife()
    {
        const auto cache = makeCache();
        put(*cache, "key", "value", 1min);
        QCOMPARE(m_redis.cli({ u"KEYS"_s, u"*"_s }), QByteArray("iwd:key"));
        const int life = m_redis.cli({ u"PTTL"_s, u"iwd:key"_s }).toInt();
        QVERIFY2(life > 0 && life <= 60'000, qPrintable(QString::number(life)));
    }

    void processesShareIt()
    {
        const auto cache = makeCache();
        RedisCache other(optionsFor(m_redis.url()));
        put(*cache, "key", "value", 1min);
        QCOMPARE(get(other, "key"), std::optional<QByteArray>("value"));
        erase(other, "key");
        QVERIFY(!get(*cache, "key"));
    }

    void aFlushCostsSpeedOnly()
    {
        const auto cache = makeCache();
        put(*cache, "key", "value", 1min);
        m_redis.cli({ u"FLUSHALL"_s });
        QVERIFY(!get(*cache, "key"));
        put(*cache, "key", "again", 1min);
        QCOMPARE(get(*cache, "key"), std::optional<QByteArray>("again"));
    }

    void databasesAreApart()
    {
        m_redis.cli({ u"FLUSHALL"_s });
        RedisCache third(optionsFor(m_redis.url() + u"/3"_s));
        put(third, "key", "value", 1min);
        QVERIFY(!get(*makeCache(), "elsewhere"));
        RedisCache first(optionsFor(m_redis.url()));
        QVERIFY(!get(first, "key"));
    }

    void nobodyThereIsAnsweredAtOnce()
    {
        RedisCache cache(optionsFor(u"redis://127.0.0.1:%1"_s.arg(test::PrivateRedis::freePort())));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!get(cache, "key"));
        put(cache, "key", "value", 1min);
        erase(cache, "key");
        QVERIFY(timer.elapsed() < farTooLong.count());
        QTRY_VERIFY(cache.trouble());
        QVERIFY2(cache.trouble()->contains(u"127.0.0.1"_s), qPrintable(*cache.trouble()));
    }

    void itComesBackByItself()
    {
        test::PrivateRedis redis;
        test::CapturedLog log;
        RedisCache cache(optionsFor(redis.url()));
        put(cache, "key", "value", 1min);
        QVERIFY(get(cache, "key"));
        redis.kill();
        QVERIFY(!get(cache, "key"));
        QVERIFY(!get(cache, "key"));
        QTRY_VERIFY(cache.trouble());
        redis.start();
        QTRY_VERIFY([&] {
            put(cache, "key", "value", 1min);
            return get(cache, "key").has_value();
        }());
        QTRY_VERIFY(get(cache, "key") && !cache.trouble());
        QCOMPARE(log.text().count("Redis cannot be used"), 1); // not for each request
        QCOMPARE(log.text().count("Redis can be used again"), 1);
    }

    void aHangingOneKeepsNobodyWaiting()
    {
        test::PrivateRedis redis;
        RedisCache cache(optionsFor(redis.url()));
        put(cache, "key", "value", 1min);
        redis.stop();
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i)
            QVERIFY(!get(cache, "key"));
        QVERIFY(timer.elapsed() < farTooLong.count());
        redis.resume();
        QTRY_VERIFY(get(cache, "key"));
    }

    void whatWasErasedWhileItHungDoesNotComeBack()
    {
        test::PrivateRedis redis;
        RedisCache cache(optionsFor(redis.url()));
        put(cache, "key", "value", 1min);
        put(cache, "other", "value", 1min);
        redis.stop();
        erase(cache, "key");
        redis.resume();
        QTRY_VERIFY(get(cache, "other"));
        QVERIFY(!get(cache, "key"));
        QTRY_COMPARE(redis.cli({ u"EXISTS"_s, u"iwd:key"_s }), QByteArray("0"));
        put(cache, "key", "new", 1min);
        QCOMPARE(get(cache, "key"), std::optional<QByteArray>("new"));
    }

    void whatIsNoRedisIsLeftAlone()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, this, [&server] {
            QTcpSocket *socket = server.nextPendingConnection();
            socket->write("HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        RedisCache cache(optionsFor(u"redis://127.0.0.1:%1"_s.arg(server.serverPort())));
        QVERIFY(!get(cache, "key"));
        QTRY_VERIFY(cache.trouble());
        QVERIFY2(cache.trouble()->contains(u"protocol"_s), qPrintable(*cache.trouble()));
    }

    void passwordsAreGivenAndNeverTold()
    {
        test::PrivateRedis redis({ u"--requirepass"_s, u"open-sesame"_s });
        test::CapturedLog log;
        RedisOptions options = optionsFor(redis.url());
        options.password = u"open-sesame"_s;
        {
            RedisCache cache(options);
            put(cache, "key", "value", 1min);
            QVERIFY(get(cache, "key"));
        }
        options.password = u"open-barley"_s;
        RedisCache wrong(options);
        QVERIFY(!get(wrong, "key"));
        QTRY_VERIFY(wrong.trouble());
        QVERIFY2(wrong.trouble()->contains(u"WRONGPASS"_s), qPrintable(*wrong.trouble()));
        QVERIFY(!log.text().contains("open-"));

        RedisCache without(optionsFor(redis.url()));
        QVERIFY(!get(without, "key"));
        QTRY_VERIFY(without.trouble());
        QVERIFY2(without.trouble()->contains(u"NOAUTH"_s), qPrintable(*without.trouble()));
    }

    void usersHaveTheirOwnPasswords()
    {
        test::PrivateRedis redis;
        redis.cli({ u"ACL"_s, u"SETUSER"_s, u"iwd"_s, u"on"_s, u">secret"_s, u"~iwd:*"_s, u"+@all"_s });
        RedisOptions options = optionsFor(redis.url());
        options.user = u"iwd"_s;
        options.password = u"secret"_s;
        RedisCache cache(options);
        put(cache, "key", "value", 1min);
        QVERIFY(get(cache, "key"));
    }

    void tlsIsCheckedAgainstTheAuthority()
    {
        const QString key = m_folder.filePath(u"key.pem"_s);
        const QString certificate = m_folder.filePath(u"certificate.pem"_s);
        const QString other = m_folder.filePath(u"other.pem"_s);
        for (const QString &file : { other, certificate }) {
            run(u"openssl"_s,
                { u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s, u"2"_s, u"-subj"_s, u"/CN=localhost"_s, u"-addext"_s, u"subjectAltName=DNS:localhost,IP:127.0.0.1"_s,
                    u"-keyout"_s, key, u"-out"_s, file });
        }
        test::PrivateRedis redis({ u"--port"_s, u"0"_s, u"--tls-port"_s, u"{port}"_s, u"--tls-cert-file"_s, certificate, u"--tls-key-file"_s, key, u"--tls-ca-cert-file"_s, certificate,
            u"--tls-auth-clients"_s, u"no"_s });
        RedisOptions options = optionsFor(u"rediss://127.0.0.1:%1"_s.arg(redis.port()));
        options.timeout = farTooLong;
        options.caFile = certificate;
        RedisCache cache(options);
        put(cache, "key", "value", 1min);
        QVERIFY2(get(cache, "key"), qPrintable(cache.trouble().value_or(QString())));

        options.caFile = other;
        RedisCache distrustful(options);
        QVERIFY(!get(distrustful, "key"));
        QTRY_VERIFY(distrustful.trouble());
        QVERIFY2(distrustful.trouble()->contains(u"certificate"_s), qPrintable(*distrustful.trouble()));
    }

    void sentinelsNameTheServerAgainAfterItDied()
    {
        test::PrivateRedis first;
        test::PrivateRedis second({ u"--replicaof"_s, u"127.0.0.1 %1"_s.arg(first.port()) });
        QTRY_VERIFY(second.cli({ u"INFO"_s, u"replication"_s }).contains("master_link_status:up"));
        test::PrivateRedis sentinel({},
            u"sentinel monitor mymaster 127.0.0.1 %1 1\nsentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 3000\n"_s.arg(first.port()).toLatin1());
        QTRY_VERIFY(sentinel.cli({ u"SENTINEL"_s, u"replicas"_s, u"mymaster"_s }).contains(QByteArray::number(second.port())));
        RedisCache cache(optionsFor(u"redis+sentinel://127.0.0.1:%1/mymaster"_s.arg(sentinel.port())));
        put(cache, "key", "value", 10min);
        QTRY_VERIFY(get(cache, "key"));
        QVERIFY(first.cli({ u"EXISTS"_s, u"iwd:key"_s }) == "1");
        first.kill();
        QVERIFY(!get(cache, "key"));
        QTRY_VERIFY_WITH_TIMEOUT([&] {
            put(cache, "after", "value", 10min);
            return get(cache, "after").has_value();
        }(), 60'000);
        QCOMPARE(second.cli({ u"EXISTS"_s, u"iwd:after"_s }), QByteArray("1"));

        RedisCache unknown(optionsFor(u"redis+sentinel://127.0.0.1:%1/another"_s.arg(sentinel.port())));
        QVERIFY(!get(unknown, "key"));
        QTRY_VERIFY(unknown.trouble());
        QVERIFY2(unknown.trouble()->contains(u"another"_s), qPrintable(*unknown.trouble()));
    }

    void aClusterIsFollowedWhileItsSlotsMove()
    {
        std::vector<std::unique_ptr<test::PrivateRedis>> nodes;
        for (int i = 0; i < 3; ++i)
            nodes.push_back(std::make_unique<test::PrivateRedis>(QStringList { u"--cluster-enabled"_s, u"yes"_s, u"--cluster-node-timeout"_s, u"2000"_s }));
        const std::pair<int, int> ranges[] { { 0, 5460 }, { 5461, 10922 }, { 10923, 16383 } };
        for (size_t i = 0; i < nodes.size(); ++i) {
            nodes[i]->cli({ u"CLUSTER"_s, u"ADDSLOTSRANGE"_s, QString::number(ranges[i].first), QString::number(ranges[i].second) });
            nodes[i]->cli({ u"CLUSTER"_s, u"SET-CONFIG-EPOCH"_s, QString::number(i + 1) });
        }
        for (size_t i = 1; i < nodes.size(); ++i)
            nodes[0]->cli({ u"CLUSTER"_s, u"MEET"_s, u"127.0.0.1"_s, QString::number(nodes[i]->port()) });
        for (const auto &node : nodes)
            QTRY_VERIFY_WITH_TIMEOUT(node->cli({ u"CLUSTER"_s, u"INFO"_s }).contains("cluster_state:ok") && node->cli({ u"CLUSTER"_s, u"INFO"_s }).contains("cluster_known_nodes:3"), 30'000);

        RedisOptions options = optionsFor(u"redis+cluster://127.0.0.1:%1,127.0.0.1:%2"_s.arg(nodes[0]->port()).arg(nodes[1]->port()));
        options.timeout = farTooLong;
        RedisCache cache(options);
        constexpr int count = 60;
        for (int i = 0; i < count; ++i)
            put(cache, "key" + QByteArray::number(i), QByteArray::number(i), 10min);
        for (int i = 0; i < count; ++i)
            QCOMPARE(get(cache, "key" + QByteArray::number(i)), std::optional(QByteArray::number(i)));
        for (const auto &node : nodes)
            QVERIFY(node->cli({ u"DBSIZE"_s }).toInt() > 0);

        // "foo" is in a slot of the third node; it moves to the first, and half way there the node says ASK.
        const int slot = redisSlot("iwd:foo");
        size_t from = 0;
        while (slot > ranges[from].second)
            ++from;
        const size_t to = (from + 1) % nodes.size();
        const QString fromId = QString::fromLatin1(nodes[from]->cli({ u"CLUSTER"_s, u"MYID"_s }));
        const QString toId = QString::fromLatin1(nodes[to]->cli({ u"CLUSTER"_s, u"MYID"_s }));
        const QString number = QString::number(slot);
        nodes[to]->cli({ u"CLUSTER"_s, u"SETSLOT"_s, number, u"IMPORTING"_s, fromId });
        nodes[from]->cli({ u"CLUSTER"_s, u"SETSLOT"_s, number, u"MIGRATING"_s, toId });
        put(cache, "foo", "asked", 10min);
        QCOMPARE(get(cache, "foo"), std::optional<QByteArray>("asked"));
        QVERIFY(nodes[to]->cli({ u"CLUSTER"_s, u"COUNTKEYSINSLOT"_s, number }).toInt() == 1);
        for (const auto &node : nodes)
            node->cli({ u"CLUSTER"_s, u"SETSLOT"_s, number, u"NODE"_s, toId });
        QCOMPARE(get(cache, "foo"), std::optional<QByteArray>("asked"));

        // A node that dies takes its slots along, and no others. That is said once.
        test::CapturedLog log;
        nodes[from]->kill();
        int found = 0;
        for (int i = 0; i < count; ++i)
            found += get(cache, "key" + QByteArray::number(i)).has_value() ? 1 : 0;
        QVERIFY2(found < count, qPrintable(QString::number(found)));
        for (size_t i = 0; i < nodes.size(); ++i) {
            if (i != from)
                nodes[i]->cli({ u"CONFIG"_s, u"SET"_s, u"cluster-require-full-coverage"_s, u"no"_s });
        }
        QTRY_VERIFY_WITH_TIMEOUT(get(cache, "foo").has_value(), 30'000);
        QCOMPARE(log.text().count("Redis cannot be used"), 1);
    }

private:
    test::PrivateRedis m_redis;
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestRedisCache)
#include "tst_rediscache.moc"
