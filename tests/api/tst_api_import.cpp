// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// POST /items/import, as those use it who have a spreadsheet.
class TestApiImport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->key = m->adminKey;
    }
    void cleanup() { m.reset(); }

    void linesBecomeItems()
    {
        const Reply reply = import(u"Ticket;Due;Region;labels;Remarks;businessValue\r\nT-1;01.07.2016 14:00;EMEA;vip; hall 3;x;5\r\n"_s.replace(u"vip; hall 3"_s, u"\"vip; hall 3\""_s),
            { { u"columns"_s, QJsonObject { { u"Ticket"_s, u"captureId"_s }, { u"Due"_s, u"dueDateTime"_s }, { u"Region"_s, u"custom.region"_s }, { u"Remarks"_s, QJsonValue() } } },
                { u"separator"_s, u";"_s }, { u"dateFormat"_s, u"dd.MM.yyyy HH:mm"_s }, { u"timeZone"_s, u"Europe/Berlin"_s } });
        QCOMPARE(reply.status, 200);
        QCOMPARE(counts(reply), (QList<int> { 1, 0, 0 }));
        QVERIFY(!reply["dryRun"].toBool());
        const QJsonObject item = m->get(u"/items/T-1"_s).json();
        QCOMPARE(item[u"dueDateTime"].toString(), u"2016-07-01T12:00:00.000Z"_s);
        QCOMPARE(item[u"custom"].toObject(), (QJsonObject { { u"region"_s, u"EMEA"_s } }));
        QCOMPARE(item[u"labels"].toArray(), (QJsonArray { u"vip"_s, u"hall 3"_s }));
        QCOMPARE(item[u"businessValue"].toInt(), 5);
    }

    void importingTwiceDoesNothingTheSecondTime()
    {
        const QString file = u"captureId,channel\nT-1,email\nT-2,web\n"_s;
        QCOMPARE(counts(import(file)), (QList<int> { 2, 0, 0 }));
        QCOMPARE(counts(import(file)), (QList<int> { 0, 2, 0 }));
        QCOMPARE(m->get(u"/items"_s).data().size(), 2);
    }

    void theSameKeyGivesTheSameAnswer()
    {
        const HeaderFields key { { "Idempotency-Key", "once" } };
        const QJsonObject body { { u"content"_s, u"captureId\nT-1\n"_s } };
        const Reply first = m->post(u"/items/import"_s, body, key);
        const Reply second = m->post(u"/items/import"_s, body, key);
        QCOMPARE(second.body, first.body);
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
    }

    void eachBadLineIsToldAndTheOthersAreImported_data()
    {
        QTest::addColumn<bool>("dryRun");
        QTest::newRow("for good") << false;
        QTest::newRow("only checked") << true;
    }
    void eachBadLineIsToldAndTheOthersAreImported()
    {
        QFETCH(const bool, dryRun);
        m->post(u"/attributes"_s, { { u"id"_s, u"weight"_s }, { u"name"_s, u"Weight"_s }, { u"attribute"_s, u"weight"_s }, { u"type"_s, u"integer"_s } });
        m->capture({ { u"captureId"_s, u"T-0"_s } });
        const Reply reply = import(u"Ticket,Due,custom.weight,category,capturePointId\n"
                                   "T-1,2016-07-01T12:00:00Z,7,,\n"
                                   "T-2,tomorrow,7,,\n"
                                   "T-3,,heavy,,\n"
                                   ",,7,,\n"
                                   "T-4,,7,nowhere,\n"
                                   "T-5,,7\n"
                                   "\"T-6\n\",,7,,\n"
                                   "T-1,,7,,\n"
                                   "T-0,,,,\n"
                                   "T-7,,,,unknown\n"
                                   "T-8,\"x"_s,
            { { u"columns"_s, QJsonObject { { u"Ticket"_s, u"captureId"_s }, { u"Due"_s, u"dueDateTime"_s } } }, { u"dryRun"_s, dryRun }, { u"lineOffset"_s, 100 } });
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply["dryRun"].toBool(), dryRun);
        QStringList told;
        for (const QJsonValue error : reply["errors"].toArray()) {
            QVERIFY(!error[u"detail"].toString().isEmpty());
            told.append(u"%1 %2=%3"_s.arg(error[u"line"].toInt()).arg(error[u"column"].toString(u"-"_s), error[u"value"].toString(u"-"_s)));
        }
        QCOMPARE(told,
            (QStringList { u"103 Due=tomorrow"_s, u"104 custom.weight=heavy"_s, u"105 Ticket=-"_s, u"106 category=nowhere"_s, u"107 -=-"_s, u"112 capturePointId=unknown"_s, u"113 -=-"_s }));
        QCOMPARE(counts(reply), (QList<int> { 2, 2, 7 }));
        QCOMPARE(m->get(u"/items"_s).data().size(), dryRun ? 1 : 3);
        if (!dryRun)
            QCOMPARE(m->get(u"/items/T-1"_s)["custom"].toObject(), (QJsonObject { { u"weight"_s, 7 } }));
    }

    void linesThatMatchNoCategoryAreCounted_data() { eachBadLineIsToldAndTheOthersAreImported_data(); }
    void linesThatMatchNoCategoryAreCounted()
    {
        QFETCH(const bool, dryRun);
        for (const QJsonValue category : m->get(u"/categories"_s).data()) {
            const QString path = u"/categories/"_s + category[u"id"].toString();
            m->remove(path, { { "If-Match", "*" } });
        }
        const Reply reply = import(u"captureId\nT-1\n"_s, { { u"dryRun"_s, dryRun } });
        QCOMPARE(reply["unclassified"].toInt(), 1);
        QCOMPARE(counts(reply), (QList<int> { 1, 0, 0 }));
    }

    void ndjsonIsImportedToo()
    {
        const Reply reply = import(u"{\"Ticket\":\"T-1\",\"custom\":{\"a\":1},\"Region\":\"EMEA\"}\n\n{\"Ticket\":\"T-2\",\"dueDateTime\":\"soon\"}\nnot json\n{\"x\":1}\n"_s,
            { { u"format"_s, u"ndjson"_s }, { u"columns"_s, QJsonObject { { u"Ticket"_s, u"captureId"_s }, { u"Region"_s, u"custom.region"_s } } } });
        QCOMPARE(counts(reply), (QList<int> { 1, 0, 3 }));
        const QJsonArray errors = reply["errors"].toArray();
        QCOMPARE(errors[0][u"line"].toInt(), 3);
        QCOMPARE(errors[0][u"column"].toString(), u"dueDateTime"_s);
        QCOMPARE(errors[1][u"line"].toInt(), 4);
        QCOMPARE(errors[2][u"line"].toInt(), 5);
        QCOMPARE(m->get(u"/items/T-1"_s)["custom"].toObject(), (QJsonObject { { u"a"_s, 1 }, { u"region"_s, u"EMEA"_s } }));
    }

    void whatWasExportedCanBeImportedElsewhere()
    {
        m->capture({ { u"captureId"_s, u"=T-1"_s }, { u"channel"_s, u"say \"hi\", twice\r\nplease"_s }, { u"labels"_s, QJsonArray { u"a"_s, u"b"_s } }, { u"dueDateTime"_s, u"2016-07-01T12:00:00Z"_s },
            { u"region"_s, u"@here"_s } });
        const QJsonObject before = m->get(u"/items/%3DT-1"_s).json();
        const Reply file
            = m->post(u"/items/export"_s, { { u"columns"_s, QJsonArray { u"captureId"_s, u"channel"_s, u"labels"_s, u"dueDateTime"_s, u"createdDateTime"_s, u"custom.region"_s } }, { u"timeZone"_s, u"Asia/Tokyo"_s } });
        m->key = m->otherKey;
        QCOMPARE(counts(import(QString::fromUtf8(file.body))), (QList<int> { 1, 0, 0 }));
        const QJsonObject after = m->get(u"/items/%3DT-1"_s).json();
        for (const char *name : { "captureId", "channel", "labels", "dueDateTime", "createdDateTime", "custom" })
            QCOMPARE(after[QLatin1StringView(name)], before[QLatin1StringView(name)]);
    }

    void aThousandLinesAreTheMost()
    {
        QString file = u"captureId\n"_s;
        for (int i = 0; i < 1'000; ++i)
            file += u"T-%1\n"_s.arg(i);
        QCOMPARE(counts(import(file)), (QList<int> { 1'000, 0, 0 }));
        const Reply refused = import(file + u"T-1000\n"_s);
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.code(), u"request.too_many_items"_s);
    }

    void whatMakesNoSenseIsRefusedWithItsPath_data()
    {
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<QString>("field");
        const auto with = [](const QString &content, const QJsonObject &columns) { return QJsonObject { { u"content"_s, content }, { u"columns"_s, columns } }; };
        QTest::newRow("nothing") << QJsonObject() << u"content"_s;
        QTest::newRow("no line") << QJsonObject { { u"content"_s, u"\n\n"_s } } << u"content"_s;
        QTest::newRow("no CSV") << QJsonObject { { u"content"_s, u"\"captureId"_s } } << u"content"_s;
        QTest::newRow("no key") << QJsonObject { { u"content"_s, u"channel\nemail\n"_s } } << u"columns"_s;
        QTest::newRow("a column that nobody knows") << QJsonObject { { u"content"_s, u"captureId,chanel\n"_s } } << u"columns.chanel"_s;
        QTest::newRow("a column of the server's") << QJsonObject { { u"content"_s, u"captureId,status\n"_s } } << u"columns.status"_s;
        QTest::newRow("the same target twice") << with(u"captureId,Ticket\n"_s, { { u"Ticket"_s, u"captureId"_s } }) << u"columns.Ticket"_s;
        QTest::newRow("a target that nobody knows") << with(u"captureId,x\n"_s, { { u"x"_s, u"chanel"_s } }) << u"columns.x"_s;
        QTest::newRow("a column that is not there") << with(u"captureId\n"_s, { { u"Region"_s, u"custom.region"_s } }) << u"columns.Region"_s;
        QTest::newRow("no text as target") << with(u"captureId,x\n"_s, { { u"x"_s, 7 } }) << u"columns.x"_s;
        QTest::newRow("format") << QJsonObject { { u"content"_s, u"captureId\n"_s }, { u"format"_s, u"xls"_s } } << u"format"_s;
        QTest::newRow("time zone") << QJsonObject { { u"content"_s, u"captureId\n"_s }, { u"timeZone"_s, u"Berlin"_s } } << u"timeZone"_s;
        QTest::newRow("separator") << QJsonObject { { u"content"_s, u"captureId\n"_s }, { u"separator"_s, u"|"_s } } << u"separator"_s;
        QTest::newRow("offset") << QJsonObject { { u"content"_s, u"captureId\n"_s }, { u"lineOffset"_s, -1 } } << u"lineOffset"_s;
        QTest::newRow("unknown") << QJsonObject { { u"content"_s, u"captureId\n"_s }, { u"dryrun"_s, true } } << u"dryrun"_s;
    }
    void whatMakesNoSenseIsRefusedWithItsPath()
    {
        QFETCH(const QJsonObject, body);
        QFETCH(const QString, field);
        const Reply reply = m->post(u"/items/import"_s, body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
        QCOMPARE(m->get(u"/items"_s).data().size(), 0);
    }

private:
    Reply import(const QString &content, QJsonObject more = {})
    {
        more.insert(u"content"_s, content);
        return m->post(u"/items/import"_s, more);
    }
    static QList<int> counts(const Reply &reply) { return { reply["accepted"].toInt(-1), reply["duplicates"].toInt(-1), reply["failed"].toInt(-1) }; }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiImport)
#include "tst_api_import.moc"
