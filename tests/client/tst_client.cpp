// SPDX-License-Identifier: Apache-2.0
#include <client/client.h>
#include <client/problem.h>
#include <support/await.h>
#include <support/fakehttpserver.h>

#include <QTest>

#include <zlib.h>

using namespace iwd;
using namespace std::chrono_literals;

namespace {

FakeAnswer fine(const FakeRequest &)
{
    return FakeAnswer::json(200, { { QStringLiteral("fine"), true } });
}

ClientOptions optionsFor(const FakeHttpServer &server)
{
    ClientOptions options;
    options.url = server.url();
    options.apiKey = QStringLiteral("a-key");
    options.deadline = 20s;
    options.retry.firstDelay = 1ms;
    options.retry.longestDelay = 2ms;
    return options;
}

QJsonObject object(const QString &name, const QJsonValue &value)
{
    return { { name, value } };
}

QCoro::Task<> collect(Client *client, QString path, QList<Result<QJsonObject>> *results)
{
    results->append(co_await client->get(path));
}

QCoro::Task<> collectWrite(Client *client, QString path, QList<Result<QJsonObject>> *results)
{
    results->append(co_await client->post(path));
}

} // namespace

class TestClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyCallSaysWhoAsks();
    void aSessionsTokenIsSentAsBearer();
    void pathsAndQueriesArriveAsMeant();
    void methodsCarryTheirBodiesAndVersions_data();
    void methodsCarryTheirBodiesAndVersions();
    void aRefusalKeepsCodeTextAndStatus();
    void aBusyServerIsAskedAgainWithTheSameKey();
    void aReadIsRepeatedWhenTheConnectionBreaks();
    void aTakingIsNotRepeatedWhenTheAnswerIsLost();
    void aSilentServerIsGivenUpAtTheDeadline();
    void nobodyListeningIsUnreachable();
    void manyCallsRunAtOnceButNotMoreThanAllowed();
    void longPollsDoNotStandInTheWayOfShortCalls();
    void pagesOfAListAreJoined();
    void brokenJsonIsAnErrorNotACrash();
    void unauthorizedIsReportedNotRepeated();
    void destroyingTheClientEndsItsCalls();
    void readinessIsAwaited();
    void aDownloadIsHandedOutWhole();
    void aDownloadThatBreaksOffIsAnError_data();
    void aDownloadThatBreaksOffIsAnError();
    void aRefusedDownloadHandsOutNothing();
    void aDownloadThatNobodyTakesIsGivenUp();
    void aDownloadIsHandedOutAsItComesAndGivenUpWhenItFallsSilent();
};

namespace {

const QByteArray chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A gzip stream, with or without its end.
QByteArray zipped(const QByteArray &plain, bool whole = true)
{
    z_stream stream {};
    QByteArray bytes(1'000 + plain.size(), Qt::Uninitialized);
    if (deflateInit2(&stream, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("no zlib");
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.constData()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    deflate(&stream, whole ? Z_FINISH : Z_SYNC_FLUSH);
    bytes.chop(static_cast<qsizetype>(stream.avail_out));
    deflateEnd(&stream);
    return bytes;
}

QByteArray chunk(const QByteArray &bytes)
{
    return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
}

Call exportCall()
{
    Call call;
    call.method = "POST";
    call.path = QStringLiteral("/items/export");
    call.body = QJsonObject();
    return call;
}

} // namespace

void TestClient::aDownloadIsHandedOutWhole()
{
    const QByteArray body(30'000'000, 'x'); // shrinks more than what Qt takes for an attack
    FakeHttpServer server([&](const FakeRequest &) { return FakeAnswer { FakeAnswer::Send, chunkedHead + chunk(zipped(body)) + "0\r\n\r\n" }; });
    Client client(optionsFor(server));
    QByteArray all;
    const auto answer = await(client.download(exportCall(), [&](const QByteArray &some) {
        all += some;
        return true;
    }));
    QVERIFY(answer.ok());
    QVERIFY(all == body);
    QVERIFY(answer->content.isEmpty());
    QVERIFY(!server.requests().constFirst().headers.contains("idempotency-key"));
    QCOMPARE(server.requests().constFirst().headers.value("accept-encoding"), QByteArray("gzip"));
}

void TestClient::aDownloadThatBreaksOffIsAnError_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("before the last chunk") << QByteArray(chunkedHead + chunk(zipped("hello", false)));
    QTest::newRow("in the middle of a chunk") << QByteArray(chunkedHead + chunk(zipped("hello")).chopped(4));
    QTest::newRow("before its length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n" + zipped("hello", false));
    QTest::newRow("whole chunks, but no whole stream") << QByteArray(chunkedHead + chunk(zipped("hello", false)) + "0\r\n\r\n");
    QTest::newRow("something behind the stream") << QByteArray(chunkedHead + chunk(zipped("hello") + "more") + "0\r\n\r\n");
    QTest::newRow("no gzip") << QByteArray(chunkedHead + chunk("hello") + "0\r\n\r\n");
    QTest::newRow("unzipped, so that nobody can tell") << QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    QTest::newRow("before anything") << QByteArray(chunkedHead);
}

void TestClient::aDownloadThatBreaksOffIsAnError()
{
    QFETCH(const QByteArray, bytes);
    FakeHttpServer server([&](const FakeRequest &) { return FakeAnswer { FakeAnswer::SendAndClose, bytes }; });
    Client client(optionsFor(server));
    const auto answer = await(client.download(exportCall(), [](const QByteArray &) { return true; }));
    QVERIFY(!answer.ok());
    QCOMPARE(answer.error().code, ErrorCode::Unreachable);
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::aRefusedDownloadHandsOutNothing()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::problem(422, QStringLiteral("request.invalid_field"), QStringLiteral("No.")); });
    Client client(optionsFor(server));
    int pieces = 0;
    const auto answer = await(client.download(exportCall(), [&](const QByteArray &) { return ++pieces > 0; }));
    QVERIFY(!answer.ok());
    QCOMPARE(answer.error().code, ErrorCode::InvalidField);
    QCOMPARE(answer.error().text, QStringLiteral("No."));
    QCOMPARE(pieces, 0);
}

void TestClient::aDownloadThatNobodyTakesIsGivenUp()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer { FakeAnswer::Send, chunkedHead + chunk(zipped("hello", false)) }; });
    Client client(optionsFor(server));
    const auto answer = await(client.download(exportCall(), [](const QByteArray &) { return false; }));
    QVERIFY(!answer.ok());
}

void TestClient::aDownloadIsHandedOutAsItComesAndGivenUpWhenItFallsSilent()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer { FakeAnswer::Send, chunkedHead + chunk(zipped("hello", false)) }; });
    Client client(optionsFor(server));
    Call call = exportCall();
    call.deadline = 200ms;
    QByteArray all;
    const auto answer = await(client.download(call, [&](const QByteArray &piece) {
        all += piece;
        return true;
    }));
    QVERIFY(!answer.ok());
    QCOMPARE(answer.error().code, ErrorCode::DeadlineExceeded);
    QCOMPARE(all, QByteArray("hello"));
}

void TestClient::everyCallSaysWhoAsks()
{
    FakeHttpServer server(fine);
    Client client(optionsFor(server));
    const auto result = await(client.get(QStringLiteral("/me")));
    QVERIFY(result.ok());
    QVERIFY(result->value(QStringLiteral("fine")).toBool());
    const auto &request = server.requests().constFirst();
    QCOMPARE(request.target, QByteArray("/iwd/v3/me"));
    QCOMPARE(request.headers.value("x-api-key"), QByteArray("a-key"));
    QVERIFY(!request.headers.contains("authorization"));
    QVERIFY(!request.headers.contains("idempotency-key"));
}

void TestClient::aSessionsTokenIsSentAsBearer()
{
    FakeHttpServer server(fine);
    ClientOptions options = optionsFor(server);
    options.apiKey.clear();
    options.bearerToken = QStringLiteral("tok");
    Client client(options);
    QVERIFY(await(client.get(QStringLiteral("/me"))).ok());
    QCOMPARE(server.requests().constFirst().headers.value("authorization"), QByteArray("Bearer tok"));
}

void TestClient::pathsAndQueriesArriveAsMeant()
{
    FakeHttpServer server(fine);
    ClientOptions options = optionsFor(server);
    options.url.setPath(QStringLiteral("/behind/a/proxy/"));
    Client client(options);
    QUrlQuery query;
    query.addQueryItem(QStringLiteral("label"), QStringLiteral("a b&c"));
    const QString path = QStringLiteral("/items/") + pathSegment(QStringLiteral("a/b c%"));
    QVERIFY(await(client.get(path, query)).ok());
    QCOMPARE(server.requests().constFirst().target, QByteArray("/behind/a/proxy/iwd/v3/items/a%2Fb%20c%25?label=a%20b%26c"));
}

void TestClient::methodsCarryTheirBodiesAndVersions_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("ifMatch");
    QTest::addColumn<bool>("key");
    QTest::newRow("POST") << QByteArray("POST") << QByteArray() << true;
    QTest::newRow("PATCH") << QByteArray("PATCH") << QByteArray("\"7\"") << true;
    QTest::newRow("PUT") << QByteArray("PUT") << QByteArray("*") << false;
    QTest::newRow("DELETE") << QByteArray("DELETE") << QByteArray("*") << false;
}

void TestClient::methodsCarryTheirBodiesAndVersions()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, ifMatch);
    QFETCH(bool, key);
    FakeHttpServer server(fine);
    Client client(optionsFor(server));
    const QJsonObject body = object(QStringLiteral("name"), QStringLiteral("Ünï"));
    const QString path = QStringLiteral("/queues/a");
    if (method == "POST")
        QVERIFY(await(client.post(path, body)).ok());
    else if (method == "PATCH")
        QVERIFY(await(client.patch(path, body, ifMatch)).ok());
    else if (method == "PUT")
        QVERIFY(await(client.put(path, body, ifMatch)).ok());
    else
        QVERIFY(await(client.remove(path)).ok());
    const auto &request = server.requests().constFirst();
    QCOMPARE(request.method, method);
    QCOMPARE(request.headers.value("if-match"), ifMatch);
    QCOMPARE(request.headers.contains("idempotency-key"), key);
    if (method != "DELETE") {
        QCOMPARE(request.json(), body);
        QCOMPARE(request.headers.value("content-type"), QByteArray("application/json"));
    }
}

void TestClient::aRefusalKeepsCodeTextAndStatus()
{
    FakeHttpServer server([](const FakeRequest &) {
        return FakeAnswer::problem(409, QStringLiteral("assignment.stale_token"), QStringLiteral("The token 4 is no longer current."));
    });
    Client client(optionsFor(server));
    const auto result = await(client.post(QStringLiteral("/agents/a/complete")));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::StaleToken);
    QCOMPARE(result.error().text, QStringLiteral("The token 4 is no longer current."));
    QCOMPARE(result.error().args.value(QStringLiteral("status")).toInt(), 409);
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::aBusyServerIsAskedAgainWithTheSameKey()
{
    int calls = 0;
    FakeHttpServer server([&calls](const FakeRequest &request) {
        return ++calls < 3 ? FakeAnswer::problem(503, QStringLiteral("server.busy"), QStringLiteral("Busy."), "Retry-After: 0\r\n") : fine(request);
    });
    Client client(optionsFor(server));
    Call call;
    call.method = "POST";
    call.path = QStringLiteral("/items");
    call.body = object(QStringLiteral("captureId"), QStringLiteral("1"));
    const auto answer = await(client.send(call));
    QVERIFY(answer.ok());
    QCOMPARE(answer->attempts, 3);
    QCOMPARE(server.requests().size(), 3);
    const QByteArray key = server.requests().at(0).headers.value("idempotency-key");
    QVERIFY(key.size() >= 32);
    QCOMPARE(server.requests().at(1).headers.value("idempotency-key"), key);
    QCOMPARE(server.requests().at(2).headers.value("idempotency-key"), key);
    QCOMPARE(server.requests().at(2).body, server.requests().at(0).body);
}

void TestClient::aReadIsRepeatedWhenTheConnectionBreaks()
{
    int calls = 0;
    // Three broken answers are more than Qt repeats by itself; half an answer it never repeats.
    FakeHttpServer server([&calls](const FakeRequest &request) {
        if (++calls <= 2)
            return FakeAnswer { FakeAnswer::SendAndClose, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":" };
        return fine(request);
    });
    Client client(optionsFor(server));
    const auto result = await(client.get(QStringLiteral("/me")));
    QVERIFY2(result.ok(), result.ok() ? "" : qPrintable(result.error().text));
    QCOMPARE(calls, 3);
}

void TestClient::aTakingIsNotRepeatedWhenTheAnswerIsLost()
{
    FakeHttpServer server([](const FakeRequest &) {
        return FakeAnswer { FakeAnswer::SendAndClose, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"item\":" };
    });
    Client client(optionsFor(server));
    const auto result = await(client.next(QStringLiteral("anna"), 5s));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::Unreachable);
    QCOMPARE(server.requests().size(), 1);
    QCOMPARE(server.requests().constFirst().target, QByteArray("/iwd/v3/agents/anna/next?wait=5"));
    QVERIFY(!server.requests().constFirst().headers.contains("idempotency-key"));
}

void TestClient::aSilentServerIsGivenUpAtTheDeadline()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::silence(); });
    Client client(optionsFor(server));
    Call call;
    call.path = QStringLiteral("/me");
    call.deadline = 100ms;
    const auto answer = await(client.send(call));
    QVERIFY(!answer.ok());
    QCOMPARE(answer.error().code, ErrorCode::DeadlineExceeded);
    QVERIFY(!answer.error().args.contains(QStringLiteral("status")));
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::nobodyListeningIsUnreachable()
{
    QUrl closed;
    {
        FakeHttpServer server(fine);
        closed = server.url();
    }
    ClientOptions options;
    options.url = closed;
    options.retry.attempts = 1;
    Client client(options);
    const auto result = await(client.get(QStringLiteral("/me")));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::Unreachable);
    QVERIFY2(result.error().text.contains(QStringLiteral("refused")), qPrintable(result.error().text));
    QVERIFY2(result.error().text.contains(closed.toString()), qPrintable(result.error().text));
}

void TestClient::manyCallsRunAtOnceButNotMoreThanAllowed()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::silence(); });
    ClientOptions options = optionsFor(server);
    options.connections = 20;
    QList<Result<QJsonObject>> results;
    Client client(options);
    for (int i = 0; i < 50; ++i)
        collect(&client, QStringLiteral("/me"), &results);
    QTRY_COMPARE(server.silent(), 20);
    while (results.size() < 50) {
        const auto before = results.size();
        server.release(FakeAnswer::json(200, {}));
        QTRY_VERIFY(results.size() > before);
        QTRY_VERIFY(results.size() >= 50 || server.silent() > 0);
    }
    QVERIFY(std::all_of(results.cbegin(), results.cend(), [](const auto &result) { return result.ok(); }));
    QCOMPARE(server.mostConnections(), 20);
}

void TestClient::longPollsDoNotStandInTheWayOfShortCalls()
{
    FakeHttpServer server([](const FakeRequest &request) { return request.target.contains("/next") ? FakeAnswer::silence() : fine(request); });
    ClientOptions options = optionsFor(server);
    options.connections = 8;
    // The client ends its calls when it goes, so what they write to outlives it.
    QList<Result<QJsonObject>> polls;
    QList<Result<QJsonObject>> reads;
    Client client(options);
    for (int i = 0; i < 7; ++i)
        collectWrite(&client, QStringLiteral("/agents/a/next"), &polls);
    for (int i = 0; i < 30; ++i)
        collect(&client, QStringLiteral("/me"), &reads);
    QTRY_COMPARE(reads.size(), 30);
    QCOMPARE(polls.size(), 0);
    QCOMPARE(server.silent(), 7);
}

void TestClient::pagesOfAListAreJoined()
{
    FakeHttpServer server([](const FakeRequest &request) {
        const bool second = request.target.contains("cursor=two");
        QJsonObject page;
        page.insert(QStringLiteral("data"), QJsonArray { second ? 3 : 1, second ? 4 : 2 });
        page.insert(QStringLiteral("nextCursor"), second ? QJsonValue() : QJsonValue(QStringLiteral("two")));
        return FakeAnswer::json(200, page);
    });
    Client client(optionsFor(server));
    const auto result = await(client.list(QStringLiteral("/queues")));
    QVERIFY(result.ok());
    QCOMPARE(*result, QJsonArray({ 1, 2, 3, 4 }));
    QCOMPARE(server.requests().size(), 2);
}

void TestClient::brokenJsonIsAnErrorNotACrash()
{
    FakeHttpServer server([](const FakeRequest &) {
        return FakeAnswer { FakeAnswer::Send, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{\"a" };
    });
    Client client(optionsFor(server));
    const auto result = await(client.get(QStringLiteral("/me")));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::Internal);
}

void TestClient::unauthorizedIsReportedNotRepeated()
{
    FakeHttpServer server([](const FakeRequest &) {
        return FakeAnswer::problem(401, QStringLiteral("auth.invalid"), QStringLiteral("This key is not known."), "WWW-Authenticate: Bearer\r\n");
    });
    Client client(optionsFor(server));
    const auto result = await(client.post(QStringLiteral("/items")));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::InvalidCredentials);
    QCOMPARE(result.error().text, QStringLiteral("This key is not known."));
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::destroyingTheClientEndsItsCalls()
{
    FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::silence(); });
    QList<Result<QJsonObject>> results;
    {
        ClientOptions options = optionsFor(server);
        options.connections = 2;
        Client client(options);
        for (int i = 0; i < 5; ++i)
            collect(&client, QStringLiteral("/me"), &results);
        QTRY_COMPARE(server.silent(), 2);
    }
    QTRY_COMPARE(results.size(), 5);
    for (const auto &result : results)
        QCOMPARE(result.error().code, ErrorCode::Unreachable);
}

void TestClient::readinessIsAwaited()
{
    int calls = 0;
    FakeHttpServer server([&calls](const FakeRequest &request) {
        return ++calls < 8 ? FakeAnswer::problem(503, QStringLiteral("server.draining"), QStringLiteral("Starting.")) : fine(request);
    });
    Client client(optionsFor(server));
    QVERIFY(await(client.untilReady(20s)).ok());
    QCOMPARE(server.requests().constLast().target, QByteArray("/health/ready"));
    QCOMPARE(calls, 8);
}

QTEST_GUILESS_MAIN(TestClient)
#include "tst_client.moc"
