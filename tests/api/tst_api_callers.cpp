// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;

namespace {

const QString sessions = QStringLiteral("/sessions");
const QString me = QStringLiteral("/me");
const QString apiKeys = QStringLiteral("/api-keys");

QJsonObject login(const QString &user, const QString &password)
{
    return { { QStringLiteral("user"), user }, { QStringLiteral("password"), password } };
}

QJsonObject keyFor(const QJsonArray &scopes, const QJsonValue &expires = QJsonValue())
{
    return { { QStringLiteral("name"), QStringLiteral("Test") }, { QStringLiteral("scopes"), scopes },
        { QStringLiteral("expiresDateTime"), expires } };
}

HeaderFields bearer(const Reply &session)
{
    return { { "Authorization", "Bearer " + session["token"].toString().toLatin1() } };
}

} // namespace

/// Sessions of people and keys of programs.
class TestApiCallers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->addUser(QStringLiteral("admin"), QStringLiteral("correct horse"), { QStringLiteral("admin") });
    }
    void cleanup() { m.reset(); }

    void aKeyTellsWhoIsCalling()
    {
        m->key = m->reportingKey;
        const Reply reply = m->get(me);
        QCOMPARE(reply["kind"].toString(), QStringLiteral("apiKey"));
        QCOMPARE(reply["name"].toString(), QStringLiteral("reporting"));
        QCOMPARE(reply["tenant"][u"id"].toString(), QStringLiteral("100"));
        QCOMPARE(reply["privileges"].toArray().size(), 5);
        m->key = m->otherKey;
        QCOMPARE(m->get(me)["tenant"][u"id"].toString(), QStringLiteral("200"));
        QCOMPARE(m->get(me)["privileges"].toArray().size(), 24);
    }

    void aKeyMayHaveSeveralScopes()
    {
        m->key = m->newKey({ QStringLiteral("source"), QStringLiteral("reporting") }, m->tenant);
        QCOMPARE(m->post(QStringLiteral("/items")).status, 200);
        QCOMPARE(m->get(QStringLiteral("/events")).status, 200);
        QCOMPARE(m->get(QStringLiteral("/agents")).status, 403);
    }

    void whoSignsInGetsASessionThatEnds()
    {
        m->key.clear();
        const Reply session = m->post(sessions, login(QStringLiteral("admin"), QStringLiteral("correct horse")));
        QCOMPARE(session.status, 201);
        QCOMPARE(session["user"].toString(), QStringLiteral("admin"));
        QCOMPARE(session["expiresDateTime"].toString(), toIso(m->clock->now() + std::chrono::hours(12)));
        const Reply who = m->get(me, bearer(session));
        QCOMPARE(who["kind"].toString(), QStringLiteral("user"));
        QCOMPARE(who["name"].toString(), QStringLiteral("admin"));
        QCOMPARE(m->get(QStringLiteral("/items"), bearer(session)).status, 200);
        m->advance(std::chrono::hours(12));
        QCOMPARE(m->get(me, bearer(session)).status, 401);
    }

    void whoSignsOutIsRefusedAtOnce()
    {
        m->key.clear();
        const Reply session = m->post(sessions, login(QStringLiteral("admin"), QStringLiteral("correct horse")));
        const Reply other = m->post(sessions, login(QStringLiteral("admin"), QStringLiteral("correct horse")));
        QCOMPARE(m->get(me, bearer(session)).status, 200);
        QCOMPARE(m->remove(QStringLiteral("/sessions/current"), bearer(session)).status, 204);
        QCOMPARE(m->get(me, bearer(session)).status, 401);
        QCOMPARE(m->get(me, bearer(other)).status, 200);
        m->key = m->adminKey;
        QCOMPARE(m->remove(QStringLiteral("/sessions/current")).status, 404);
    }

    void aWrongPasswordAndAnUnknownUserAreToldTheSame()
    {
        m->key.clear();
        const Reply wrong = m->post(sessions, login(QStringLiteral("admin"), QStringLiteral("wrong")), { { "X-Correlation-Id", "same" } });
        const Reply unknown
            = m->post(sessions, login(QStringLiteral("nobody"), QStringLiteral("wrong")), { { "X-Correlation-Id", "same" } });
        QCOMPARE(wrong.status, 401);
        QCOMPARE(wrong.code(), QStringLiteral("auth.invalid"));
        QCOMPARE(unknown.body, wrong.body);
        QCOMPARE(m->post(sessions, { { QStringLiteral("user"), QStringLiteral("admin") } }).field(), QStringLiteral("password"));
    }

    void guessingIsSlowedDown_data()
    {
        QTest::addColumn<QString>("user");
        QTest::newRow("known") << QStringLiteral("admin");
        QTest::newRow("unknown") << QStringLiteral("nobody");
    }
    void guessingIsSlowedDown()
    {
        QFETCH(QString, user);
        m->key.clear();
        const auto attempt = [&](const char *password) { return m->post(sessions, login(user, QLatin1StringView(password))); };
        for (int i = 0; i < 5; ++i)
            QCOMPARE(attempt("wrong").status, 401);
        Reply locked = attempt("correct horse");
        QCOMPARE(locked.status, 429);
        QCOMPARE(locked.code(), QStringLiteral("auth.too_many_attempts"));
        QCOMPARE(locked.headers.value("retry-after"), QByteArray("1"));
        m->advance(std::chrono::seconds(1));
        QCOMPARE(attempt("wrong").status, 401);
        QCOMPARE(attempt("wrong").headers.value("retry-after"), QByteArray("2"));
        m->advance(std::chrono::seconds(2));
        QCOMPARE(attempt("correct horse").status, user == QLatin1StringView("admin") ? 201 : 401);
    }

    void aNewKeyWorksAndIsShownOnce()
    {
        const Reply created = m->post(apiKeys, keyFor({ QStringLiteral("source") }));
        QCOMPARE(created.status, 201);
        const QString secret = created["key"].toString();
        QVERIFY(!m->get(apiKeys).body.contains(secret.toLatin1()));
        m->key = secret;
        QCOMPARE(m->post(QStringLiteral("/items")).status, 200);
        QCOMPARE(m->get(apiKeys).status, 403);
    }

    void aDeletedKeyIsRefusedAtOnce()
    {
        const Reply created = m->post(apiKeys, keyFor({ QStringLiteral("source") }));
        m->key = created["key"].toString();
        QCOMPARE(m->get(me).status, 200);
        m->key = m->adminKey;
        QCOMPARE(m->remove(apiKeys + u'/' + created["id"].toString()).status, 204);
        QCOMPARE(m->remove(apiKeys + u'/' + created["id"].toString()).status, 404);
        m->key = created["key"].toString();
        QCOMPARE(m->get(me).status, 401);
    }

    void aKeyEndsWhenItExpires()
    {
        const Reply created = m->post(apiKeys, keyFor({ QStringLiteral("source") }, toIso(m->clock->now() + std::chrono::seconds(5))));
        m->key = created["key"].toString();
        QCOMPARE(m->get(me).status, 200);
        m->advance(std::chrono::seconds(5));
        QCOMPARE(m->get(me).status, 401);
    }

    void aRepeatedCreationDoesNotShowTheKeyAgain()
    {
        const HeaderFields key { { "Idempotency-Key", "k" } };
        const Reply first = m->post(apiKeys, keyFor({ QStringLiteral("source") }), key);
        const Reply second = m->post(apiKeys, keyFor({ QStringLiteral("source") }), key);
        QVERIFY(first["key"].isString());
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
        QCOMPARE(second["id"], first["id"]);
        QVERIFY(second["key"].isNull());
    }

    void mistakesInANewKeyAreNamed_data()
    {
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<QString>("field");
        QTest::newRow("no scopes") << QJsonObject { { QStringLiteral("name"), QStringLiteral("X") } } << QStringLiteral("scopes");
        QTest::newRow("an unknown scope") << keyFor({ QStringLiteral("source"), QStringLiteral("root") }) << QStringLiteral("scopes[1]");
        QTest::newRow("an end in the past") << keyFor({ QStringLiteral("source") }, QStringLiteral("2020-01-01T00:00:00Z"))
                                            << QStringLiteral("expiresDateTime");
        QTest::newRow("no name") << QJsonObject { { QStringLiteral("scopes"), QJsonArray { QStringLiteral("source") } } }
                                 << QStringLiteral("name");
    }
    void mistakesInANewKeyAreNamed()
    {
        QFETCH(QJsonObject, body);
        QFETCH(QString, field);
        const Reply reply = m->post(apiKeys, body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void keysAreListedPageByPageAndPerTenant()
    {
        QStringList ids;
        QString cursor;
        do {
            const Reply page = m->get(
                apiKeys + QStringLiteral("?limit=2") + (cursor.isEmpty() ? QString() : QString(QStringLiteral("&cursor=") + cursor)));
            for (const QJsonValue key : page.data())
                ids.append(key[u"id"].toString());
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(ids.size(), 4);
        m->key = m->otherKey;
        QCOMPARE(m->get(apiKeys).data().size(), 1);
        QCOMPARE(m->remove(apiKeys + u'/' + ids.first()).status, 404);
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiCallers)
#include "tst_api_callers.moc"
