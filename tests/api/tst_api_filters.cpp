// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString filters = u"/filters"_s;
const QString search = u"/items/search"_s;
const QString exports = u"/items/export"_s;
const QString strong = u"eleven quiet marble engines"_s;

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

/// @p more comes instead of what is there already
QJsonObject filterNamed(const QString &name, const QJsonObject &more = {})
{
    QJsonObject filter { { u"name"_s, name }, { u"condition"_s, comparison(u"customerSegment"_s, u"equals"_s, u"gold"_s) } };
    for (auto member = more.begin(); member != more.end(); ++member)
        filter.insert(member.key(), *member);
    return filter;
}

const QJsonObject publicly { { u"visibility"_s, u"public"_s } };

QJsonObject sharedWith(const QStringList &roles)
{
    return { { u"visibility"_s, u"shared"_s }, { u"roles"_s, QJsonArray::fromStringList(roles) } };
}

QJsonObject by(const Reply &saved, const QJsonObject &more = {})
{
    QJsonObject body = more;
    body.insert(u"filter"_s, saved["id"]);
    return body;
}

QString pathOf(const Reply &saved)
{
    return filters + u'/' + saved["id"].toString();
}

HeaderFields replacing(const Reply &shown)
{
    return { { "If-Match", shown.etag() } };
}

QStringList idsOf(const Reply &found)
{
    QStringList ids;
    for (const QJsonValue one : found.data())
        ids.append(one[u"id"].toString());
    return ids;
}

QStringList namesOf(const Reply &list)
{
    QStringList names;
    for (const QJsonValue one : list.data())
        names.append(one[u"name"].toString());
    return names;
}

} // namespace

/// Searches that have a name: whose they are, who finds them, and what they do for a search and an export.
class TestApiFilters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m_tokens.clear();
    }
    void cleanup() { m.reset(); }

    void aFilterComesBackAsItWasSaved()
    {
        const QJsonArray columns { u"captureId"_s, u"priority"_s, u"custom.region"_s };
        const Reply saved = m->post(filters,
            filterNamed(u"Late & gold 🏆"_s,
                { { u"description"_s, u"What gold customers wait for"_s }, { u"text"_s, u"printer* \"paper jam\""_s }, { u"columns"_s, columns },
                    { u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, u"dueDateTime"_s } } } } }));
        QCOMPARE(saved.status, 201);
        QCOMPARE(saved.headers.value("location"), u"/iwd/v3%1"_s.arg(pathOf(saved)).toLatin1());
        QCOMPARE(saved.etag(), QByteArray("\"1\""));
        QCOMPARE(saved["name"].toString(), u"Late & gold 🏆"_s);
        QCOMPARE(saved["visibility"].toString(), u"private"_s);
        QCOMPARE(saved["own"].toBool(), true);
        QCOMPARE(saved["owner"][u"kind"].toString(), u"apiKey"_s);
        QCOMPARE(saved["columns"].toArray(), columns);
        QCOMPARE(saved["sort"].toArray(), QJsonArray({ QJsonObject { { u"field"_s, u"dueDateTime"_s }, { u"direction"_s, u"asc"_s } } }));
        QCOMPARE(saved["condition"].toObject(), comparison(u"customerSegment"_s, u"equals"_s, u"gold"_s));
        QVERIFY(saved["problem"].isNull());
        QCOMPARE(m->get(pathOf(saved)).json(), saved.json());
        QCOMPARE(m->get(filters).data(), QJsonArray({ saved.json() }));
        // An answer may be sent back as it is, and changes nothing.
        const Reply same = m->put(pathOf(saved), saved.json(), replacing(saved));
        QCOMPARE(same.status, 200);
        QCOMPARE(same.json(), saved.json());
    }

    void aFilterIsReplacedByWhoeverKnowsItsVersion()
    {
        const Reply saved = m->post(filters, filterNamed(u"Gold"_s));
        m->advance(std::chrono::hours(1));
        const QJsonObject next { { u"name"_s, u"Words"_s }, { u"text"_s, u"printer"_s } };
        QCOMPARE(m->put(pathOf(saved), next).status, 428);
        const Reply replaced = m->put(pathOf(saved), next, replacing(saved));
        QCOMPARE(replaced.status, 200);
        QCOMPARE(replaced["version"].toInt(), 2);
        QVERIFY(replaced["condition"].isNull());
        QCOMPARE(replaced["text"].toString(), u"printer"_s);
        QVERIFY(replaced["updatedDateTime"].toString() > replaced["createdDateTime"].toString());
        QCOMPARE(m->put(pathOf(saved), filterNamed(u"Gold"_s), replacing(saved)).status, 412);
        QCOMPARE(m->remove(pathOf(saved), replacing(saved)).status, 412);
        QCOMPARE(m->put(pathOf(saved), filterNamed(u"Gold"_s), { { "If-Match", "*" } })["version"].toInt(), 3);
        QCOMPARE(m->remove(pathOf(saved)).status, 204);
        for (const Reply &gone : { m->get(pathOf(saved)), m->remove(pathOf(saved)), m->put(pathOf(saved), next, { { "If-Match", "*" } }) }) {
            QCOMPARE(gone.status, 404);
            QCOMPARE(gone.code(), u"object.not_found"_s);
        }
    }

    void aRepeatedRequestSavesOnce()
    {
        const HeaderFields again { { "Idempotency-Key", "k" } };
        const Reply first = m->post(filters, filterNamed(u"Gold"_s), again);
        const Reply second = m->post(filters, filterNamed(u"Gold"_s), again);
        QCOMPARE(second.status, 201);
        QCOMPARE(second.json(), first.json());
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
        QCOMPARE(m->get(filters).data().size(), 1);
    }

    void aNameIsGivenOnceByItsOwner()
    {
        const Reply saved = m->post(filters, filterNamed(u"Gold"_s));
        const Reply twice = m->post(filters, filterNamed(u"Gold"_s));
        QCOMPARE(twice.status, 409);
        QCOMPARE(twice.code(), u"object.exists"_s);
        QCOMPARE(twice["args"][u"id"].toString(), saved["id"].toString());
        const Reply other = m->post(filters, filterNamed(u"gold"_s));
        QCOMPARE(other.status, 201);
        QCOMPARE(m->put(pathOf(other), filterNamed(u"Gold"_s), replacing(other)).status, 409);
        QCOMPARE(m->get(pathOf(other))["name"].toString(), u"gold"_s);
        m->key = m->reportingKey; // names of others are theirs
        QCOMPARE(m->post(filters, filterNamed(u"Gold"_s)).status, 201);
    }

    void whatMakesNoSenseIsRefusedWithItsPath_data()
    {
        QTest::addColumn<QJsonObject>("change");
        QTest::addColumn<QString>("field");
        QTest::newRow("no name") << QJsonObject { { u"name"_s, QJsonValue() } } << u"name"_s;
        QTest::newRow("a name of spaces") << QJsonObject { { u"name"_s, u"  "_s } } << u"name"_s;
        QTest::newRow("spaces around a name") << QJsonObject { { u"name"_s, u" Gold"_s } } << u"name"_s;
        QTest::newRow("a line break in a name") << QJsonObject { { u"name"_s, u"Go\nld"_s } } << u"name"_s;
        QTest::newRow("a long name") << QJsonObject { { u"name"_s, QString(201, u'x') } } << u"name"_s;
        QTest::newRow("a long description") << QJsonObject { { u"description"_s, QString(1'001, u'x') } } << u"description"_s;
        QTest::newRow("a long text") << QJsonObject { { u"text"_s, QString(501, u'x') } } << u"text"_s;
        QTest::newRow("no words") << QJsonObject { { u"text"_s, u"!!!"_s } } << u"text"_s;
        QTest::newRow("a field in the condition") << QJsonObject { { u"condition"_s, QJsonObject { { u"all"_s, QJsonArray { comparison(u"id"_s, u"equals"_s, u"wi-1"_s), comparison(u"custmoerId"_s, u"equals"_s, 1) } } } } }
                                                  << u"condition.all[1].attribute"_s;
        QTest::newRow("a large condition") << QJsonObject { { u"condition"_s, large(40, 1'000) } } << u"condition"_s;
        QTest::newRow("a list in the condition's place") << QJsonObject { { u"condition"_s, QJsonArray() } } << u"condition"_s;
        QTest::newRow("a field to sort by") << QJsonObject { { u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, u"labels"_s } } } } } << u"sort[0].field"_s;
        QTest::newRow("an order in words") << QJsonObject { { u"sort"_s, u"newest"_s } } << u"sort"_s;
        QTest::newRow("a column") << QJsonObject { { u"columns"_s, QJsonArray { u"id"_s, u"stauts"_s } } } << u"columns[1]"_s;
        QTest::newRow("a column twice") << QJsonObject { { u"columns"_s, QJsonArray { u"id"_s, u"status"_s, u"id"_s } } } << u"columns[2]"_s;
        QTest::newRow("a page") << QJsonObject { { u"limit"_s, 10 } } << u"limit"_s;
        QTest::newRow("a filter of a filter") << QJsonObject { { u"filter"_s, u"filter-1"_s } } << u"filter"_s;
        QTest::newRow("visibility") << QJsonObject { { u"visibility"_s, u"secret"_s } } << u"visibility"_s;
        QTest::newRow("shared with nobody") << QJsonObject { { u"visibility"_s, u"shared"_s } } << u"roles"_s;
        QTest::newRow("roles of a public one") << QJsonObject { { u"visibility"_s, u"public"_s }, { u"roles"_s, QJsonArray { u"Viewer"_s } } } << u"roles"_s;
        QTest::newRow("roles of a private one") << QJsonObject { { u"roles"_s, QJsonArray { u"Viewer"_s } } } << u"roles"_s;
        QTest::newRow("an unknown role") << sharedWith({ u"Viewer"_s, u"Boss"_s }) << u"roles[1]"_s;
        QTest::newRow("something else") << QJsonObject { { u"query"_s, QJsonObject() } } << u"query"_s;
    }
    void whatMakesNoSenseIsRefusedWithItsPath()
    {
        QFETCH(const QJsonObject, change);
        QFETCH(const QString, field);
        const Reply refused = m->post(filters, filterNamed(u"Gold"_s, change));
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.field(), field);
        QVERIFY(m->get(filters).data().isEmpty());
        const Reply saved = m->post(filters, filterNamed(u"Gold"_s));
        const Reply again = m->put(pathOf(saved), filterNamed(u"Gold"_s, change), replacing(saved));
        QCOMPARE(again.status, 422);
        QCOMPARE(again.field(), field);
        QCOMPARE(m->get(pathOf(saved)).json(), saved.json());
    }

    void privateOnesAreNotThereForAnybodyElse()
    {
        const HeaderFields vera = as(u"vera"_s, { u"Viewer"_s });
        const HeaderFields vic = as(u"vic"_s, { u"Viewer"_s });
        const HeaderFields root = as(u"root"_s, { u"Administrator"_s });
        const Reply saved = m->post(filters, filterNamed(u"Hers"_s), vera);
        QCOMPARE(saved.status, 201);
        QCOMPARE(saved["owner"].toObject(), QJsonObject({ { u"kind"_s, u"user"_s }, { u"id"_s, u"vera"_s }, { u"name"_s, u"vera"_s } }));
        QCOMPARE(idsOf(m->get(filters, vera)), QStringList { saved["id"].toString() });
        for (const HeaderFields &other : { vic, root }) {
            QVERIFY(m->get(filters, other).data().isEmpty());
            QCOMPARE(m->get(pathOf(saved), other).status, 404);
            QCOMPARE(m->put(pathOf(saved), filterNamed(u"Mine"_s), other + HeaderFields { { "If-Match", "*" } }).status, 404);
            QCOMPARE(m->remove(pathOf(saved), other).status, 404);
            const Reply unused = m->post(search, by(saved), other);
            QCOMPARE(unused.status, 422);
            QCOMPARE(unused.code(), u"object.invalid_reference"_s);
            QCOMPARE(unused.field(), u"filter"_s);
        }
        m->key = m->adminKey;
        QCOMPARE(m->get(pathOf(saved)).status, 404);
        QCOMPARE(m->get(pathOf(saved), {}).code(), u"object.not_found"_s);
        m->key.clear();
        QCOMPARE(m->remove(pathOf(saved), vera).status, 204);
    }

    void sharedOnesAreThereForTheirRoles()
    {
        const HeaderFields sue = as(u"sue"_s, { u"Supervisor"_s });
        const HeaderFields vera = as(u"vera"_s, { u"Viewer"_s });
        const HeaderFields anna = as(u"anna"_s, { u"Agent"_s });
        const Reply saved = m->post(filters, filterNamed(u"For viewers"_s, sharedWith({ u"Viewer"_s })), sue);
        QCOMPARE(saved.status, 201);
        const Reply seen = m->get(pathOf(saved), vera);
        QCOMPARE(seen.status, 200);
        QCOMPARE(seen["own"].toBool(), false);
        QCOMPARE(seen["roles"].toArray(), QJsonArray { u"Viewer"_s });
        QCOMPARE(m->post(search, by(saved), vera).status, 200);
        QCOMPARE(m->get(pathOf(saved), anna).status, 404);
        QVERIFY(m->get(filters, anna).data().isEmpty());
        // Keys have no roles, but whoever may change what is published finds it.
        for (const QString &key : { m->sourceKey, m->agentKey, m->reportingKey }) {
            m->key = key;
            QCOMPARE(m->get(pathOf(saved)).status, 404);
        }
        m->key = m->adminKey;
        QCOMPARE(m->get(pathOf(saved)).status, 200);
        // A role of the tenant's own is as good, and a filter keeps one that is gone.
        QCOMPARE(m->post(u"/roles"_s, { { u"id"_s, u"front-desk"_s }, { u"name"_s, u"Front desk"_s }, { u"privileges"_s, QJsonArray { u"Filters.View"_s } } }).status, 201);
        const Reply moved = m->put(pathOf(saved), filterNamed(u"For the desk"_s, sharedWith({ u"front-desk"_s })), replacing(saved));
        QCOMPARE(moved.status, 200);
        m->key.clear();
        const HeaderFields dora = as(u"dora"_s, { u"front-desk"_s });
        QCOMPARE(namesOf(m->get(filters, dora)), QStringList { u"For the desk"_s });
        QCOMPARE(m->get(pathOf(saved), vera).status, 404);
        QCOMPARE(m->remove(u"/users/dora"_s, as(u"root"_s, { u"Administrator"_s })).status, 204);
        QCOMPARE(m->remove(u"/roles/front-desk"_s, as(u"root"_s, { u"Administrator"_s })).status, 204);
        const Reply kept = m->put(pathOf(saved), filterNamed(u"For nobody"_s, sharedWith({ u"front-desk"_s })), sue + replacing(moved));
        QCOMPARE(kept.status, 200);
        QCOMPARE(m->post(filters, filterNamed(u"Another"_s, sharedWith({ u"front-desk"_s })), sue).field(), u"roles[0]"_s);
    }

    void publishingAndChangingWhatIsPublishedTakesAPrivilege()
    {
        const HeaderFields sue = as(u"sue"_s, { u"Supervisor"_s });
        const HeaderFields sam = as(u"sam"_s, { u"Supervisor"_s });
        const HeaderFields vera = as(u"vera"_s, { u"Viewer"_s });
        const HeaderFields any { { "If-Match", "*" } };
        for (const QJsonObject &published : { publicly, sharedWith({ u"Viewer"_s }) }) {
            const Reply refused = m->post(filters, filterNamed(u"Ours"_s, published), vera);
            QCOMPARE(refused.status, 403);
            QCOMPARE(refused["args"][u"privilege"].toString(), u"Filters.Update"_s);
        }
        const Reply own = m->post(filters, filterNamed(u"Mine"_s), vera);
        QCOMPARE(own.status, 201);
        QCOMPARE(m->put(pathOf(own), filterNamed(u"Ours"_s, publicly), vera + any).status, 403);
        QCOMPARE(m->get(pathOf(own), vera)["visibility"].toString(), u"private"_s);

        const Reply saved = m->post(filters, filterNamed(u"Everybody's"_s, publicly), sue);
        QCOMPARE(m->get(pathOf(saved), vera).status, 200);
        QCOMPARE(m->put(pathOf(saved), filterNamed(u"Hers"_s), vera + any).status, 403);
        QCOMPARE(m->remove(pathOf(saved), vera).status, 403);
        for (const QString &key : { m->sourceKey, m->agentKey, m->reportingKey }) {
            m->key = key;
            QCOMPARE(m->get(pathOf(saved)).status, 200);
            QCOMPARE(m->remove(pathOf(saved)).status, 403);
        }
        m->key.clear();
        // Another one with the privilege may; the owner stays who it is, and its names are asked for.
        QCOMPARE(m->post(filters, filterNamed(u"Taken"_s), sue).status, 201);
        QCOMPARE(m->put(pathOf(saved), filterNamed(u"Taken"_s, publicly), sam + any).status, 409);
        const Reply changed = m->put(pathOf(saved), filterNamed(u"Still hers"_s, publicly), sam + any);
        QCOMPARE(changed.status, 200);
        QCOMPARE(changed["owner"][u"id"].toString(), u"sue"_s);
        QCOMPARE(changed["own"].toBool(), false);
        QCOMPARE(m->remove(pathOf(saved), sam).status, 204);
        QCOMPARE(m->get(pathOf(saved), sue).status, 404);
    }

    void theOtherTenantHasItsOwn()
    {
        const Reply saved = m->post(filters, filterNamed(u"Ours"_s, publicly));
        m->key = m->otherKey;
        QVERIFY(m->get(filters).data().isEmpty());
        QCOMPARE(m->get(pathOf(saved)).status, 404);
        QCOMPARE(m->remove(pathOf(saved)).status, 404);
        QCOMPARE(m->post(search, by(saved)).status, 422);
        QCOMPARE(m->post(filters, filterNamed(u"Ours"_s, publicly)).status, 201);
    }

    void keysOfSourcesAndAgentsKeepTheirOwn()
    {
        for (const QString &key : { m->sourceKey, m->agentKey, m->reportingKey }) {
            m->key = key;
            const Reply saved = m->post(filters, filterNamed(u"Mine"_s));
            QCOMPARE(saved.status, 201);
            QCOMPARE(idsOf(m->get(filters)), QStringList { saved["id"].toString() });
            QCOMPARE(m->post(search, by(saved)).status, 200);
        }
        m->key = m->newKey({ u"Workitems.View"_s }, m->tenant);
        QCOMPARE(m->get(filters).status, 403);
        const Reply refused = m->post(search, { { u"filter"_s, u"filter-1"_s } });
        QCOMPARE(refused.status, 403);
        QCOMPARE(refused["args"][u"privilege"].toString(), u"Filters.View"_s);
    }

    void pagesOfFiltersHaveEachOnce()
    {
        const HeaderFields sue = as(u"sue"_s, { u"Supervisor"_s });
        QStringList mine;
        m->key = m->adminKey;
        for (int i = 0; i < 7; ++i) {
            mine.append(m->post(filters, filterNamed(u"Mine %1"_s.arg(i)))["id"].toString());
            m->key = m->reportingKey;
            QCOMPARE(m->post(filters, filterNamed(u"Another's %1"_s.arg(i))).status, 201);
            m->key.clear();
            mine.append(m->post(filters, filterNamed(u"Shared %1"_s.arg(i), sharedWith({ u"Agent"_s })), sue)["id"].toString());
            m->key = m->adminKey;
        }
        QStringList got;
        QString cursor;
        do {
            const Reply page = m->get(filters + u"?limit=3"_s + (cursor.isEmpty() ? QString() : u"&cursor="_s + cursor));
            QVERIFY(page.data().size() <= 3);
            got += idsOf(page);
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(got, mine);
    }

    void anOwnerHasAtMostFiveHundred()
    {
        const QString owner = m->post(filters, { { u"name"_s, u"first"_s } })["owner"][u"id"].toString();
        m->write([owner](Transaction &transaction) {
            for (int i = 1; i < 499; ++i) {
                FilterRecord record;
                record.owner = { u"apiKey"_s, owner, owner };
                record.filter.name = QString::number(i);
                transaction.insertFilter(record);
            }
        });
        QCOMPARE(m->post(filters, { { u"name"_s, u"last"_s } }).status, 201);
        const Reply refused = m->post(filters, { { u"name"_s, u"one more"_s } });
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.code(), u"request.too_many_items"_s);
        QCOMPARE(refused["args"][u"limit"].toInt(), 500);
        const Reply first = m->get(filters + u"?limit=1"_s);
        QCOMPARE(m->remove(filters + u'/' + idsOf(first).constFirst()).status, 204);
        QCOMPARE(m->post(filters, { { u"name"_s, u"one more"_s } }).status, 201);
        m->key = m->reportingKey;
        QCOMPARE(m->post(filters, { { u"name"_s, u"another's first"_s } }).status, 201);
    }

    void aSearchLooksForWhatTheFilterSaysAndForItsOwn()
    {
        const QString gold = m->capture({ { u"captureId"_s, u"A"_s }, { u"customerSegment"_s, u"gold"_s }, { u"region"_s, u"north"_s }, { u"labels"_s, QJsonArray { u"paper jam"_s } } });
        const QString other = m->capture({ { u"captureId"_s, u"B"_s }, { u"customerSegment"_s, u"gold"_s }, { u"region"_s, u"south"_s }, { u"labels"_s, QJsonArray { u"paper"_s, u"jam"_s } } });
        const QString silver = m->capture({ { u"captureId"_s, u"C"_s }, { u"customerSegment"_s, u"silver"_s }, { u"region"_s, u"north"_s } });
        const Reply saved = m->post(filters, filterNamed(u"Gold"_s));
        QCOMPARE(idsOf(m->post(search, by(saved))), QStringList({ other, gold }));
        const QJsonObject north { { u"condition"_s, comparison(u"custom.region"_s, u"equals"_s, u"north"_s) } };
        QCOMPARE(idsOf(m->post(search, by(saved, north))), QStringList { gold });
        QCOMPARE(idsOf(m->post(search, north)), QStringList({ silver, gold }));
        // Words of both, also where the first text ends with a quote that is open.
        const Reply words = m->post(filters, { { u"name"_s, u"Words"_s }, { u"text"_s, u"\"paper jam"_s } });
        QCOMPARE(idsOf(m->post(search, by(words))), QStringList { gold });
        QCOMPARE(idsOf(m->post(search, by(words, { { u"text"_s, u"north"_s } }))), QStringList { gold });
        QVERIFY(idsOf(m->post(search, by(words, { { u"text"_s, u"south"_s } }))).isEmpty());
        // Conditions of both, whichever way they are put together.
        const Reply any = m->post(filters,
            { { u"name"_s, u"Any"_s }, { u"condition"_s, QJsonObject { { u"any"_s, QJsonArray { comparison(u"captureId"_s, u"equals"_s, u"A"_s), comparison(u"captureId"_s, u"equals"_s, u"C"_s) } } } } });
        QCOMPARE(idsOf(m->post(search, by(any))), QStringList({ silver, gold }));
        QCOMPARE(idsOf(m->post(search, by(any, { { u"condition"_s, QJsonObject { { u"not"_s, comparison(u"captureId"_s, u"equals"_s, u"C"_s) } } } }))), QStringList { gold });
        // Nothing in it is everything.
        const Reply everything = m->post(filters, { { u"name"_s, u"Everything"_s } });
        QCOMPARE(idsOf(m->post(search, by(everything))), QStringList({ silver, other, gold }));
        QCOMPARE(idsOf(m->post(search, { { u"filter"_s, QJsonValue() } })), QStringList({ silver, other, gold }));
    }

    void orderAndColumnsOfTheRequestComeFirst()
    {
        const QString first = m->capture({ { u"captureId"_s, u"A"_s }, { u"customerId"_s, u"2"_s } });
        const QString second = m->capture({ { u"captureId"_s, u"B"_s }, { u"customerId"_s, u"1"_s } });
        const auto sortedBy = [](const QString &field) { return QJsonArray { QJsonObject { { u"field"_s, field } } }; };
        const Reply saved = m->post(filters, { { u"name"_s, u"By key"_s }, { u"sort"_s, sortedBy(u"captureId"_s) }, { u"columns"_s, QJsonArray { u"captureId"_s } } });
        const Reply found = m->post(search, by(saved));
        QCOMPARE(idsOf(found), QStringList({ first, second }));
        QCOMPARE(found.data().first().toObject(), QJsonObject({ { u"id"_s, first }, { u"captureId"_s, u"A"_s } }));
        QCOMPARE(idsOf(m->post(search, by(saved, { { u"sort"_s, sortedBy(u"customerId"_s) } }))), QStringList({ second, first }));
        QCOMPARE(idsOf(m->post(search, by(saved, { { u"sort"_s, QJsonArray() } }))), QStringList({ second, first })); // newest first
        const Reply columns = m->post(search, by(saved, { { u"columns"_s, QJsonArray { u"customerId"_s } } }));
        QCOMPARE(columns.data().first().toObject(), QJsonObject({ { u"id"_s, first }, { u"customerId"_s, u"2"_s } }));
        const Reply universal = m->post(filters, { { u"name"_s, u"Universal Queue"_s }, { u"sort"_s, u"priority"_s } });
        QCOMPARE(universal["sort"].toString(), u"priority"_s);
        QCOMPARE(m->post(search, by(universal)).data(), m->post(search, { { u"sort"_s, u"priority"_s } }).data());
    }

    void aCursorIsGoodAsLongAsTheFilterIsTheSame()
    {
        for (int i = 0; i < 5; ++i)
            m->capture({ { u"customerSegment"_s, u"gold"_s } });
        const Reply saved = m->post(filters, filterNamed(u"Gold"_s));
        const auto after = [&](const Reply &page) { return by(saved, { { u"limit"_s, 2 }, { u"cursor"_s, page["nextCursor"] } }); };
        const Reply first = m->post(search, by(saved, { { u"limit"_s, 2 } }));
        const Reply second = m->post(search, after(first));
        QCOMPARE(second.status, 200);
        QCOMPARE(second.data().size(), 2);
        const Reply renamed = m->put(pathOf(saved), filterNamed(u"Golden"_s), replacing(saved));
        QCOMPARE(m->post(search, after(second)).data().size(), 1);
        QCOMPARE(m->put(pathOf(saved), filterNamed(u"Golden"_s, { { u"text"_s, u"gold"_s } }), replacing(renamed)).status, 200);
        const Reply refused = m->post(search, after(second));
        QCOMPARE(refused.status, 400);
        QCOMPARE(refused.field(), u"cursor"_s);
    }

    void anExportWritesWhatTheFilterFinds()
    {
        m->capture({ { u"captureId"_s, u"A"_s }, { u"customerSegment"_s, u"gold"_s }, { u"region"_s, u"north"_s } });
        m->capture({ { u"captureId"_s, u"B"_s }, { u"customerSegment"_s, u"gold"_s }, { u"region"_s, u"south"_s } });
        m->capture({ { u"captureId"_s, u"C"_s } });
        const Reply saved = m->post(filters,
            filterNamed(u"Gold"_s, { { u"columns"_s, QJsonArray { u"captureId"_s, u"custom.region"_s } }, { u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, u"captureId"_s } } } } }));
        QCOMPARE(m->post(exports, by(saved)).body, QByteArray("captureId,custom.region\r\nA,north\r\nB,south\r\n"));
        QCOMPARE(m->post(exports, by(saved, { { u"header"_s, QJsonArray { u"Key"_s, u"Region"_s } }, { u"condition"_s, comparison(u"custom.region"_s, u"equals"_s, u"south"_s) } })).body,
            QByteArray("Key,Region\r\nB,south\r\n"));
        QCOMPARE(m->post(exports, by(saved, { { u"columns"_s, QJsonArray { u"captureId"_s } }, { u"sort"_s, QJsonArray() } })).body, QByteArray("captureId\r\nB\r\nA\r\n"));
        QCOMPARE(m->post(exports, by(saved, { { u"header"_s, QJsonArray { u"Key"_s } } })).field(), u"header"_s);
        QCOMPARE(m->post(exports, { { u"filter"_s, u"filter-999"_s } }).field(), u"filter"_s);
        m->key = m->reportingKey; // may look, but not export
        QCOMPARE(m->post(exports, { { u"filter"_s, u"filter-999"_s } }).status, 403);
    }

    void namesOfNoFilterAreRefused_data()
    {
        QTest::addColumn<QJsonValue>("filter");
        QTest::newRow("unknown") << QJsonValue(u"filter-999"_s);
        QTest::newRow("a name") << QJsonValue(u"Gold"_s);
        QTest::newRow("no number") << QJsonValue(u"filter-x"_s);
        QTest::newRow("zeros before it") << QJsonValue(u"filter-01"_s);
        QTest::newRow("a number beyond all bounds") << QJsonValue(u"filter-99999999999999999999"_s);
        QTest::newRow("empty") << QJsonValue(u""_s);
        QTest::newRow("long") << QJsonValue(QString(65, u'f'));
        QTest::newRow("a number") << QJsonValue(1);
        QTest::newRow("an object") << QJsonValue(QJsonObject());
    }
    void namesOfNoFilterAreRefused()
    {
        QFETCH(const QJsonValue, filter);
        QCOMPARE(m->post(filters, filterNamed(u"Gold"_s)).status, 201);
        for (const QString &path : { search, exports }) {
            const Reply refused = m->post(path, { { u"filter"_s, filter } });
            QCOMPARE(refused.status, 422);
            QCOMPARE(refused.field(), u"filter"_s);
        }
    }

    void whatIsTooMuchTogetherIsSaid()
    {
        QStringList words;
        for (int i = 0; i < 15; ++i)
            words.append(u"word%1"_s.arg(i));
        const Reply saved = m->post(filters, { { u"name"_s, u"Much"_s }, { u"text"_s, words.join(u' ') }, { u"condition"_s, large(300, 5) } });
        QCOMPARE(saved.status, 201);
        QCOMPARE(m->post(search, by(saved)).status, 200);
        const Reply texts = m->post(search, by(saved, { { u"text"_s, u"six more words than it takes"_s } }));
        QCOMPARE(texts.status, 422);
        QCOMPARE(texts.field(), u"text"_s);
        QVERIFY2(texts["detail"].toString().contains(u"saved filter \"Much\""_s), texts.body.constData());
        const Reply conditions = m->post(search, by(saved, { { u"condition"_s, large(300, 5) } }));
        QCOMPARE(conditions.status, 422);
        QCOMPARE(conditions.field(), u"condition"_s);
        QVERIFY2(conditions["detail"].toString().contains(u"saved filter \"Much\""_s), conditions.body.constData());
        // What is wrong with the request alone is told as ever.
        QCOMPARE(m->post(search, by(saved, { { u"condition"_s, QJsonObject { { u"all"_s, QJsonArray { comparison(u"custmoerId"_s, u"equals"_s, 1) } } } } })).field(), u"condition.all[0].attribute"_s);
        QCOMPARE(m->post(search, by(saved, { { u"text"_s, 7 } })).field(), u"text"_s);
        QCOMPARE(m->post(search, by(saved, { { u"sort"_s, 7 } })).field(), u"sort"_s);
        QCOMPARE(m->post(search, by(saved, { { u"limt"_s, 7 } })).field(), u"limt"_s);
    }

    void aFilterThatIsNotUnderstoodAnyMoreIsListedAndMended()
    {
        const Reply sound = m->post(filters, filterNamed(u"Gold"_s));
        const Reply saved = m->post(filters, filterNamed(u"Of another version"_s));
        // As one that a server of another version saved.
        const QJsonObject foreign { { u"condition"_s, comparison(u"mood"_s, u"equals"_s, u"good"_s) } };
        m->write([id = saved["id"].toString().section(u'-', 1).toLongLong(), foreign](Transaction &transaction) {
            FilterRecord record = *transaction.filter(id);
            record.filter.search = foreign;
            transaction.updateFilter(record);
        });
        const Reply list = m->get(filters);
        QCOMPARE(idsOf(list), QStringList({ sound["id"].toString(), saved["id"].toString() }));
        QVERIFY(list.data()[0][u"problem"].isNull());
        const QJsonObject problem = list.data()[1][u"problem"].toObject();
        QCOMPARE(problem.value(u"field"_s).toString(), u"condition.attribute"_s);
        QVERIFY(problem.value(u"detail"_s).toString().contains(u"mood"_s));
        const Reply shown = m->get(pathOf(saved));
        QCOMPARE(shown["condition"].toObject(), foreign.value(u"condition"_s).toObject());
        for (const QString &path : { search, exports }) {
            const Reply refused = m->post(path, by(saved));
            QCOMPARE(refused.status, 422);
            QCOMPARE(refused.field(), u"filter"_s);
            QVERIFY2(refused["detail"].toString().contains(u"Of another version"_s) && refused["detail"].toString().contains(u"mood"_s), refused.body.constData());
        }
        QVERIFY(m->put(pathOf(saved), filterNamed(u"Of this version"_s), replacing(shown))["problem"].isNull());
        QCOMPARE(m->post(search, by(saved)).status, 200);
    }

    void whoSeesSomeCategoriesFindsOnlyTheirWork()
    {
        QCOMPARE(m->post(u"/categories"_s, { { u"id"_s, u"claims"_s }, { u"name"_s, u"Claims"_s }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s }, { u"order"_s, 0 },
                     { u"rule"_s, comparison(u"channel"_s, u"equals"_s, u"claim"_s) } }).status, 201);
        m->capture({ { u"customerSegment"_s, u"gold"_s } });
        const QString claim = m->capture({ { u"customerSegment"_s, u"gold"_s }, { u"channel"_s, u"claim"_s } });
        const Reply everybodys = m->post(filters, filterNamed(u"Gold"_s, publicly));
        QCOMPARE(m->post(search, by(everybodys)).data().size(), 2);
        m->key.clear();
        const HeaderFields cora = as(u"cora"_s, { u"Supervisor"_s }, { u"claims"_s });
        QCOMPARE(idsOf(m->post(search, by(everybodys), cora)), QStringList { claim });
        const Reply own = m->post(filters, filterNamed(u"Mine"_s), cora);
        QCOMPARE(own.status, 201);
        QCOMPARE(idsOf(m->post(search, by(own), cora)), QStringList { claim });
        QCOMPARE(m->get(filters, cora).data().size(), 2);
    }

    void theAuditTellsWhatOthersFind()
    {
        const Reply saved = m->post(filters, filterNamed(u"Mine"_s, { { u"description"_s, u"secret"_s } }));
        const Reply renamed = m->put(pathOf(saved), filterNamed(u"Still mine"_s, { { u"description"_s, u"secret"_s } }), replacing(saved));
        QVERIFY(audited(saved).isEmpty());
        const Reply published = m->put(pathOf(saved), filterNamed(u"Everybody's"_s, publicly), replacing(renamed));
        QCOMPARE(audited(saved).size(), 1);
        const QJsonObject publishing = audited(saved)[0].toObject();
        QCOMPARE(publishing.value(u"action"_s).toString(), u"update"_s);
        QCOMPARE(publishing.value(u"version"_s).toInt(), 3);
        // What was private is nobody's business.
        QCOMPARE(publishing.value(u"before"_s).toObject(), QJsonObject({ { u"visibility"_s, u"private"_s } }));
        QCOMPARE(publishing.value(u"after"_s).toObject().value(u"name"_s).toString(), u"Everybody's"_s);
        const Reply changed = m->put(pathOf(saved), filterNamed(u"Ours"_s, publicly), replacing(published));
        QCOMPARE(audited(saved)[0][u"before"].toObject(), QJsonObject({ { u"name"_s, u"Everybody's"_s } }));
        QCOMPARE(audited(saved)[0][u"after"].toObject(), QJsonObject({ { u"name"_s, u"Ours"_s } }));
        const Reply withdrawn = m->put(pathOf(saved), filterNamed(u"Mine again"_s), replacing(changed));
        QCOMPARE(withdrawn.status, 200);
        QCOMPARE(audited(saved)[0][u"after"].toObject(), QJsonObject({ { u"visibility"_s, u"private"_s } }));
        QCOMPARE(m->remove(pathOf(saved)).status, 204);
        QCOMPARE(audited(saved).size(), 3);
        const Reply shared = m->post(filters, filterNamed(u"Shared"_s, sharedWith({ u"Viewer"_s })));
        QCOMPARE(audited(shared)[0][u"action"].toString(), u"create"_s);
        QCOMPARE(m->remove(pathOf(shared)).status, 204);
        QCOMPARE(audited(shared)[0][u"action"].toString(), u"delete"_s);
        QVERIFY(audited(shared)[0][u"after"].isNull());
        QVERIFY(!m->get(u"/audit"_s).body.contains("secret"));
    }

    void privateOnesGoWithTheirOwner()
    {
        const QString admin = m->key;
        m->key.clear();
        const HeaderFields sue = as(u"sue"_s, { u"Supervisor"_s });
        const Reply own = m->post(filters, filterNamed(u"Mine"_s), sue);
        const Reply everybodys = m->post(filters, filterNamed(u"Everybody's"_s, publicly), sue);
        m->key = admin;
        QCOMPARE(m->remove(u"/users/sue"_s, { { "Idempotency-Key", "k" } }).status, 204);
        QCOMPARE(m->get(pathOf(everybodys)).status, 200);
        // Nobody who is called the same later finds them.
        m->key.clear();
        m_tokens.clear();
        const HeaderFields another = as(u"sue"_s, { u"Supervisor"_s });
        QCOMPARE(m->get(pathOf(own), another).status, 404);
        QCOMPARE(m->get(pathOf(everybodys), another).status, 200);
        QCOMPARE(m->post(filters, filterNamed(u"Mine"_s), another).status, 201);
        // A repetition of the request is about the one who is gone.
        m->key = admin;
        QCOMPARE(m->remove(u"/users/sue"_s, { { "Idempotency-Key", "k" } }).status, 204);
        m->key.clear();
        QCOMPARE(namesOf(m->get(filters, another)), QStringList({ u"Everybody's"_s, u"Mine"_s }));
    }

private:
    /// Alternatives, each of a text of its own.
    static QJsonObject large(int count, int length)
    {
        QJsonArray parts;
        for (int i = 0; i < count; ++i)
            parts.append(comparison(u"captureId"_s, u"equals"_s, u"%1%2"_s.arg(QString(length, u'x')).arg(i)));
        return { { u"any"_s, parts } };
    }

    /// Signs in as a user, who is made when it is not there. From here on requests are sent without a key.
    HeaderFields as(const QString &name, const QStringList &roles, const QStringList &categories = {})
    {
        m->key.clear();
        if (!m_tokens.contains(name)) {
            m->addUser(name, strong, roles, categories);
            m_tokens.insert(name, m->post(u"/sessions"_s, { { u"user"_s, name }, { u"password"_s, strong } })["token"].toString().toLatin1());
        }
        return { { "Authorization", "Bearer " + m_tokens.value(name) } };
    }

    /// Newest first.
    QJsonArray audited(const Reply &filter) { return m->get(u"/audit?kind=filter&object="_s + filter["id"].toString()).data(); }

    std::unique_ptr<ApiFixture> m;
    QMap<QString, QByteArray> m_tokens; ///< by user
};

QTEST_GUILESS_MAIN(TestApiFilters)
#include "tst_api_filters.moc"
