// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/await.h>

#include <QSignalSpy>
#include <QWebSocket>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// Callers who see the work of some categories only. Two departments, one of them with a team below it, share a queue.
class TestApiCategories : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        category(u"claims"_s, {}, u"claims"_s);
        category(u"motor"_s, u"claims"_s, u"motor"_s);
        category(u"sales"_s, {}, u"sales"_s);
        m_claim = m->capture({ { u"captureId"_s, u"c-1"_s }, { u"productType"_s, u"claims"_s } });
        m_motor = m->capture({ { u"captureId"_s, u"c-2"_s }, { u"category"_s, u"motor"_s } });
        m_sale = m->capture({ { u"captureId"_s, u"s-1"_s }, { u"productType"_s, u"sales"_s } });
        const Reply key = m->post(u"/api-keys"_s, { { u"name"_s, u"Claims"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } }, { u"categories"_s, QJsonArray { u"claims"_s } } });
        QCOMPARE(key.status, 201);
        m_claims = key["key"].toString();
        m->key = m_claims;
    }
    void cleanup() { m.reset(); }

    void itemsOfOthersAreNotThere()
    {
        QCOMPARE(m->get(u"/items/"_s + m_claim)["category"].toString(), u"claims"_s);
        QCOMPARE(m->get(u"/items/c-2"_s)["category"].toString(), u"motor"_s);
        for (const QString &reference : { m_sale, u"s-1"_s }) {
            const Reply refused = m->get(u"/items/"_s + reference);
            QCOMPARE(refused.code(), u"item.not_found"_s);
            for (const QString &part : { u"/history"_s, u"/explanation"_s })
                QCOMPARE(m->get(u"/items/"_s + reference + part).status, 404);
            for (const QString &action : { u"hold"_s, u"resume"_s, u"complete"_s, u"cancel"_s, u"restart"_s, u"activate"_s, u"requeue"_s })
                QCOMPARE(m->post(u"/items/"_s + reference + u'/' + action).status, 404);
            QCOMPARE(m->post(u"/items/"_s + reference + u"/assign"_s, { { u"agent"_s, u"ann"_s } }).status, 404);
            QCOMPARE(m->patch(u"/items/"_s + reference, { { u"priority"_s, 5 } }).status, 404);
        }
        QCOMPARE(m->post(u"/items/"_s + m_claim + u"/hold"_s).status, 200);
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/items/"_s + m_sale)["status"].toString(), u"queued"_s);
    }

    void listsAndSearchesShowTheirOwn_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QJsonObject>("body");
        QTest::newRow("list") << u"/items"_s << QJsonObject();
        QTest::newRow("list in order") << u"/items?sort=priority"_s << QJsonObject();
        QTest::newRow("list of a queue in order") << u"/items?sort=priority&queue=general"_s << QJsonObject();
        QTest::newRow("list by status") << u"/items?status=queued&sort=id"_s << QJsonObject();
        QTest::newRow("search") << u"/items/search"_s << QJsonObject { { u"limit"_s, 50 } };
        QTest::newRow("search in order") << u"/items/search"_s << QJsonObject { { u"sort"_s, u"priority"_s } };
        QTest::newRow("search that asks for others")
            << u"/items/search"_s
            << QJsonObject { { u"condition"_s,
                   QJsonObject { { u"any"_s,
                       QJsonArray { QJsonObject { { u"attribute"_s, u"category"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"sales"_s } },
                           QJsonObject { { u"attribute"_s, u"queue"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"general"_s } } } } } } };
    }
    void listsAndSearchesShowTheirOwn()
    {
        QFETCH(QString, path);
        QFETCH(QJsonObject, body);
        const auto ids = [&](const Reply &reply) {
            QStringList found;
            for (const QJsonValue item : reply.data())
                found.append(item[u"id"].toString());
            found.sort();
            return found;
        };
        const auto ask = [&] { return path.endsWith("search"_L1) ? m->post(path, body) : m->get(path); };
        const Reply reply = ask();
        QVERIFY2(reply.status == 200, reply.body.constData());
        QStringList expected { m_claim, m_motor };
        expected.sort();
        QCOMPARE(ids(reply), expected);
        m->key = m->adminKey;
        QCOMPARE(ids(ask()).size(), 3);
    }

    void pagesGoOnWithinTheirOwn()
    {
        QStringList found;
        QString cursor;
        do {
            const Reply page = m->get(u"/items?sort=priority&limit=1"_s + (cursor.isEmpty() ? QString() : QString(u"&cursor="_s + cursor)));
            QCOMPARE(page.status, 200);
            for (const QJsonValue item : page.data())
                found.append(item[u"id"].toString());
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        found.sort();
        QStringList expected { m_claim, m_motor };
        expected.sort();
        QCOMPARE(found, expected);
    }

    void exportsHoldTheirOwn()
    {
        const Reply file = m->post(u"/items/export"_s, { { u"format"_s, u"csv"_s }, { u"columns"_s, QJsonArray { u"id"_s } } });
        QCOMPARE(file.status, 200);
        QVERIFY(file.body.contains(m_claim.toLatin1()) && file.body.contains(m_motor.toLatin1()));
        QVERIFY(!file.body.contains(m_sale.toLatin1()));
    }

    void eventsTellOfTheirOwn()
    {
        const Reply page = m->get(u"/events"_s);
        QVERIFY(page.body.contains(m_claim.toLatin1()) && page.body.contains(m_motor.toLatin1()));
        QVERIFY(!page.body.contains(quoted(m_sale)));
        QVERIFY(!page.body.contains("config."));
        m->key = m->adminKey;
        QCOMPARE(page["next"], m->get(u"/events"_s)["next"]);

        QWebSocket socket;
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/events/stream?after=0"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m_claims.toLatin1());
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        socket.open(request);
        QTRY_VERIFY(messages.size() >= page.data().size());
        m->post(u"/items/"_s + m_sale + u"/hold"_s);
        m->post(u"/items/"_s + m_motor + u"/hold"_s);
        QTRY_VERIFY(!messages.isEmpty() && messages.last().first().toString().contains(u"\"item.held\""_s));
        for (const auto &message : messages)
            QVERIFY(!message.first().toString().toUtf8().contains(quoted(m_sale)));
        socket.close();
    }

    void figuresCountTheirOwn()
    {
        const auto general = [&]() -> QJsonValue {
            for (const QJsonValue queue : m->get(u"/stats/queues"_s).data()) {
                if (queue[u"queue"] == u"general"_s)
                    return queue;
            }
            return {};
        };
        QCOMPARE(general()[u"queued"].toInt(), 2);
        QCOMPARE(general()[u"arrivedToday"].toInt(), 2);
        QVERIFY(general()[u"oldestCreatedDateTime"].isString());
        QCOMPARE(m->post(u"/items/"_s + m_claim + u"/cancel"_s).status, 200);
        QCOMPARE(general()[u"queued"].toInt(), 1);
        QCOMPARE(general()[u"canceledToday"].toInt(), 1);
        m->key = m->adminKey;
        QCOMPARE(general()[u"queued"].toInt(), 2);
    }

    void explanationsNameTheirOwn()
    {
        m->advance(std::chrono::hours(1));
        const QString late = m->capture({ { u"category"_s, u"motor"_s } });
        const Reply why = m->get(u"/items/"_s + late + u"/explanation"_s);
        QCOMPARE(why.status, 200);
        QVERIFY(why.body.contains(quoted(m_claim)));
        QVERIFY(!why.body.contains(quoted(m_sale)));
    }

    void whatIsCapturedComesIntoTheirOwn()
    {
        QCOMPARE(m->post(u"/items"_s, { { u"category"_s, u"motor"_s } }).status, 200);
        const Reply refused = m->post(u"/items"_s, { { u"captureId"_s, u"s-2"_s }, { u"category"_s, u"sales"_s } });
        QCOMPARE(refused.status, 403);
        // Nor is it told of what is there already.
        QCOMPARE(m->post(u"/items"_s, { { u"captureId"_s, u"s-1"_s } }).status, 403);
        QCOMPARE(m->postArray(u"/items"_s, QJsonArray { QJsonObject { { u"category"_s, u"motor"_s } } }).status, 403);
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/items/s-2"_s).status, 404);
    }

    void nothingIsMovedOutOfSight()
    {
        QCOMPARE(m->post(u"/items/"_s + m_claim + u"/restart"_s, { { u"category"_s, u"motor"_s } }).status, 200);
        const Reply refused = m->post(u"/items/"_s + m_claim + u"/restart"_s, { { u"category"_s, u"sales"_s } });
        QCOMPARE(refused.status, 403);
        QCOMPARE(m->get(u"/items/"_s + m_claim)["category"].toString(), u"motor"_s);
    }

    void whatCannotBeKeptToCategoriesIsRefused_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        ApiFixture fixture;
        int count = 0;
        for (const EndpointInfo &endpoint : fixture.api->endpoints()) {
            if (endpoint.open || !endpoint.isAboutWork() || endpoint.keepsToCategories || endpoint.pattern.endsWith("/stream"_L1))
                continue;
            QTest::addRow("%s %s", endpoint.method.constData(), qPrintable(endpoint.pattern)) << endpoint.method << endpoint.pattern;
            ++count;
        }
        QVERIFY(count >= 10);
    }
    void whatCannotBeKeptToCategoriesIsRefused()
    {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        const Reply reply = m->send(method, path.replace(u"{id}"_s, u"ann"_s), method == "GET" ? QByteArray() : QByteArrayLiteral("{}"));
        QCOMPARE(reply.status, 403);
        QCOMPARE(reply["args"][u"categories"].toArray(), QJsonArray { u"claims"_s });
    }

    void manyItemsAreTheirOwn_data()
    {
        QTest::addColumn<QJsonObject>("which");
        QTest::addColumn<int>("failed");
        QTest::newRow("all") << QJsonObject { { u"search"_s, QJsonObject() } } << 0;
        QTest::newRow("of a queue that others share")
            << QJsonObject { { u"search"_s, QJsonObject { { u"condition"_s, QJsonObject { { u"attribute"_s, u"queue"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"general"_s } } } } } } << 0;
        QTest::newRow("by their ids") << QJsonObject { { u"items"_s, QJsonArray { u"wi-1"_s, u"wi-2"_s, u"wi-3"_s } } } << 1;
    }
    void manyItemsAreTheirOwn()
    {
        QFETCH(QJsonObject, which);
        QFETCH(int, failed);
        which.insert(u"action"_s, u"hold"_s);
        const Reply preview = m->post(u"/items/bulk"_s, which);
        QCOMPARE(preview["count"], QJsonValue(QJsonObject { { u"value"_s, 2 }, { u"exact"_s, true } }));
        QVERIFY2(!preview.body.contains(quoted(m_sale)), preview.body.constData());
        const QJsonObject job = done(which, preview);
        QCOMPARE(job[u"done"_s].toInt(), 2);
        QCOMPARE(job[u"failed"_s].toInt(), failed);
        const QString path = u"/jobs/"_s + job[u"id"_s].toString();
        for (const QJsonValue result : m->get(path + u"/results"_s).data())
            QCOMPARE(result[u"outcome"].toString(), result[u"item"].toString() == m_sale ? u"failed"_s : u"ok"_s);
        for (const QString &id : { m_claim, m_motor })
            QCOMPARE(m->get(u"/items/"_s + id)["status"].toString(), u"held"_s);
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/items/"_s + m_sale)["status"].toString(), u"queued"_s);

        // What has come to others meanwhile is not taken back; what is still theirs is.
        QCOMPARE(m->post(u"/items/"_s + m_motor + u"/restart"_s, { { u"category"_s, u"sales"_s } }).status, 200);
        QCOMPARE(m->post(u"/items/"_s + m_motor + u"/hold"_s).status, 200);
        m->key = m_claims;
        const QJsonObject undone = ended(m->post(path + u"/undo"_s));
        QCOMPARE(undone[u"done"_s].toInt(), 1);
        QCOMPARE(m->get(u"/items/"_s + m_claim)["status"].toString(), u"queued"_s);
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/items/"_s + m_motor)["status"].toString(), u"held"_s);
    }

    void jobsOfOthersAreNotThere()
    {
        const QJsonObject all { { u"action"_s, u"hold"_s }, { u"search"_s, QJsonObject() } };
        m->key = m->adminKey;
        const QString others = u"/jobs/"_s + done(all, m->post(u"/items/bulk"_s, all))[u"id"_s].toString();
        m->key = m_claims;
        const QString own = done(all, m->post(u"/items/bulk"_s, all))[u"id"_s].toString();
        QCOMPARE(m->get(u"/jobs"_s).data().size(), 1);
        QCOMPARE(m->get(u"/jobs?limit=1"_s).data()[0][u"id"].toString(), own);
        for (const QString &path : { others, QString(others + u"/results"_s) })
            QCOMPARE(m->get(path).status, 404);
        for (const QString &way : { u"/pause"_s, u"/resume"_s, u"/cancel"_s, u"/undo"_s })
            QCOMPARE(m->post(others + way).status, 404);
        m->key = m->adminKey;
        QCOMPARE(m->get(u"/jobs"_s).data().size(), 2);
        QCOMPARE(m->get(u"/jobs/"_s + own).status, 200);
    }

    void aConfirmationIsForTheCategoriesOfItsPreview()
    {
        // The same key sees more, or less, than when it looked.
        m->addUser(u"dana"_s, u"eleven quiet marble engines"_s, { u"Supervisor"_s }, { u"claims"_s });
        m->key.clear();
        const QByteArray token = "Bearer " + m->post(u"/sessions"_s, { { u"user"_s, u"dana"_s }, { u"password"_s, u"eleven quiet marble engines"_s } })["token"].toString().toLatin1();
        const HeaderFields asDana { { "Authorization", token } };
        QJsonObject request { { u"action"_s, u"hold"_s }, { u"search"_s, QJsonObject() } };
        const Reply preview = m->post(u"/items/bulk"_s, request, asDana);
        QCOMPARE(preview["count"].toObject()[u"value"].toInt(), 2);
        m->key = m->adminKey;
        QJsonObject dana = m->get(u"/users/dana"_s).json();
        QJsonObject changed { { u"name"_s, u"dana"_s }, { u"roles"_s, dana[u"roles"_s] }, { u"categories"_s, QJsonArray { u"sales"_s } } };
        QCOMPARE(m->put(u"/users/dana"_s, changed, { { "If-Match", "*" } }).status, 200);
        m->key.clear();
        request.insert(u"confirmationToken"_s, preview["confirmationToken"]);
        const Reply refused = m->post(u"/items/bulk"_s, request, asDana);
        QCOMPARE(refused.code(), u"confirmation.invalid"_s);
    }

    void othersAreGivenNoMoreThanOneSees()
    {
        const auto keyFor = [](const QJsonArray &categories) { return QJsonObject { { u"name"_s, u"K"_s }, { u"scopes"_s, QJsonArray { u"source"_s } }, { u"categories"_s, categories } }; };
        QCOMPARE(m->post(u"/api-keys"_s, keyFor({})).status, 403);
        QCOMPARE(m->post(u"/api-keys"_s, keyFor({ u"sales"_s })).status, 403);
        QCOMPARE(m->post(u"/api-keys"_s, keyFor({ u"motor"_s })).status, 201);
        const auto user = [](const QJsonArray &categories) { return QJsonObject { { u"name"_s, u"dana"_s }, { u"roles"_s, QJsonArray { u"Viewer"_s } }, { u"categories"_s, categories } }; };
        QCOMPARE(m->post(u"/users"_s, user({})).status, 403);
        QCOMPARE(m->post(u"/users"_s, user({ u"motor"_s })).status, 201);
        m->key = m->adminKey;
        m->addUser(u"root"_s, u"eleven quiet marble engines"_s, { u"Administrator"_s });
        m->key = m_claims;
        QCOMPARE(m->put(u"/users/root/password"_s, {}).status, 403);
    }

    void whatIsBelowAMovedCategoryIsSeenAtOnce()
    {
        m->key = m->adminKey;
        QJsonObject sales = m->get(u"/categories/sales"_s).json();
        sales.insert(u"parent"_s, u"claims"_s);
        QCOMPARE(m->put(u"/categories/sales"_s, sales, { { "If-Match", "*" } }).status, 200);
        m->key = m_claims;
        QCOMPARE(m->get(u"/items/"_s + m_sale).status, 200);
    }

private:
    /// The job that came of a request, when it has ended.
    QJsonObject ended(const Reply &made)
    {
        const QString path = u"/jobs/"_s + made["id"].toString();
        QJsonObject job = made.json();
        const auto hasEnded = [&] { return (job = m->get(path).json())[u"endedDateTime"_s].isString(); };
        return made.status == 202 && QTest::qWaitFor(hasEnded, 30'000) ? job : QJsonObject();
    }
    QJsonObject done(QJsonObject request, const Reply &preview)
    {
        request.insert(u"confirmationToken"_s, preview["confirmationToken"]);
        return ended(m->post(u"/items/bulk"_s, request));
    }

    [[nodiscard]] static QByteArray quoted(const QString &text) { return '"' + text.toLatin1() + '"'; }

    void category(const QString &id, const QString &parent, const QString &product)
    {
        QJsonObject json { { u"id"_s, id }, { u"name"_s, id }, { u"order"_s, 1 }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s },
            { u"rule"_s, QJsonObject { { u"attribute"_s, u"productType"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, product } } } };
        if (!parent.isEmpty())
            json.insert(u"parent"_s, parent);
        const Reply made = m->post(u"/categories"_s, json);
        QVERIFY2(made.status == 201, made.body.constData());
    }

    std::unique_ptr<ApiFixture> m;
    QString m_claims;
    QString m_claim;
    QString m_motor;
    QString m_sale;
};

QTEST_GUILESS_MAIN(TestApiCategories)
#include "tst_api_categories.moc"
