// SPDX-License-Identifier: Apache-2.0
#include <cache/redisoptions.h>
#include <cache/redisprotocol.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

class TestRedisProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void commandsMayHoldAnyByte()
    {
        const QByteArray key("a\0b", 3);
        QCOMPARE(redisCommand({ "SET", key, "" }), QByteArray("*3\r\n$3\r\nSET\r\n$3\r\n" + key + "\r\n$0\r\n\r\n"));
    }

    void answersAreReadHoweverTheyArrive()
    {
        const QByteArray bytes = "+OK\r\n:-7\r\n$-1\r\n$3\r\na\r\n\r\n-ERR no\r\n*2\r\n*1\r\n:1\r\n$0\r\n\r\n";
        for (qsizetype portion : { 1, 2, 7, 1000 }) {
            RedisReplyReader reader;
            std::vector<RedisReply> replies;
            for (qsizetype at = 0; at < bytes.size(); at += portion) {
                reader.feed(QByteArrayView(bytes).sliced(at, std::min(portion, bytes.size() - at)));
                while (auto reply = reader.next())
                    replies.push_back(*std::move(reply));
            }
            QVERIFY(!reader.isBroken());
            QCOMPARE(replies.size(), size_t(6));
            QCOMPARE(replies[0].text, QByteArray("OK"));
            QCOMPARE(replies[1].integer, -7);
            QVERIFY(replies[2].kind == RedisReply::Kind::Null);
            QCOMPARE(replies[3].text, QByteArray("a\r\n"));
            QVERIFY(replies[4].isError());
            QCOMPARE(replies[4].text, QByteArray("ERR no"));
            QCOMPARE(replies[5].elements.size(), size_t(2));
            QCOMPARE(replies[5].elements[0].elements.at(0).integer, 1);
            QVERIFY(replies[5].elements[1].kind == RedisReply::Kind::Text);
        }
    }

    void otherProtocolsBreakTheReader_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n");
        QTest::newRow("a length that is none") << QByteArray("$x\r\n");
        QTest::newRow("a negative length") << QByteArray("*-5\r\n");
        QTest::newRow("endless nesting") << QByteArray("*1\r\n").repeated(1'000);
    }

    void otherProtocolsBreakTheReader()
    {
        QFETCH(QByteArray, bytes);
        RedisReplyReader reader;
        reader.feed(bytes);
        QVERIFY(!reader.next());
        QVERIFY(reader.isBroken());
        reader.feed("+OK\r\n");
        QVERIFY(!reader.next());
    }

    /// The check value of CRC16/XMODEM, and examples of the specification of Redis Cluster.
    void keysHaveTheirSlots()
    {
        QCOMPARE(redisSlot("123456789"), 0x31c3);
        QCOMPARE(redisSlot("{user1000}.following"), redisSlot("user1000"));
        QCOMPARE(redisSlot("{user1000}.followers"), redisSlot("user1000"));
        QCOMPARE(redisSlot("foo{bar}{zap}"), redisSlot("bar"));
        QCOMPARE(redisSlot("foo{{bar}}zap"), redisSlot("{bar"));
        QCOMPARE(redisSlot("foo{}{bar}"), 8363); // the first braces are empty, so the whole key counts
        QCOMPARE(redisSlot(""), 0);
    }

    void addressesAreUnderstood()
    {
        const auto plain = RedisOptions::fromUrl(u"redis://cache.example"_s);
        QVERIFY(plain);
        QCOMPARE(plain->nodes, (std::vector<RedisNode> { { u"cache.example"_s, 6379 } }));
        QVERIFY(plain->topology == RedisOptions::Topology::Single && !plain->tls);

        const auto numbered = RedisOptions::fromUrl(u"rediss://[::1]:7000/3"_s);
        QVERIFY(numbered);
        QCOMPARE(numbered->nodes.front().toText(), u"[::1]:7000"_s);
        QCOMPARE(numbered->database, 3);
        QVERIFY(numbered->tls);

        const auto watched = RedisOptions::fromUrl(u"redis+sentinel://a,b:26380/mymaster"_s);
        QVERIFY(watched);
        QCOMPARE(watched->nodes, (std::vector<RedisNode> { { u"a"_s, 26379 }, { u"b"_s, 26380 } }));
        QCOMPARE(watched->service, u"mymaster"_s);

        const auto cluster = RedisOptions::fromUrl(u"rediss+cluster://a,b"_s);
        QVERIFY(cluster && cluster->tls && cluster->topology == RedisOptions::Topology::Cluster);
        QCOMPARE(cluster->nodes.size(), size_t(2));
    }

    void otherAddressesAreRefusedInWords_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << QString() << u"redis://host:6379"_s;
        QTest::newRow("another scheme") << u"http://host"_s << u"redis://host:6379"_s;
        QTest::newRow("no host") << u"redis://"_s << u"host and port"_s;
        QTest::newRow("a port that is none") << u"redis://host:99999"_s << u"host and port"_s;
        QTest::newRow("two plain hosts") << u"redis://a,b"_s << u"one host"_s;
        QTest::newRow("a database that is none") << u"redis://a/b"_s << u"number of a database"_s;
        QTest::newRow("Sentinels of nothing") << u"redis+sentinel://a"_s << u"mymaster"_s;
        QTest::newRow("a cluster's database") << u"redis+cluster://a/1"_s << u"no databases"_s;
        QTest::newRow("a password") << u"redis://user:hidden@host"_s << u"cache.password"_s;
        QTest::newRow("a password elsewhere") << u"redsi://user:hidden@host"_s << u"redis://host:6379"_s;
    }

    void otherAddressesAreRefusedInWords()
    {
        QFETCH(QString, url);
        QFETCH(QString, says);
        const auto options = RedisOptions::fromUrl(url);
        QVERIFY(!options);
        QVERIFY2(options.error().text.contains(says), qPrintable(options.error().text));
        QVERIFY(!options.error().text.contains(u"hidden"_s));
    }
};

QTEST_GUILESS_MAIN(TestRedisProtocol)
#include "tst_redisprotocol.moc"
