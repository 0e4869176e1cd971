// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// Definitions of custom attributes, and the settings of a tenant.
class TestApiAttributes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->key = m->adminKey;
    }
    void cleanup() { m.reset(); }

    // ---- Attributes

    void anAttributeWithoutADefinitionMayHoldAnything()
    {
        QCOMPARE(m->post(u"/items"_s, { { u"region"_s, 5 }, { u"custom"_s, QJsonObject { { u"any name at all"_s, true } } } }).status, 200);
    }

    void theDefinitionDecidesWhatAnItemMayBring_data()
    {
        QTest::addColumn<QJsonObject>("definition");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<bool>("fits");
        const auto type = [](const QString &name) { return QJsonObject { { u"type"_s, name } }; };
        const auto allowed = [](const QString &name, const QJsonArray &values) { return QJsonObject { { u"type"_s, name }, { u"allowedValues"_s, values } }; };
        QTest::newRow("text") << type(u"text"_s) << QJsonValue(u"EMEA"_s) << true;
        QTest::newRow("number for a text") << type(u"text"_s) << QJsonValue(5) << false;
        QTest::newRow("integer") << type(u"integer"_s) << QJsonValue(5) << true;
        QTest::newRow("fraction for an integer") << type(u"integer"_s) << QJsonValue(5.5) << false;
        QTest::newRow("integer that JSON cannot keep") << type(u"integer"_s) << QJsonValue(1e300) << false;
        QTest::newRow("text for an integer") << type(u"integer"_s) << QJsonValue(u"5"_s) << false;
        QTest::newRow("number") << type(u"number"_s) << QJsonValue(5.5) << true;
        QTest::newRow("boolean") << type(u"boolean"_s) << QJsonValue(false) << true;
        QTest::newRow("number for a boolean") << type(u"boolean"_s) << QJsonValue(0) << false;
        QTest::newRow("date") << type(u"date"_s) << QJsonValue(u"2026-03-01T09:15:30+01:00"_s) << true;
        QTest::newRow("date without an offset") << type(u"date"_s) << QJsonValue(u"2026-03-01T09:15:30"_s) << false;
        QTest::newRow("allowed") << allowed(u"text"_s, { u"EMEA"_s, u"APAC"_s }) << QJsonValue(u"APAC"_s) << true;
        QTest::newRow("not allowed") << allowed(u"text"_s, { u"EMEA"_s, u"APAC"_s }) << QJsonValue(u"apac"_s) << false;
        QTest::newRow("allowed number") << allowed(u"integer"_s, { 1, 2, 3 }) << QJsonValue(2) << true;
        QTest::newRow("null") << type(u"integer"_s) << QJsonValue() << true;
    }
    void theDefinitionDecidesWhatAnItemMayBring()
    {
        QFETCH(QJsonObject, definition);
        QFETCH(QJsonValue, value);
        QFETCH(bool, fits);
        definition.insert(u"name"_s, u"Sales region"_s);
        definition.insert(u"attribute"_s, u"sales region"_s);
        const Reply defined = m->post(u"/attributes"_s, definition);
        QCOMPARE(defined.status, 201);
        QCOMPARE(defined["id"].toString(), u"sales-region"_s);
        const QJsonObject custom { { u"custom"_s, QJsonObject { { u"sales region"_s, value } } } };
        const QString before = m->capture();
        for (const Reply &reply : { m->post(u"/items"_s, custom), m->patch(u"/items/"_s + before, custom) }) {
            QCOMPARE(reply.status, fits ? 200 : 422);
            if (!fits) {
                QCOMPARE(reply.field(), u"custom.sales region"_s);
                QVERIFY(reply["detail"].toString().contains(u"Sales region"_s));
            }
        }
    }

    void aRequiredAttributeMustBeBroughtAndMayNotBeRemoved()
    {
        const QString before = m->capture();
        m->put(u"/attributes/region"_s, { { u"name"_s, u"Region"_s }, { u"required"_s, true } });
        const Reply refused = m->post(u"/items"_s, {});
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.code(), u"request.missing_field"_s);
        QCOMPARE(refused.field(), u"custom.region"_s);
        const QString id = m->capture({ { u"region"_s, u"EMEA"_s } });
        QCOMPARE(m->patch(u"/items/"_s + id, { { u"region"_s, QJsonValue() } }).status, 422);
        QCOMPARE(m->patch(u"/items/"_s + id, { { u"region"_s, u"APAC"_s } }).status, 200);
        // What was there before the definition can still be corrected in other fields.
        QCOMPARE(m->patch(u"/items/"_s + before, { { u"customerId"_s, u"c1"_s } }).status, 200);
        // Without the definition everything is free again.
        QCOMPARE(m->remove(u"/attributes/region"_s).status, 204);
        QCOMPARE(m->post(u"/items"_s, {}).status, 200);
    }

    void oneBadItemOfAnArrayFailsAlone()
    {
        m->put(u"/attributes/impact"_s, { { u"name"_s, u"Impact"_s }, { u"type"_s, u"integer"_s } });
        const Reply reply = m->postArray(u"/items"_s, { QJsonObject { { u"impact"_s, 1 } }, QJsonObject { { u"impact"_s, u"high"_s } }, QJsonObject() });
        QCOMPARE(reply["accepted"].toInt(), 2);
        QCOMPARE(reply["failed"].toInt(), 1);
    }

    void anAttributeIsDefinedOnce()
    {
        m->put(u"/attributes/region"_s, { { u"name"_s, u"Region"_s } });
        const Reply second = m->put(u"/attributes/other"_s, { { u"name"_s, u"Other"_s }, { u"attribute"_s, u"region"_s } });
        QCOMPARE(second.status, 422);
        QCOMPARE(second.field(), u"attribute"_s);
    }

    void aDefinitionThatContradictsItselfIsRefused_data()
    {
        QTest::addColumn<QJsonObject>("definition");
        QTest::addColumn<QString>("field");
        QTest::newRow("type") << QJsonObject { { u"type"_s, u"list"_s } } << u"type"_s;
        QTest::newRow("value of another type") << QJsonObject { { u"type"_s, u"integer"_s }, { u"allowedValues"_s, QJsonArray { 1, u"2"_s } } } << u"allowedValues[1]"_s;
        QTest::newRow("no list") << QJsonObject { { u"allowedValues"_s, 1 } } << u"allowedValues"_s;
    }
    void aDefinitionThatContradictsItselfIsRefused()
    {
        QFETCH(QJsonObject, definition);
        QFETCH(QString, field);
        definition.insert(u"name"_s, u"Region"_s);
        const Reply reply = m->post(u"/attributes"_s, definition);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void wordsAreNotLookedForInWhatIsNotSearchable()
    {
        const QString id = m->capture({ { u"secret"_s, u"swordfish"_s }, { u"subject"_s, u"fishing"_s } });
        const QJsonObject search { { u"text"_s, u"swordfish"_s } };
        QCOMPARE(m->post(u"/items/search"_s, search).data().size(), 1);
        m->put(u"/attributes/secret"_s, { { u"name"_s, u"Secret"_s }, { u"searchable"_s, false } });
        QCOMPARE(m->post(u"/items/search"_s, search).data().size(), 0);
        QCOMPARE(m->post(u"/items/search"_s, { { u"text"_s, u"fishing"_s } }).data().size(), 1);
    }

    // ---- Settings

    void settingsBeginWithTheirDefaults()
    {
        const Reply reply = m->get(u"/settings"_s);
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.etag(), QByteArray("\"0\""));
        QCOMPARE(reply["defaultCapturePoint"].toString(), u"default"_s);
        QCOMPARE(reply["undefinedAttributes"].toString(), u"accept"_s);
        QVERIFY(reply["keepAnswersHours"].isNull());
    }

    void aChangeKeepsWhatIsNotSentAndAReplacementDoesNot()
    {
        const Reply changed = m->patch(u"/settings"_s, { { u"keepAnswersHours"_s, 48 } }, { { "If-Match", "\"0\"" } });
        QCOMPARE(changed.status, 200);
        QCOMPARE(changed.etag(), QByteArray("\"1\""));
        const Reply more = m->patch(u"/settings"_s, { { u"countExactlyUpTo"_s, 500 } });
        QCOMPARE(more["keepAnswersHours"].toInt(), 48);
        QCOMPARE(more["version"].toInt(), 2);
        QCOMPARE(m->patch(u"/settings"_s, QJsonObject())["version"].toInt(), 2);
        QCOMPARE(m->patch(u"/settings"_s, { { u"keepAnswersHours"_s, 1 } }, { { "If-Match", "\"1\"" } }).status, 412);
        QCOMPARE(m->put(u"/settings"_s, {}).status, 428);
        const Reply replaced = m->put(u"/settings"_s, { { u"countExactlyUpTo"_s, 600 } }, { { "If-Match", "\"2\"" } });
        QCOMPARE(replaced.status, 200);
        QVERIFY(replaced["keepAnswersHours"].isNull());
        QCOMPARE(m->get(u"/settings"_s).json(), replaced.json());
    }

    void settingsThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QJsonObject>("settings");
        QTest::addColumn<QString>("field");
        QTest::newRow("hours") << QJsonObject { { u"keepAnswersHours"_s, 0 } } << u"keepAnswersHours"_s;
        QTest::newRow("capture point") << QJsonObject { { u"defaultCapturePoint"_s, u"nowhere"_s } } << u"defaultCapturePoint"_s;
        QTest::newRow("word") << QJsonObject { { u"undefinedAttributes"_s, u"maybe"_s } } << u"undefinedAttributes"_s;
        QTest::newRow("count") << QJsonObject { { u"countExactlyUpTo"_s, 1e9 } } << u"countExactlyUpTo"_s;
        QTest::newRow("unknown") << QJsonObject { { u"keepAnswerHours"_s, 1 } } << u"keepAnswerHours"_s;
    }
    void settingsThatMakeNoSenseAreRefused()
    {
        QFETCH(QJsonObject, settings);
        QFETCH(QString, field);
        const Reply reply = m->patch(u"/settings"_s, settings);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void everySettingDoesSomething()
    {
        // The capture point of items that name none, which cannot be deleted while it is that.
        QCOMPARE(m->remove(u"/capture-points/default"_s).status, 409);
        m->put(u"/capture-points/portal"_s, { { u"name"_s, u"Portal"_s } });
        m->patch(u"/settings"_s, { { u"defaultCapturePoint"_s, u"portal"_s } });
        QCOMPARE(m->get(u"/items/"_s + m->capture())["capturePointId"].toString(), u"portal"_s);
        QCOMPARE(m->remove(u"/capture-points/default"_s).status, 204);
        QCOMPARE(m->remove(u"/capture-points/portal"_s).status, 409);
        // Attributes without a definition.
        m->patch(u"/settings"_s, { { u"undefinedAttributes"_s, u"refuse"_s } });
        m->put(u"/attributes/region"_s, { { u"name"_s, u"Region"_s } });
        QCOMPARE(m->post(u"/items"_s, { { u"region"_s, u"EMEA"_s } }).status, 200);
        const Reply refused = m->post(u"/items"_s, { { u"regoin"_s, u"EMEA"_s } });
        QCOMPARE(refused.status, 422);
        QVERIFY(refused["detail"].toString().contains(u"region"_s));
        // The limit of exact counts.
        m->patch(u"/settings"_s, { { u"countExactlyUpTo"_s, 100 } });
        QJsonArray many;
        for (int i = 0; i < 110; ++i)
            many.append(QJsonObject());
        m->postArray(u"/items"_s, many);
        const QJsonObject count = m->post(u"/items/search"_s, { { u"count"_s, u"exact"_s }, { u"limit"_s, 1 } })["count"].toObject();
        QCOMPARE(count.value(u"exact"_s).toBool(true), false);
        QVERIFY(count.value(u"value"_s).toInt() > 100);
    }

    // ---- What belongs to nothing else

    void aChangeThatChangesNothingWritesNothing()
    {
        const QString id = m->capture({ { u"region"_s, u"EMEA"_s }, { u"labels"_s, QJsonArray { u"vip"_s } } });
        const qint64 last = m->get(u"/events"_s)["next"].toInteger();
        for (const QJsonObject &change : { QJsonObject(), QJsonObject { { u"region"_s, u"EMEA"_s } }, QJsonObject { { u"priority"_s, u"+0"_s } }, QJsonObject { { u"labels"_s, QJsonArray { u"vip"_s } } } }) {
            const Reply reply = m->patch(u"/items/"_s + id, change);
            QCOMPARE(reply.status, 200);
            QCOMPARE(reply["version"].toInt(), 1);
        }
        QCOMPARE(m->get(u"/events?after=%1"_s.arg(last)).data().size(), 0);
        QCOMPARE(m->patch(u"/items/"_s + id, { { u"region"_s, u"APAC"_s } })["version"].toInt(), 2);
    }

    void aCursorBeyondTheEndOfTheLogIsRefused()
    {
        m->capture();
        const qint64 last = m->get(u"/events"_s)["next"].toInteger();
        const Reply refused = m->get(u"/events?wait=30&after=%1"_s.arg(last + 1));
        QCOMPARE(refused.status, 410);
        QCOMPARE(refused.code(), u"events.restarted"_s);
        QCOMPARE(refused["args"].toObject().value(u"last"_s).toInteger(), last);
        QCOMPARE(m->get(u"/events?after=%1"_s.arg(last)).status, 200);
    }

    void retryingPassesByWhatStillMatchesNothing()
    {
        m->remove(u"/categories/general"_s);
        for (int i = 0; i < 5; ++i)
            m->capture({ { u"customerSegment"_s, i == 4 ? u"gold"_s : u"silver"_s } });
        m->put(u"/categories/gold"_s,
            { { u"name"_s, u"Gold"_s }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s },
                { u"rule"_s, QJsonObject { { u"attribute"_s, u"customerSegment"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"gold"_s } } } });
        QJsonObject request { { u"limit"_s, 2 } };
        int tried = 0;
        int classified = 0;
        do {
            const Reply reply = m->post(u"/items/retry"_s, request);
            QCOMPARE(reply.status, 200);
            tried += reply["tried"].toInt();
            classified += reply["classified"].toInt();
            request.insert(u"cursor"_s, reply["nextCursor"]);
        } while (!request.value(u"cursor"_s).isNull());
        QCOMPARE(tried, 5);
        QCOMPARE(classified, 1);
        QCOMPARE(m->post(u"/items/retry"_s, { { u"cursor"_s, u"nonsense"_s } }).status, 400);
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiAttributes)
#include "tst_api_attributes.moc"
