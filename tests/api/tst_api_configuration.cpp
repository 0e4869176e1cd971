// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;

namespace {

QJsonObject one(const char *name, const QJsonValue &value)
{
    return { { QLatin1StringView(name), value } };
}

QJsonObject with(QJsonObject json, const char *name, const QJsonValue &value)
{
    json.insert(QLatin1StringView(name), value);
    return json;
}

/// A sound object of each kind, with the name "Öl & Gas".
QJsonObject sample(const QString &resource)
{
    const QJsonObject named = one("name", QStringLiteral("Öl & Gas"));
    if (resource == QLatin1StringView("categories"))
        return with(with(with(named, "queue", QStringLiteral("general")), "schema", QStringLiteral("standard")), "order", 5);
    if (resource == QLatin1StringView("schemas")) {
        const QJsonObject point { { QStringLiteral("age"), 0.5 }, { QStringLiteral("priority"), 7 } };
        const QJsonObject curve { { QStringLiteral("interpolation"), QStringLiteral("step") },
            { QStringLiteral("points"), QJsonArray { point } } };
        return with(with(with(with(named, "unit", QStringLiteral("days")), "sla", 1.5), "managedPeriod", 3), "curve", curve);
    }
    if (resource == QLatin1StringView("calendars")) {
        const QJsonObject hours { { QStringLiteral("from"), QStringLiteral("09:00") }, { QStringLiteral("to"), QStringLiteral("17:00") } };
        return with(with(named, "timeZone", QStringLiteral("Europe/Berlin")), "week", one("monday", QJsonArray { hours }));
    }
    return named;
}

QStringList idsOf(const QJsonArray &objects)
{
    QStringList ids;
    for (const QJsonValue object : objects)
        ids.append(object[u"id"].toString());
    return ids;
}

QJsonObject equals(const char *attribute, const char *value)
{
    return { { QStringLiteral("attribute"), QLatin1StringView(attribute) }, { QStringLiteral("operator"), QStringLiteral("equals") },
        { QStringLiteral("value"), QLatin1StringView(value) } };
}

} // namespace

/// The kinds of configuration objects, and how the tree of categories decides.
class TestApiConfiguration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void objectsAreCreatedReadReplacedAndDeleted_data() { resources(); }
    void objectsAreCreatedReadReplacedAndDeleted()
    {
        QFETCH(QString, resource);
        const QString many = u'/' + resource;
        const QString path = many + QStringLiteral("/ol-gas");
        const Reply created = m->post(many, sample(resource));
        QCOMPARE(created.status, 201);
        QCOMPARE(created.headers.value("location"), QByteArray("/iwd/v3" + path.toLatin1()));
        QVERIFY(created.etag().startsWith("\"1"));
        const Reply read = m->get(path);
        QJsonObject stored = created.json();
        stored.remove(QStringLiteral("warnings")); // said when it is saved, and no part of the object
        QCOMPARE(read.json(), stored);
        QCOMPARE(m->get(path, { { "If-None-Match", read.etag() } }).status, 304);
        QVERIFY(idsOf(m->get(many).data()).contains(QStringLiteral("ol-gas")));

        const Reply exists = m->post(many, sample(resource));
        QCOMPARE(exists.status, 409);
        QCOMPARE(exists.code(), QStringLiteral("object.exists"));

        // What was read may be sent back as it is.
        QCOMPARE(m->put(path, read.json()).status, 428);
        const Reply replaced = m->put(path, with(read.json(), "name", QStringLiteral("New")), { { "If-Match", read.etag() } });
        QCOMPARE(replaced.status, 200);
        QCOMPARE(replaced["name"].toString(), QStringLiteral("New"));
        QCOMPARE(replaced["version"].toInt(), 2);
        QCOMPARE(m->put(path, read.json(), { { "If-Match", read.etag() } }).status, 412);
        QCOMPARE(m->put(path, read.json(), { { "If-Match", "*" } })["version"].toInt(), 3);

        QCOMPARE(m->remove(path, { { "If-Match", read.etag() } }).status, 412);
        QCOMPARE(m->remove(path, { { "If-Match", m->get(path).etag() } }).status, 204);
        QCOMPARE(m->get(path).status, 404);
        QCOMPARE(m->remove(path).code(), QStringLiteral("object.not_found"));
        QVERIFY(!idsOf(m->get(many).data()).contains(QStringLiteral("ol-gas")));
        QCOMPARE(m->put(path, sample(resource)).status, 201);
    }

    void mistakesInAnObjectAreNamed_data() { resources(); }
    void mistakesInAnObjectAreNamed()
    {
        QFETCH(QString, resource);
        const QString many = u'/' + resource;
        const Reply unknown = m->post(many, with(sample(resource), "nmae", 1));
        QCOMPARE(unknown.status, 422);
        QCOMPARE(unknown.field(), QStringLiteral("nmae"));
        QCOMPARE(m->post(many, with(sample(resource), "name", QString())).field(), QStringLiteral("name"));
        QCOMPARE(m->post(many, with(sample(resource), "id", QStringLiteral("with space"))).field(), QStringLiteral("id"));
        QCOMPARE(m->put(many + QStringLiteral("/a"), with(sample(resource), "id", QStringLiteral("b"))).field(), QStringLiteral("id"));
        QCOMPARE(m->put(many + QStringLiteral("/with%20space"), sample(resource)).field(), QStringLiteral("id"));
        QCOMPARE(m->put(many + QStringLiteral("/nothing"), sample(resource), { { "If-Match", "\"1\"" } }).status, 412);
    }

    void aRepeatedCreationGetsTheStoredAnswer_data() { resources(); }
    void aRepeatedCreationGetsTheStoredAnswer()
    {
        QFETCH(QString, resource);
        const HeaderFields key { { "Idempotency-Key", "create" } };
        const Reply first = m->post(u'/' + resource, sample(resource), key);
        const Reply second = m->post(u'/' + resource, sample(resource), key);
        QCOMPARE(second.status, 201);
        QCOMPARE(second.body, first.body);
        QCOMPARE(second.headers.value("location"), first.headers.value("location"));
        QCOMPARE(second.etag(), first.etag());
        const HeaderFields other { { "Idempotency-Key", "delete" } };
        const QString path = u'/' + resource + QStringLiteral("/ol-gas");
        QCOMPARE(m->remove(path, other).status, 204);
        const Reply again = m->remove(path, other);
        QCOMPARE(again.status, 204);
        QCOMPARE(again.headers.value("idempotency-replayed"), QByteArray("true"));
    }

    void anotherTenantHasItsOwnObjects_data() { resources(); }
    void anotherTenantHasItsOwnObjects()
    {
        QFETCH(QString, resource);
        const QString path = u'/' + resource + QStringLiteral("/ol-gas");
        QCOMPARE(m->put(path, sample(resource)).status, 201);
        m->key = m->otherKey;
        QCOMPARE(m->get(path).status, 404);
        QCOMPARE(m->remove(path).status, 404);
        QVERIFY(!idsOf(m->get(u'/' + resource).data()).contains(QStringLiteral("ol-gas")));
        QCOMPARE(m->put(path, sample(resource)).status, 201);
    }

    void listsArePagedById()
    {
        for (const char *id : { "d", "a", "c", "b" })
            m->put(QStringLiteral("/skills/") + QLatin1StringView(id), one("name", QStringLiteral("Skill")));
        const Reply first = m->get(QStringLiteral("/skills?limit=3"));
        QCOMPARE(idsOf(first.data()), (QStringList { QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c") }));
        const Reply second = m->get(QStringLiteral("/skills?limit=3&cursor=") + first["nextCursor"].toString());
        QCOMPARE(idsOf(second.data()), QStringList(QStringLiteral("d")));
        QVERIFY(second["nextCursor"].isNull());
    }

    void whatIsInUseIsNotDeletedAndSaysByWhom()
    {
        m->put(QStringLiteral("/skills/network"), one("name", QStringLiteral("Networks")));
        m->put(QStringLiteral("/agents/ann"), with(one("name", QStringLiteral("Ann")), "skills", one("network", 2)));
        const Reply skill = m->remove(QStringLiteral("/skills/network"));
        QCOMPARE(skill.status, 409);
        QCOMPARE(skill.code(), QStringLiteral("object.in_use"));
        QCOMPARE(skill["args"][u"usedBy"].toArray(), QJsonArray { QStringLiteral("agent ann") });
        QCOMPARE(m->remove(QStringLiteral("/schemas/standard")).code(), QStringLiteral("object.in_use"));
        QCOMPARE(m->remove(QStringLiteral("/queues/general")).code(), QStringLiteral("object.in_use"));
    }

    void whatDoesNotExistCannotBeReferredTo_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QJsonObject>("object");
        QTest::addColumn<QString>("field");
        const QJsonObject named = one("name", QStringLiteral("X"));
        const QJsonObject category = sample(QStringLiteral("categories"));
        const QString no = QStringLiteral("no");
        QTest::newRow("skill of a queue") << QStringLiteral("/queues") << with(named, "requiredSkills", one("no", 1))
                                          << QStringLiteral("requiredSkills.no");
        QTest::newRow("skill of an agent") << QStringLiteral("/agents") << with(named, "skills", one("no", 1))
                                           << QStringLiteral("skills.no");
        QTest::newRow("queue of an agent") << QStringLiteral("/agents")
                                           << with(named, "queues", QJsonArray { QStringLiteral("general"), no })
                                           << QStringLiteral("queues[1]");
        QTest::newRow("queue of a category") << QStringLiteral("/categories") << with(category, "queue", no) << QStringLiteral("queue");
        QTest::newRow("schema of a category") << QStringLiteral("/categories") << with(category, "schema", no) << QStringLiteral("schema");
        QTest::newRow("parent of a category") << QStringLiteral("/categories") << with(category, "parent", no) << QStringLiteral("parent");
        QTest::newRow("calendar of a queue") << QStringLiteral("/queues") << with(named, "calendar", no) << QStringLiteral("calendar");
        QTest::newRow("calendar of a category") << QStringLiteral("/categories") << with(category, "calendar", no) << QStringLiteral("calendar");
        QTest::newRow("calendar of a schema") << QStringLiteral("/schemas") << with(sample(QStringLiteral("schemas")), "calendar", no)
                                              << QStringLiteral("calendar");
        QTest::newRow("queue at level 1") << QStringLiteral("/categories") << with(category, "queue", QJsonValue())
                                          << QStringLiteral("queue");
    }
    void whatDoesNotExistCannotBeReferredTo()
    {
        QFETCH(QString, path);
        QFETCH(QJsonObject, object);
        QFETCH(QString, field);
        const Reply reply = m->post(path, object);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void aCalendarSaysWhenItOpensAndWhenWorkIsDue()
    {
        m->put(QStringLiteral("/calendars/office"), sample(QStringLiteral("calendars")));
        const QString preview = QStringLiteral("/calendars/office/preview");
        // A Monday in winter, 15:00 in Berlin; then the weekend before the clocks are put forward.
        const Reply open = m->get(preview + QStringLiteral("?from=2026-01-05T14:00:00Z&duration=10800"));
        QCOMPARE(open.status, 200);
        QCOMPARE(open.json(),
            (QJsonObject { { QStringLiteral("from"), QStringLiteral("2026-01-05T14:00:00.000Z") }, { QStringLiteral("open"), true },
                { QStringLiteral("nextOpenDateTime"), QStringLiteral("2026-01-05T14:00:00.000Z") },
                { QStringLiteral("nextCloseDateTime"), QStringLiteral("2026-01-05T16:00:00.000Z") }, { QStringLiteral("durationSeconds"), 10'800 },
                { QStringLiteral("dueDateTime"), QStringLiteral("2026-01-12T09:00:00.000Z") } }));
        const Reply closed = m->get(preview + QStringLiteral("?from=2026-03-24T12:00:00Z"));
        QCOMPARE(closed["open"].toBool(), false);
        QCOMPARE(closed["nextOpenDateTime"].toString(), QStringLiteral("2026-03-30T07:00:00.000Z"));
        QCOMPARE(m->get(preview)["from"].toString(), toIso(m->clock->now()));
        QCOMPARE(m->get(preview + QStringLiteral("?from=yesterday")).field(), QStringLiteral("from"));
        QCOMPARE(m->get(preview + QStringLiteral("?duration=-1")).field(), QStringLiteral("duration"));
        QCOMPARE(m->get(QStringLiteral("/calendars/none/preview")).status, 404);
        m->key = m->agentKey;
        QCOMPARE(m->get(preview).status, 403);
        m->key = m->reportingKey;
        QCOMPARE(m->get(preview).status, 200);
        QCOMPARE(m->put(QStringLiteral("/calendars/office"), sample(QStringLiteral("calendars"))).status, 403);
    }

    void aCalendarInUseIsNotDeleted()
    {
        m->put(QStringLiteral("/calendars/office"), sample(QStringLiteral("calendars")));
        m->put(QStringLiteral("/schemas/office"), with(sample(QStringLiteral("schemas")), "calendar", QStringLiteral("office")));
        m->put(QStringLiteral("/categories/office"), with(sample(QStringLiteral("categories")), "calendar", QStringLiteral("office")));
        const Reply reply = m->remove(QStringLiteral("/calendars/office"));
        QCOMPARE(reply.status, 409);
        QCOMPARE(reply["args"][u"usedBy"].toArray(), (QJsonArray { QStringLiteral("category office"), QStringLiteral("schema office") }));
    }

    void theDeepestCategoryWhoseWholePathMatchesWins()
    {
        addTree();
        const Reply wifi = m->post(QStringLiteral("/items"),
            { { QStringLiteral("productType"), QStringLiteral("network") }, { QStringLiteral("productSubtype"), QStringLiteral("wifi") } });
        QCOMPARE(wifi["categoryPath"].toArray(), (QJsonArray { QStringLiteral("it"), QStringLiteral("it-wifi") }));
        const Reply it = m->post(QStringLiteral("/items"), one("productType", QStringLiteral("network")));
        QCOMPARE(it["category"].toString(), QStringLiteral("it"));
        // A child is not asked unless its parent matched.
        const Reply other = m->post(QStringLiteral("/items"), one("productSubtype", QStringLiteral("wifi")));
        QCOMPARE(other["category"].toString(), QStringLiteral("general"));
        const Reply chosen = m->post(QStringLiteral("/items"), one("category", QStringLiteral("it-wifi")));
        QCOMPARE(chosen["category"].toString(), QStringLiteral("it-wifi"));
    }

    void aDeletedCategoryComesBackWithItsChildrenAndItemsKeepPointingAtIt()
    {
        addTree();
        const QString id = m->capture(
            { { QStringLiteral("productType"), QStringLiteral("network") }, { QStringLiteral("productSubtype"), QStringLiteral("wifi") } });
        QCOMPARE(m->remove(QStringLiteral("/categories/it")).status, 204);
        QCOMPARE(idsOf(m->get(QStringLiteral("/categories?deleted=true")).data()),
            (QStringList { QStringLiteral("it"), QStringLiteral("it-wifi") }));
        QCOMPARE(idsOf(m->get(QStringLiteral("/categories")).data()), QStringList(QStringLiteral("general")));
        QCOMPARE(m->get(QStringLiteral("/items/") + id)["category"].toString(), QStringLiteral("it-wifi"));
        QCOMPARE(m->post(QStringLiteral("/items"), one("productType", QStringLiteral("network")))["category"].toString(),
            QStringLiteral("general"));
        const Reply restored = m->send("POST", QStringLiteral("/categories/it/restore"), QByteArray());
        QCOMPARE(restored.status, 200);
        QCOMPARE(m->get(QStringLiteral("/categories?deleted=true")).data().size(), 0);
        QCOMPARE(
            m->post(QStringLiteral("/items"), one("productType", QStringLiteral("network")))["category"].toString(), QStringLiteral("it"));
        QCOMPARE(m->send("POST", QStringLiteral("/categories/never/restore"), QByteArray()).status, 404);
        QCOMPARE(m->get(QStringLiteral("/categories?deleted=perhaps")).field(), QStringLiteral("deleted"));
    }

    void aCategoryCannotBeBelowItself()
    {
        addTree();
        const Reply circle = m->put(QStringLiteral("/categories/it"),
            with(sample(QStringLiteral("categories")), "parent", QStringLiteral("it-wifi")), { { "If-Match", "*" } });
        QCOMPARE(circle.status, 422);
        QCOMPARE(circle.field(), QStringLiteral("parent"));
    }

    void whatNoRuleMatchesIsKeptAndClassifiedOnceTheRulesAreMended()
    {
        m->remove(QStringLiteral("/categories/general"));
        const QString first = m->capture(one("productType", QStringLiteral("network")));
        m->capture(one("productType", QStringLiteral("printer")));
        const Reply stuck = m->get(QStringLiteral("/items/") + first);
        QCOMPARE(stuck["status"].toString(), QStringLiteral("errorheld"));
        QVERIFY(!stuck["error"].toString().isEmpty());
        QVERIFY(stuck["priority"].isNull());
        addTree();
        const Reply retried = m->post(QStringLiteral("/items/retry"));
        QCOMPARE(retried.json(),
            (QJsonObject { { QStringLiteral("tried"), 2 }, { QStringLiteral("classified"), 1 }, { QStringLiteral("stillErrorHeld"), 1 },
                { QStringLiteral("nextCursor"), QJsonValue() } }));
        QCOMPARE(m->get(QStringLiteral("/items/") + first)["category"].toString(), QStringLiteral("it"));
        QCOMPARE(m->post(QStringLiteral("/items/retry"), one("capturePointId", QStringLiteral("elsewhere")))["tried"].toInt(-1), 0);
        QCOMPARE(m->post(QStringLiteral("/items/retry"), one("limit", 0)).field(), QStringLiteral("limit"));
    }

    void theTagOfAnAgentChangesWithTheState()
    {
        m->put(QStringLiteral("/agents/ann"), one("name", QStringLiteral("Ann")));
        const Reply before = m->get(QStringLiteral("/agents/ann"));
        const Reply state = m->put(QStringLiteral("/agents/ann/state"), one("state", QStringLiteral("ready")));
        QCOMPARE(state.status, 200);
        const Reply after = m->get(QStringLiteral("/agents/ann"), { { "If-None-Match", before.etag() } });
        QCOMPARE(after.status, 200);
        QCOMPARE(after.etag(), state.etag());
        QCOMPARE(m->put(QStringLiteral("/agents/ann"), one("name", QStringLiteral("Anna")), { { "If-Match", before.etag() } }).status, 200);
    }

private:
    static void resources()
    {
        QTest::addColumn<QString>("resource");
        for (const char *resource : { "queues", "categories", "schemas", "capture-points", "agents", "skills", "calendars" })
            QTest::newRow(resource) << QString::fromLatin1(resource);
    }

    void addTree()
    {
        QCOMPARE(
            m->put(QStringLiteral("/categories/it"), with(sample(QStringLiteral("categories")), "rule", equals("productType", "network")))
                .status,
            201);
        QCOMPARE(m->put(QStringLiteral("/categories/it-wifi"),
                      { { QStringLiteral("name"), QStringLiteral("Wireless") }, { QStringLiteral("parent"), QStringLiteral("it") },
                          { QStringLiteral("rule"), equals("productSubtype", "wifi") } })
                     .status,
            201);
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiConfiguration)
#include "tst_api_configuration.moc"
