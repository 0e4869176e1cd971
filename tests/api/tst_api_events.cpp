// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <apidocument/apidocument.h>

#include <QSignalSpy>
#include <QWebSocket>

using namespace iwd;
using namespace iwd::test;

namespace {

QJsonObject one(const char *name, const QJsonValue &value)
{
    return { { QLatin1StringView(name), value } };
}

QByteArray handshake(const QByteArray &target, const QString &key)
{
    return "GET " + target
        + " HTTP/1.1\r\nHost: iwd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          "dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + (key.isEmpty() ? QByteArray() : QByteArray("x-api-key: " + key.toLatin1() + "\r\n")) + "\r\n";
}

} // namespace

/// The feed of events, live figures, and the stream.
class TestApiEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void theFeedIsCompleteAndNeverRepeatsWhileManyWrite()
    {
        std::vector<Pending> writers;
        for (int i = 0; i < 6; ++i)
            writers.push_back(m->begin("POST", QStringLiteral("/items"), QByteArray("[" + QByteArray("{},").repeated(49) + "{}]")));
        QSet<qint64> seen;
        QList<qint64> order;
        qint64 after = 0;
        int created = 0;
        const auto read = [&] {
            const Reply page = m->get(QStringLiteral("/events?limit=70&after=%1").arg(after));
            for (const QJsonValue event : page.data()) {
                order.append(event[u"id"].toInteger());
                created += event[u"type"].toString() == QLatin1StringView("item.created") ? 1 : 0;
            }
            after = page["next"].toInteger();
            return page["more"].toBool();
        };
        while (std::any_of(writers.begin(), writers.end(), [](const Pending &writer) { return !writer.finished(); }))
            read();
        for (const Pending &writer : writers)
            QCOMPARE(m->finish(writer)["accepted"].toInt(), 50);
        while (read()) { }
        QCOMPARE(created, 300);
        QVERIFY(std::is_sorted(order.begin(), order.end()));
        QCOMPARE(QSet<qint64>(order.begin(), order.end()).size(), order.size());
        QCOMPARE(m->get(QStringLiteral("/stats/server"))["lastEvent"].toInteger(), order.last());
    }

    void aPageAfterTheLastEventIsEmptyAndKeepsThePlace()
    {
        m->capture();
        const qint64 last = m->get(QStringLiteral("/events"))["next"].toInteger();
        const Reply empty = m->get(QStringLiteral("/events?after=%1").arg(last));
        QCOMPARE(empty.data().size(), 0);
        QCOMPARE(empty["next"].toInteger(), last);
        QCOMPARE(empty["more"].toBool(true), false);
    }

    void aReaderWhomRetentionHasOvertakenIsTold()
    {
        m->capture();
        const QJsonArray all = m->get(QStringLiteral("/events?limit=1000")).data();
        const qint64 first = all.at(all.size() - 2)[u"id"].toInteger();
        const qint64 last = all.last()[u"id"].toInteger();
        m->forgetEventsUpTo(first - 1);
        QCOMPARE(m->get(QStringLiteral("/events")).data().size(), 2);
        QCOMPARE(m->get(QStringLiteral("/events?after=%1").arg(first - 1)).data().size(), 2);
        QCOMPARE(m->get(QStringLiteral("/events?after=%1").arg(last)).data().size(), 0);
        const Reply missed = m->get(QStringLiteral("/events?wait=30&after=%1").arg(first - 2));
        QCOMPARE(missed.status, 410);
        QCOMPARE(missed.code(), QStringLiteral("events.restarted"));
        QCOMPARE(missed.json().value(u"args"), QJsonValue(QJsonObject { { QStringLiteral("after"), first - 2 }, { QStringLiteral("first"), first }, { QStringLiteral("last"), last } }));
        // A stream that is taken up again, too.
        const QByteArray target = "/iwd/v3/events/stream?after=";
        QCOMPARE(m->firstLineOf(handshake(target + QByteArray::number(first - 2), m->key)), QByteArray("HTTP/1.1 410 Gone"));
        QCOMPARE(m->firstLineOf(handshake(target + QByteArray::number(first - 1), m->key)), QByteArray("HTTP/1.1 101 Switching Protocols"));
    }

    void whoWaitsForEventsIsToldOfTheFirst()
    {
        const qint64 last = m->get(QStringLiteral("/events"))["next"].toInteger();
        const Pending waiting = m->begin("GET", QStringLiteral("/events?wait=30&after=%1").arg(last));
        const QString id = m->capture();
        const Reply page = m->finish(waiting);
        QVERIFY(page.data().size() >= 1);
        QCOMPARE(page.data().first()[u"item"].toString(), id);
    }

    void waitingForEventsEndsWithAnEmptyPage()
    {
        const qint64 last = m->get(QStringLiteral("/events"))["next"].toInteger();
        QCOMPARE(m->get(QStringLiteral("/events?wait=0.2&after=%1").arg(last)).data().size(), 0);
    }

    void anotherTenantsEventsAreNotSeen()
    {
        m->capture();
        m->key = m->otherKey;
        const QJsonArray events = m->get(QStringLiteral("/events")).data();
        QVERIFY(!events.isEmpty());
        for (const QJsonValue event : events)
            QVERIFY(event[u"item"].isNull());
    }

    void anEventSaysWhoDidWhatAndWhatChanged()
    {
        m->key = m->sourceKey;
        const QString id = m->capture(one("captureId", QStringLiteral("INC1")));
        m->post(QStringLiteral("/items/INC1/hold"), one("reason", QStringLiteral("waits")));
        m->key = m->reportingKey;
        const QJsonObject event = m->get(QStringLiteral("/events")).data().last().toObject();
        QCOMPARE(event.value(u"type").toString(), QStringLiteral("item.held"));
        QCOMPARE(event.value(u"item").toString(), id);
        QCOMPARE(event.value(u"actor").toObject().value(u"name").toString(), QStringLiteral("source"));
        QCOMPARE(event.value(u"before").toObject().value(u"status").toString(), QStringLiteral("queued"));
        QCOMPARE(event.value(u"after").toObject().value(u"status").toString(), QStringLiteral("held"));
        QCOMPARE(event.value(u"class").toObject().value(u"capturePointId").toString(), QStringLiteral("default"));
        QCOMPARE(event.value(u"reason").toString(), QStringLiteral("waits"));
    }

    // ---- The stream

    void readersOfTheStreamAreCounted()
    {
        const auto streams = [this] { return m->get(QStringLiteral("/stats/server"))["liveStreams"].toInt(); };
        QCOMPARE(streams(), 0);
        {
            QWebSocket socket;
            open(socket, QString());
            QTRY_COMPARE(streams(), 1);
        }
        QTRY_COMPARE(streams(), 0);
        QCOMPARE(m->get(QStringLiteral("/stats/server"))["servers"].toInt(), 1);
    }

    void theStreamSendsWhatWasAndWhatHappens()
    {
        const QString early = m->capture();
        QWebSocket socket;
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        open(socket, QStringLiteral("?after=0"));
        const qsizetype before = m->get(QStringLiteral("/events")).data().size();
        QTRY_COMPARE(messages.size(), before);
        const QString late = m->capture();
        QTRY_COMPARE(messages.size(), before + 3);
        const OpenApiValidator validator(apiDocument());
        qint64 last = 0;
        QStringList items;
        for (const QList<QVariant> &message : messages) {
            const QJsonObject event = QJsonDocument::fromJson(message.first().toString().toUtf8()).object();
            QCOMPARE(validator.schemaProblems(
                         one("$ref", QStringLiteral("#/components/schemas/Event")), event, OpenApiValidator::Writer::Server),
                QStringList());
            QVERIFY(event.value(u"id").toInteger() > last);
            last = event.value(u"id").toInteger();
            items.append(event.value(u"item").toString());
        }
        QVERIFY(items.contains(early));
        QVERIFY(items.contains(late));
    }

    void theStreamWithoutACursorBeginsWithWhatHappensFromNowOn()
    {
        m->capture();
        QWebSocket socket;
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        open(socket, QString());
        // The stream has begun somewhere after it opened; from then on it sends everything.
        QString id;
        QVERIFY(QTest::qWaitFor(
            [&] {
                id = m->capture();
                return !messages.isEmpty();
            },
            10'000));
        const QJsonObject first = QJsonDocument::fromJson(messages.first().first().toString().toUtf8()).object();
        QVERIFY(first.value(u"item").toString() != QLatin1StringView("wi-1"));
    }

    void theStreamEndsWhenTheServerStops()
    {
        QWebSocket socket;
        QSignalSpy closed(&socket, &QWebSocket::disconnected);
        open(socket, QStringLiteral("?after=0"));
        m->pipeline->stop();
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    }

    void theStreamEndsWhenItsKeyIsDeleted()
    {
        const Reply created = m->post(QStringLiteral("/api-keys"),
            { { QStringLiteral("name"), QStringLiteral("Report") },
                { QStringLiteral("scopes"), QJsonArray { QStringLiteral("reporting") } } });
        const QString admin = m->key;
        m->key = created["key"].toString();
        QWebSocket socket;
        QSignalSpy closed(&socket, &QWebSocket::disconnected);
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        open(socket, QStringLiteral("?after=0"));
        QTRY_VERIFY(!messages.isEmpty());
        m->key = admin;
        QCOMPARE(m->remove(QStringLiteral("/api-keys/") + created["id"].toString()).status, 204);
        m->capture();
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(socket.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    }

    void aStreamOpensForThoseWhoMayOnly()
    {
        const QByteArray target = "/iwd/v3/events/stream";
        QCOMPARE(m->firstLineOf(handshake(target, QString())), QByteArray("HTTP/1.1 401 Unauthorized"));
        QCOMPARE(m->firstLineOf(handshake(target, QStringLiteral("unknown"))), QByteArray("HTTP/1.1 401 Unauthorized"));
        QCOMPARE(m->firstLineOf(handshake(target, m->sourceKey)), QByteArray("HTTP/1.1 403 Forbidden"));
        QCOMPARE(m->firstLineOf(handshake(target, m->agentKey)), QByteArray("HTTP/1.1 403 Forbidden"));
        QCOMPARE(m->firstLineOf(handshake(target + "?aftre=1", m->reportingKey)), QByteArray("HTTP/1.1 400 Bad Request"));
        QCOMPARE(m->firstLineOf(handshake(target + "?after=x", m->reportingKey)), QByteArray("HTTP/1.1 400 Bad Request"));
        QCOMPARE(m->firstLineOf(handshake(target, m->reportingKey)), QByteArray("HTTP/1.1 101 Switching Protocols"));
        QCOMPARE(m->get(QStringLiteral("/events/stream")).status, 426);
    }

    // ---- Figures

    void figuresFollowTheWork()
    {
        m->readyAgent(QStringLiteral("ann"));
        const QString first = m->capture();
        m->advance(std::chrono::minutes(10));
        const QString second = m->capture();
        const QString third = m->capture();
        m->post(QStringLiteral("/items/%1/hold").arg(second));
        m->post(QStringLiteral("/items/%1/cancel").arg(third));
        const QJsonObject waiting = m->get(QStringLiteral("/stats/queues")).data().first().toObject();
        QCOMPARE(waiting.value(u"queue").toString(), QStringLiteral("general"));
        QCOMPARE(waiting.value(u"queued").toInt(), 1);
        QCOMPARE(waiting.value(u"held").toInt(), 1);
        QCOMPARE(waiting.value(u"arrivedToday").toInt(), 3);
        QCOMPARE(waiting.value(u"canceledToday").toInt(), 1);
        QCOMPARE(waiting.value(u"oldestAgeSeconds").toInt(), 600);

        const Reply taken = m->post(QStringLiteral("/agents/ann/next"));
        QCOMPARE(taken["item"][u"id"].toString(), first);
        QCOMPARE(m->get(QStringLiteral("/stats/agents")).data().first()[u"assigned"].toInt(), 1);
        m->post(QStringLiteral("/agents/ann/complete"),
            { { QStringLiteral("item"), first }, { QStringLiteral("token"), taken["assignment"][u"token"] } });
        const QJsonObject done = m->get(QStringLiteral("/stats/queues")).data().first().toObject();
        QCOMPARE(done.value(u"completedToday").toInt(), 1);
        QCOMPARE(done.value(u"slaMetToday").toInt(), 1);
        QVERIFY(done.value(u"oldestAgeSeconds").isNull());
        QCOMPARE(m->get(QStringLiteral("/stats/agents")).data().first()[u"completedToday"].toInt(), 1);
        const Reply server = m->get(QStringLiteral("/stats/server"));
        QCOMPARE(server["items"][u"completed"].toInt(), 1);
        QCOMPARE(server["items"][u"canceled"].toInt(), 1);
        QCOMPARE(server["uptimeSeconds"].toInt(), 600);
        QCOMPARE(server["storage"][u"kind"].toString(), QStringLiteral("sqlite"));
    }

    void aQueueOfVeryManyWorkClassesSaysWhatMultipliesThem()
    {
        const auto captureMany = [this](int from, int to) {
            QJsonArray items;
            for (int i = from; i < to; ++i)
                items.append(QJsonObject { { QStringLiteral("captureId"), QString::number(i) }, { QStringLiteral("requestedSkill"), QStringLiteral("skill-%1").arg(i) } });
            const Reply reply = m->postArray(QStringLiteral("/items"), items);
            QCOMPARE(reply.status, 200);
        };
        captureMany(0, 1000);
        captureMany(1000, 2000);
        QVERIFY(!m->get(QStringLiteral("/stats/queues")).data().first().toObject().contains(u"warnings"));
        captureMany(2000, 2001);
        const QJsonArray warnings = m->get(QStringLiteral("/stats/queues")).data().first()[u"warnings"].toArray();
        QCOMPARE(warnings.size(), 1);
        QVERIFY2(warnings.first().toString().contains(u"requestedSkill"), qPrintable(warnings.first().toString()));
    }

    void figuresOfAnotherTenantAreItsOwn()
    {
        m->capture();
        m->key = m->otherKey;
        QCOMPARE(m->get(QStringLiteral("/stats/queues")).data().first()[u"queued"].toInt(), 0);
        QCOMPARE(m->get(QStringLiteral("/stats/server"))["items"][u"queued"].toInt(), 0);
    }

private:
    void open(QWebSocket &socket, const QString &query)
    {
        QSignalSpy connected(&socket, &QWebSocket::connected);
        QNetworkRequest request(QUrl(QStringLiteral("ws://127.0.0.1:%1/iwd/v3/events/stream").arg(m->port) + query));
        request.setRawHeader("x-api-key", m->key.toLatin1());
        socket.open(request);
        QTRY_COMPARE(connected.size(), 1);
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiEvents)
#include "tst_api_events.moc"
