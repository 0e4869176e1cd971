// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <http/requestparser.h>

#include <QTest>

#include <zlib.h>

using namespace iwd;
using namespace iwd::http;
using test::RawClient;
using test::TestServer;

namespace {

QByteArray get(const QByteArray &target, const QByteArray &fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

QByteArray post(const QByteArray &target, const QByteArray &fields, const QByteArray &body)
{
    return "POST " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n"
        + body;
}

/// zlib itself, as an opinion from outside on what the edge zips and unzips.
QByteArray zipped(const QByteArray &plain)
{
    z_stream stream {};
    deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(plain.size()))), '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.constData()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray unzipped(const QByteArray &zipped)
{
    z_stream stream {};
    inflateInit2(&stream, 31);
    QByteArray out(1'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(zipped.constData()));
    stream.avail_in = static_cast<uInt>(zipped.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    inflateEnd(&stream);
    return out;
}

} // namespace

/// What a well-meaning client sees.
class TestHttpConversation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAnswerIsDatedAndCountedAndCorrelated();
    void nobodyKeepsOrMisreadsAnAnswer_data();
    void nobodyKeepsOrMisreadsAnAnswer();
    void saneCorrelationIdIsEchoedAndAnotherIsReplaced();
    void handlerIsGivenPathQueryAndParametersDecoded();
    void encodedSlashStaysInsideItsParameter();
    void headIsAnsweredLikeGetWithoutTheBody();
    void optionsListsTheMethodsOfThePath_data();
    void optionsListsTheMethodsOfThePath();
    void wrongMethodIsToldTheRightOnes();
    void knownVersionIsNotSentAgain_data();
    void knownVersionIsNotSentAgain();
    void continueIsSaidOnceAndBeforeTheAnswer();
    void continueWaitsForTheAnswersBefore();
    void zippedRequestIsReadAndUnknownEncodingNamesTheKnownOne();
    void zippedBombIsRefusedAndTheConnectionLivesOn();
    void damagedZipIsRefused_data();
    void damagedZipIsRefused();
    void largeTextIsZippedForWhoeverTakesIt_data();
    void largeTextIsZippedForWhoeverTakesIt();
    void pipelinedAnswersKeepTheirOrderWhenTheFirstIsSlow();
    void pipelinedWriteWaitsForTheRequestsBefore();
    void halfClosedClientGetsItsSlowAnswer();
    void clientThatResetsCostsNothing();
    void clientThatResetsInTheMiddleOfARequestCostsNothing();
    void bodyInChunksMayComeInAnyPieces_data();
    void bodyInChunksMayComeInAnyPieces();
    void handlerCannotBreakTheFraming();
    void http10ClientIsToldThatTheConnectionStays();
    void largeAnswerArrivesWhole();
    void exchangesAreReportedByPattern();
};

void TestHttpConversation::everyAnswerIsDatedAndCountedAndCorrelated()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/ping") + get("/nowhere") + get("/boom")));
    const auto responses = client.responses(3);
    QCOMPARE(responses.size(), 3);
    QSet<QByteArray> ids;
    for (const auto &response : responses) {
        auto date = QLocale::c().toDateTime(QString::fromLatin1(response.field("Date")), QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
        QVERIFY2(date.isValid(), response.field("Date").constData());
        date.setTimeSpec(Qt::UTC);
        QVERIFY(std::abs(date.secsTo(QDateTime::currentDateTimeUtc())) < 60);
        QCOMPARE(response.field("Server"), QByteArray("iwd"));
        QCOMPARE(response.fieldCount("Content-Length"), 1);
        QVERIFY(response.field("X-Correlation-Id").size() >= 16);
        ids.insert(response.field("X-Correlation-Id"));
    }
    QCOMPARE(ids.size(), 3);
}

void TestHttpConversation::nobodyKeepsOrMisreadsAnAnswer_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("caching");
    QTest::addRow("an answer") << get("/ping") << 200 << QByteArray("no-store");
    QTest::addRow("one whose handler says what may be kept") << get("/kept") << 200 << QByteArray("no-cache");
    QTest::addRow("one that the client has already") << get("/versioned", "If-None-Match: \"7\"\r\n") << 304 << QByteArray("no-store");
    QTest::addRow("no such route") << get("/nowhere") << 404 << QByteArray("no-store");
    QTest::addRow("a handler that broke") << get("/boom") << 500 << QByteArray("no-store");
    QTest::addRow("no HTTP") << QByteArray("nonsense\r\n\r\n") << 400 << QByteArray("no-store");
}

void TestHttpConversation::nobodyKeepsOrMisreadsAnAnswer()
{
    QFETCH(QByteArray, request);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(request));
    const test::WireResponse response = client.responses(1).value(0);
    QTEST(response.status, "status");
    QTEST(response.field("Cache-Control"), "caching");
    QCOMPARE(response.field("X-Content-Type-Options"), QByteArray("nosniff"));
    QCOMPARE(response.field("Referrer-Policy"), QByteArray("no-referrer"));
    for (const char *name : { "Cache-Control", "X-Content-Type-Options", "Referrer-Policy" })
        QCOMPARE(response.fieldCount(name), 1);
}

void TestHttpConversation::saneCorrelationIdIsEchoedAndAnotherIsReplaced()
{
    TestServer server;
    const QByteArray longest(100, 'x');
    RawClient client(server.port());
    QVERIFY(client.send(get("/ping", "X-Correlation-Id: Order-7_b.c\r\n") + get("/nowhere", "x-correlation-id: " + longest + "\r\n")
        + get("/ping", "X-Correlation-Id: " + longest + "x\r\n") + get("/ping", "X-Correlation-Id: a b\r\n")
        + get("/ping", "X-Correlation-Id:\r\n")));
    const auto responses = client.responses(5);
    QCOMPARE(responses.size(), 5);
    QCOMPARE(responses[0].field("X-Correlation-Id"), QByteArray("Order-7_b.c"));
    QCOMPARE(responses[1].field("X-Correlation-Id"), longest);
    for (int i = 2; i < 5; ++i)
        QCOMPARE(responses[i].field("X-Correlation-Id").size(), 16);
}

void TestHttpConversation::handlerIsGivenPathQueryAndParametersDecoded()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/items/caf%C3%A9%20one/history/2?b=1%262&a=x+y&a=%2B&flag")));
    const auto response = client.responses(1).value(0);
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, QByteArray("GET\n/items/caf\xc3\xa9 one/history/2\ncaf\xc3\xa9 one|2\nb=1&2\na=x y\na=+\nflag=\n"));
}

void TestHttpConversation::encodedSlashStaysInsideItsParameter()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/items/a%2Fb")));
    QCOMPARE(client.responses(1).value(0).body, QByteArray("GET\n/items/a/b\na/b\n"));
}

void TestHttpConversation::headIsAnsweredLikeGetWithoutTheBody()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("HEAD /describe HTTP/1.1\r\nHost: test\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: test\r\n\r\nHEAD /versioned "
                        "HTTP/1.1\r\nHost: test\r\n\r\n"));
    const auto responses = client.responses(3, true);
    QCOMPARE(responses.size(), 3);
    QCOMPARE(responses[0].status, 200);
    QCOMPARE(responses[0].field("Content-Length"), QByteArray::number(QByteArray("GET head\n/describe\n\n").size()));
    QCOMPARE(responses[0].field("Content-Type"), QByteArray("text/plain"));
    QCOMPARE(responses[1].status, 404);
    QCOMPARE(responses[2].field("ETag"), QByteArray("\"7\""));
    QVERIFY(!client.received().contains("version seven"));
}

void TestHttpConversation::optionsListsTheMethodsOfThePath_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("allow");
    QTest::newRow("read only") << QByteArray("/ping") << 204 << QByteArray("GET, HEAD, OPTIONS");
    QTest::newRow("write only") << QByteArray("/echo") << 204 << QByteArray("POST, OPTIONS");
    QTest::newRow("both") << QByteArray("/gate/a") << 204 << QByteArray("GET, POST, HEAD, OPTIONS");
    QTest::newRow("a literal and a placeholder that fit both")
        << QByteArray("/items/retry") << 204 << QByteArray("POST, GET, HEAD, OPTIONS");
    QTest::newRow("the whole server") << QByteArray("*") << 204 << QByteArray("GET, POST, HEAD, OPTIONS");
    QTest::newRow("unknown") << QByteArray("/nowhere") << 404 << QByteArray();
}

void TestHttpConversation::optionsListsTheMethodsOfThePath()
{
    QFETCH(QByteArray, target);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("OPTIONS " + target + " HTTP/1.1\r\nHost: test\r\n\r\n"));
    const auto response = client.responses(1).value(0);
    QTEST(response.status, "status");
    QTEST(response.field("Allow"), "allow");
    if (response.status == 204)
        QCOMPARE(response.fieldCount("Content-Length"), 0);
}

void TestHttpConversation::wrongMethodIsToldTheRightOnes()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("DELETE /gate/x HTTP/1.1\r\nHost: test\r\n\r\n"));
    const auto response = client.responses(1).value(0);
    QCOMPARE(response.status, 405);
    QCOMPARE(response.field("Allow"), QByteArray("GET, POST, HEAD, OPTIONS"));
    QVERIFY(response.body.contains("route.method_not_allowed"));
}

void TestHttpConversation::knownVersionIsNotSentAgain_data()
{
    QTest::addColumn<QByteArray>("condition");
    QTest::addColumn<int>("status");
    QTest::newRow("the same") << QByteArray("\"7\"") << 304;
    QTest::newRow("the same, weak") << QByteArray("W/\"7\"") << 304;
    QTest::newRow("in a list") << QByteArray("\"1\", \"7\",\"9\"") << 304;
    QTest::newRow("any") << QByteArray("*") << 304;
    QTest::newRow("another") << QByteArray("\"8\"") << 200;
    QTest::newRow("part of another") << QByteArray("\"77\", \"1,7\"") << 200;
    QTest::newRow("without quotes") << QByteArray("7") << 200;
}

void TestHttpConversation::knownVersionIsNotSentAgain()
{
    QFETCH(QByteArray, condition);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/versioned", "If-None-Match: " + condition + "\r\n") + get("/ping")));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QTEST(responses[0].status, "status");
    QCOMPARE(responses[0].field("ETag"), QByteArray("\"7\""));
    QCOMPARE(responses[0].body, responses[0].status == 304 ? QByteArray() : QByteArray("version seven"));
    QCOMPARE(responses[1].body, QByteArray("pong"));
}

void TestHttpConversation::continueIsSaidOnceAndBeforeTheAnswer()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    QCOMPARE(client.responses(1).value(0).status, 100);
    QVERIFY(client.send("he"));
    QVERIFY(client.send("llo"));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[1].status, 200);
    QCOMPARE(responses[1].body, QByteArray("hello"));
}

void TestHttpConversation::continueWaitsForTheAnswersBefore()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a") + "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    QVERIFY(test::waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    client.receive();
    QCOMPARE(client.received(), QByteArray());
    server.gates().open(QStringLiteral("a"));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[0].body, QByteArray("a"));
    QCOMPARE(responses[1].status, 100);
    QVERIFY(client.send("hello"));
    QCOMPARE(client.responses(3).value(2).body, QByteArray("hello"));
}

void TestHttpConversation::zippedRequestIsReadAndUnknownEncodingNamesTheKnownOne()
{
    TestServer server;
    RawClient client(server.port());
    const QByteArray twoMembers = zipped("hello ") + zipped("world");
    QVERIFY(client.send(post("/echo", "Content-Encoding: gzip\r\n", zipped("hello world"))
        + post("/echo", "Content-Encoding: X-GZIP\r\n", twoMembers) + post("/echo", "Content-Encoding: deflate\r\n", "hello")));
    const auto responses = client.responses(3);
    QCOMPARE(responses.size(), 3);
    QCOMPARE(responses[0].body, QByteArray("hello world"));
    QCOMPARE(responses[1].body, QByteArray("hello world"));
    QCOMPARE(responses[2].status, 415);
    QCOMPARE(responses[2].field("Accept-Encoding"), QByteArray("gzip"));
}

void TestHttpConversation::zippedBombIsRefusedAndTheConnectionLivesOn()
{
    TestServer server;
    RawClient client(server.port());
    const QByteArray bomb = zipped(QByteArray(50'000'000, '\0'));
    QVERIFY(bomb.size() < 100'000);
    const QByteArray exact = zipped(QByteArray(100'000, 'a'));
    const QByteArray oneMore = zipped(QByteArray(100'001, 'a'));
    QVERIFY(client.send(post("/echo", "Content-Encoding: gzip\r\n", bomb) + post("/echo", "Content-Encoding: gzip\r\n", exact)
        + post("/echo", "Content-Encoding: gzip\r\n", oneMore) + get("/ping")));
    const auto responses = client.responses(4);
    QCOMPARE(responses.size(), 4);
    QCOMPARE(responses[0].status, 413);
    QCOMPARE(responses[1].status, 200);
    QCOMPARE(responses[1].body.size(), 100'000);
    QCOMPARE(responses[2].status, 413);
    QCOMPARE(responses[3].body, QByteArray("pong"));
}

void TestHttpConversation::damagedZipIsRefused_data()
{
    const QByteArray sound = zipped(QByteArray("hello world").repeated(100));
    QByteArray flipped = sound;
    flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
    QByteArray wrongSum = sound;
    wrongSum[wrongSum.size() - 8] = static_cast<char>(~wrongSum[wrongSum.size() - 8]);
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("cut off") << sound.chopped(9);
    QTest::newRow("without its checksum") << sound.chopped(8);
    QTest::newRow("damaged") << flipped;
    QTest::newRow("wrong checksum") << wrongSum;
    QTest::newRow("something behind it") << QByteArray(sound + "more");
    QTest::newRow("only the magic bytes") << QByteArray("\x1f\x8b");
}

void TestHttpConversation::damagedZipIsRefused()
{
    QFETCH(QByteArray, body);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(post("/echo", "Content-Encoding: gzip\r\n", body)));
    QCOMPARE(client.responses(1).value(0).status, 400);
}

void TestHttpConversation::largeTextIsZippedForWhoeverTakesIt_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("accept");
    QTest::addColumn<bool>("zips");
    QTest::addColumn<QByteArray>("vary");
    const QByteArray vary = "Accept-Encoding";
    QTest::newRow("gzip") << QByteArray("/large?bytes=10000") << QByteArray("gzip") << true << vary;
    QTest::newRow("among others") << QByteArray("/large?bytes=10000") << QByteArray("br, GZip;q=0.5, *;q=0") << true << vary;
    QTest::newRow("anything") << QByteArray("/large?bytes=10000") << QByteArray("*") << true << vary;
    QTest::newRow("not gzip") << QByteArray("/large?bytes=10000") << QByteArray("gzip;q=0, br") << false << vary;
    QTest::newRow("not asked") << QByteArray("/large?bytes=10000") << QByteArray() << false << vary;
    QTest::newRow("small") << QByteArray("/large?bytes=1000") << QByteArray("gzip") << false << QByteArray();
}

void TestHttpConversation::largeTextIsZippedForWhoeverTakesIt()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, accept);
    QFETCH(bool, zips);
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get(target, accept.isEmpty() ? QByteArray() : "Accept-Encoding: " + accept + "\r\n")));
    const auto response = client.responses(1).value(0);
    QCOMPARE(response.status, 200);
    QTEST(response.field("Vary"), "vary");
    QCOMPARE(response.field("Content-Encoding"), zips ? QByteArray("gzip") : QByteArray());
    const qsizetype bytes = target.mid(target.indexOf('=') + 1).toLongLong();
    QCOMPARE(zips ? unzipped(response.body) : response.body, QByteArray("0123456789").repeated(bytes / 10));
    QCOMPARE(response.body.size() < bytes, zips);
}

void TestHttpConversation::pipelinedAnswersKeepTheirOrderWhenTheFirstIsSlow()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a") + get("/ping") + get("/gate/b") + get("/nowhere")));
    // All are under way at once …
    QVERIFY(test::waitUntil(
        [&] { return server.gates().arrived(QStringLiteral("a")) == 1 && server.gates().arrived(QStringLiteral("b")) == 1; }));
    server.gates().open(QStringLiteral("b"));
    QVERIFY(test::waitUntil([&] { return server.server().inFlightCount() == 1; }));
    client.receive();
    QCOMPARE(client.received(), QByteArray());
    // … and leave in order.
    server.gates().open(QStringLiteral("a"));
    const auto responses = client.responses(4);
    QCOMPARE(responses.size(), 4);
    QCOMPARE(responses[0].body, QByteArray("a"));
    QCOMPARE(responses[1].body, QByteArray("pong"));
    QCOMPARE(responses[2].body, QByteArray("b"));
    QCOMPARE(responses[3].status, 404);
}

void TestHttpConversation::pipelinedWriteWaitsForTheRequestsBefore()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a") + post("/gate/b", {}, {}) + get("/gate/c")));
    QVERIFY(test::waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    RawClient other(server.port()); // a whole exchange of somebody else, as proof that time has passed
    QVERIFY(other.send(get("/ping")));
    QCOMPARE(other.responses(1).size(), 1);
    QCOMPARE(server.gates().arrived(QStringLiteral("b")), 0);
    server.gates().open(QStringLiteral("a"));
    QVERIFY(test::waitUntil([&] { return server.gates().arrived(QStringLiteral("b")) == 1; }));
    QCOMPARE(server.gates().arrived(QStringLiteral("c")), 0);
    server.gates().open(QStringLiteral("b"));
    server.gates().open(QStringLiteral("c"));
    const auto responses = client.responses(3);
    QCOMPARE(responses.size(), 3);
    QCOMPARE(responses[2].body, QByteArray("c"));
}

void TestHttpConversation::halfClosedClientGetsItsSlowAnswer()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a")));
    client.finishSending();
    QVERIFY(test::waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    server.gates().open(QStringLiteral("a"));
    QCOMPARE(client.responses(1).value(0).body, QByteArray("a"));
    QVERIFY(client.waitForEnd());
}

void TestHttpConversation::clientThatResetsCostsNothing()
{
    TestServer server;
    {
        RawClient client(server.port());
        QVERIFY(client.send(get("/gate/a") + get("/gate/b") + get("/ping")));
        QVERIFY(test::waitUntil([&] { return server.gates().arrived(QStringLiteral("b")) == 1; }));
        client.reset();
    }
    QVERIFY(test::waitUntil([&] { return server.server().connectionCount() == 0; }));
    QCOMPARE(server.server().inFlightCount(), 2); // the handlers may run to their end
    server.gates().open(QStringLiteral("a"));
    server.gates().open(QStringLiteral("b"));
    QVERIFY(test::waitUntil([&] { return server.server().inFlightCount() == 0; }));
    QVERIFY(test::waitUntil([&] { return server.exchanges().all().size() == 3; }));
    for (const auto &exchange : server.exchanges().all())
        QVERIFY(!exchange.delivered);
}

void TestHttpConversation::clientThatResetsInTheMiddleOfARequestCostsNothing()
{
    TestServer server;
    for (const QByteArray &part : { QByteArray("GET /pi"), get("/ping").chopped(2), post("/echo", {}, QByteArray(90'000, 'a')).chopped(1),
             QByteArray("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel") }) {
        RawClient client(server.port());
        QVERIFY(client.send(part));
        QVERIFY(test::waitUntil([&] { return server.server().connectionCount() == 1; }));
        client.reset();
        QVERIFY(test::waitUntil([&] { return server.server().connectionCount() == 0; }));
    }
    QVERIFY(server.exchanges().all().isEmpty());
}

void TestHttpConversation::bodyInChunksMayComeInAnyPieces_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("expected");
    QTest::addColumn<bool>("refused");
    QTest::addRow("nothing") << QByteArray("0\r\n\r\n") << QByteArray() << false;
    QTest::addRow("nothing and a trailer") << QByteArray("0;last\r\nX: y\r\n\r\n") << QByteArray() << false;
    QTest::addRow("one byte") << QByteArray("1\r\na\r\n0\r\n\r\n") << QByteArray("a") << false;
    QTest::addRow("two chunks") << QByteArray("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n") << QByteArray("hello!") << false;
    QTest::addRow("no number") << QByteArray("zz\r\nhello") << QByteArray() << true;
    QTest::addRow("a lone carriage return in the trailer") << QByteArray("0\r\nX: a\rb\r\n\r\n") << QByteArray() << true;
}

void TestHttpConversation::bodyInChunksMayComeInAnyPieces()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, expected);
    QFETCH(bool, refused);
    const QByteArray head = "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (qsizetype piece = 1; piece <= body.size(); ++piece) {
        RequestParser parser;
        Request request;
        QVERIFY(!parser.readHead(head, request));
        QByteArray waiting;
        RequestParser::Body read;
        for (qsizetype at = 0; at < body.size() && !read.complete && !read.refusal; at += piece) {
            waiting += body.sliced(at, std::min(piece, body.size() - at));
            read = parser.readBody(waiting, 1'000, request.body);
            waiting.remove(0, read.consumed);
        }
        QCOMPARE(read.refusal.has_value(), refused);
        QCOMPARE(read.complete, !refused);
        QCOMPARE(request.body, expected);
    }
}

void TestHttpConversation::handlerCannotBreakTheFraming()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/inject") + get("/ping")));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[0].body, QByteArray("pong"));
    QCOMPARE(responses[0].fieldCount("Set-Cookie"), 0);
    QCOMPARE(responses[0].fieldCount("Location"), 0);
    QCOMPARE(responses[0].fieldCount("Transfer-Encoding"), 0);
    QCOMPARE(responses[0].fieldCount("Content-Length"), 1);
}

void TestHttpConversation::http10ClientIsToldThatTheConnectionStays()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send("GET /ping HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    QCOMPARE(client.responses(1).value(0).field("Connection"), QByteArray("keep-alive"));
    QVERIFY(client.send("GET /ping HTTP/1.0\r\n\r\n"));
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.parse().value(1).field("Connection"), QByteArray("close"));
}

void TestHttpConversation::largeAnswerArrivesWhole()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/large?bytes=20000000") + get("/ping")));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[0].body, QByteArray("0123456789").repeated(2'000'000));
    QCOMPARE(responses[1].body, QByteArray("pong"));
}

void TestHttpConversation::exchangesAreReportedByPattern()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/items/17") + get("/nowhere/at/all") + "FROB /ping HTTP/1.1\r\nHost: test\r\n\r\n" + "nonsense\r\n\r\n"));
    QVERIFY(client.waitForEnd());
    const auto exchanges = server.exchanges().all();
    QCOMPARE(exchanges.size(), 4);
    QCOMPARE(exchanges[0].pattern, QStringLiteral("/items/{id}"));
    QCOMPARE(exchanges[0].method, QByteArray("GET"));
    QCOMPARE(exchanges[0].status, 200);
    QVERIFY(exchanges[0].delivered);
    QCOMPARE(exchanges[1].pattern, QString());
    QCOMPARE(exchanges[1].status, 404);
    QCOMPARE(exchanges[2].method, QByteArray("OTHER"));
    QCOMPARE(exchanges[3].status, 400);
}

QTEST_GUILESS_MAIN(TestHttpConversation)
#include "tst_http_conversation.moc"
