// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <QSignalSpy>
#include <QWebSocket>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// How many requests a caller may send, and how many wrong keys an address.
class TestApiLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        ApiOptions options;
        options.limits = { .requestsPerSecond = 5, .burst = 10, .failuresPerSecond = 2 };
        m = std::make_unique<ApiFixture>(options);
    }
    void cleanup() { m.reset(); }

    void whoSendsTooMuchIsToldWhenToComeBack()
    {
        QCOMPARE(admitted(), 10);
        const Reply refused = m->get(u"/me"_s);
        QCOMPARE(refused.status, 429);
        QCOMPARE(refused.code(), u"request.too_many_requests"_s);
        QCOMPARE(refused.headers.value("retry-after"), QByteArray("1"));
        QCOMPARE(refused["args"], QJsonValue(QJsonObject { { u"limitPerSecond"_s, 5 }, { u"retryAfterSeconds"_s, 1 } }));
        QVERIFY2(refused["detail"].toString().contains(u"\"admin\""_s), refused.body.constData());
        QCOMPARE(m->api->limits().refusedRequests(), 2);
        m->advance(std::chrono::seconds(1));
        QCOMPARE(admitted(), 5);
        m->advance(std::chrono::hours(1));
        QCOMPARE(admitted(), 10);
    }

    void everyRequestCountsWhateverBecomesOfIt()
    {
        m->key = m->reportingKey;
        for (int i = 0; i < 5; ++i)
            QCOMPARE(m->post(u"/items"_s).status, 403);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(m->get(u"/items/unknown"_s).status, 404);
        QCOMPARE(m->get(u"/items"_s).status, 429);
        QCOMPARE(m->post(u"/items"_s).status, 429);
        // A refused write leaves nothing, and its Idempotency-Key is free.
        m->key = m->sourceKey;
        QCOMPARE(admitted(), 10);
        const HeaderFields once { { "Idempotency-Key", "once" } };
        QCOMPARE(m->post(u"/items"_s, { { u"captureId"_s, u"INC1"_s } }, once).status, 429);
        m->advance(std::chrono::seconds(1));
        QCOMPARE(m->post(u"/items"_s, { { u"captureId"_s, u"INC1"_s } }, once).status, 200);
    }

    void keysAndUsersAreCountedApartAndAUserWithAllSessions()
    {
        QCOMPARE(admitted(), 10);
        m->key = m->reportingKey;
        QCOMPARE(admitted(), 10);
        m->key = m->otherKey;
        QCOMPARE(admitted(), 10);
        m->key.clear();
        m->addUser(u"ann"_s, u"correct horse"_s, { u"Administrator"_s });
        HeaderFields sessions[2];
        for (HeaderFields &session : sessions) {
            const Reply opened = m->post(u"/sessions"_s, { { u"user"_s, u"ann"_s }, { u"password"_s, u"correct horse"_s } });
            session = { { "Authorization", "Bearer " + opened["token"].toString().toLatin1() } };
        }
        for (int i = 0; i < 10; ++i)
            QCOMPARE(m->get(u"/me"_s, sessions[i % 2]).status, 200);
        QCOMPARE(m->get(u"/me"_s, sessions[0]).status, 429);
        QCOMPARE(m->get(u"/me"_s, sessions[1]).status, 429);
    }

    void pagesAndSigningInNeedNoRoom()
    {
        QCOMPARE(admitted(), 10);
        QCOMPARE(m->get(u"/docs"_s).status, 200);
        QCOMPARE(m->post(u"/sessions"_s, { { u"user"_s, u"nobody"_s }, { u"password"_s, u"wrong"_s } }).status, 401);
    }

    void aStreamIsOneRequestHoweverLongItLasts()
    {
        QWebSocket socket;
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/events/stream?after=0"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m->key.toLatin1());
        socket.open(request);
        QTRY_VERIFY(!messages.isEmpty());
        QCOMPARE(admitted(), 9);
        // It goes on, and another one does not begin.
        const qsizetype before = messages.size();
        m->key = m->sourceKey;
        for (int i = 0; i < 10; ++i)
            m->capture();
        QTRY_COMPARE(messages.size(), before + 30);
        const QByteArray handshake = "GET /iwd/v3/events/stream HTTP/1.1\r\nHost: iwd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-api-key: ";
        QCOMPARE(m->firstLineOf(handshake + m->adminKey.toLatin1() + "\r\n\r\n"), QByteArray("HTTP/1.1 429 Too Many Requests"));
    }

    void eachCommandOnTheLiveStreamCounts_data()
    {
        QTest::addColumn<QString>("command");
        QTest::newRow("subscribe") << u"{\"subscribe\": \"q\", \"topic\": \"queues\"}"_s;
        QTest::newRow("unsubscribe") << u"{\"unsubscribe\": \"q\"}"_s;
        QTest::newRow("no command") << u"{"_s;
    }
    void eachCommandOnTheLiveStreamCounts()
    {
        QFETCH(QString, command);
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/stream"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m->adminKey.toLatin1());
        QWebSocket socket;
        int refused = 0;
        connect(&socket, &QWebSocket::textMessageReceived, this, [&refused](const QString &text) {
            const QJsonObject message = QJsonDocument::fromJson(text.toUtf8()).object();
            refused += message[u"problem"][u"code"] == u"request.too_many_requests"_s ? 1 : 0;
        });
        QSignalSpy connected(&socket, &QWebSocket::connected);
        socket.open(request);
        QTRY_COMPARE(connected.size(), 1);
        for (int i = 0; i < 12; ++i)
            socket.sendTextMessage(command);
        QTRY_COMPARE(refused, 3); // the handshake was the first of ten
        QVERIFY(socket.isValid());
    }

    void whoGuessesKeysIsNotListenedToForAWhile()
    {
        // Known to this server from now on.
        QCOMPARE(m->get(u"/me"_s).status, 200);
        m->key = u"guess"_s;
        for (int i = 0; i < 20; ++i) {
            m->key = u"guess-%1"_s.arg(i);
            QCOMPARE(m->get(u"/me"_s).status, 401);
        }
        const Reply refused = m->get(u"/me"_s);
        QCOMPARE(refused.status, 429);
        QCOMPARE(refused.code(), u"auth.too_many_attempts"_s);
        QCOMPARE(refused.headers.value("retry-after"), QByteArray("1"));
        QCOMPARE(m->api->limits().refusedStrangers(), 1);
        // Those behind the same address whose keys were right before go on, also when the cache has forgotten them …
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/me"_s).status, 200);
        m->advance(std::chrono::milliseconds(100));
        for (int i = 0; i < 5; ++i) {
            m->clock->advance(std::chrono::seconds(1));
            m->key = u"guess-again"_s;
            while (m->get(u"/me"_s).status == 401) { }
            m->key = m->adminKey;
            QCOMPARE(m->get(u"/me"_s).status, 200);
        }
        // … and whoever comes for the first time has to wait for a moment.
        m->key = m->reportingKey;
        QCOMPARE(m->get(u"/me"_s).status, 429);
        m->advance(std::chrono::seconds(1));
        QCOMPARE(m->get(u"/me"_s).status, 200);
    }

private:
    /// How many of twelve requests are let through.
    int admitted()
    {
        int count = 0;
        for (int i = 0; i < 12; ++i) {
            const int status = m->get(u"/me"_s).status;
            if (status == 200)
                ++count;
            else if (status != 429)
                return -status;
            else
                break;
        }
        return count;
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiLimits)
#include "tst_api_limits.moc"
