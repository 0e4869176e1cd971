// SPDX-License-Identifier: Apache-2.0
#include <support/fakehttpserver.h>
#include <support/httpcaller.h>
#include <support/privatepostgres.h>
#include <support/serverprocess.h>

#include <domain/webhook.h>

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <map>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// A receiver, and a server that is killed again and again while it delivers.
class TestWebhookCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatAKilledServerOwesIsDeliveredInOrder_data();
    void whatAKilledServerOwesIsDeliveredInOrder();
};

void TestWebhookCrash::whatAKilledServerOwesIsDeliveredInOrder_data()
{
    QTest::addColumn<bool>("postgresql");
    QTest::newRow("SQLite") << false;
    QTest::newRow("PostgreSQL") << true;
}

void TestWebhookCrash::whatAKilledServerOwesIsDeliveredInOrder()
{
    QFETCH(bool, postgresql);
    constexpr int rounds = 3;
    constexpr int itemsOfRound = 40;
    std::map<QString, QList<qint64>> arrived; // by item, each event once, in the order of its first arrival
    QSet<QByteArray> known;
    FakeHttpServer receiver([&](const FakeRequest &request) {
        const QByteArray id = request.headers.value("webhook-id");
        if (!known.contains(id)) {
            known.insert(id);
            const QJsonObject data = request.json()[u"data"_s].toObject();
            arrived[data[u"itemId"_s].toString()].append(data[u"eventId"_s].toString().toLongLong());
        }
        return FakeAnswer::json(200, {});
    });
    const QTemporaryDir folder;
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = folder.filePath(u"data"_s);
    setup.environment = { u"IWD_OUTGOING_ALLOWED_NETWORKS=127.0.0.0/8"_s };
    if (postgresql)
        setup.environment += u"IWD_STORAGE_URL="_s + PrivatePostgres::shared().url(PrivatePostgres::shared().newEmptyDatabase());
    ServerProcess server(setup);
    server.start();
    QVERIFY2(server.waitUntilReady(), server.log().constData());
    const auto ask = [&server](const QByteArray &method, const QByteArray &target, const QJsonValue &body = QJsonValue::Undefined) {
        HttpCaller caller(server.port(), { { "x-api-key", server.apiKey() }, { "If-Match", "*" } });
        const QByteArray text = body.isArray() ? QJsonDocument(body.toArray()).toJson() : body.isObject() ? QJsonDocument(body.toObject()).toJson() : QByteArray();
        return caller.call(method, "/iwd/v3" + target, text).value_or(HttpAnswer());
    };
    const QJsonObject capturePoint { { u"name"_s, u"Default"_s }, { u"webhook"_s, QJsonObject { { u"url"_s, receiver.url().toString() } } } };
    const qint64 before = ask("GET", "/events?limit=1000").json()[u"data"_s].toArray().last()[u"id"_s].toInteger();
    QCOMPARE(ask("PUT", "/capture-points/default", capturePoint).status, 200);
    QCOMPARE(ask("POST", "/capture-points/default/webhook/secret").status, 200);

    for (int round = 0; round < rounds; ++round) {
        QJsonArray some;
        for (int i = 0; i < itemsOfRound; ++i)
            some.append(QJsonObject { { u"customerSegment"_s, u"gold"_s } });
        const HttpAnswer captured = ask("POST", "/items", some);
        QCOMPARE(captured.status, 200);
        const qsizetype soFar = known.size();
        QVERIFY2(QTest::qWaitFor([&] { return known.size() >= soFar + 20; }, 60'000), server.log().constData());
        server.kill();
        server.start();
        QVERIFY2(server.waitUntilReady(), server.log().constData());
    }

    std::map<QString, QList<qint64>> expected;
    qint64 after = before;
    for (;;) {
        const QJsonArray page = ask("GET", "/events?limit=1000&after=" + QByteArray::number(after)).json()[u"data"_s].toArray();
        if (page.isEmpty())
            break;
        for (const auto &event : page) {
            after = event[u"id"_s].toInteger();
            if (statusEventTypes().contains(event[u"type"_s].toString()))
                expected[event[u"item"_s].toString()].append(after);
        }
    }
    QCOMPARE(expected.size(), size_t(rounds * itemsOfRound));
    QVERIFY2(QTest::qWaitFor([&] { return arrived == expected; }, 60'000), server.log().constData());
    QTRY_COMPARE_WITH_TIMEOUT(ask("GET", "/capture-points/default/webhook").json()[u"pending"_s].toInt(-1), 0, 60'000);
    QVERIFY(ask("GET", "/metrics").body.contains("\niwd_webhook_delivered_total "));
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestWebhookCrash)
#include "tst_webhookcrash.moc"
