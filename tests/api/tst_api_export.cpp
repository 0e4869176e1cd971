// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"
#include "slowclient.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int PatienceMs = 30'000;

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

QStringList linesOf(const QByteArray &body)
{
    QStringList lines = QString::fromUtf8(body).split(u"\r\n"_s);
    lines.removeLast(); // what follows the last line end
    return lines;
}

/// The first cells of a CSV file, without its header.
QStringList firstCells(const QByteArray &body)
{
    QStringList cells;
    for (const QString &line : linesOf(body).mid(1))
        cells.append(line.section(u',', 0, 0));
    return cells;
}

} // namespace

/// POST /items/export, as supervisors use it.
class TestApiExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->key = m->adminKey;
    }
    void cleanup() { m.reset(); }

    void everythingIsExportedNewestFirst()
    {
        const QString first = m->capture({ { u"captureId"_s, u"T-1"_s }, { u"channel"_s, u"email"_s } });
        const QString second = m->capture({ { u"captureId"_s, u"T-2"_s } });
        const Reply reply = m->post(u"/items/export"_s);
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.contentType, QByteArray("text/csv; charset=utf-8; header=present"));
        const QByteArray disposition = reply.headers.value("content-disposition");
        QVERIFY2(disposition.startsWith("attachment; filename=\"items-2") && disposition.endsWith("Z.csv\""), disposition.constData());
        const QStringList lines = linesOf(reply.body);
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith(u"id,captureId,capturePointId,category,queue,channel,"_s));
        QVERIFY(lines[1].startsWith(second + u",T-2,default,"_s));
        QVERIFY(lines[2].startsWith(first + u",T-1,default,"_s));
        const qsizetype created = lines[0].split(u',').indexOf(u"createdDateTime"_s);
        QCOMPARE(lines[2].split(u',')[created], toIso(m->clock->now()));
    }

    void attributesWithADefinitionAreColumnsByThemselves()
    {
        QCOMPARE(m->post(u"/attributes"_s, { { u"id"_s, u"region"_s }, { u"name"_s, u"Region"_s }, { u"attribute"_s, u"region"_s }, { u"type"_s, u"text"_s } }).status, 201);
        m->capture({ { u"region"_s, u"EMEA"_s }, { u"undefined"_s, u"x"_s } });
        const QStringList lines = linesOf(m->post(u"/items/export"_s).body);
        QVERIFY(lines[0].endsWith(u",custom.region"_s));
        QVERIFY(lines[1].endsWith(u",EMEA"_s));
    }

    void columnsHeaderSeparatorAndTimeZoneAreChosen()
    {
        m->capture({ { u"captureId"_s, u"T-1"_s }, { u"labels"_s, QJsonArray { u"vip"_s, u"hall 3"_s } }, { u"dueDateTime"_s, u"2016-07-01T12:00:00Z"_s },
            { u"region"_s, u"a;b"_s }, { u"weight"_s, 12.5 }, { u"urgent"_s, true } });
        const Reply reply = m->post(u"/items/export"_s,
            { { u"columns"_s, QJsonArray { u"captureId"_s, u"dueDateTime"_s, u"labels"_s, u"custom.region"_s, u"custom.weight"_s, u"custom.urgent"_s, u"custom.none"_s, u"custom"_s, u"categoryPath"_s } },
                { u"header"_s, QJsonArray { u"Ticket"_s, u"Fällig"_s, u"Labels"_s, u"Region; Ort"_s, u"W"_s, u"U"_s, u"N"_s, u"C"_s, u"P"_s } }, { u"separator"_s, u";"_s },
                { u"timeZone"_s, u"Europe/Berlin"_s }, { u"byteOrderMark"_s, true } });
        QCOMPARE(reply.status, 200);
        QVERIFY(reply.body.startsWith("\xEF\xBB\xBFTicket;"));
        const QStringList lines = linesOf(reply.body.mid(3));
        QCOMPARE(lines[0], u"Ticket;Fällig;Labels;\"Region; Ort\";W;U;N;C;P"_s);
        QCOMPARE(lines[1],
            u"T-1;2016-07-01T14:00:00.000+02:00;\"vip; hall 3\";\"a;b\";12.5;true;;\"{\"\"region\"\":\"\"a;b\"\",\"\"urgent\"\":true,\"\"weight\"\":12.5}\";"_s
                + m->get(u"/items/T-1"_s)["categoryPath"].toArray().first().toString());
    }

    void aFileMayHaveNoHeaderAndNoLine()
    {
        const QJsonObject none { { u"condition"_s, comparison(u"customerId"_s, u"equals"_s, u"nobody"_s) }, { u"columns"_s, QJsonArray { u"id"_s } } };
        QCOMPARE(m->post(u"/items/export"_s, none).body, QByteArray("id\r\n"));
        QJsonObject bare = none;
        bare.insert(u"header"_s, false);
        const Reply reply = m->post(u"/items/export"_s, bare);
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.body, QByteArray());
        QCOMPARE(reply.contentType, QByteArray("text/csv; charset=utf-8; header=absent"));
        QJsonObject lines = none;
        lines.insert(u"format"_s, u"ndjson"_s);
        QCOMPARE(m->post(u"/items/export"_s, lines).body, QByteArray());
    }

    void formulasOfStrangersAreMadeText()
    {
        m->capture({ { u"captureId"_s, u"=1+1"_s }, { u"customerId"_s, u"-5"_s }, { u"channel"_s, u"@SUM(A1)"_s } });
        const Reply reply = m->post(u"/items/export"_s, { { u"columns"_s, QJsonArray { u"captureId"_s, u"customerId"_s, u"channel"_s } } });
        QCOMPARE(linesOf(reply.body)[1], u"'=1+1,-5,'@SUM(A1)"_s);
        const Reply exact = m->post(u"/items/export"_s, { { u"format"_s, u"ndjson"_s }, { u"columns"_s, QJsonArray { u"captureId"_s } } });
        QCOMPARE(QJsonDocument::fromJson(exact.body.trimmed())[u"captureId"].toString(), u"=1+1"_s);
    }

    void ndjsonHasWhatASearchAnswers()
    {
        m->capture({ { u"region"_s, u"EMEA"_s } });
        m->capture({ { u"dueDateTime"_s, u"2016-07-01T12:00:00Z"_s } });
        const Reply reply = m->post(u"/items/export"_s, { { u"format"_s, u"ndjson"_s } });
        QCOMPARE(reply.contentType, QByteArray("application/x-ndjson"));
        QVERIFY(reply.headers.value("content-disposition").endsWith(".ndjson\""));
        QJsonArray items;
        for (const QByteArray &line : reply.body.trimmed().split('\n'))
            items.append(QJsonDocument::fromJson(line).object());
        QCOMPARE(items, m->post(u"/items/search"_s).data());

        const Reply local = m->post(u"/items/export"_s,
            { { u"format"_s, u"ndjson"_s }, { u"timeZone"_s, u"Asia/Tokyo"_s }, { u"columns"_s, QJsonArray { u"dueDateTime"_s, u"status"_s } },
                { u"condition"_s, QJsonObject { { u"attribute"_s, u"dueDateTime"_s }, { u"operator"_s, u"exists"_s } } } });
        QCOMPARE(QJsonDocument::fromJson(local.body.trimmed())[u"dueDateTime"].toString(), u"2016-07-01T21:00:00.000+09:00"_s);
    }

    void thousandsComeEachOnce_data()
    {
        QTest::addColumn<QJsonValue>("sort");
        const auto by = [](const QString &field, const QString &direction) { return QJsonValue(QJsonArray { QJsonObject { { u"field"_s, field }, { u"direction"_s, direction } } }); };
        QTest::newRow("newest first") << QJsonValue();
        QTest::newRow("by capture id") << by(u"captureId"_s, u"asc"_s);
        QTest::newRow("by customer") << by(u"customerId"_s, u"desc"_s);
        QTest::newRow("the Universal Queue") << QJsonValue(u"priority"_s);
    }
    void thousandsComeEachOnce()
    {
        QFETCH(const QJsonValue, sort);
        const QStringList all = captureMany(2'300, 10);
        QJsonObject body { { u"columns"_s, QJsonArray { u"id"_s, u"captureId"_s } } };
        if (!sort.isNull())
            body.insert(u"sort"_s, sort);
        const QStringList got = firstCells(m->post(u"/items/export"_s, body).body);
        QCOMPARE(got.size(), all.size());
        QCOMPARE(QSet<QString>(got.begin(), got.end()), QSet<QString>(all.begin(), all.end()));
        QJsonObject search = body;
        search.insert(u"limit"_s, 1'000);
        QStringList first;
        for (const QJsonValue item : m->post(u"/items/search"_s, search).data())
            first.append(item[u"id"].toString());
        QCOMPARE(got.mid(0, 1'000), first);
    }

    void whatMatchesThroughoutIsInItOnceWhateverElseChanges_data()
    {
        QTest::addColumn<QJsonValue>("sort");
        QTest::addColumn<bool>("complete");
        QTest::newRow("newest first") << QJsonValue() << true;
        QTest::newRow("oldest first") << QJsonValue(QJsonArray { QJsonObject { { u"field"_s, u"createdDateTime"_s } } }) << true;
        QTest::newRow("by what changes meanwhile") << QJsonValue(QJsonArray { QJsonObject { { u"field"_s, u"customerSegment"_s } } }) << false;
    }
    void whatMatchesThroughoutIsInItOnceWhateverElseChanges()
    {
        QFETCH(const QJsonValue, sort);
        QFETCH(const bool, complete);
        const QStringList all = captureMany(900, 8'000); // far more than what fits between server and client
        QJsonObject body { { u"columns"_s, QJsonArray { u"id"_s, u"customerSegment"_s, u"custom.text"_s } }, { u"condition"_s, comparison(u"status"_s, u"equals"_s, u"queued"_s) } };
        if (!sort.isNull())
            body.insert(u"sort"_s, sort);
        SlowClient client(m->port, m->adminKey, "POST /iwd/v3/items/export", body);
        QVERIFY(client.hasBegun());
        QSet<QString> ended;
        for (int i = 3; i < all.size(); i += 50) {
            QCOMPARE(m->post(u"/items/"_s + all[i] + u"/complete"_s).status, 200);
            ended.insert(all[i]);
        }
        for (int i = 4; i < all.size(); i += 50) // to the other end of an order by segment
            QCOMPARE(m->patch(u"/items/"_s + all[i], { { u"customerSegment"_s, u"zzz"_s } }).status, 200);
        const QString late = m->capture({ { u"customerSegment"_s, u"zzzz"_s } });
        client.readOn();
        QVERIFY(client.isWhole());
        const QStringList got = firstCells(client.body());
        const QSet<QString> once(got.begin(), got.end());
        QCOMPARE(once.size(), got.size());
        if (complete) {
            for (const QString &id : all)
                QVERIFY2(ended.contains(id) || once.contains(id), qPrintable(id));
        }
        // Some pages were read after the changes, or this test shows nothing.
        QVERIFY(!once.contains(all[complete && !sort.isNull() ? all.size() - 47 : 3]) || once.contains(late));
    }

    void anExportThatCannotGoOnIsVisiblyBroken()
    {
        captureMany(900, 8'000);
        const Reply made = m->post(u"/api-keys"_s, { { u"name"_s, u"short-lived"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } } });
        SlowClient client(m->port, made["key"].toString(), "POST /iwd/v3/items/export", { { u"columns"_s, QJsonArray { u"id"_s, u"custom.text"_s } } });
        QVERIFY(client.hasBegun());
        QCOMPARE(m->remove(u"/api-keys/"_s + made["id"].toString()).status, 204);
        client.readOn();
        QVERIFY(!client.isWhole());
    }

    void asManyAsTheServerBearsRunAtOnce()
    {
        captureMany(900, 8'000);
        const QJsonObject body { { u"columns"_s, QJsonArray { u"id"_s, u"custom.text"_s } } };
        std::vector<std::unique_ptr<SlowClient>> clients;
        for (int i = 0; i < 8; ++i) {
            clients.push_back(std::make_unique<SlowClient>(m->port, m->adminKey, "POST /iwd/v3/items/export", body));
            QVERIFY(clients.back()->hasBegun());
        }
        const Reply refused = m->post(u"/items/export"_s, body);
        QCOMPARE(refused.status, 503);
        QCOMPARE(refused.headers.value("retry-after"), QByteArray("10"));
        // What is wrong is said first, and takes no place.
        QCOMPARE(m->post(u"/items/export"_s, { { u"format"_s, u"xls"_s } }).status, 422);
        clients.pop_back(); // hangs up in the middle
        QVERIFY(QTest::qWaitFor([&] { return m->post(u"/items/export"_s, { { u"columns"_s, QJsonArray { u"id"_s } } }).status == 200; }, PatienceMs));
        for (const auto &client : clients) {
            client->readOn();
            QVERIFY(client->isWhole());
        }
    }

    void othersItemsAreNotInIt()
    {
        m->capture();
        m->key = m->otherKey;
        QCOMPARE(m->post(u"/items/export"_s, { { u"columns"_s, QJsonArray { u"id"_s } } }).body, QByteArray("id\r\n"));
    }

    void whatMakesNoSenseIsRefusedWithItsPath_data()
    {
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<QString>("field");
        QTest::newRow("format") << QJsonObject { { u"format"_s, u"xlsx"_s } } << u"format"_s;
        QTest::newRow("no text as format") << QJsonObject { { u"format"_s, 7 } } << u"format"_s;
        QTest::newRow("limit") << QJsonObject { { u"limit"_s, 10 } } << u"limit"_s;
        QTest::newRow("cursor") << QJsonObject { { u"cursor"_s, QJsonValue() } } << u"cursor"_s;
        QTest::newRow("count") << QJsonObject { { u"count"_s, u"exact"_s } } << u"count"_s;
        QTest::newRow("time zone") << QJsonObject { { u"timeZone"_s, u"Berlin"_s } } << u"timeZone"_s;
        QTest::newRow("separator") << QJsonObject { { u"separator"_s, u"|"_s } } << u"separator"_s;
        QTest::newRow("mark") << QJsonObject { { u"byteOrderMark"_s, u"yes"_s } } << u"byteOrderMark"_s;
        QTest::newRow("header without columns") << QJsonObject { { u"header"_s, QJsonArray { u"Id"_s } } } << u"header"_s;
        QTest::newRow("header of other columns") << QJsonObject { { u"header"_s, QJsonArray { u"Id"_s } }, { u"columns"_s, QJsonArray { u"id"_s, u"status"_s } } } << u"header"_s;
        QTest::newRow("header of no text") << QJsonObject { { u"header"_s, QJsonArray { 1 } }, { u"columns"_s, QJsonArray { u"id"_s } } } << u"header[0]"_s;
        QTest::newRow("header of NDJSON") << QJsonObject { { u"header"_s, true }, { u"format"_s, u"ndjson"_s } } << u"header"_s;
        QTest::newRow("separator of NDJSON") << QJsonObject { { u"separator"_s, u";"_s }, { u"format"_s, u"ndjson"_s } } << u"separator"_s;
        QTest::newRow("column") << QJsonObject { { u"columns"_s, QJsonArray { u"id"_s, u"stauts"_s } } } << u"columns[1]"_s;
        QTest::newRow("a column twice") << QJsonObject { { u"columns"_s, QJsonArray { u"id"_s, u"status"_s, u"id"_s } } } << u"columns[2]"_s;
        QTest::newRow("condition") << QJsonObject { { u"condition"_s, comparison(u"custmoerId"_s, u"equals"_s, u"1"_s) } } << u"condition.attribute"_s;
        QTest::newRow("sort") << QJsonObject { { u"sort"_s, u"-id"_s } } << u"sort"_s;
        QTest::newRow("unknown") << QJsonObject { { u"filter"_s, QJsonObject() } } << u"filter"_s;
    }
    void whatMakesNoSenseIsRefusedWithItsPath()
    {
        QFETCH(const QJsonObject, body);
        QFETCH(const QString, field);
        const Reply reply = m->post(u"/items/export"_s, body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

private:
    /// @returns the ids, in the order of capture
    QStringList captureMany(int count, int textLength)
    {
        QStringList ids;
        while (ids.size() < count) {
            QJsonArray items;
            for (qsizetype i = ids.size(); i < std::min<qsizetype>(count, ids.size() + 400); ++i)
                items.append(QJsonObject { { u"captureId"_s, u"C-%1"_s.arg(i * 7'919 % count) }, { u"customerId"_s, u"c%1"_s.arg(i % 5) }, { u"priority"_s, int(i % 13) },
                    { u"customerSegment"_s, u"s%1"_s.arg(i % 3) }, { u"text"_s, QString(textLength, u'x') } });
            for (const QJsonValue result : m->postArray(u"/items"_s, items)["results"].toArray())
                ids.append(result[u"id"].toString());
        }
        return ids;
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiExport)
#include "tst_api_export.moc"
