// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <QSignalSpy>
#include <QTest>

#include <zlib.h>

using namespace iwd;
using test::RawClient;
using test::TestServer;
using test::waitUntil;

namespace {

QByteArray get(const QByteArray &target, const QByteArray &fields = {}, const QByteArray &version = "1.1")
{
    return "GET " + target + " HTTP/" + version + "\r\nHost: test\r\n" + fields + "\r\n";
}

QByteArray letters(int pieces, int bytes)
{
    QByteArray all;
    for (int i = 0; i < pieces; ++i)
        all += QByteArray(bytes, static_cast<char>('a' + i % 26));
    return all;
}

/// As much as can be unzipped of the beginning of a gzip stream. @returns whether its end was there
bool unzip(const QByteArray &zipped, QByteArray &plain)
{
    z_stream stream {};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return false;
    plain.resize(1'000'000);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(zipped.constData()));
    stream.avail_in = static_cast<uInt>(zipped.size());
    stream.next_out = reinterpret_cast<Bytef *>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    const int state = inflate(&stream, Z_SYNC_FLUSH);
    plain.chop(static_cast<qsizetype>(stream.avail_out));
    inflateEnd(&stream);
    return state == Z_STREAM_END;
}

http::ServerOptions limited(const std::function<void(http::Limits &)> &change)
{
    http::ServerOptions options;
    change(options.limits);
    return options;
}

} // namespace

/// Answers whose body is made while it is sent.
class TestHttpStreaming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodyComesInChunksAndTheConnectionGoesOn();
    void bodyOfNoPieceIsAWholeAnswer();
    void piecesThatTakeAMomentArriveOneByOne();
    void clientOfHttp10ReadsUntilTheConnectionCloses();
    void clientThatWantsToCloseIsClosedAtTheEnd();
    void headSaysTheSameAndSendsNothing();
    void clientThatHasItAlreadyIsToldSo();
    void bodyIsZippedForWhoeverTakesIt();
    void answersBehindAStreamWaitForItsEnd();
    void requestThatChangesSomethingBeginsAfterTheEnd();
    void slowReaderStopsTheSource();
    void readerThatTakesNothingIsDropped();
    void sourceThatFailsCutsTheConnection_data();
    void sourceThatFailsCutsTheConnection();
    void failureResetsAClientOfHttp10();
    void sourceThatTakesTooLongCutsTheConnection();
    void clientThatHangsUpEndsTheSource();
    void streamCountsAsARequestInFlight();
    void drainLetsAStreamFinish();
    void drainThatRunsOutOfPatienceLeavesNoWholeBody_data();
    void drainThatRunsOutOfPatienceLeavesNoWholeBody();
};

void TestHttpStreaming::bodyComesInChunksAndTheConnectionGoesOn()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=3&bytes=5") + get("/ping")));
    const auto answers = client.responses(2);
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers[0].status, 200);
    QCOMPARE(answers[0].field("Transfer-Encoding"), QByteArray("chunked"));
    QCOMPARE(answers[0].fieldCount("Content-Length"), 0);
    QCOMPARE(answers[0].body, QByteArray("aaaaabbbbbccccc"));
    QVERIFY(client.received().contains("\r\n\r\n5\r\naaaaa\r\n5\r\nbbbbb\r\n5\r\nccccc\r\n0\r\n\r\nHTTP/1.1 200 OK"));
    QCOMPARE(answers[1].body, QByteArray("pong"));
    const auto exchanges = server.exchanges().all();
    QCOMPARE(exchanges.size(), 2);
    QVERIFY(exchanges[0].delivered);
    QCOMPARE(server.gates().arrived(QStringLiteral("undelivered")), 0);
}

void TestHttpStreaming::bodyOfNoPieceIsAWholeAnswer()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=0")));
    const auto answers = client.responses(1);
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers[0].body, QByteArray());
    QVERIFY(client.received().endsWith("\r\n\r\n0\r\n\r\n"));
}

void TestHttpStreaming::piecesThatTakeAMomentArriveOneByOne()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=3&bytes=5&wait=3&slowly=1")));
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().endsWith("bbbbb\r\n");
    }));
    QVERIFY(client.parse().isEmpty());
    server.gates().open(QStringLiteral("piece"));
    const auto answers = client.responses(1);
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers[0].body, letters(3, 5));
}

void TestHttpStreaming::clientOfHttp10ReadsUntilTheConnectionCloses()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=30&bytes=5000&slowly=1", "Connection: keep-alive\r\n", "1.0")));
    QVERIFY(client.waitForEnd());
    const qsizetype head = client.received().indexOf("\r\n\r\n");
    QVERIFY(client.received().left(head + 2).contains("\r\nConnection: close\r\n"));
    QVERIFY(!client.received().left(head).contains("Transfer-Encoding"));
    QVERIFY(!client.received().left(head).contains("Content-Length"));
    QCOMPARE(client.received().mid(head + 4), letters(30, 5000));
}

void TestHttpStreaming::clientThatWantsToCloseIsClosedAtTheEnd()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=30&bytes=5000&slowly=1", "Connection: close\r\n")));
    client.finishSending();
    QVERIFY(client.waitForEnd());
    const auto answers = client.parse();
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers[0].field("Connection"), QByteArray("close"));
    QCOMPARE(answers[0].body, letters(30, 5000));
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
    QCOMPARE(server.gates().arrived(QStringLiteral("undelivered")), 0);
}

void TestHttpStreaming::headSaysTheSameAndSendsNothing()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("HEAD /stream?pieces=3&bytes=5 HTTP/1.1\r\nHost: test\r\n\r\nHEAD /ping HTTP/1.1\r\nHost: test\r\n\r\n"));
    const auto answers = client.responses(2, true);
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers[0].field("Transfer-Encoding"), QByteArray("chunked"));
    QCOMPARE(answers[1].field("Content-Length"), QByteArray("4"));
    QCOMPARE(server.gates().arrived(QStringLiteral("piece")), 0);
}

void TestHttpStreaming::clientThatHasItAlreadyIsToldSo()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=3&bytes=5", "If-None-Match: \"7\"\r\n") + get("/ping")));
    const auto answers = client.responses(2);
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers[0].status, 304);
    QCOMPARE(answers[0].fieldCount("Transfer-Encoding"), 0);
    QCOMPARE(answers[1].body, QByteArray("pong"));
    QCOMPARE(server.gates().arrived(QStringLiteral("piece")), 0);
}

void TestHttpStreaming::bodyIsZippedForWhoeverTakesIt()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=40&bytes=7000&slowly=1", "Accept-Encoding: gzip\r\n")));
    const auto answers = client.responses(1);
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers[0].field("Content-Encoding"), QByteArray("gzip"));
    QCOMPARE(answers[0].field("Vary"), QByteArray("Accept-Encoding"));
    QVERIFY(answers[0].body.size() < 40 * 7000 / 10);
    QByteArray plain;
    QVERIFY(unzip(answers[0].body, plain));
    QCOMPARE(plain, letters(40, 7000));

    // What has been sent can be read before the rest is made.
    RawClient watcher(server.port());
    QVERIFY(watcher.send(get("/stream?pieces=3&bytes=700&wait=3", "Accept-Encoding: gzip\r\n")));
    QVERIFY(waitUntil([&] {
        watcher.receive();
        QByteArray body;
        for (qsizetype at = watcher.received().indexOf("\r\n\r\n") + 4; at >= 4 && at < watcher.received().size();) {
            const qsizetype line = watcher.received().indexOf("\r\n", at);
            const qsizetype size = watcher.received().mid(at, line - at).toLongLong(nullptr, 16);
            body += watcher.received().mid(line + 2, size);
            at = line + 2 + size + 2;
        }
        return !unzip(body, plain) && plain == letters(2, 700);
    }));
    server.gates().open(QStringLiteral("piece"));
    QCOMPARE(watcher.responses(1).size(), 1);
}

void TestHttpStreaming::answersBehindAStreamWaitForItsEnd()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=3&bytes=5&wait=2") + get("/ping") + get("/stream?pieces=1&bytes=3")));
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().endsWith("aaaaa\r\n") && server.gates().arrived(QStringLiteral("piece")) == 2;
    }));
    server.gates().open(QStringLiteral("piece"));
    const auto answers = client.responses(3);
    QCOMPARE(answers.size(), 3);
    QCOMPARE(answers[0].body, letters(3, 5));
    QCOMPARE(answers[1].body, QByteArray("pong"));
    QCOMPARE(answers[2].body, QByteArray("aaa"));
}

void TestHttpStreaming::requestThatChangesSomethingBeginsAfterTheEnd()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("POST /stream?pieces=2&bytes=5&wait=2 HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"
                        "POST /gate/later HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("piece")) == 2; }));
    QCOMPARE(server.gates().arrived(QStringLiteral("later")), 0);
    server.gates().open(QStringLiteral("later"));
    server.gates().open(QStringLiteral("piece"));
    const auto answers = client.responses(2);
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers[0].body, letters(2, 5));
    QCOMPARE(answers[1].body, QByteArray("later"));
}

void TestHttpStreaming::slowReaderStopsTheSource()
{
    TestServer server;
    RawClient client(server.port(), 4096);
    constexpr int pieces = 400;
    constexpr int bytes = 100'000;
    QVERIFY(client.send(get("/stream?pieces=" + QByteArray::number(pieces) + "&bytes=" + QByteArray::number(bytes))));
    // It goes on until the system's buffers and ours are full, then rests.
    int before = 0;
    QVERIFY(waitUntil([&] { // until a while brings nothing new
        const int made = server.gates().arrived(QStringLiteral("piece"));
        RawClient other(server.port());
        const bool served = other.send(get("/ping").repeated(20)) && other.responses(20).size() == 20;
        return served && made > 0 && std::exchange(before, made) == made;
    }));
    QVERIFY2(before < pieces / 2, qPrintable(QString::number(before)));
    const auto answers = client.responses(1);
    QCOMPARE(answers.size(), 1);
    QVERIFY(answers[0].body == letters(pieces, bytes));
}

void TestHttpStreaming::readerThatTakesNothingIsDropped()
{
    TestServer server(limited([](http::Limits &limits) { limits.writeTimeout = milliseconds(300); }));
    RawClient client(server.port(), 4096);
    QVERIFY(client.send(get("/stream?pieces=1000&bytes=100000")));
    QVERIFY(waitUntil([&] { return server.exchanges().all().size() == 1; }));
    QVERIFY(server.gates().arrived(QStringLiteral("piece")) < 1000);
    QVERIFY(!server.exchanges().all().constFirst().delivered);
    QCOMPARE(server.gates().arrived(QStringLiteral("undelivered")), 1);
}

void TestHttpStreaming::sourceThatFailsCutsTheConnection_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<int>("whole");
    QTest::newRow("at once") << QByteArray("/stream?pieces=9&bytes=5&fail=1") << 0;
    QTest::newRow("in the middle") << QByteArray("/stream?pieces=9&bytes=5&fail=4&slowly=1") << 3;
    QTest::newRow("an exception") << QByteArray("/stream?pieces=9&bytes=5&throw=4&slowly=1") << 3;
    QTest::newRow("instead of the end") << QByteArray("/stream?pieces=9&bytes=5&fail=10&slowly=1") << 9;
}

void TestHttpStreaming::sourceThatFailsCutsTheConnection()
{
    QFETCH(const QByteArray, target);
    QFETCH(const int, whole);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get(target)));
    QVERIFY(client.waitForEnd());
    QVERIFY(client.parse().isEmpty());
    QVERIFY(!client.received().contains("\r\n0\r\n"));
    QVERIFY(whole == 0 || client.received().count("\r\n5\r\n") == whole);
    QCOMPARE(server.exchanges().all().size(), 1);
    QVERIFY(!server.exchanges().all().constFirst().delivered);
    QCOMPARE(server.gates().arrived(QStringLiteral("undelivered")), 1);
}

void TestHttpStreaming::failureResetsAClientOfHttp10()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=9&bytes=5&fail=4&slowly=1", {}, "1.0")));
    QVERIFY(client.waitForEnd());
    QVERIFY(client.wasReset());
}

void TestHttpStreaming::sourceThatTakesTooLongCutsTheConnection()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/impatient-stream?pieces=9&bytes=5&wait=3")));
    QVERIFY(client.waitForEnd());
    QVERIFY(client.parse().isEmpty());
    QVERIFY(client.received().contains("\r\n5\r\nbbbbb\r\n"));
    server.gates().open(QStringLiteral("piece")); // the late piece meets a closed connection
    QVERIFY(waitUntil([&] { return server.server().inFlightCount() == 0; }));
}

void TestHttpStreaming::clientThatHangsUpEndsTheSource()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=1000000&bytes=1000&slowly=1")));
    QVERIFY(waitUntil([&] {
        client.receive();
        return client.received().size() > 3000;
    }));
    client.reset();
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0 && server.server().inFlightCount() == 0; }));
    QVERIFY(server.gates().arrived(QStringLiteral("piece")) < 1'000'000);
    QCOMPARE(server.gates().arrived(QStringLiteral("undelivered")), 1);
}

void TestHttpStreaming::streamCountsAsARequestInFlight()
{
    TestServer server(limited([](http::Limits &limits) { limits.inFlight = 1; }));
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=2&bytes=5&wait=2")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("piece")) == 2; }));
    RawClient other(server.port());
    QVERIFY(other.send(get("/ping")));
    QCOMPARE(other.responses(1).value(0).status, 503);
    server.gates().open(QStringLiteral("piece"));
    QCOMPARE(client.responses(1).size(), 1);
    QVERIFY(waitUntil([&] { return server.server().inFlightCount() == 0; }));
    QVERIFY(other.send(get("/ping")));
    QCOMPARE(other.responses(2).value(1).status, 200);
}

void TestHttpStreaming::drainLetsAStreamFinish()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    RawClient client(server.port());
    QVERIFY(client.send(get("/stream?pieces=3&bytes=5&wait=2")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("piece")) == 2; }));
    server.server().drain(milliseconds(60'000));
    server.gates().open(QStringLiteral("piece"));
    QVERIFY(client.waitForEnd());
    const auto answers = client.parse();
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers[0].body, letters(3, 5));
    QTRY_COMPARE(drained.count(), 1);
}

void TestHttpStreaming::drainThatRunsOutOfPatienceLeavesNoWholeBody_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::newRow("HTTP/1.1: without the last chunk") << QByteArray("1.1");
    QTest::newRow("HTTP/1.0: with a reset") << QByteArray("1.0");
}

void TestHttpStreaming::drainThatRunsOutOfPatienceLeavesNoWholeBody()
{
    QFETCH(const QByteArray, version);
    auto server = std::make_unique<TestServer>();
    QSignalSpy drained(&server->server(), &http::Server::drained);
    RawClient client(server->port(), 4096);
    QVERIFY(client.send(get("/stream?pieces=400&bytes=100000", {}, version))); // more than fits between us
    QVERIFY(waitUntil([&] { return server->gates().arrived(QStringLiteral("piece")) > 0; }));
    server->server().drain(milliseconds(50));
    QTRY_COMPARE(drained.count(), 1);
    QVERIFY(!client.ended());
    server.reset();
    QVERIFY(client.waitForEnd());
    QVERIFY(!client.received().contains("\r\n0\r\n"));
    QCOMPARE(client.wasReset(), version == "1.0");
}

QTEST_GUILESS_MAIN(TestHttpStreaming)
#include "tst_http_streaming.moc"
