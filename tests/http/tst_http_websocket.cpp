// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <support/capturedlog.h>

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

using namespace iwd;
using test::RawClient;
using test::TestServer;
using test::waitUntil;

namespace {

QByteArray handshake(const QByteArray &target, const QByteArray &version = "13", const QByteArray &key = "dGhlIHNhbXBsZSBub25jZQ==")
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
        + version + "\r\nSec-WebSocket-Key: " + key + "\r\n\r\n";
}

/// A masked text frame of a client (RFC 6455, 5.2), with a mask of zeros.
QByteArray textFrame(const QByteArray &text)
{
    return QByteArray("\x81").append(static_cast<char>(0x80 | text.size())).append(QByteArray(4, '\0')).append(text);
}

QUrl liveUrl(const TestServer &server, const QString &query)
{
    return QUrl(QStringLiteral("ws://127.0.0.1:%1/live?%2").arg(server.port()).arg(query));
}

} // namespace

class TestHttpWebSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptedSocketTalksBothWays();
    void refusedSocketGetsThePlainAnswer();
    void badHandshakeIsRefused_data();
    void badHandshakeIsRefused();
    void frameSentTogetherWithTheHandshakeIsHeard();
    void handshakeBehindARequestIsAnsweredAfterIt();
    void vanishedSocketGivesItsPlaceBack();
    void openSocketCountsAsAConnection();
    void drainTellsSocketsThatTheServerGoesAway();
    void messagesThatNobodyTakesAreBoundedTogether();
    void messagesThatNobodyTakesAreLeftAloneWhileThereIsRoom();
};

void TestHttpWebSocket::acceptedSocketTalksBothWays()
{
    TestServer server;
    QWebSocket socket;
    QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
    socket.open(liveUrl(server, QStringLiteral("token=good&name=ann")));
    QTRY_COMPARE(messages.count(), 1);
    QCOMPARE(messages[0][0].toString(), QStringLiteral("hello ann"));
    const QString large(200'000, u'x');
    socket.sendTextMessage(QStringLiteral("one"));
    socket.sendTextMessage(large);
    QTRY_COMPARE(messages.count(), 3);
    QCOMPARE(messages[1][0].toString(), QStringLiteral("echo one"));
    QCOMPARE(messages[2][0].toString(), QString(u"echo " + large));
    QCOMPARE(server.exchanges().all().value(0).status, 101);
}

void TestHttpWebSocket::refusedSocketGetsThePlainAnswer()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(handshake("/live?token=bad")));
    const auto refusal = client.responses(1).value(0);
    QCOMPARE(refusal.status, 403);
    QCOMPARE(refusal.body, QByteArray("not you"));
    QVERIFY(client.send("GET /ping HTTP/1.1\r\nHost: test\r\n\r\n"));
    QCOMPARE(client.responses(2).value(1).body, QByteArray("pong"));
}

void TestHttpWebSocket::badHandshakeIsRefused_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("status");
    QTest::newRow("old version") << handshake("/live?token=good", "8") << 426;
    QTest::newRow("no key") << handshake("/live?token=good", "13", "") << 400;
    QTest::newRow("short key") << handshake("/live?token=good", "13", "AAAA") << 400;
    QTest::newRow("key that is no base64") << handshake("/live?token=good", "13", "!!!!!!!!!!!!!!!!!!!!!!==") << 400;
    QTest::newRow("unknown path") << handshake("/elsewhere") << 404;
    QTest::newRow("ordinary path") << handshake("/ping") << 200;
}

void TestHttpWebSocket::badHandshakeIsRefused()
{
    QFETCH(QByteArray, input);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(input));
    const auto response = client.responses(1).value(0);
    QTEST(response.status, "status");
    if (response.status == 426)
        QCOMPARE(response.field("Sec-WebSocket-Version"), QByteArray("13"));
    QVERIFY(client.send("GET /ping HTTP/1.1\r\nHost: test\r\n\r\n"));
    QCOMPARE(client.responses(2).value(1).body, QByteArray("pong"));
}

void TestHttpWebSocket::frameSentTogetherWithTheHandshakeIsHeard()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(handshake("/live?token=good") + textFrame("early")));
    QCOMPARE(client.responses(1).value(0).status, 101);
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().contains("echo early");
    }));
    QVERIFY(client.received().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    QVERIFY(client.send(textFrame("late")));
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().contains("echo late");
    }));
}

void TestHttpWebSocket::handshakeBehindARequestIsAnsweredAfterIt()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("GET /gate/a HTTP/1.1\r\nHost: test\r\n\r\n" + handshake("/live?token=good") + textFrame("early")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    server.gates().open(QStringLiteral("a"));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[0].body, QByteArray("a"));
    QCOMPARE(responses[1].status, 101);
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().contains("echo early");
    }));
}

void TestHttpWebSocket::vanishedSocketGivesItsPlaceBack()
{
    TestServer server;
    {
        RawClient client(server.port());
        QVERIFY(client.send(handshake("/live?token=good")));
        QCOMPARE(client.responses(1).value(0).status, 101);
        client.reset();
    }
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
    RawClient client(server.port());
    QVERIFY(client.send(handshake("/live?token=good")));
    client.finishSending();
    QVERIFY(client.waitForEnd());
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
}

void TestHttpWebSocket::openSocketCountsAsAConnection()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(handshake("/live?token=good")));
    QCOMPARE(client.responses(1).value(0).status, 101);
    QCOMPARE(server.server().connectionCount(), 1);
    QCOMPARE(server.server().inFlightCount(), 0);
}

void TestHttpWebSocket::drainTellsSocketsThatTheServerGoesAway()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    QWebSocket socket;
    QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
    QSignalSpy disconnected(&socket, &QWebSocket::disconnected);
    socket.open(liveUrl(server, QStringLiteral("token=good")));
    QTRY_COMPARE(messages.count(), 1);
    server.server().drain(milliseconds(60'000));
    QTRY_COMPARE(disconnected.count(), 1);
    QCOMPARE(socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    QTRY_COMPARE(drained.count(), 1);
}

void TestHttpWebSocket::messagesThatNobodyTakesAreBoundedTogether()
{
    http::ServerOptions options;
    options.limits.unsentBytes = 50'000'000;
    options.limits.crowdedTimeout = milliseconds(300);
    TestServer server(options);
    test::CapturedLog log;
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 3; ++i) {
        silent.push_back(std::make_unique<RawClient>(server.port(), 4096));
        QVERIFY(silent.back()->send(handshake("/flood?token=good&bytes=30000000")));
    }
    // While so much waits, nothing further is begun; then those who take nothing go, and all is as before.
    RawClient other(server.port());
    int status = 0;
    QVERIFY(waitUntil([&] {
        if (!other.send("GET /ping HTTP/1.1\r\nHost: test\r\n\r\n"))
            return false;
        status = other.responses(static_cast<int>(other.parse().size()) + 1).constLast().status;
        return status == 503;
    }));
    QVERIFY(waitUntil([&] { return log.text().contains("takes its messages too slowly"); }));
    QVERIFY(waitUntil([&] { return server.server().connectionCount() <= static_cast<int>(silent.size()); }));
    QVERIFY(waitUntil([&] {
        RawClient late(server.port());
        return late.send("GET /ping HTTP/1.1\r\nHost: test\r\n\r\n") && late.responses(1).value(0).status == 200;
    }));
}

void TestHttpWebSocket::messagesThatNobodyTakesAreLeftAloneWhileThereIsRoom()
{
    http::ServerOptions options;
    options.limits.unsentBytes = 50'000'000;
    options.limits.crowdedTimeout = milliseconds(0);
    options.limits.idleTimeout = milliseconds(300);
    TestServer server(options);
    RawClient slow(server.port(), 4096);
    RawClient idle(server.port());
    QVERIFY(slow.send(handshake("/flood?token=good&bytes=20000000")));
    QVERIFY(idle.waitForEnd()); // by then all limits have been looked at
    QVERIFY(waitUntil([&] {
        slow.receive();
        return slow.received().size() > 20'000'000 || slow.ended();
    }));
    QVERIFY(!slow.ended());
}

QTEST_GUILESS_MAIN(TestHttpWebSocket)
#include "tst_http_websocket.moc"
