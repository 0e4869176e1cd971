// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <QTest>

#include <random>

using namespace iwd;
using test::RawClient;
using test::TestServer;

namespace {

enum class Then {
    Open, ///< the connection serves a further request
    Closed, ///< the server closes it
};

enum class Client {
    Waits, ///< for the server to act
    FinishesSending,
};

using Statuses = QList<int>;

QByteArray get(const QByteArray &target, const QByteArray &fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

QByteArray post(const QByteArray &target, const QByteArray &fields, const QByteArray &body)
{
    return "POST " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n" + body;
}

QByteArray chunked(const QByteArray &body)
{
    return post("/echo", "Transfer-Encoding: chunked\r\n", body);
}

} // namespace

/// The server against clients that are wrong, odd, malicious or old: what it answers, and what becomes of the connection.
class TestHttpHostileInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inputIsAnsweredExactlySo_data();
    void inputIsAnsweredExactlySo();
    void everySplitOfARequestIsReadTheSame();
    void randomBytesNeverBreakTheServer();

private:
    void rowsOfFraming();
    void rowsOfSyntax();
    void rowsOfTargets();
    void rowsOfSizes();
    void rowsOfChunks();
    void rowsOfExpectations();
    void rowsOfTimeAndEnds();
    void rowsOfVersionsAndMethods();
};

namespace {

void row(const char *name, const QByteArray &input, const Statuses &statuses, Then then, Client client = Client::Waits)
{
    QTest::newRow(name) << input << statuses << static_cast<int>(then) << static_cast<int>(client);
}

} // namespace

void TestHttpHostileInput::inputIsAnsweredExactlySo_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QList<int>>("statuses");
    QTest::addColumn<int>("then");
    QTest::addColumn<int>("client");
    rowsOfFraming();
    rowsOfSyntax();
    rowsOfTargets();
    rowsOfSizes();
    rowsOfChunks();
    rowsOfExpectations();
    rowsOfTimeAndEnds();
    rowsOfVersionsAndMethods();
}

void TestHttpHostileInput::rowsOfFraming()
{
    const QByteArray smuggled = "0\r\n\r\nGET /ping HTTP/1.1\r\nHost: test\r\n\r\n";
    row("length and chunked", post("/echo", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", smuggled), { 400 }, Then::Closed);
    row("chunked and length", post("/echo", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", smuggled), { 400 }, Then::Closed);
    row("length twice, the same", post("/echo", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), { 400 }, Then::Closed);
    row("length twice, different", post("/echo", "Content-Length: 5\r\nContent-Length: 0\r\n", "hello"), { 400 }, Then::Closed);
    row("length as a list", post("/echo", "Content-Length: 5, 5\r\n", "hello"), { 400 }, Then::Closed);
    row("negative length", post("/echo", "Content-Length: -5\r\n", "hello"), { 400 }, Then::Closed);
    row("length with a plus", post("/echo", "Content-Length: +5\r\n", "hello"), { 400 }, Then::Closed);
    row("length beyond 64 bits", post("/echo", "Content-Length: 99999999999999999999\r\n", "hello"), { 400 }, Then::Closed);
    row("length of 64 bits", post("/echo", "Content-Length: 18446744073709551615\r\n", "hello"), { 413 }, Then::Closed);
    row("hexadecimal length", post("/echo", "Content-Length: 0x5\r\n", "hello"), { 400 }, Then::Closed);
    row("length with a fraction", post("/echo", "Content-Length: 5.0\r\n", "hello"), { 400 }, Then::Closed);
    row("empty length", post("/echo", "Content-Length: \r\n", "hello"), { 400 }, Then::Closed);
    row("length in an underscore's disguise is no length", post("/echo", "Content_Length: 5\r\n", {}), { 200 }, Then::Open);
    row("unknown transfer encoding", post("/echo", "Transfer-Encoding: gzip\r\n", smuggled), { 501 }, Then::Closed);
    row("gzip before chunked", post("/echo", "Transfer-Encoding: gzip, chunked\r\n", smuggled), { 501 }, Then::Closed);
    row("identity as transfer encoding", post("/echo", "Transfer-Encoding: identity\r\n", smuggled), { 501 }, Then::Closed);
    row("almost chunked", post("/echo", "Transfer-Encoding: xchunked\r\n", smuggled), { 501 }, Then::Closed);
    row("chunked in quotes", post("/echo", "Transfer-Encoding: \"chunked\"\r\n", smuggled), { 501 }, Then::Closed);
    row("chunked twice in a list", post("/echo", "Transfer-Encoding: chunked, chunked\r\n", smuggled), { 501 }, Then::Closed);
    row("chunked twice in two fields", post("/echo", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", smuggled), { 400 },
        Then::Closed);
    row("chunked and then identity", post("/echo", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", smuggled), { 400 },
        Then::Closed);
    row("empty transfer encoding", post("/echo", "Transfer-Encoding:\r\n", smuggled), { 501 }, Then::Closed);
    row("chunked in capitals", post("/echo", "Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"), { 200 }, Then::Open);
    row("chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, { 400 }, Then::Closed);
    row("space before the colon", post("/echo", "Transfer-Encoding : chunked\r\n", smuggled), { 400 }, Then::Closed);
    row("a request inside a refused one's body is not answered",
        post("/echo", "Content-Length: 6\r\nContent-Length: 50\r\n", "0\r\n\r\nG" + get("/ping")), { 400 }, Then::Closed);
    row("a body on GET belongs to it", get("/ping", "Content-Length: 34\r\n") + get("/ping"), { 200 }, Then::Open);
    row("upgrade to HTTP/2 is not taken up",
        get("/ping", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), { 200 },
        Then::Open);
}

void TestHttpHostileInput::rowsOfSyntax()
{
    row("no Host", "GET /ping HTTP/1.1\r\n\r\n", { 400 }, Then::Closed);
    row("two Hosts", get("/ping", "Host: other\r\n"), { 400 }, Then::Closed);
    row("empty Host", "GET /ping HTTP/1.1\r\nHost:\r\n\r\n", { 400 }, Then::Closed);
    row("Host with a path", "GET /ping HTTP/1.1\r\nHost: test/x\r\n\r\n", { 400 }, Then::Closed);
    row("Host with a user", "GET /ping HTTP/1.1\r\nHost: me@test\r\n\r\n", { 400 }, Then::Closed);
    row("Host of IPv6 with a port", "GET /ping HTTP/1.1\r\nHost: [::1]:4024\r\n\r\n", { 200 }, Then::Open);
    row("lines without CR", "GET /ping HTTP/1.1\nHost: test\n\n", { 400 }, Then::Closed);
    row("one line without CR", "GET /ping HTTP/1.1\r\nHost: test\nX: y\r\n\r\n", { 400 }, Then::Closed);
    row("CR in a value", get("/ping", "X: a\rb\r\n"), { 400 }, Then::Closed);
    row("CR CR LF", get("/ping", "X: a\r\r\n"), { 400 }, Then::Closed);
    row("folded line", get("/ping", "X: a\r\n b\r\n"), { 400 }, Then::Closed);
    row("folded with a tab", get("/ping", "X: a\r\n\tb\r\n"), { 400 }, Then::Closed);
    row("space before the first field", "GET /ping HTTP/1.1\r\n Host: test\r\n\r\n", { 400 }, Then::Closed);
    row("NUL in a value", get("/ping", QByteArray("X: a\0b\r\n", 8)), { 400 }, Then::Closed);
    row("control character in a value", get("/ping", "X: a\x01z\r\n"), { 400 }, Then::Closed);
    row("DEL in a value", get("/ping", "X: a\x7fz\r\n"), { 400 }, Then::Closed);
    row("tab in a value is fine", get("/ping", "X: a\tb\r\n"), { 200 }, Then::Open);
    row("bytes above ASCII in a value are fine", get("/ping", "X: caf\xc3\xa9\r\n"), { 200 }, Then::Open);
    row("NUL in a name", get("/ping", QByteArray("X\0Y: a\r\n", 8)), { 400 }, Then::Closed);
    row("space in a name", get("/ping", "X Y: a\r\n"), { 400 }, Then::Closed);
    row("bracket in a name", get("/ping", "X(Y): a\r\n"), { 400 }, Then::Closed);
    row("no colon", get("/ping", "nonsense\r\n"), { 400 }, Then::Closed);
    row("no name", get("/ping", ": a\r\n"), { 400 }, Then::Closed);
    row("empty value is fine", get("/ping", "X:\r\n"), { 200 }, Then::Open);
    row("two spaces after the method", "GET  /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("space after the version", "GET /ping HTTP/1.1 \r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("tab for space", "GET\t/ping\tHTTP/1.1\r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("space before the method", " GET /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("a blank line first is skipped", "\r\n" + get("/ping"), { 200 }, Then::Open);
    row("many blank lines", QByteArray("\r\n").repeated(50), { 400 }, Then::Closed);
    row("TLS on a plain port", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), { 400 }, Then::Closed);
    row("nonsense", "hello?\r\n\r\n", { 400 }, Then::Closed);
    row("a good one, then nonsense, then a good one", get("/ping") + "nonsense\r\n\r\n" + get("/ping"), { 200, 400 }, Then::Closed);
    row("nothing after Connection: close", get("/ping", "Connection: close\r\n") + get("/ping"), { 200 }, Then::Closed);
    row("Connection with nonsense", get("/ping", "Connection: (\r\n"), { 400 }, Then::Closed);
    row("correlation id with a line break's encoding", get("/ping", "X-Correlation-Id: a%0d%0ab\r\n"), { 200 }, Then::Open);
}

void TestHttpHostileInput::rowsOfTargets()
{
    row("percent without digits", get("/items/%zz"), { 400 }, Then::Closed);
    row("percent at the end", get("/items/%2"), { 400 }, Then::Closed);
    row("encoded NUL", get("/items/a%00b"), { 400 }, Then::Closed);
    row("encoded line break", get("/items/a%0d%0ab"), { 400 }, Then::Closed);
    row("overlong UTF-8", get("/items/%c0%af"), { 400 }, Then::Closed);
    row("half of a surrogate", get("/items/%ed%a0%80"), { 400 }, Then::Closed);
    row("bad percent in the query", get("/ping?a=%f"), { 400 }, Then::Closed);
    row("too many query parameters", get("/ping?" + QByteArray("a&").repeated(300)), { 400 }, Then::Closed);
    row("bytes above ASCII", get("/items/caf\xc3\xa9"), { 400 }, Then::Closed);
    row("fragment", get("/ping#top"), { 400 }, Then::Closed);
    row("absolute form", get("http://elsewhere/ping"), { 200 }, Then::Open);
    row("absolute form without a path", get("http://elsewhere"), { 404 }, Then::Open);
    row("absolute form without a host", get("http:///ping"), { 400 }, Then::Closed);
    row("another scheme", get("ftp://elsewhere/ping"), { 400 }, Then::Closed);
    row("no slash", get("ping"), { 400 }, Then::Closed);
    row("star with GET", get("*"), { 400 }, Then::Closed);
    row("star with OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n", { 204 }, Then::Open);
    row("up and up", get("/../../etc/passwd"), { 404 }, Then::Open);
    row("two slashes", get("//ping"), { 404 }, Then::Open);
    row("empty placeholder", get("/items/"), { 404 }, Then::Open);
    row("unknown path", get("/nowhere"), { 404 }, Then::Open);
}

void TestHttpHostileInput::rowsOfSizes()
{
    row("URL of 100,000 bytes", get("/" + QByteArray(100'000, 'a')), { 414 }, Then::Closed);
    row("URL of 100,000 bytes that never ends", "GET /" + QByteArray(100'000, 'a'), { 414 }, Then::Closed);
    row("URL one byte too long", get("/" + QByteArray(8 * 1024, 'a')), { 414 }, Then::Closed);
    row("URL as long as may be", get("/ping?" + QByteArray(8 * 1024 - 6, 'a')), { 200 }, Then::Open);
    row("method of 100,000 bytes", QByteArray(100'000, 'A'), { 414 }, Then::Closed);
    row("one field of 20 KB", get("/ping", "X: " + QByteArray(20'000, 'a') + "\r\n"), { 431 }, Then::Closed);
    row("a field of 100,000 bytes that never ends", "GET /ping HTTP/1.1\r\nHost: test\r\nX: " + QByteArray(100'000, 'a'), { 431 },
        Then::Closed);
    row("2,000 fields", get("/ping", QByteArray("X: abcdef\r\n").repeated(2000)), { 431 }, Then::Closed);
    row("a header of nearly 16 KiB", get("/ping", "X: " + QByteArray(16 * 1024 - 100, 'a') + "\r\n"), { 200 }, Then::Open);
    row("body of exactly the limit", post("/small", "Content-Length: 10\r\n", "0123456789"), { 200 }, Then::Open);
    row("body beyond the limit", post("/small", "Content-Length: 11\r\n", "0123456789a"), { 413 }, Then::Closed);
    row("large body announced, never sent", post("/small", "Content-Length: 1000000000\r\n", {}), { 413 }, Then::Closed);
    row("large body, already on its way", post("/small", "Content-Length: 300000\r\n", QByteArray(300'000, 'a')), { 413 }, Then::Closed);
    row("small body for an unknown path is read past", post("/nowhere", "Content-Length: 5\r\n", "hello"), { 404 }, Then::Open);
    row("large body for an unknown path", post("/nowhere", "Content-Length: 300000\r\n", {}), { 404 }, Then::Closed);
    row("endless chunks for an unknown path", post("/nowhere", "Transfer-Encoding: chunked\r\n", "20000\r\n" + QByteArray(0x10000, 'a')),
        { 404 }, Then::Closed);
    row("unknown content encoding", post("/echo", "Content-Encoding: br\r\nContent-Length: 5\r\n", "hello"), { 415 }, Then::Open);
    row("two content encodings", post("/echo", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"),
        { 415 }, Then::Open);
    row("identity as content encoding", post("/echo", "Content-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), { 200 }, Then::Open);
    row("not gzip at all", post("/echo", "Content-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"), { 400 }, Then::Open);
}

void TestHttpHostileInput::rowsOfChunks()
{
    row("chunks", chunked("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), { 200 }, Then::Open);
    row("chunk extensions", chunked("5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n"), { 200 }, Then::Open);
    row("trailer", chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"), { 200 }, Then::Open);
    row("trailer with a length", chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n"), { 400 }, Then::Closed);
    row("trailer with an encoding", chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), { 400 }, Then::Closed);
    row("endless trailer", chunked("0\r\n" + QByteArray("X: y\r\n").repeated(20'000)), { 431 }, Then::Closed);
    row("endless chunk extension", chunked("5;" + QByteArray(100'000, 'a')), { 431 }, Then::Closed);
    row("chunk size beyond 64 bits", chunked("FFFFFFFFFFFFFFFF1\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("chunk size of 64 bits", chunked("FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), { 413 }, Then::Closed);
    row("negative chunk size", chunked("-5\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("chunk size with a space first", chunked(" 5\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("no chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("chunk longer than said", chunked("3\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("chunk lines without CR are no lines", chunked("5\nhello\n0\n\n"), { 408 }, Then::Closed);
    row("chunk extension with a bare LF", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), { 400 }, Then::Closed);
    row("too many chunks for the limit",
        post("/small", "Transfer-Encoding: chunked\r\n", QByteArray("1\r\na\r\n").repeated(11) + "0\r\n\r\n"), { 413 }, Then::Closed);
    row("a request right behind the last chunk", chunked("0\r\n\r\n") + get("/ping"), { 200, 200 }, Then::Open);
}

void TestHttpHostileInput::rowsOfExpectations()
{
    row("100-continue, and then silence", post("/echo", "Expect: 100-continue\r\nContent-Length: 5\r\n", {}), { 100 }, Then::Closed);
    row("100-continue and the body at once", post("/echo", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), { 200 }, Then::Open);
    row("100-continue for too large a body", post("/small", "Expect: 100-continue\r\nContent-Length: 11\r\n", {}), { 413 }, Then::Closed);
    row("100-continue for an unknown path", post("/nowhere", "Expect: 100-continue\r\nContent-Length: 5\r\n", {}), { 404 }, Then::Closed);
    row("100-continue for the wrong method", post("/ping", "Expect: 100-continue\r\nContent-Length: 5\r\n", {}), { 405 }, Then::Closed);
    row("100-continue for an unknown encoding", post("/echo", "Expect: 100-continue\r\nContent-Encoding: br\r\nContent-Length: 5\r\n", {}),
        { 415 }, Then::Closed);
    row("100-continue without a body", get("/ping", "Expect: 100-continue\r\n"), { 200 }, Then::Open);
    row("unknown expectation", post("/echo", "Expect: the-unexpected\r\nContent-Length: 5\r\n", {}), { 417 }, Then::Closed);
    row("HTTP/1.0 has no expectations",
        "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", { 200 }, Then::Open);
}

void TestHttpHostileInput::rowsOfTimeAndEnds()
{
    row("half a head, then silence", get("/ping").chopped(2), { 408 }, Then::Closed);
    row("half a request line, then silence", "GET /pi", { 408 }, Then::Closed);
    row("half a body, then silence", post("/echo", "Content-Length: 10\r\n", "hello"), { 408 }, Then::Closed);
    row("half a chunk, then silence", chunked("5\r\nhe"), { 408 }, Then::Closed);
    row("no last chunk", chunked("5\r\nhello\r\n"), { 408 }, Then::Closed);
    row("a good one, then half a head", get("/ping") + "GET /pi", { 200, 408 }, Then::Closed);
    row("nothing, and the end", {}, {}, Then::Closed, Client::FinishesSending);
    row("half a head, and the end", get("/ping").chopped(2), {}, Then::Closed, Client::FinishesSending);
    row("half a body, and the end", post("/echo", "Content-Length: 10\r\n", "hello"), {}, Then::Closed, Client::FinishesSending);
    row("a whole request, and the end", get("/ping"), { 200 }, Then::Closed, Client::FinishesSending);
    row("three requests, and the end", get("/ping") + get("/nowhere") + get("/ping"), { 200, 404, 200 }, Then::Closed,
        Client::FinishesSending);
    row("a whole request, half of another, and the end", get("/ping") + "GET /", { 200 }, Then::Closed, Client::FinishesSending);
}

void TestHttpHostileInput::rowsOfVersionsAndMethods()
{
    row("HTTP/1.0", "GET /ping HTTP/1.0\r\n\r\n", { 200 }, Then::Closed);
    row("HTTP/1.0 that stays", "GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", { 200 }, Then::Open);
    row("HTTP/0.9", "GET /ping\r\n\r\n", { 400 }, Then::Closed);
    row("HTTP/2.0", "GET /ping HTTP/2.0\r\nHost: test\r\n\r\n", { 505 }, Then::Closed);
    row("HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", { 505 }, Then::Closed);
    row("HTTP/1.9", "GET /ping HTTP/1.9\r\nHost: test\r\n\r\n", { 505 }, Then::Closed);
    row("another protocol", "GET /ping HTTX/1.1\r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("version in lower case", "GET /ping http/1.1\r\nHost: test\r\n\r\n", { 400 }, Then::Closed);
    row("CONNECT", "CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n", { 501 }, Then::Closed);
    row("unknown method", "FROB /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 501 }, Then::Open);
    row("method in lower case", "get /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 501 }, Then::Open);
    row("TRACE", "TRACE /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 405 }, Then::Open);
    row("a method of another path", "DELETE /ping HTTP/1.1\r\nHost: test\r\n\r\n", { 405 }, Then::Open);
    row("a handler that throws", get("/boom"), { 500 }, Then::Open);
    row("a WebSocket's path without a handshake", get("/live"), { 426 }, Then::Open);
    row("three at once", get("/ping") + get("/boom") + get("/nowhere"), { 200, 500, 404 }, Then::Open);
}

void TestHttpHostileInput::inputIsAnsweredExactlySo()
{
    QFETCH(QByteArray, input);
    QFETCH(QList<int>, statuses);
    QFETCH(int, then);
    QFETCH(int, client);

    // Patience is short only where it is what the row is about, so that a busy machine does not fail the others.
    const bool endsInSilence = QByteArray(QTest::currentDataTag()) == "100-continue, and then silence";
    http::ServerOptions options;
    if (endsInSilence || statuses.contains(408))
        options.limits.headerTimeout = options.limits.bodyTimeout = milliseconds(300);
    TestServer server(options);
    RawClient raw(server.port());
    raw.send(input);
    if (static_cast<Client>(client) == Client::FinishesSending)
        raw.finishSending();

    Statuses got;
    for (const auto &response : raw.responses(static_cast<int>(statuses.size())))
        got.append(response.status);
    QCOMPARE(got, statuses);

    if (static_cast<Then>(then) == Then::Closed) {
        QVERIFY2(raw.waitForEnd(), "the connection should have been closed");
        QCOMPARE(raw.parse().size(), statuses.size() + (endsInSilence ? 1 : 0));
    } else {
        QVERIFY(raw.send(get("/ping")));
        const auto all = raw.responses(static_cast<int>(statuses.size()) + 1);
        QCOMPARE(all.size(), statuses.size() + 1);
        QCOMPARE(all.constLast().status, 200);
        QCOMPARE(all.constLast().body, QByteArray("pong"));
        QVERIFY(!raw.ended());
    }
}

void TestHttpHostileInput::everySplitOfARequestIsReadTheSame()
{
    TestServer server;
    const QByteArray input
        = post("/echo", "Transfer-Encoding: chunked\r\nX-Correlation-Id: abc\r\n", "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nSum: 1\r\n\r\n")
        + get("/ping");
    for (qsizetype split = 1; split < input.size(); ++split) {
        RawClient raw(server.port());
        QVERIFY(raw.send(input.left(split)));
        QVERIFY(test::waitUntil([&] { return server.server().connectionCount() == 1; }));
        QVERIFY(raw.send(input.mid(split)));
        const auto responses = raw.responses(2);
        QCOMPARE(responses.size(), 2);
        QCOMPARE(responses[0].body, QByteArray("hello world"));
        QCOMPARE(responses[0].field("X-Correlation-Id"), QByteArray("abc"));
        QCOMPARE(responses[1].body, QByteArray("pong"));
        raw.finishSending();
        QVERIFY(raw.waitForEnd());
        QVERIFY(test::waitUntil([&] { return server.server().connectionCount() == 0; }));
    }
}

void TestHttpHostileInput::randomBytesNeverBreakTheServer()
{
    // Mutations of sound requests, from a fixed seed, so that a failure can be repeated.
    TestServer server;
    const QByteArrayList seeds { get("/ping"), chunked("5\r\nhello\r\n0\r\n\r\n"), post("/echo", "Content-Length: 5\r\n", "hello"),
        get("/items/a%20b?x=%41&y"), "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n" };
    std::mt19937 random(20'260'301);
    for (int round = 0; round < 500; ++round) {
        QByteArray input = seeds[static_cast<qsizetype>(random() % static_cast<unsigned>(seeds.size()))];
        for (unsigned changes = random() % 4; changes > 0; --changes)
            input[static_cast<qsizetype>(random() % static_cast<unsigned>(input.size()))] = static_cast<char>(random() % 256);
        RawClient raw(server.port());
        raw.send(input);
        raw.finishSending();
        QVERIFY2(raw.waitForEnd(), input.toPercentEncoding().constData());
        for (const auto &response : raw.parse())
            QVERIFY2(response.status >= 100 && response.status < 600, input.toPercentEncoding().constData());
    }
    RawClient raw(server.port());
    QVERIFY(raw.send(get("/ping")));
    QCOMPARE(raw.responses(1).value(0).body, QByteArray("pong"));
}

QTEST_GUILESS_MAIN(TestHttpHostileInput)
#include "tst_http_hostileinput.moc"
