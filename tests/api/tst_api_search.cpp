// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

QStringList idsOf(const Reply &reply)
{
    QStringList ids;
    for (const QJsonValue item : reply.data())
        ids.append(item[u"id"].toString());
    return ids;
}

} // namespace

/// POST /items/search, as supervisors and programs use it.
class TestApiSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->key = m->adminKey;
    }
    void cleanup() { m.reset(); }

    void anEmptySearchFindsEverythingNewestFirst()
    {
        const QString first = m->capture();
        const QString second = m->capture();
        const Reply reply = m->post(u"/items/search"_s);
        QCOMPARE(reply.status, 200);
        QCOMPARE(idsOf(reply), (QStringList { second, first }));
        QVERIFY(reply["nextCursor"].isNull());
        QVERIFY(reply["count"].isNull());
        QCOMPARE(reply.data().first(), QJsonValue(m->get(u"/items/"_s + second).json()));
    }

    void aConditionFindsFieldsAndCustomAttributes()
    {
        const QString gold = m->capture({ { u"customerSegment"_s, u"Gold"_s }, { u"region"_s, u"EMEA"_s }, { u"impact"_s, u"2"_s } });
        m->capture({ { u"customerSegment"_s, u"silver"_s }, { u"region"_s, u"EMEA"_s } });
        const QString odd = m->capture({ { u"custom"_s, QJsonObject { { u"it's \"odd\"; --"_s, u"Ärger"_s } } } });
        const auto find = [this](const QJsonObject &condition) { return idsOf(m->post(u"/items/search"_s, { { u"condition"_s, condition } })); };
        QCOMPARE(find(comparison(u"customerSegment"_s, u"equals"_s, u"GOLD"_s)), QStringList { gold });
        QCOMPARE(find(comparison(u"custom.impact"_s, u"less"_s, 3)), QStringList { gold });
        QCOMPARE(find(comparison(u"custom.region"_s, u"contains"_s, u"mea"_s)).size(), 2);
        QCOMPARE(find(comparison(u"custom.it's \"odd\"; --"_s, u"equals"_s, u"ärger"_s)), QStringList { odd });
        QCOMPARE(find({ { u"not"_s, comparison(u"custom.region"_s, u"equals"_s, u"emea"_s) } }), QStringList { odd });
    }

    void wordsAreFoundInAttributesLabelsAndKeys()
    {
        const QString printer = m->capture({ { u"captureId"_s, u"INC-4711"_s }, { u"subject"_s, u"Paper jam in printer, hall 3"_s }, { u"labels"_s, QJsonArray { u"hardware"_s } } });
        const QString cafe = m->capture({ { u"subject"_s, u"Café: jam on paper"_s }, { u"room"_s, 42 } });
        const auto find = [this](const QString &text) { return idsOf(m->post(u"/items/search"_s, { { u"text"_s, text } })); };
        QCOMPARE(find(u"JAM paper"_s), (QStringList { cafe, printer }));
        QCOMPARE(find(u"\"paper jam\""_s), QStringList { printer });
        QCOMPARE(find(u"print*"_s), QStringList { printer });
        QCOMPARE(find(u"print"_s), QStringList());
        QCOMPARE(find(u"cafe"_s), QStringList { cafe });
        QCOMPARE(find(u"42"_s), QStringList { cafe });
        QCOMPARE(find(u"inc-4711 hardware"_s), QStringList { printer });
        // What is changed is found as it is now.
        m->patch(u"/items/"_s + printer, { { u"subject"_s, u"Toner"_s } });
        QCOMPARE(find(u"jam"_s), QStringList { cafe });
        QCOMPARE(find(u"toner"_s), QStringList { printer });
        QCOMPARE(find(u"toner jam"_s), QStringList());
    }

    void pagesFollowOneAnotherInAnyOrder()
    {
        QStringList all;
        for (int i = 0; i < 25; ++i)
            all.append(m->capture({ { u"businessValue"_s, i % 3 }, { u"customerId"_s, i % 5 == 0 ? QJsonValue() : QJsonValue(u"c%1"_s.arg(i % 4)) } }));
        QJsonObject search { { u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, u"customerId"_s } }, QJsonObject { { u"field"_s, u"businessValue"_s }, { u"direction"_s, u"desc"_s } } } },
            { u"limit"_s, 4 }, { u"count"_s, u"exact"_s } };
        QStringList seen;
        QString last;
        do {
            const Reply page = m->post(u"/items/search"_s, search);
            QCOMPARE(page.status, 200);
            QCOMPARE(page["count"].toObject(), (QJsonObject { { u"value"_s, 25 }, { u"exact"_s, true } }));
            for (const QJsonValue item : page.data()) {
                const QString customer = item[u"customerId"].toString(u"~"_s); // without one comes last
                QVERIFY(last <= customer);
                last = customer;
            }
            seen += idsOf(page);
            search.insert(u"cursor"_s, page["nextCursor"]);
        } while (!search.value(u"cursor"_s).isNull());
        QCOMPARE(seen.size(), 25);
        QCOMPARE(QSet<QString>(seen.begin(), seen.end()), QSet<QString>(all.begin(), all.end()));
    }

    void aCursorBelongsToItsSearchAndTenant()
    {
        for (int i = 0; i < 3; ++i)
            m->capture();
        QJsonObject search { { u"limit"_s, 1 }, { u"condition"_s, comparison(u"status"_s, u"equals"_s, u"queued"_s) } };
        search.insert(u"cursor"_s, m->post(u"/items/search"_s, search)["nextCursor"]);
        QVERIFY(search.value(u"cursor"_s).isString());
        QJsonObject more = search;
        more.insert(u"limit"_s, 2);
        more.insert(u"columns"_s, QJsonArray { u"status"_s });
        QCOMPARE(m->post(u"/items/search"_s, more).data().size(), 2);
        QJsonObject other = search;
        other.insert(u"condition"_s, comparison(u"status"_s, u"equals"_s, u"held"_s));
        const Reply refused = m->post(u"/items/search"_s, other);
        QCOMPARE(refused.status, 400);
        QCOMPARE(refused.field(), u"cursor"_s);
        m->key = m->otherKey;
        QCOMPARE(m->post(u"/items/search"_s, search).status, 400);
    }

    void aDamagedCursorIsRefused_data()
    {
        QTest::addColumn<QJsonValue>("cursor");
        QTest::newRow("empty") << QJsonValue(QString());
        QTest::newRow("no base64") << QJsonValue(u"%%%"_s);
        QTest::newRow("no text") << QJsonValue(7);
        QTest::newRow("somebody else's") << QJsonValue(u"eyJsIjoiYWJjIiwicCI6eyJhZnRlciI6MX19"_s);
    }
    void aDamagedCursorIsRefused()
    {
        QFETCH(QJsonValue, cursor);
        QCOMPARE(m->post(u"/items/search"_s, { { u"cursor"_s, cursor } }).status, 400);
    }

    void theUniversalQueueIsFoundInItsOrder()
    {
        m->put(u"/queues/network"_s, { { u"name"_s, u"Network"_s } });
        QStringList expected;
        for (int i = 0; i < 6; ++i) {
            const QString id = m->capture({ { u"priority"_s, 100 + i }, { u"customerSegment"_s, i % 2 == 0 ? u"gold"_s : u"silver"_s } });
            if (i % 2 == 0)
                expected.prepend(id);
        }
        const QString held = m->capture({ { u"priority"_s, 999 }, { u"customerSegment"_s, u"gold"_s } });
        m->post(u"/items/"_s + held + u"/hold"_s);
        QJsonObject search { { u"sort"_s, u"priority"_s }, { u"condition"_s, comparison(u"customerSegment"_s, u"equals"_s, u"gold"_s) }, { u"limit"_s, 2 }, { u"count"_s, u"exact"_s } };
        const Reply first = m->post(u"/items/search"_s, search);
        QCOMPARE(idsOf(first), expected.mid(0, 2));
        QCOMPARE(first["count"].toObject().value(u"value"_s).toInt(), 3);
        search.insert(u"cursor"_s, first["nextCursor"]);
        const Reply second = m->post(u"/items/search"_s, search);
        QCOMPARE(idsOf(second), expected.mid(2));
        QVERIFY(second["nextCursor"].isNull());
    }

    void onlyTheChosenColumnsAreAnswered()
    {
        m->capture({ { u"region"_s, u"EMEA"_s }, { u"impact"_s, 2 }, { u"channel"_s, u"email"_s } });
        const Reply reply = m->post(u"/items/search"_s, { { u"columns"_s, QJsonArray { u"channel"_s, u"priority"_s, u"custom.region"_s, u"custom.none"_s } } });
        QCOMPARE(reply.data().first().toObject(),
            (QJsonObject { { u"id"_s, reply.data().first()[u"id"] }, { u"channel"_s, u"email"_s }, { u"priority"_s, 10 }, { u"custom"_s, QJsonObject { { u"region"_s, u"EMEA"_s } } } }));
    }

    void relativeDatesCountFromTheFirstPage()
    {
        m->capture({ { u"dueDateTime"_s, toIso(m->clock->now() + std::chrono::minutes(90)) } });
        m->capture({ { u"dueDateTime"_s, toIso(m->clock->now() + std::chrono::minutes(110)) } });
        QJsonObject search { { u"condition"_s, comparison(u"dueDateTime"_s, u"greater"_s, u"now+1h"_s) }, { u"limit"_s, 1 } };
        search.insert(u"cursor"_s, m->post(u"/items/search"_s, search)["nextCursor"]);
        m->advance(std::chrono::minutes(80));
        QCOMPARE(m->post(u"/items/search"_s, search).data().size(), 1);
    }

    void whatMakesNoSenseIsRefusedWithItsPath_data()
    {
        QTest::addColumn<QJsonObject>("search");
        QTest::addColumn<QString>("field");
        const auto sortedBy = [](const QJsonObject &key) { return QJsonObject { { u"sort"_s, QJsonArray { key } } }; };
        QTest::newRow("attribute") << QJsonObject { { u"condition"_s, comparison(u"custmoerId"_s, u"equals"_s, u"1"_s) } } << u"condition.attribute"_s;
        QTest::newRow("nested") << QJsonObject { { u"condition"_s, QJsonObject { { u"all"_s, QJsonArray { comparison(u"channel"_s, u"is"_s, u"x"_s) } } } } } << u"condition.all[0].operator"_s;
        QTest::newRow("no words") << QJsonObject { { u"text"_s, u" .,- "_s } } << u"text"_s;
        QTest::newRow("a star alone") << QJsonObject { { u"text"_s, u"a*"_s } } << u"text"_s;
        QTest::newRow("order of labels") << sortedBy({ { u"field"_s, u"labels"_s } }) << u"sort[0].field"_s;
        QTest::newRow("order of custom") << sortedBy({ { u"field"_s, u"custom.region"_s } }) << u"sort[0].field"_s;
        QTest::newRow("priority as a field") << sortedBy({ { u"field"_s, u"priority"_s } }) << u"sort[0].field"_s;
        QTest::newRow("direction") << sortedBy({ { u"field"_s, u"id"_s }, { u"direction"_s, u"up"_s } }) << u"sort[0].direction"_s;
        QTest::newRow("sort") << QJsonObject { { u"sort"_s, u"-id"_s } } << u"sort"_s;
        QTest::newRow("column") << QJsonObject { { u"columns"_s, QJsonArray { u"status"_s, u"stauts"_s } } } << u"columns[1]"_s;
        QTest::newRow("limit") << QJsonObject { { u"limit"_s, 1001 } } << u"limit"_s;
        QTest::newRow("count") << QJsonObject { { u"count"_s, u"all"_s } } << u"count"_s;
        QTest::newRow("unknown") << QJsonObject { { u"filter"_s, QJsonObject() } } << u"filter"_s;
    }
    void whatMakesNoSenseIsRefusedWithItsPath()
    {
        QFETCH(QJsonObject, search);
        QFETCH(QString, field);
        const Reply reply = m->post(u"/items/search"_s, search);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiSearch)
#include "tst_api_search.moc"
