// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

HeaderFields ifMatch(const QByteArray &etag)
{
    return { { "If-Match", etag } };
}

QJsonObject wanting(const QJsonObject &configuration, bool removeOthers = false)
{
    return { { u"configuration"_s, configuration }, { u"removeOthers"_s, removeOthers } };
}

QJsonObject named(const QString &name)
{
    return { { u"name"_s, name } };
}

/// "update queue general", one for each change.
QStringList changesOf(const Reply &reply)
{
    QStringList changes;
    for (const auto &change : reply["changes"].toArray())
        changes.append(u"%1 %2 %3"_s.arg(change[u"action"].toString(), change[u"kind"].toString(), change[u"id"].toString()));
    return changes;
}

QStringList problemFieldsOf(const QJsonArray &problems)
{
    QStringList fields;
    for (const auto &problem : problems)
        fields.append(problem[u"field"].toString());
    return fields;
}

} // namespace

/// The whole configuration as one document, over HTTP.
class TestApiWholeConfiguration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void whatWasReadCanBeSentBack();
    void aDocumentIsPlannedAndApplied();
    void othersGoOnlyWhenAsked();
    void mistakesAreNamed_data();
    void mistakesAreNamed();
    void allProblemsOfAPlanAreTold();
    void anUnreadableObjectIsNotOneThatGoes();
    void aVersionHasToBeNamed();
    void theSameKeyDoesItOnce();
    void versionsAreListedComparedAndRestored();
    void someKindsAreRestored();
    void onlyWhatOneMayChangeIsChanged();
    void onlyWhatOneMaySeeIsShown();
    void anotherTenantsConfigurationIsItsOwn();

private:
    /// Whoever sends from now on has these privileges.
    void become(const QStringList &privileges) { m->key = m->newKey(privileges, m->tenant); }

    std::unique_ptr<ApiFixture> m;
};

void TestApiWholeConfiguration::whatWasReadCanBeSentBack()
{
    m->readyAgent(u"ann"_s);
    const Reply read = m->get(u"/configuration"_s);
    QCOMPARE(read.status, 200);
    QCOMPARE(read["format"].toInt(), 1);
    QCOMPARE(read.json()[u"queues"][u"general"], QJsonValue(named(u"General"_s)));
    QVERIFY(read["agents"].toObject().contains(u"ann"_s));
    QCOMPARE(m->get(u"/configuration"_s, { { "If-None-Match", read.etag() } }).status, 304);
    const Reply sent = m->put(u"/configuration"_s, wanting(read.json(), true), ifMatch(read.etag()));
    QCOMPARE(sent.status, 200);
    QCOMPARE(changesOf(sent), QStringList());
    QCOMPARE(sent.etag(), read.etag());
}

void TestApiWholeConfiguration::aDocumentIsPlannedAndApplied()
{
    m->readyAgent(u"ann"_s);
    const QJsonObject wanted = wanting({ { u"skills"_s, QJsonObject { { u"french"_s, named(u"French"_s) } } },
        { u"queues"_s, QJsonObject { { u"general"_s, QJsonObject { { u"name"_s, u"General"_s }, { u"requiredSkills"_s, QJsonObject { { u"french"_s, 20 } } } } } } } });
    const Reply plan = m->post(u"/configuration/plan"_s, wanted);
    QCOMPARE(plan.status, 200);
    QCOMPARE(changesOf(plan), (QStringList { u"create skill french"_s, u"update queue general"_s }));
    const QJsonObject queue = plan["changes"].toArray()[1].toObject();
    QCOMPARE(queue[u"before"], QJsonValue(QJsonObject { { u"requiredSkills"_s, QJsonObject() } }));
    QCOMPARE(queue[u"after"], QJsonValue(QJsonObject { { u"requiredSkills"_s, QJsonObject { { u"french"_s, 20 } } } }));
    QCOMPARE(plan["problems"].toArray(), QJsonArray());
    QCOMPARE(plan["warnings"].toArray().size(), 1); // nobody has the skill
    QCOMPARE(m->get(u"/skills/french"_s).status, 404);

    const Reply done = m->put(u"/configuration"_s, wanted, ifMatch(plan.etag()));
    QCOMPARE(done.status, 200);
    QCOMPARE(changesOf(done), changesOf(plan));
    QVERIFY(done["version"].toInt() > plan["version"].toInt());
    QCOMPARE(m->get(u"/queues/general"_s)["requiredSkills"].toObject(), (QJsonObject { { u"french"_s, 20 } }));
    QCOMPARE(m->put(u"/configuration"_s, wanted, ifMatch(plan.etag())).status, 412); // somebody changed it since: this one
    QCOMPARE(changesOf(m->put(u"/configuration"_s, wanted, ifMatch("*"))), QStringList());
}

void TestApiWholeConfiguration::othersGoOnlyWhenAsked()
{
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    const QJsonObject none { { u"skills"_s, QJsonObject() } };
    QCOMPARE(changesOf(m->put(u"/configuration"_s, wanting(none), ifMatch("*"))), QStringList());
    QCOMPARE(changesOf(m->put(u"/configuration"_s, wanting({}, true), ifMatch("*"))), QStringList()); // no kind is named
    QCOMPARE(changesOf(m->put(u"/configuration"_s, wanting(none, true), ifMatch("*"))), QStringList { u"delete skill french"_s });
    QCOMPARE(m->get(u"/skills/french"_s).status, 404);
    // What is used stays, and then everything does.
    const Reply used = m->put(u"/configuration"_s, wanting({ { u"queues"_s, QJsonObject { { u"new"_s, named(u"New"_s) } } } }, true), ifMatch("*"));
    QCOMPARE(used.status, 409);
    QCOMPARE(used.code(), u"object.in_use"_s);
    QCOMPARE(m->get(u"/queues/new"_s).status, 404);
}

void TestApiWholeConfiguration::mistakesAreNamed_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("field");
    QTest::newRow("nothing") << QByteArray("{}") << 422 << u"configuration"_s;
    QTest::newRow("a list") << QByteArray(R"({"configuration":[]})") << 422 << u"configuration"_s;
    QTest::newRow("a misspelt kind") << QByteArray(R"({"configuration":{"queue":{}},"removeOthers":true})") << 422 << u"queue"_s;
    QTest::newRow("a misspelt member") << QByteArray(R"({"configuration":{},"prune":true})") << 422 << u"prune"_s;
    QTest::newRow("a kind that is a list") << QByteArray(R"({"configuration":{"queues":[]}})") << 422 << u"queues"_s;
    QTest::newRow("an object that is none") << QByteArray(R"({"configuration":{"queues":{"a":7}}})") << 422 << u"queues.a"_s;
    QTest::newRow("an id that is none") << QByteArray(R"({"configuration":{"queues":{"a b":{"name":"A"}}}})") << 422 << u"queues.a b"_s;
    QTest::newRow("an empty id") << QByteArray(R"({"configuration":{"queues":{"":{"name":"A"}}}})") << 422 << u"queues."_s;
    QTest::newRow("two ids") << QByteArray(R"({"configuration":{"queues":{"a":{"id":"b","name":"A"}}}})") << 422 << u"queues.a.id"_s;
    QTest::newRow("no name") << QByteArray(R"({"configuration":{"queues":{"a":{}}}})") << 422 << u"queues.a.name"_s;
    QTest::newRow("an unknown member") << QByteArray(R"({"configuration":{"queues":{"a":{"name":"A","wait":1}}}})") << 422 << u"queues.a.wait"_s;
    QTest::newRow("settings") << QByteArray(R"({"configuration":{"settings":{"keepAnswersHours":-1}}})") << 422 << u"settings.keepAnswersHours"_s;
    QTest::newRow("a newer format") << QByteArray(R"({"configuration":{"format":2}})") << 422 << u"format"_s;
    QTest::newRow("what is not there") << QByteArray(R"({"configuration":{"queues":{"a":{"name":"A","calendar":"none"}}}})") << 422 << u"queues.a.calendar"_s;
    QByteArray many = R"({"configuration":{"skills":{)";
    for (int i = 0; i <= 10'000; ++i)
        many += (i > 0 ? ",\"s" : "\"s") + QByteArray::number(i) + R"(":{"name":"x"})";
    QTest::newRow("too many") << many + "}}}" << 422 << u"configuration"_s;
}

void TestApiWholeConfiguration::mistakesAreNamed()
{
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    QFETCH(QString, field);
    const QByteArray version = m->get(u"/configuration"_s).etag();
    const Reply reply = m->send("PUT", u"/configuration"_s, body, ifMatch("*"));
    QCOMPARE(reply.status, status);
    QCOMPARE(reply.field(), field);
    QCOMPARE(m->get(u"/configuration"_s).etag(), version);
}

void TestApiWholeConfiguration::allProblemsOfAPlanAreTold()
{
    const QJsonObject wanted = wanting({ { u"queues"_s, QJsonObject { { u"a"_s, QJsonObject { { u"name"_s, u"A"_s }, { u"calendar"_s, u"none"_s } } } } },
        { u"agents"_s, QJsonObject { { u"ann"_s, QJsonObject { { u"name"_s, u"Ann"_s }, { u"queues"_s, QJsonArray { u"b"_s } } } } } } });
    const Reply plan = m->post(u"/configuration/plan"_s, wanted);
    QCOMPARE(plan.status, 200);
    const QStringList fields { u"queues.a.calendar"_s, u"agents.ann.queues[0]"_s };
    QCOMPARE(problemFieldsOf(plan["problems"].toArray()), fields);
    const Reply refused = m->put(u"/configuration"_s, wanted, ifMatch("*"));
    QCOMPARE(refused.status, 422);
    QCOMPARE(problemFieldsOf(refused.json()[u"args"][u"problems"].toArray()), fields);
}

void TestApiWholeConfiguration::anUnreadableObjectIsNotOneThatGoes()
{
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    const QJsonObject unreadable { { u"skills"_s, QJsonObject { { u"french"_s, QJsonObject { { u"nam"_s, u"French"_s } } } } } };
    const Reply plan = m->post(u"/configuration/plan"_s, wanting(unreadable, true));
    QCOMPARE(plan.status, 200);
    QCOMPARE(changesOf(plan), QStringList());
    QCOMPARE(plan["problems"].toArray().size(), 1);
}

void TestApiWholeConfiguration::aVersionHasToBeNamed()
{
    const QJsonObject wanted = wanting({ { u"skills"_s, QJsonObject { { u"french"_s, named(u"French"_s) } } } });
    QCOMPARE(m->put(u"/configuration"_s, wanted).status, 428);
    QCOMPARE(m->put(u"/configuration"_s, wanted, ifMatch("\"1\"")).status, 412);
    QCOMPARE(m->get(u"/skills/french"_s).status, 404);
    QCOMPARE(m->put(u"/configuration"_s, wanted, ifMatch("*")).status, 200);
}

void TestApiWholeConfiguration::theSameKeyDoesItOnce()
{
    const QJsonObject wanted = wanting({ { u"skills"_s, QJsonObject { { u"french"_s, named(u"French"_s) } } } });
    const HeaderFields headers { { "If-Match", m->get(u"/configuration"_s).etag() }, { "Idempotency-Key", "once" } };
    const Reply first = m->put(u"/configuration"_s, wanted, headers);
    QCOMPARE(first.status, 200);
    const Reply second = m->put(u"/configuration"_s, wanted, headers);
    QCOMPARE(second.body, first.body);
    QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
}

void TestApiWholeConfiguration::versionsAreListedComparedAndRestored()
{
    const Reply before = m->get(u"/configuration"_s);
    m->advance(milliseconds(5));
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    m->advance(milliseconds(5));
    QCOMPARE(m->put(u"/queues/general"_s, { { u"name"_s, u"Everything"_s } }, ifMatch("*")).status, 200);

    const Reply page = m->get(u"/configuration/versions?limit=1"_s);
    QCOMPARE(page.data().size(), 1);
    QCOMPARE(page.data()[0][u"changes"].toArray(), (QJsonArray { QJsonObject { { u"action"_s, u"update"_s }, { u"kind"_s, u"queue"_s }, { u"id"_s, u"general"_s } } }));
    const Reply next = m->get(u"/configuration/versions?limit=1&cursor="_s + page["nextCursor"].toString());
    QCOMPARE(next.data()[0][u"changes"].toArray()[0][u"id"].toString(), u"french"_s);
    QVERIFY(next.data()[0][u"version"].toInt() < page.data()[0][u"version"].toInt());

    // What the audit knows besides is no version.
    QCOMPARE(m->post(u"/filters"_s, { { u"name"_s, u"Open"_s }, { u"visibility"_s, u"public"_s } }).status, 201);
    QCOMPARE(m->get(u"/configuration"_s)["version"], page.data()[0][u"version"]);
    QCOMPARE(m->get(u"/configuration/versions"_s).data()[0], page.data()[0]);

    const QString first = QString::number(before["version"].toInt());
    const Reply compared = m->get(u"/configuration/changes?from="_s + first);
    QCOMPARE(changesOf(compared), (QStringList { u"create skill french"_s, u"update queue general"_s }));
    const Reply back = m->get(u"/configuration/changes?from=%1&to=%2"_s.arg(page.data()[0][u"version"].toInt()).arg(first));
    QCOMPARE(changesOf(back), (QStringList { u"delete skill french"_s, u"update queue general"_s }));
    const Reply then = m->get(u"/configuration?version="_s + first);
    QCOMPARE(then["queues"], before["queues"]);
    QVERIFY(!then["skills"].toObject().contains(u"french"_s));

    const QJsonObject earlier { { u"version"_s, before["version"] } };
    const Reply plan = m->post(u"/configuration/plan"_s, earlier);
    QCOMPARE(changesOf(plan), changesOf(back));
    QCOMPARE(m->post(u"/configuration/restore"_s, earlier, ifMatch(before.etag())).status, 412);
    const Reply restored = m->post(u"/configuration/restore"_s, earlier, ifMatch(plan.etag()));
    QCOMPARE(restored.status, 200);
    QCOMPARE(changesOf(restored), changesOf(back));
    QCOMPARE(m->get(u"/queues/general"_s)["name"].toString(), u"General"_s);
    QCOMPARE(m->get(u"/skills/french"_s).status, 404);

    for (const QString &path : { u"/configuration?version=999999"_s, u"/configuration/changes?from=999999"_s, u"/configuration/changes?from=0&to=999999"_s })
        QCOMPARE(m->get(path).status, 404);
    for (const QString &path : { u"/configuration?version=-1"_s, u"/configuration?version=x"_s, u"/configuration/changes"_s, u"/configuration/changes?from=x"_s, u"/configuration/versions?cursor=x"_s })
        QCOMPARE(m->get(path).status, 400);
    for (const QJsonValue &version : { QJsonValue(999999), QJsonValue(-1), QJsonValue(u"1"_s), QJsonValue(1.5) })
        QVERIFY(m->post(u"/configuration/restore"_s, { { u"version"_s, version } }).status >= 400);
    QCOMPARE(m->post(u"/configuration/restore"_s).field(), u"version"_s);
}

void TestApiWholeConfiguration::someKindsAreRestored()
{
    const QJsonValue before = m->get(u"/configuration"_s)["version"];
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    QCOMPARE(m->put(u"/queues/general"_s, { { u"name"_s, u"Everything"_s } }, ifMatch("*")).status, 200);
    const Reply restored = m->post(u"/configuration/restore"_s, { { u"version"_s, before }, { u"kinds"_s, QJsonArray { u"queues"_s } } });
    QCOMPARE(changesOf(restored), QStringList { u"update queue general"_s });
    QCOMPARE(m->get(u"/skills/french"_s).status, 200);
    const Reply wrong = m->post(u"/configuration/restore"_s, { { u"version"_s, before }, { u"kinds"_s, QJsonArray { u"queues"_s, u"people"_s } } });
    QCOMPARE(wrong.status, 422);
    QCOMPARE(wrong.field(), u"kinds[1]"_s);
}

void TestApiWholeConfiguration::onlyWhatOneMayChangeIsChanged()
{
    const Reply read = m->get(u"/configuration"_s);
    become({ u"Settings.View"_s, u"Settings.Update"_s, u"Queues.View"_s, u"Queues.Update"_s, u"Agents.View"_s });
    const QJsonObject queue { { u"queues"_s, QJsonObject { { u"new"_s, named(u"New"_s) } } } };
    QCOMPARE(m->put(u"/configuration"_s, wanting(queue), ifMatch("*")).status, 200);
    const QJsonObject skill { { u"skills"_s, QJsonObject { { u"french"_s, named(u"French"_s) } } } };
    const Reply plan = m->post(u"/configuration/plan"_s, wanting(skill));
    QCOMPARE(problemFieldsOf(plan["problems"].toArray()), QStringList { u"skills"_s });
    const Reply refused = m->put(u"/configuration"_s, wanting(skill), ifMatch("*"));
    QCOMPARE(refused.status, 403);
    QCOMPARE(refused.json()[u"args"][u"privilege"].toString(), u"Agents.Update"_s);
    // Nor may he see, by planning, what he cannot see otherwise.
    const QJsonObject schema { { u"schemas"_s, QJsonObject { { u"standard"_s, read["schemas"].toObject()[u"standard"] } } } };
    QCOMPARE(m->post(u"/configuration/plan"_s, wanting(schema)).status, 403);
    QCOMPARE(m->put(u"/configuration"_s, wanting(schema), ifMatch("*")).status, 403);
    QCOMPARE(m->post(u"/configuration/restore"_s, { { u"version"_s, read["version"] } }).status, 403);
    QCOMPARE(m->post(u"/configuration/restore"_s, { { u"version"_s, read["version"] }, { u"kinds"_s, QJsonArray { u"queues"_s } } }).status, 200);
}

void TestApiWholeConfiguration::onlyWhatOneMaySeeIsShown()
{
    const QString first = QString::number(m->get(u"/configuration"_s)["version"].toInt());
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    become({ u"Settings.View"_s, u"Queues.View"_s });
    const Reply read = m->get(u"/configuration"_s);
    QCOMPARE(read.json().keys(), (QStringList { u"format"_s, u"queues"_s, u"settings"_s, u"time"_s, u"version"_s }));
    QCOMPARE(changesOf(m->get(u"/configuration/changes?from="_s + first)), QStringList());
}

void TestApiWholeConfiguration::anotherTenantsConfigurationIsItsOwn()
{
    m->key = m->otherKey;
    const Reply other = m->get(u"/configuration"_s);
    m->key = m->adminKey;
    QCOMPARE(m->put(u"/skills/french"_s, named(u"French"_s)).status, 201);
    m->key = m->otherKey;
    QCOMPARE(m->get(u"/configuration"_s).etag(), other.etag());
    QVERIFY(!m->get(u"/configuration"_s)["skills"].toObject().contains(u"french"_s));
}

QTEST_GUILESS_MAIN(TestApiWholeConfiguration)
#include "tst_api_wholeconfiguration.moc"
