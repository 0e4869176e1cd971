// SPDX-License-Identifier: Apache-2.0
#include <outgoing/outgoingclient.h>
#include <support/await.h>
#include <support/fakehttpserver.h>

#include <QFile>
#include <QSslKey>
#include <QSslSocket>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Speaks TLS with the certificate for localhost; answers every request with what it saw.
class TlsServer : public QTcpServer
{
public:
    TlsServer()
    {
        QFile certificate(QStringLiteral(IWD_TEST_TLS "/localhost-certificate.pem"));
        QFile key(QStringLiteral(IWD_TEST_TLS "/localhost-key.pem"));
        if (!certificate.open(QIODevice::ReadOnly) || !key.open(QIODevice::ReadOnly) || !listen(QHostAddress::LocalHost))
            qFatal("The TLS server cannot be set up");
        m_configuration.setLocalCertificate(QSslCertificate(&certificate));
        m_configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    }

    QByteArray seen;

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *const socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        socket->setSslConfiguration(m_configuration);
        connect(socket, &QSslSocket::readyRead, this, [this, socket] {
            seen += socket->readAll();
            if (seen.contains("\r\n\r\n"))
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
        });
        connect(socket, &QSslSocket::disconnected, socket, &QObject::deleteLater);
        socket->startServerEncryption();
    }

private:
    QSslConfiguration m_configuration = QSslConfiguration::defaultConfiguration();
};

/// Names that mean what a test says, each time the next address of the list.
OutgoingOptions::Resolver resolver(std::shared_ptr<QMap<QString, QStringList>> names, std::shared_ptr<QStringList> asked = {})
{
    return [names, asked](const QString &name, QObject *, std::function<void(const QHostInfo &)> found) {
        if (asked)
            asked->append(name);
        QHostInfo info;
        QList<QHostAddress> addresses;
        for (const QString &address : names->value(name))
            addresses << QHostAddress(address);
        info.setAddresses(addresses);
        found(info);
    };
}

OutgoingRequest get(const QString &url)
{
    OutgoingRequest request;
    request.url = QUrl(url);
    request.patience = 10s;
    return request;
}

QString reasonOf(const Result<OutgoingAnswer> &answer)
{
    return answer ? u"answered %1"_s.arg(answer->status) : answer.error().args.value(u"reason"_s).toString();
}

} // namespace

class TestOutgoing : public QObject
{
    Q_OBJECT

    static OutgoingOptions inside()
    {
        return { "iwd-server/test", { *Network::fromText(u"127.0.0.0/8"_s) } };
    }
    static std::unique_ptr<OutgoingClient> client(OutgoingOptions options)
    {
        auto made = OutgoingClient::make(std::move(options));
        return made ? std::move(made).value() : nullptr;
    }

private Q_SLOTS:
    void aCallArrivesAsItWasMadeAndItsAnswerIsHandedBack()
    {
        FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::json(202, { { u"taken"_s, true } }, "X-Receipt: 7\r\nSet-Cookie: a=b\r\n"); });
        const auto caller = client(inside());
        OutgoingRequest request = get(server.url().toString() + u"/in?a=b"_s);
        request.method = "POST";
        request.headers = { { "webhook-id", "evt_1" }, { "Content-Type", "application/json" } };
        request.body = "{\"a\":1}";
        for (int i = 0; i < 2; ++i) {
            const auto answer = await(caller->send(request));
            QCOMPARE(reasonOf(answer), u"answered 202"_s);
            QCOMPARE(answer->status, 202);
            QCOMPARE(answer->body, "{\"taken\":true}");
            QCOMPARE(answer->header("x-RECEIPT"), QByteArray("7"));
            QVERIFY(!answer->header("x-other"));
        }
        QCOMPARE(server.requests().size(), 2);
        const FakeRequest &seen = server.requests().last();
        QCOMPARE(seen.method, "POST");
        QCOMPARE(seen.target, "/in?a=b");
        QCOMPARE(seen.body, "{\"a\":1}");
        QCOMPARE(seen.headers.value("webhook-id"), "evt_1");
        QCOMPARE(seen.headers.value("user-agent"), "iwd-server/test");
        QCOMPARE(seen.headers.value("host"), server.url().authority().toLatin1());
        QVERIFY(!seen.headers.contains("cookie")); // not even after one was set
    }

    void whateverTheStatusItIsAnAnswer_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : { 200, 204, 301, 302, 400, 401, 404, 407, 410, 429, 500, 503 })
            QTest::addRow("%d", status) << status;
    }
    void whateverTheStatusItIsAnAnswer()
    {
        QFETCH(int, status);
        FakeHttpServer elsewhere([](const FakeRequest &) { return FakeAnswer::json(200, {}); });
        const QByteArray more = "Location: " + elsewhere.url().toEncoded() + "/stolen\r\nWWW-Authenticate: Basic realm=\"a\"\r\nRetry-After: 9\r\n";
        FakeHttpServer server([&](const FakeRequest &) {
            return status == 204 ? FakeAnswer { FakeAnswer::Send, "HTTP/1.1 204 No Content\r\n\r\n" } : FakeAnswer::json(status, {}, more);
        });
        const auto caller = client(inside());
        OutgoingRequest request = get(server.url().toString());
        request.method = "POST";
        const auto answer = await(caller->send(request));
        QCOMPARE(reasonOf(answer), u"answered %1"_s.arg(status));
        QCOMPARE(server.requests().size(), 1);
        QVERIFY(elsewhere.requests().isEmpty());
    }

    void whatGoesWrongIsSaidInWords_data()
    {
        QTest::addColumn<FakeAnswer>("answer");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("words");
        QTest::newRow("hangs up") << FakeAnswer::hangUp() << u"broken"_s << u"closed before the answer was complete"_s;
        QTest::newRow("says nothing") << FakeAnswer::silence() << u"timeout"_s << u"no whole answer came within 0.5 s"_s;
        QTest::newRow("stops in the middle") << FakeAnswer { FakeAnswer::Send, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" } << u"timeout"_s << u"within 0.5 s"_s;
        QTest::newRow("ends in the middle") << FakeAnswer { FakeAnswer::SendAndClose, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" } << u"broken"_s << u"closed before"_s;
        QTest::newRow("says it is large") << FakeAnswer { FakeAnswer::Send, "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" } << u"tooLarge"_s << u"larger than the 1000 bytes"_s;
        QTest::newRow("is large") << FakeAnswer { FakeAnswer::Send, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" + QByteArray(0x800, 'x') + "\r\n" } << u"tooLarge"_s
                                  << u"larger than the 1000 bytes"_s;
        QTest::newRow("is no HTTP") << FakeAnswer { FakeAnswer::SendAndClose, "220 mail.example ESMTP\r\n" } << u"broken"_s << u"could not be called"_s;
    }
    void whatGoesWrongIsSaidInWords()
    {
        QFETCH(FakeAnswer, answer);
        QFETCH(QString, reason);
        QFETCH(QString, words);
        FakeHttpServer server([&](const FakeRequest &) { return answer; });
        const auto caller = client(inside());
        OutgoingRequest request = get(server.url().toString() + u"/hidden?token=hush"_s);
        request.patience = reason == u"timeout"_s ? 500ms : 10'000ms;
        request.mostBytes = 1000;
        const auto got = await(caller->send(request));
        QCOMPARE(reasonOf(got), reason);
        QVERIFY2(got.error().text.contains(words), qPrintable(got.error().text));
        QVERIFY2(!got.error().text.contains(u"hush"_s) && !got.error().text.contains(u"hidden"_s), qPrintable(got.error().text));
        QCOMPARE(caller->underWay(), 0);
    }

    void aDeadPortIsRefusedAndANameWithoutAddressIsSaid()
    {
        QTcpServer gone;
        QVERIFY(gone.listen(QHostAddress::LocalHost));
        const quint16 port = gone.serverPort();
        gone.close();
        OutgoingOptions options = inside();
        options.resolve = resolver(std::make_shared<QMap<QString, QStringList>>());
        const auto caller = client(options);
        const auto refused = await(caller->send(get(u"http://127.0.0.1:%1"_s.arg(port))));
        QCOMPARE(reasonOf(refused), u"connect"_s);
        QVERIFY2(refused.error().text.contains(u"refused"_s), qPrintable(refused.error().text));
        const auto unknown = await(caller->send(get(u"https://nowhere.example"_s)));
        QCOMPARE(reasonOf(unknown), u"resolve"_s);
        QVERIFY2(unknown.error().text.contains(u"nowhere.example has no address"_s), qPrintable(unknown.error().text));
    }

    void theNextAddressOfANameIsTriedWhenOneRefuses()
    {
        FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::json(200, {}); });
        const auto names = std::make_shared<QMap<QString, QStringList>>();
        names->insert(u"both.example"_s, { u"127.0.0.9"_s, u"127.0.0.1"_s }); // it listens on the second one only
        OutgoingOptions options = inside();
        options.resolve = resolver(names);
        const auto caller = client(options);
        const auto answer = await(caller->send(get(u"http://both.example:%1/"_s.arg(server.url().port()))));
        QCOMPARE(reasonOf(answer), u"answered 200"_s);
        QCOMPARE(server.requests().first().headers.value("host"), "both.example:" + QByteArray::number(server.url().port()));
    }

    void aPlaceInsideIsRefused_data()
    {
        QTest::addColumn<QString>("address");
        for (const char *address : { "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                 "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
                 "2002:7f00:1::1", "2001:0:7f00:1::1", "2001:db8::1", "::127.0.0.1" })
            QTest::newRow(address) << QString::fromLatin1(address);
    }
    void aPlaceInsideIsRefused()
    {
        QFETCH(QString, address);
        QCOMPARE(AddressGuard().judge(QHostAddress(address)), AddressGuard::Verdict::Refused);
        const auto names = std::make_shared<QMap<QString, QStringList>>();
        names->insert(u"innocent.example"_s, { address });
        const auto caller = client({ "iwd-server/test", {}, {}, resolver(names) });
        for (const QString &scheme : { u"http"_s, u"https"_s }) {
            const auto byName = await(caller->send(get(scheme + u"://innocent.example/"_s)));
            QCOMPARE(reasonOf(byName), u"forbidden"_s);
            const QString literal = address.contains(u':') ? u'[' + address + u']' : address;
            QCOMPARE(reasonOf(await(caller->send(get(scheme + u"://"_s + literal + u"/latest/meta-data"_s)))), u"forbidden"_s);
        }
    }

    void publicAddressesAndNamedNetworksAreNot()
    {
        using Verdict = AddressGuard::Verdict;
        const AddressGuard guard({ *Network::fromText(u"10.0.0.0/8"_s), *Network::fromText(u"fd12::/16"_s) });
        QCOMPARE(guard.judge(QHostAddress(u"8.8.8.8"_s)), Verdict::Public);
        QCOMPARE(guard.judge(QHostAddress(u"2a00:1450:4001::5"_s)), Verdict::Public);
        QCOMPARE(guard.judge(QHostAddress(u"64:ff9b::808:808"_s)), Verdict::Public);
        QCOMPARE(guard.judge(QHostAddress(u"10.9.8.7"_s)), Verdict::Allowed);
        QCOMPARE(guard.judge(QHostAddress(u"::ffff:10.9.8.7"_s)), Verdict::Allowed);
        QCOMPARE(guard.judge(QHostAddress(u"fd12::7"_s)), Verdict::Allowed);
        QCOMPARE(guard.judge(QHostAddress(u"fd13::7"_s)), Verdict::Refused);
        QCOMPARE(guard.judge(QHostAddress(u"127.0.0.1"_s)), Verdict::Refused);
        QCOMPARE(guard.judge(QHostAddress()), Verdict::Refused);
    }

    void plainHttpIsNotTakenAbroad()
    {
        const auto names = std::make_shared<QMap<QString, QStringList>>();
        names->insert(u"abroad.example"_s, { u"8.8.8.8"_s });
        OutgoingOptions options = inside();
        options.resolve = resolver(names);
        const auto answer = await(client(options)->send(get(u"http://abroad.example/"_s)));
        QCOMPARE(reasonOf(answer), u"forbidden"_s);
        QVERIFY2(answer.error().text.contains(u"use https"_s), qPrintable(answer.error().text));
    }

    void aNameIsLookedUpOnceForEachCallAndWhatWasFoundIsConnectedTo()
    {
        FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::json(200, {}); });
        const auto names = std::make_shared<QMap<QString, QStringList>>();
        const auto asked = std::make_shared<QStringList>();
        names->insert(u"turning.example"_s, { u"127.0.0.1"_s });
        OutgoingOptions options = inside();
        options.resolve = resolver(names, asked);
        const auto caller = client(options);
        const QString url = u"http://turning.example:%1/"_s.arg(server.url().port());
        QCOMPARE(reasonOf(await(caller->send(get(url)))), u"answered 200"_s);
        QCOMPARE(asked->size(), 1);
        // It turns inward, where the connection that is still open does not help it.
        names->insert(u"turning.example"_s, { u"10.0.0.1"_s });
        QCOMPARE(reasonOf(await(caller->send(get(url)))), u"forbidden"_s);
        QCOMPARE(asked->size(), 2);
        QCOMPARE(server.requests().size(), 1);
    }

    void anAddressThatCannotBeCalledIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        for (const char *url : { "", "nothing", "ftp://host.example/", "file:///etc/passwd", "https://", "https:///path", "gopher://127.0.0.1:6379/_FLUSHALL", "https://user:hush@host.example/",
                 "https://host.example/#part", "https://host .example/" })
            QTest::newRow(url) << QString::fromLatin1(url);
    }
    void anAddressThatCannotBeCalledIsSaid()
    {
        QFETCH(QString, url);
        const auto checked = outgoingUrl(url, u"webhook.url"_s);
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::InvalidField);
        QCOMPARE(checked.error().field, u"webhook.url"_s);
        QVERIFY(!checked.error().text.contains(u"hush"_s));
        const auto answer = await(client(inside())->send(get(url)));
        QCOMPARE(reasonOf(answer), u"url"_s);
        QVERIFY(!answer.error().text.contains(u"hush"_s));
    }

    void aCertificateCountsForItsHostAndWhenItsAuthorityIsTrusted()
    {
        TlsServer server;
        const auto names = std::make_shared<QMap<QString, QStringList>>();
        names->insert(u"localhost"_s, { u"127.0.0.1"_s });
        names->insert(u"other.example"_s, { u"127.0.0.1"_s });
        OutgoingOptions options = inside();
        options.resolve = resolver(names);
        const auto url = [&](const char *host) { return u"https://%1:%2/"_s.arg(QString::fromLatin1(host)).arg(server.serverPort()); };

        const auto strange = await(client(options)->send(get(url("localhost"))));
        QCOMPARE(reasonOf(strange), u"tls"_s);
        QVERIFY2(strange.error().text.contains(u"self-signed"_s) && strange.error().text.contains(u"outgoing.tls.authority"_s), qPrintable(strange.error().text));

        options.authorityFile = QStringLiteral(IWD_TEST_TLS "/localhost-certificate.pem");
        const auto caller = client(options);
        const auto wrong = await(caller->send(get(url("other.example"))));
        QCOMPARE(reasonOf(wrong), u"tls"_s);
        QVERIFY2(wrong.error().text.contains(u"host name"_s), qPrintable(wrong.error().text));
        QVERIFY(!server.seen.contains("HTTP")); // nothing was said to it

        const auto right = await(caller->send(get(url("localhost"))));
        QCOMPARE(reasonOf(right), u"answered 200"_s);
        QCOMPARE(right->body, "secret");
        QVERIFY(server.seen.contains(QByteArray("Host: localhost:" + QByteArray::number(server.serverPort()) + "\r\n")));
        QCOMPARE(reasonOf(await(caller->send(get(url("127.0.0.1"))))), u"answered 200"_s);
    }

    void anAuthorityFileWithoutCertificatesIsRefused()
    {
        for (const QString &file : { QStringLiteral(IWD_TEST_TLS "/localhost-key.pem"), u"/nowhere/at/all.pem"_s }) {
            OutgoingOptions options = inside();
            options.authorityFile = file;
            const auto made = OutgoingClient::make(options);
            QVERIFY(!made);
            QCOMPARE(made.error().code, ErrorCode::ConfigurationInvalid);
            QVERIFY(made.error().text.contains(file));
        }
    }

    void callsUnderWayEndWithTheirClient()
    {
        FakeHttpServer server([](const FakeRequest &) { return FakeAnswer::silence(); });
        auto caller = client(inside());
        auto answer = caller->send(get(server.url().toString()));
        QTRY_COMPARE(server.silent(), 1);
        caller.reset();
        QCOMPARE(reasonOf(await(std::move(answer))), u"ended"_s);
    }

    void aLookUpThatNeverEndsTimesOut()
    {
        OutgoingOptions options = inside();
        options.resolve = [](const QString &, QObject *, const std::function<void(const QHostInfo &)> &) {};
        OutgoingRequest request = get(u"https://slow.example"_s);
        request.patience = 100ms;
        auto caller = client(options);
        QCOMPARE(reasonOf(await(caller->send(request))), u"resolve"_s);
        request.patience = 60s;
        auto answer = caller->send(request);
        caller.reset();
        QCOMPARE(reasonOf(await(std::move(answer))), u"ended"_s);
    }

    void aNetworkIsReadWithItsBits()
    {
        QCOMPARE(Network::fromText(u" 10.0.0.0/8 "_s)->toText(), u"10.0.0.0/8"_s);
        QCOMPARE(Network::fromText(u"fd00::/8"_s)->toText(), u"fd00::/8"_s);
        for (const QString &text : { u""_s, u"10.0.0.0"_s, u"10/8"_s, u"10.0.0.0/33"_s, u"10.0.0.0/-1"_s, u"::/129"_s, u"host/8"_s, u"10.0.0.0/8/8"_s, u"fe80::%eth0/10"_s })
            QVERIFY2(!Network::fromText(text), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(TestOutgoing)
#include "tst_outgoing.moc"
