// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// In everything that the other tenant has, and nowhere else.
const QString marker = u"Nobody else's business"_s;
const QString password = u"eleven quiet marble engines"_s;

} // namespace

/// Every route, as every stock role, with what belongs to another tenant: it is not there, is shown nowhere, and stays as it is.
class TestApiTenants : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whatIsAnotherTenantsIsNotThere_data();
    void whatIsAnotherTenantsIsNotThere();
    void whatIsAnotherTenantsStaysAsItIs();
    void cleanupTestCase() { m.reset(); }

private:
    /// All that the other tenant has, as its administrator sees it.
    QByteArrayList everythingOfTheOther();
    /// The id of an object of the other tenant that the route could be about; empty: nobody said.
    [[nodiscard]] QString idFor(const QString &pattern) const;
    void make(const QString &path, const QJsonObject &object, const QString &idMember = u"id"_s);

    std::unique_ptr<ApiFixture> m;
    std::map<QString, QString> m_ids; ///< path of the list -> id
    std::map<QString, QByteArray> m_tokens; ///< of users of this tenant, by role
    QByteArrayList m_before;
};

void TestApiTenants::make(const QString &path, const QJsonObject &object, const QString &idMember)
{
    const Reply reply = m->post(path, object);
    QVERIFY2(reply.status == 201 || reply.status == 200, reply.body.constData());
    m_ids[u"/iwd/v3"_s + path] = reply.json()[idMember].toString();
    QVERIFY2(!reply.json()[idMember].toString().isEmpty(), reply.body.constData());
}

QString TestApiTenants::idFor(const QString &pattern) const
{
    const auto found = m_ids.find(pattern.section(u"/{id}"_s, 0, 0));
    return found == m_ids.end() ? QString() : found->second;
}

void TestApiTenants::initTestCase()
{
    m = std::make_unique<ApiFixture>();
    m->key = m->otherKey;
    const QJsonObject named { { u"id"_s, u"of-the-other"_s }, { u"name"_s, marker } };
    const auto with = [&named](QJsonObject more) {
        for (auto member = named.begin(); member != named.end(); ++member)
            more.insert(member.key(), member.value());
        return more;
    };
    for (const QString &kind : { u"/queues"_s, u"/skills"_s, u"/agents"_s, u"/capture-points"_s })
        make(kind, named);
    make(u"/attributes"_s, with({ { u"type"_s, u"text"_s } }));
    const QJsonArray hours { QJsonObject { { u"from"_s, u"09:00"_s }, { u"to"_s, u"17:00"_s } } };
    make(u"/calendars"_s, with({ { u"timeZone"_s, u"UTC"_s }, { u"week"_s, QJsonObject { { u"monday"_s, hours } } } }));
    QJsonObject schema = m->get(u"/schemas/standard"_s).json();
    make(u"/schemas"_s, with({ { u"unit"_s, schema[u"unit"_s] }, { u"sla"_s, schema[u"sla"_s] }, { u"managedPeriod"_s, schema[u"managedPeriod"_s] }, { u"curve"_s, schema[u"curve"_s] } }));
    make(u"/categories"_s, with({ { u"queue"_s, u"of-the-other"_s }, { u"schema"_s, u"of-the-other"_s } }));
    make(u"/items"_s, { { u"captureId"_s, marker }, { u"customerId"_s, marker } });
    const QJsonObject hold { { u"action"_s, u"hold"_s }, { u"search"_s, QJsonObject() } };
    const Reply preview = m->post(u"/items/bulk"_s, hold);
    QJsonObject confirmed = hold;
    confirmed.insert(u"confirmationToken"_s, preview["confirmationToken"]);
    const Reply job = m->post(u"/items/bulk"_s, confirmed);
    QCOMPARE(job.status, 202);
    m_ids[u"/iwd/v3/jobs"_s] = job["id"].toString();
    QTRY_VERIFY(m->get(u"/jobs/"_s + job["id"].toString())["endedDateTime"].isString());
    make(u"/roles"_s, with({ { u"privileges"_s, QJsonArray { u"Workitems.View"_s } } }));
    make(u"/users"_s, { { u"name"_s, u"of-the-other"_s }, { u"displayName"_s, marker }, { u"roles"_s, QJsonArray { u"Viewer"_s } }, { u"password"_s, password } }, u"name"_s);
    make(u"/identity-providers"_s, with({ { u"issuer"_s, u"https://login.example.com"_s }, { u"clientId"_s, u"iwd"_s }, { u"defaultRole"_s, u"Viewer"_s } }));
    make(u"/filters"_s, { { u"name"_s, marker }, { u"visibility"_s, u"public"_s } });
    make(u"/api-keys"_s, { { u"name"_s, marker }, { u"scopes"_s, QJsonArray { u"source"_s } } });
    m->key.clear();
    const Reply session = m->post(u"/sessions"_s, { { u"user"_s, u"of-the-other"_s }, { u"password"_s, password } });
    QCOMPARE(session.status, 201);
    m->key = m->otherKey;
    m_ids[u"/iwd/v3/sessions"_s] = m->get(u"/sessions?user=of-the-other"_s).data()[0][u"id"].toString();

    for (const QString &role : namesOf(stockRoles())) {
        m->addUser(role, password, { role });
        m->key.clear();
        const Reply signedIn = m->post(u"/sessions"_s, { { u"user"_s, role }, { u"password"_s, password } });
        QCOMPARE(signedIn.status, 201);
        m_tokens[role] = signedIn["token"].toString().toLatin1();
    }
    m_before = everythingOfTheOther();
}

QByteArrayList TestApiTenants::everythingOfTheOther()
{
    m->key = m->otherKey;
    QByteArrayList all;
    for (const QString &path : { u"/queues"_s, u"/skills"_s, u"/agents"_s, u"/capture-points"_s, u"/attributes"_s, u"/calendars"_s, u"/schemas"_s, u"/categories"_s, u"/settings"_s, u"/items"_s, u"/jobs"_s, u"/roles"_s,
             u"/users"_s, u"/events?limit=1000"_s, u"/audit"_s, u"/filters"_s, u"/identity-providers"_s, u"/stats/queues"_s }) {
        const Reply reply = m->get(path);
        all.append(path.toLatin1() + ' ' + QByteArray::number(reply.status) + ' ' + reply.body);
    }
    return all;
}

void TestApiTenants::whatIsAnotherTenantsIsNotThere_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("role");
    QTest::addColumn<Privilege>("privilege");
    for (const EndpointInfo &endpoint : m->api->endpoints()) {
        // What ends the caller's own session is no other's; streams are no answers.
        if (endpoint.open || endpoint.pattern.endsWith("/stream"_L1) || endpoint.pattern.endsWith("/sessions/current"_L1) || endpoint.pattern.endsWith("/me/password"_L1))
            continue;
        for (const QString &role : namesOf(stockRoles()))
            QTest::addRow("%s %s by %s", endpoint.method.constData(), qPrintable(endpoint.pattern), qPrintable(role)) << endpoint.method << endpoint.pattern << role << endpoint.privilege;
    }
}

void TestApiTenants::whatIsAnotherTenantsIsNotThere()
{
    QFETCH(QByteArray, method);
    QFETCH(QString, pattern);
    QFETCH(QString, role);
    QFETCH(Privilege, privilege);
    const bool isAboutOne = pattern.contains("{id}"_L1);
    const QString id = idFor(pattern);
    QVERIFY2(!isAboutOne || !id.isEmpty(), "Nothing of this kind was made for the other tenant.");
    const QByteArray body = method == "GET" || method == "DELETE" ? QByteArray() : QByteArrayLiteral("{}");
    m->key.clear();
    const Reply reply = m->send(method, QString(pattern).replace("{id}"_L1, id), body, { { "Authorization", "Bearer " + m_tokens.at(role) }, { "If-Match", "*" } });
    QVERIFY2(!reply.body.contains(marker.toUtf8()), reply.body.constData());
    const bool may = privilege == Privilege::None || grantNamed(stockRoles(), role)->privileges.test(static_cast<size_t>(privilege));
    QCOMPARE(reply.status == 403, !may);
    QVERIFY2(reply.status != 401 && reply.status < 500, reply.body.constData());
    // A body that says nothing may be refused before anything is looked for; PUT may create. But nothing that is there is found or done.
    if (isAboutOne && may)
        QVERIFY2(reply.status == 404 || reply.status == 412 || reply.status == 422, reply.body.constData());
}

void TestApiTenants::whatIsAnotherTenantsStaysAsItIs()
{
    const QByteArrayList after = everythingOfTheOther();
    QCOMPARE(after.size(), m_before.size());
    for (qsizetype i = 0; i < after.size(); ++i) {
        QVERIFY2(after[i].contains(" 200 ") && after[i].size() > 100, after[i].constData());
        QCOMPARE(after[i], m_before[i]);
    }
    QVERIFY(m_before.join().count(marker.toUtf8()) > 10); // there was something to be seen
}

QTEST_GUILESS_MAIN(TestApiTenants)
#include "tst_api_tenants.moc"
