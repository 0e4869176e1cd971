// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

using namespace iwd;
using test::RawClient;
using test::TestServer;
using test::waitUntil;

namespace {

QByteArray get(const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

http::ServerOptions limited(const std::function<void(http::Limits &)> &change)
{
    http::ServerOptions options;
    change(options.limits);
    return options;
}

} // namespace

/// What the server bears, and how it ends.
class TestHttpLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idleConnectionIsClosedWithoutAWord();
    void dripOfHeaderBytesDoesNotHoldAConnection();
    void dripOfBodyBytesDoesNotHoldAConnection();
    void connectionsOfOneAddressAreLimited();
    void connectionsOfAllAreLimited();
    void requestsInFlightAreLimited();
    void bodiesAreLimitedTogether();
    void runningOutOfDescriptorsIsSurvived();
    void handlerThatIsTooSlowIsAnsweredForAndItsAnswerDropped();
    void pipelinedRequestsAreBegunOnlyUpToTheLimit();
    void slowReaderStopsTheServerFromProducing();
    void readerThatTakesNothingIsDropped();
    void drainLetsRunningRequestsFinish();
    void drainLetsAHalfReceivedRequestFinish();
    void drainClosesIdleConnectionsAndTheListener();
    void drainGivesUpWhenItsPatienceEnds();
    void severalThreadsServeManyConnections();
    void occupiedPortIsSaid();
};

void TestHttpLimits::idleConnectionIsClosedWithoutAWord()
{
    TestServer server(limited([](auto &limits) { limits.idleTimeout = milliseconds(200); }));
    RawClient silent(server.port());
    RawClient served(server.port());
    QVERIFY(served.send(get("/ping")));
    QCOMPARE(served.responses(1).size(), 1);
    QVERIFY(silent.waitForEnd());
    QCOMPARE(silent.received(), QByteArray());
    QVERIFY(served.waitForEnd());
    QCOMPARE(served.parse().size(), 1);
}

void TestHttpLimits::dripOfHeaderBytesDoesNotHoldAConnection()
{
    TestServer server(limited([](auto &limits) { limits.headerTimeout = milliseconds(300); }));
    RawClient client(server.port());
    QVERIFY(client.send("GET /ping HTTP/1.1\r\nHost: test\r\nX: "));
    QVERIFY(waitUntil([&] {
        client.send("x");
        client.receive();
        return !client.parse().isEmpty();
    }));
    QCOMPARE(client.parse().constFirst().status, 408);
}

void TestHttpLimits::dripOfBodyBytesDoesNotHoldAConnection()
{
    TestServer server(limited([](auto &limits) { limits.bodyTimeout = milliseconds(300); }));
    RawClient client(server.port());
    QVERIFY(client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n"));
    QVERIFY(waitUntil([&] {
        client.send("x");
        client.receive();
        return !client.parse().isEmpty();
    }));
    QCOMPARE(client.parse().constFirst().status, 408);
}

void TestHttpLimits::connectionsOfOneAddressAreLimited()
{
    TestServer server(limited([](auto &limits) { limits.connectionsPerAddress = 2; }));
    auto first = std::make_unique<RawClient>(server.port());
    RawClient second(server.port());
    QVERIFY(first->send(get("/ping")));
    QVERIFY(second.send(get("/ping")));
    QCOMPARE(first->responses(1).value(0).status, 200);
    QCOMPARE(second.responses(1).value(0).status, 200);

    RawClient third(server.port());
    const auto refusal = third.responses(1).value(0);
    QCOMPARE(refusal.status, 503);
    QCOMPARE(refusal.field("Retry-After"), QByteArray("1"));
    QCOMPARE(refusal.field("Connection"), QByteArray("close"));

    first.reset();
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 1; }));
    RawClient fourth(server.port());
    QVERIFY(fourth.send(get("/ping")));
    QCOMPARE(fourth.responses(1).value(0).status, 200);
}

void TestHttpLimits::connectionsOfAllAreLimited()
{
    TestServer server(limited([](auto &limits) { limits.connections = 1; }));
    RawClient first(server.port());
    QVERIFY(first.send(get("/ping")));
    QCOMPARE(first.responses(1).value(0).status, 200);
    RawClient second(server.port());
    QCOMPARE(second.responses(1).value(0).status, 503);
    QCOMPARE(server.server().connectionCount(), 1);
}

void TestHttpLimits::requestsInFlightAreLimited()
{
    TestServer server(limited([](auto &limits) { limits.inFlight = 1; }));
    RawClient first(server.port());
    RawClient second(server.port());
    QVERIFY(first.send(get("/gate/a")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    QVERIFY(second.send(get("/ping")));
    const auto refusal = second.responses(1).value(0);
    QCOMPARE(refusal.status, 503);
    QCOMPARE(refusal.field("Retry-After"), QByteArray("1"));
    QVERIFY(refusal.body.contains("server.busy"));
    server.gates().open(QStringLiteral("a"));
    QCOMPARE(first.responses(1).value(0).status, 200);
    QVERIFY(second.send(get("/ping")));
    QCOMPARE(second.responses(2).value(1).status, 200);
}

void TestHttpLimits::bodiesAreLimitedTogether()
{
    TestServer server(limited([](auto &limits) { limits.bodyBytes = 150'000; }));
    const QByteArray head = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n";
    RawClient first(server.port());
    QVERIFY(first.send(head + QByteArray(90'000, 'a')));
    RawClient other(server.port());
    QVERIFY(other.send(get("/ping")));
    QCOMPARE(other.responses(1).size(), 1); // by now the first body has been read

    RawClient second(server.port());
    QVERIFY(second.send(head + QByteArray(100'000, 'b')));
    const auto refusal = second.responses(1).value(0);
    QCOMPARE(refusal.status, 503);
    QCOMPARE(refusal.field("Retry-After"), QByteArray("1"));
    QVERIFY(second.waitForEnd());

    QVERIFY(first.send(QByteArray(10'000, 'a')));
    QCOMPARE(first.responses(1).value(0).status, 200);
    RawClient third(server.port());
    QVERIFY(third.send(head + QByteArray(100'000, 'c')));
    QCOMPARE(third.responses(1).value(0).body, QByteArray(100'000, 'c'));
}

void TestHttpLimits::runningOutOfDescriptorsIsSurvived()
{
    TestServer server;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i) { // connected by the kernel, not yet accepted by us
        clients.push_back(std::make_unique<RawClient>(server.port()));
        QVERIFY(clients.back()->send(get("/ping")));
    }
    rlimit limit {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const int next = ::dup(STDERR_FILENO);
    ::close(next);
    rlimit tight = limit;
    tight.rlim_cur = static_cast<rlim_t>(next);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    const bool served = waitUntil([&] { return server.server().connectionCount() > 0; }, 300);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    QVERIFY(!served);
    for (const auto &client : clients)
        QCOMPARE(client->responses(1).value(0).body, QByteArray("pong"));
}

void TestHttpLimits::handlerThatIsTooSlowIsAnsweredForAndItsAnswerDropped()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(client.send(get("/impatient/a")));
    const auto late = client.responses(1).value(0);
    QCOMPARE(late.status, 504);
    QVERIFY(late.body.contains("server.deadline_exceeded"));
    QCOMPARE(server.server().inFlightCount(), 1);
    server.gates().open(QStringLiteral("a"));
    QVERIFY(waitUntil([&] { return server.server().inFlightCount() == 0; }));
    QVERIFY(client.send(get("/ping")));
    const auto responses = client.responses(2);
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[1].body, QByteArray("pong"));
    QCOMPARE(server.exchanges().all().size(), 2);
}

void TestHttpLimits::pipelinedRequestsAreBegunOnlyUpToTheLimit()
{
    TestServer server(limited([](auto &limits) { limits.pipelined = 4; }));
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a").repeated(10)));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 4; }));
    RawClient other(server.port());
    QVERIFY(other.send(get("/ping")));
    QCOMPARE(other.responses(1).size(), 1);
    QCOMPARE(server.gates().arrived(QStringLiteral("a")), 4);
    server.gates().open(QStringLiteral("a"));
    QCOMPARE(client.responses(10).size(), 10);
}

void TestHttpLimits::slowReaderStopsTheServerFromProducing()
{
    TestServer server(limited([](auto &limits) { limits.outputBytes = 1'000'000; }));
    RawClient client(server.port(), 64 * 1024);
    constexpr int asked = 40;
    QVERIFY(client.send(
        get("/large?bytes=1000000").repeated(asked - 1) + "GET /large?bytes=1000000 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
    QVERIFY(waitUntil([&] { return server.exchanges().all().size() > 0; }));
    int before = 0;
    QVERIFY(waitUntil([&] { // until a while brings nothing new
        const int now = static_cast<int>(server.exchanges().all().size());
        RawClient other(server.port());
        const bool served = other.send(get("/ping")) && other.responses(1).size() == 1;
        return served && std::exchange(before, now + 1) == now;
    }));
    // The kernel's buffers take a few; the rest has not been begun.
    const auto exchanges = server.exchanges().all();
    const auto produced = std::count_if(
        exchanges.begin(), exchanges.end(), [](const auto &exchange) { return exchange.pattern == QStringLiteral("/large"); });
    QVERIFY2(produced < asked / 2, QByteArray::number(static_cast<qint64>(produced)).constData());
    QVERIFY(client.waitForEnd());
    const auto responses = client.parse();
    QCOMPARE(responses.size(), asked);
    QCOMPARE(responses.constLast().body.size(), 1'000'000);
}

void TestHttpLimits::readerThatTakesNothingIsDropped()
{
    TestServer server(limited([](auto &limits) { limits.writeTimeout = milliseconds(300); }));
    RawClient client(server.port(), 4096);
    QVERIFY(client.send(get("/large?bytes=50000000")));
    QVERIFY(waitUntil([&] { return server.exchanges().all().size() == 1; }));
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
}

void TestHttpLimits::drainLetsRunningRequestsFinish()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a") + get("/gate/b")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("b")) == 1; }));
    server.server().drain(milliseconds(60'000));
    server.gates().open(QStringLiteral("a"));
    QCOMPARE(client.responses(1).value(0).field("Connection"), QByteArray());
    QCOMPARE(drained.count(), 0);
    server.gates().open(QStringLiteral("b"));
    QVERIFY(client.waitForEnd());
    const auto responses = client.parse();
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses[1].body, QByteArray("b"));
    QCOMPARE(responses[1].field("Connection"), QByteArray("close"));
    QTRY_COMPARE(drained.count(), 1);
}

void TestHttpLimits::drainLetsAHalfReceivedRequestFinish()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    RawClient client(server.port());
    QVERIFY(client.send(get("/ping") + "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhe"));
    QCOMPARE(client.responses(1).size(), 1);
    server.server().drain(milliseconds(60'000));
    QVERIFY(client.send("llo"));
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.parse().value(1).body, QByteArray("hello"));
    QCOMPARE(client.parse().value(1).field("Connection"), QByteArray("close"));
    QTRY_COMPARE(drained.count(), 1);
}

void TestHttpLimits::drainClosesIdleConnectionsAndTheListener()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    RawClient client(server.port());
    QVERIFY(client.send(get("/ping")));
    QCOMPARE(client.responses(1).size(), 1);
    server.server().drain(milliseconds(60'000));
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(drained.count(), 1);
    QCOMPARE(server.server().connectionCount(), 0);
    QTcpSocket late;
    late.connectToHost(QHostAddress::LocalHost, server.port());
    QVERIFY(!late.waitForConnected());
    QCOMPARE(late.error(), QAbstractSocket::ConnectionRefusedError);
}

void TestHttpLimits::drainGivesUpWhenItsPatienceEnds()
{
    TestServer server;
    QSignalSpy drained(&server.server(), &http::Server::drained);
    RawClient client(server.port());
    QVERIFY(client.send(get("/gate/a")));
    QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
    server.server().drain(milliseconds(100));
    QTRY_COMPARE(drained.count(), 1);
    QCOMPARE(server.server().inFlightCount(), 1);
    server.gates().open(QStringLiteral("a"));
    QVERIFY(waitUntil([&] { return server.server().inFlightCount() == 0; }));
}

void TestHttpLimits::severalThreadsServeManyConnections()
{
    http::ServerOptions options;
    options.threads = 3;
    TestServer server(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        QVERIFY(clients.back()->send(get("/items/" + QByteArray::number(i)).repeated(5)));
    }
    for (size_t i = 0; i < clients.size(); ++i) {
        const auto responses = clients[i]->responses(5);
        QCOMPARE(responses.size(), 5);
        for (const auto &response : responses)
            QVERIFY(response.body.endsWith(QByteArray('\n' + QByteArray::number(static_cast<qint64>(i)) + '\n')));
    }
    QCOMPARE(server.server().connectionCount(), 300);
    clients.clear();
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
}

void TestHttpLimits::occupiedPortIsSaid()
{
    TestServer server;
    http::Server second(
        std::make_shared<http::Router>(), {}, [](int, const QString &, const QString &, const QJsonObject &) { return http::Response(); });
    const auto port = second.listen(QHostAddress::LocalHost, server.port());
    QVERIFY(!port.ok());
    QVERIFY(port.error().text.contains(QString::number(server.port())));
}

QTEST_GUILESS_MAIN(TestHttpLimits)
#include "tst_http_limits.moc"
