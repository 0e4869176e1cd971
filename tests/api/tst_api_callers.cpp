// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/await.h>

#include <cache/cachekeys.h>
#include <runtime/secrets.h>

#include <QThread>

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

QJsonObject keyOfAgent(const QString &agent)
{
    QJsonObject key = keyFor({ QStringLiteral("agent") });
    key.insert(QStringLiteral("agentId"), agent);
    return key;
}

HeaderFields bearer(const Reply &session)
{
    return { { "Authorization", "Bearer " + session["token"].toString().toLatin1() } };
}

QCoro::Task<bool> putInto(Cache &cache, QByteArray key, QByteArray value)
{
    co_await cache.put(key, value, std::chrono::hours(1));
    co_return true;
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
        m->addUser(QStringLiteral("admin"), QStringLiteral("correct horse"), { QStringLiteral("Administrator") });
    }
    void cleanup() { m.reset(); }

    void aKeyTellsWhoIsCalling()
    {
        m->key = m->reportingKey;
        const Reply reply = m->get(me);
        QCOMPARE(reply["kind"].toString(), QStringLiteral("apiKey"));
        QCOMPARE(reply["name"].toString(), QStringLiteral("reporting"));
        QCOMPARE(reply["tenant"][u"id"].toString(), QStringLiteral("100"));
        QCOMPARE(reply["privileges"].toArray(), QJsonArray::fromStringList(namesOf(grantNamed(stockScopes(), u"reporting")->privileges)));
        m->key = m->otherKey;
        QCOMPARE(m->get(me)["tenant"][u"id"].toString(), QStringLiteral("200"));
        QCOMPARE(m->get(me)["privileges"].toArray(), QJsonArray::fromStringList(namesOf(allPrivileges())));
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
        QTest::newRow("an agent nobody knows") << keyOfAgent(QStringLiteral("nobody")) << QStringLiteral("agentId");
        QTest::newRow("an agent that cannot be") << keyOfAgent(QStringLiteral("no body")) << QStringLiteral("agentId");
        QTest::newRow("an agent without a name") << keyOfAgent(QString()) << QStringLiteral("agentId");
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

    void aKeyMayBelongToAnAgent()
    {
        m->readyAgent(QStringLiteral("ann"));
        m->readyAgent(QStringLiteral("bert"));
        const Reply created = m->post(apiKeys, keyOfAgent(QStringLiteral("ann")));
        QCOMPARE(created.status, 201);
        QCOMPARE(created["agentId"].toString(), QStringLiteral("ann"));
        QCOMPARE(created["scopes"], QJsonValue(QJsonArray { QStringLiteral("agent") }));
        int listed = 0;
        for (const QJsonValue key : m->get(apiKeys).data()) {
            const bool isIt = key[u"id"] == created["id"];
            listed += isIt ? 1 : 0;
            QCOMPARE(key[u"agentId"], isIt ? QJsonValue(QStringLiteral("ann")) : QJsonValue());
            if (isIt)
                QCOMPARE(key[u"scopes"], created["scopes"]);
        }
        QCOMPARE(listed, 1);
        QVERIFY(m->get(me)["agentId"].isNull());
        m->key = created["key"].toString();
        QCOMPARE(m->get(me)["agentId"].toString(), QStringLiteral("ann"));
        QCOMPARE(m->post(QStringLiteral("/agents/ann/next")).status, 200);
        QCOMPARE(m->post(QStringLiteral("/agents/bert/next")).status, 403);
        // Everywhere else its scopes decide.
        QCOMPARE(m->get(QStringLiteral("/agents/bert")).status, 200);
        QCOMPARE(m->get(QStringLiteral("/items")).status, 200);
        QCOMPARE(m->post(QStringLiteral("/items")).status, 403);
    }

    void whoeverIsBoundToAnAgentMakesNoKeyThatIsNot()
    {
        m->readyAgent(QStringLiteral("ann"));
        m->readyAgent(QStringLiteral("bert"));
        m->key = m->newKey({ QStringLiteral("admin") }, m->tenant, std::nullopt, QStringLiteral("ann"));
        for (const QJsonObject &wished : { keyFor({ QStringLiteral("agent") }), keyOfAgent(QStringLiteral("bert")) }) {
            const Reply refused = m->post(apiKeys, wished);
            QCOMPARE(refused.status, 403);
            QCOMPARE(refused.code(), QStringLiteral("auth.not_allowed"));
        }
        QCOMPARE(m->post(apiKeys, keyOfAgent(QStringLiteral("ann"))).status, 201);
    }

    void aKeyStaysThatOfAnAgentWhoIsDeleted()
    {
        m->readyAgent(QStringLiteral("ann"));
        m->readyAgent(QStringLiteral("bert"));
        const HeaderFields again { { "Idempotency-Key", "k" } };
        const Reply created = m->post(apiKeys, keyOfAgent(QStringLiteral("ann")), again);
        QCOMPARE(m->remove(QStringLiteral("/agents/ann")).status, 204);
        const Reply repeated = m->post(apiKeys, keyOfAgent(QStringLiteral("ann")), again);
        QCOMPARE(repeated.status, 201);
        QCOMPARE(repeated["id"], created["id"]);
        QCOMPARE(m->post(apiKeys, keyOfAgent(QStringLiteral("ann"))).code(), QStringLiteral("object.invalid_reference"));
        m->key = created["key"].toString();
        QCOMPARE(m->get(me)["agentId"].toString(), QStringLiteral("ann"));
        QCOMPARE(m->get(QStringLiteral("/agents/ann/assignments")).status, 404);
        QCOMPARE(m->get(QStringLiteral("/agents/bert/assignments")).status, 403);
    }

    void whatTheCacheSaysOfAKeyNamesItsAgent()
    {
        m->readyAgent(QStringLiteral("ann"));
        const QString secret = m->newKey({ QStringLiteral("agent") }, m->tenant, std::nullopt, QStringLiteral("ann"));
        const QByteArray digest = secrets::digest(secret);
        LocalCache cache(m->clock);
        RequestLimits limits({}, *m->clock);
        LastUses uses(m->pipeline->store(), *m->clock);
        Authenticator authenticator(m->pipeline->store(), cache, *m->clock, { std::chrono::hours(1), std::chrono::hours(2) }, limits, uses);
        // Each time on a thread that remembers nobody.
        const auto agentOfTheKey = [&] {
            QString agent;
            const std::unique_ptr<QThread> thread(QThread::create([&] {
                http::Headers headers;
                headers.add("x-api-key", secret.toLatin1());
                const auto caller = await(authenticator.authenticate(headers, QStringLiteral("127.0.0.1"), Deadline::never()));
                agent = caller ? caller->agent : caller.error().text;
            }));
            thread->start();
            thread->wait();
            return agent;
        };
        const auto entry = [&] { return QJsonDocument::fromJson(await(cache.get(cachekey::apiKey(digest))).value_or(QByteArray())).object(); };
        const auto put = [&](const QByteArray &key, const QJsonObject &value) { (void)await(putInto(cache, key, QJsonDocument(value).toJson())); };
        // One of the version before, which knew of no agents.
        put("caller/key/" + digest.toHex(), { { QStringLiteral("generation"), QString::number(m->pipeline->store().callersVersion()) } });
        QCOMPARE(agentOfTheKey(), QStringLiteral("ann"));
        QJsonObject kept = entry();
        QCOMPARE(kept.value(u"agent").toString(), QStringLiteral("ann"));
        kept.insert(QStringLiteral("agent"), QStringLiteral("bert"));
        put(cachekey::apiKey(digest), kept);
        QCOMPARE(agentOfTheKey(), QStringLiteral("bert")); // it is asked
        kept.remove(QStringLiteral("agent"));
        put(cachekey::apiKey(digest), kept);
        QCOMPARE(agentOfTheKey(), QStringLiteral("ann")); // and not believed
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
