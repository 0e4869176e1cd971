// SPDX-License-Identifier: Apache-2.0
#include <support/httpcaller.h>
#include <support/privatepostgres.h>
#include <support/serverprocess.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <map>

using namespace iwd::test;
using namespace Qt::StringLiterals;

/// A job, and a server that is killed again and again while it works on it.
class TestBulkCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatAKilledServerBeganIsEndedOnce_data();
    void whatAKilledServerBeganIsEndedOnce();
};

void TestBulkCrash::whatAKilledServerBeganIsEndedOnce_data()
{
    QTest::addColumn<bool>("postgresql");
    QTest::newRow("SQLite") << false;
    QTest::newRow("PostgreSQL") << true;
}

void TestBulkCrash::whatAKilledServerBeganIsEndedOnce()
{
    QFETCH(bool, postgresql);
    constexpr int items = 4'000;
    const QTemporaryDir folder;
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = folder.filePath(u"data"_s);
    if (postgresql)
        setup.environment = { QString(u"IWD_STORAGE_URL="_s + PrivatePostgres::shared().url(PrivatePostgres::shared().newEmptyDatabase())) };
    ServerProcess server(setup);
    server.start();
    QVERIFY2(server.waitUntilReady(), server.log().constData());
    const auto ask = [&server](const QByteArray &method, const QByteArray &target, const QJsonValue &body = QJsonValue::Undefined) {
        HttpCaller caller(server.port(), { { "x-api-key", server.apiKey() } });
        const QByteArray text = body.isArray() ? QJsonDocument(body.toArray()).toJson() : body.isObject() ? QJsonDocument(body.toObject()).toJson() : QByteArray();
        const auto answer = caller.call(method, "/iwd/v3" + target, text);
        return answer.value_or(HttpAnswer());
    };
    for (int i = 0; i < items; i += 1'000) {
        QJsonArray some;
        for (int k = 0; k < 1'000; ++k)
            some.append(QJsonObject { { u"customerSegment"_s, u"gold"_s } });
        QCOMPARE(ask("POST", "/items", some).status, 200);
    }
    QJsonObject request { { u"action"_s, u"hold"_s }, { u"search"_s, QJsonObject() } };
    request.insert(u"confirmationToken"_s, ask("POST", "/items/bulk", request).json().value(u"confirmationToken"_s));
    const HttpAnswer started = ask("POST", "/items/bulk", request);
    QCOMPARE(started.status, 202);
    const QByteArray job = "/jobs/" + started.json().value(u"id"_s).toString().toLatin1();

    int kills = 0;
    QJsonObject now;
    const auto processed = [&now] { return now.value(u"done"_s).toInt() + now.value(u"skipped"_s).toInt() + now.value(u"failed"_s).toInt(); };
    for (;;) {
        const int before = processed();
        const bool moved = QTest::qWaitFor(
            [&] {
                const HttpAnswer answer = ask("GET", job);
                if (answer.status == 200)
                    now = answer.json();
                return processed() > before || now.value(u"endedDateTime"_s).isString();
            },
            60'000);
        QVERIFY2(moved, server.log().constData());
        if (now.value(u"endedDateTime"_s).isString())
            break;
        if (kills >= 6)
            continue;
        server.kill();
        ++kills;
        server.start();
        QVERIFY2(server.waitUntilReady(), server.log().constData());
    }
    QVERIFY(kills > 0);
    QCOMPARE(now.value(u"state"_s).toString(), u"finished"_s);
    QCOMPARE(now.value(u"done"_s).toInt(), items);
    QCOMPARE(processed(), items);

    std::map<QString, int> held;
    qint64 after = 0;
    for (;;) {
        const QJsonArray events = ask("GET", "/events?limit=1000&after=" + QByteArray::number(after)).json().value(u"data"_s).toArray();
        if (events.isEmpty())
            break;
        for (const QJsonValue event : events) {
            after = event[u"id"].toInteger();
            if (event[u"type"] == u"item.held"_s)
                ++held[event[u"item"].toString()];
        }
    }
    QCOMPARE(held.size(), size_t(items));
    QVERIFY(std::all_of(held.begin(), held.end(), [](const auto &one) { return one.second == 1; }));
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestBulkCrash)
#include "tst_bulkcrash.moc"
