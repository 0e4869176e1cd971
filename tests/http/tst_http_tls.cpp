// SPDX-License-Identifier: Apache-2.0
#include "rawclient.h"
#include "testserver.h"

#include <QSignalSpy>
#include <QSslSocket>
#include <QTest>
#include <QWebSocket>

using namespace iwd;
using test::RawClient;
using test::TestServer;
using test::waitUntil;

namespace {

http::ServerOptions secured()
{
    http::ServerOptions options;
    options.tls = test::testTls();
    return options;
}

QByteArray get(const QByteArray &target, const QByteArray &fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

QSslConfiguration trusting()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

/// A client under TLS that keeps all it hears.
class TlsClient
{
public:
    explicit TlsClient(quint16 port)
    {
        m_socket.setSslConfiguration(trusting());
        m_socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), port);
    }

    [[nodiscard]] bool encrypted()
    {
        return waitUntil([this] { return m_socket.isEncrypted(); });
    }
    void send(const QByteArray &bytes) { m_socket.write(bytes); }
    [[nodiscard]] bool hears(const std::function<bool(const QByteArray &)> &enough)
    {
        return waitUntil([&] {
            m_received += m_socket.readAll();
            return enough(m_received);
        });
    }
    [[nodiscard]] bool hearsTheEnd()
    {
        return waitUntil([this] {
            m_received += m_socket.readAll();
            return m_socket.state() == QAbstractSocket::UnconnectedState;
        });
    }
    [[nodiscard]] const QByteArray &received() const { return m_received; }
    QSslSocket &socket() { return m_socket; }

private:
    QSslSocket m_socket;
    QByteArray m_received;
};

} // namespace

class TestHttpTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void requestsAreServedOneAfterTheOther();
    void largeAnswerArrivesWhole();
    void largeBodyArrivesWhole();
    void closingEndsWithAGoodbye();
    void webSocketWorksUnderTlsToo();
    void plainHttpIsNotAnswered();
    void handshakeThatNeverComesIsGivenUp();
    void clientThatVanishesCostsNothing();
    void drainEndsSecureConnections();
};

void TestHttpTls::initTestCase()
{
    QVERIFY(QSslSocket::supportsSsl());
}

void TestHttpTls::requestsAreServedOneAfterTheOther()
{
    TestServer server(secured());
    TlsClient client(server.port());
    QVERIFY(client.encrypted());
    client.send(get("/ping"));
    QVERIFY(client.hears([](const auto &bytes) { return bytes.count("pong") == 1; }));
    client.send(get("/ping") + get("/items/5") + get("/nowhere"));
    QVERIFY(client.hears([](const auto &bytes) { return bytes.contains("route.not_found"); }));
    QCOMPARE(client.received().count("HTTP/1.1 200 OK"), 3);
}

void TestHttpTls::largeAnswerArrivesWhole()
{
    TestServer server(secured());
    TlsClient client(server.port());
    QVERIFY(client.encrypted());
    client.send(get("/large?bytes=5000000") + get("/ping"));
    QVERIFY(client.hears([](const auto &bytes) { return bytes.endsWith("pong"); }));
    QVERIFY(client.received().contains(QByteArray("0123456789").repeated(500'000)));
}

void TestHttpTls::largeBodyArrivesWhole()
{
    TestServer server(secured());
    TlsClient client(server.port());
    QVERIFY(client.encrypted());
    const QByteArray body = QByteArray("abcdefghij").repeated(10'000);
    for (int i = 1; i <= 5; ++i) {
        client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n" + body);
        QVERIFY(
            client.hears([&](const auto &bytes) { return bytes.count("Content-Length: 100000\r\n\r\n") == i && bytes.endsWith(body); }));
    }
}

void TestHttpTls::closingEndsWithAGoodbye()
{
    TestServer server(secured());
    TlsClient client(server.port());
    QSignalSpy errors(&client.socket(), &QAbstractSocket::errorOccurred);
    QVERIFY(client.encrypted());
    client.send(get("/large?bytes=1000000", "Connection: close\r\n"));
    QVERIFY(client.hearsTheEnd());
    QVERIFY(client.received().endsWith(QByteArray("0123456789").repeated(100'000)));
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
    for (const auto &error : errors)
        QCOMPARE(error[0].value<QAbstractSocket::SocketError>(), QAbstractSocket::RemoteHostClosedError);
}

void TestHttpTls::webSocketWorksUnderTlsToo()
{
    TestServer server(secured());
    QWebSocket socket;
    socket.setSslConfiguration(trusting());
    QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
    socket.open(QUrl(QStringLiteral("wss://127.0.0.1:%1/live?token=good&name=ann").arg(server.port())));
    QTRY_COMPARE(messages.count(), 1);
    socket.sendTextMessage(QStringLiteral("one"));
    QTRY_COMPARE(messages.count(), 2);
    QCOMPARE(messages[1][0].toString(), QStringLiteral("echo one"));
    socket.close();
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
}

void TestHttpTls::plainHttpIsNotAnswered()
{
    TestServer server(secured());
    RawClient client(server.port());
    QVERIFY(client.send(get("/ping")));
    QVERIFY(client.waitForEnd());
    QVERIFY(!client.received().contains("HTTP"));
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
}

void TestHttpTls::handshakeThatNeverComesIsGivenUp()
{
    auto options = secured();
    options.limits.headerTimeout = milliseconds(300);
    TestServer server(options);
    RawClient client(server.port());
    QVERIFY(client.waitForEnd());
    QCOMPARE(client.received(), QByteArray());
}

void TestHttpTls::clientThatVanishesCostsNothing()
{
    TestServer server(secured());
    {
        TlsClient client(server.port());
        QVERIFY(client.encrypted());
        client.send(get("/gate/a"));
        QVERIFY(waitUntil([&] { return server.gates().arrived(QStringLiteral("a")) == 1; }));
        client.socket().abort();
    }
    QVERIFY(waitUntil([&] { return server.server().connectionCount() == 0; }));
    server.gates().open(QStringLiteral("a"));
    QVERIFY(waitUntil([&] { return server.exchanges().all().size() == 1; }));
    QVERIFY(!server.exchanges().all().value(0).delivered);
}

void TestHttpTls::drainEndsSecureConnections()
{
    TestServer server(secured());
    QSignalSpy drained(&server.server(), &http::Server::drained);
    TlsClient client(server.port());
    QVERIFY(client.encrypted());
    client.send(get("/ping"));
    QVERIFY(client.hears([](const auto &bytes) { return bytes.endsWith("pong"); }));
    server.server().drain(milliseconds(60'000));
    QVERIFY(client.hearsTheEnd());
    QTRY_COMPARE(drained.count(), 1);
}

QTEST_GUILESS_MAIN(TestHttpTls)
#include "tst_http_tls.moc"
