// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/await.h>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString users = u"/users"_s;
const QString roles = u"/roles"_s;
const QString sessions = u"/sessions"_s;
const QString strong = u"eleven quiet marble engines"_s;
const QString other = u"seven brisk copper lanterns"_s;

QJsonObject userNamed(const QString &name, const QStringList &ofRoles = { u"Viewer"_s })
{
    return { { u"name"_s, name }, { u"roles"_s, QJsonArray::fromStringList(ofRoles) } };
}

QJsonObject login(const QString &user, const QString &password)
{
    return { { u"user"_s, user }, { u"password"_s, password } };
}

HeaderFields bearer(const Reply &session)
{
    return { { "Authorization", "Bearer " + session["token"].toString().toLatin1() } };
}

HeaderFields replacing(const Reply &shown)
{
    return { { "If-Match", shown.etag() } };
}

} // namespace

/// People who sign in: their passwords, roles and sessions.
class TestApiUsers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        ApiOptions options;
        options.noteUses = milliseconds(20);
        m = std::make_unique<ApiFixture>(options);
        m->addUser(u"root"_s, strong, { u"Administrator"_s });
    }
    void cleanup() { m.reset(); }

    void aNewUserChangesAPasswordThatWasMadeBeforeAnythingElse()
    {
        const Reply created = m->post(users, userNamed(u"dana"_s, { u"Supervisor"_s }));
        QCOMPARE(created.status, 201);
        QCOMPARE(created.headers.value("location"), QByteArray("/iwd/v3/users/dana"));
        const QString made = created["password"].toString();
        QVERIFY(made.size() >= 20);
        QVERIFY(!m->get(users).body.contains(made.toLatin1()));
        m->key.clear();
        const Reply session = m->post(sessions, login(u"dana"_s, made));
        QCOMPARE(session.status, 201);
        QVERIFY(session["changePassword"].toBool());
        const Reply refused = m->get(u"/items"_s, bearer(session));
        QCOMPARE(refused.status, 403);
        QCOMPARE(refused.code(), u"auth.password_change_required"_s);
        QVERIFY(m->get(u"/me"_s, bearer(session))["changePassword"].toBool());
        const auto change = [&](const QString &from, const QString &to) { return m->put(u"/me/password"_s, { { u"currentPassword"_s, from }, { u"newPassword"_s, to } }, bearer(session)); };
        QCOMPARE(change(u"wrong"_s, other).field(), u"currentPassword"_s);
        QCOMPARE(change(made, made).field(), u"newPassword"_s);
        QCOMPARE(change(made, u"short"_s).field(), u"newPassword"_s);
        QCOMPARE(change(made, u"password1234"_s).field(), u"newPassword"_s);
        QCOMPARE(change(made, other).status, 204);
        QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 200);
        QCOMPARE(m->post(sessions, login(u"dana"_s, made)).status, 401);
        QCOMPARE(m->post(sessions, login(u"dana"_s, other))["changePassword"].toBool(), false);
    }

    void aRepeatedCreationDoesNotShowThePasswordAgain()
    {
        const HeaderFields again { { "Idempotency-Key", "k" } };
        QVERIFY(m->post(users, userNamed(u"dana"_s), again)["password"].isString());
        const Reply second = m->post(users, userNamed(u"dana"_s), again);
        QCOMPARE(second.status, 201);
        QVERIFY(second["password"].isNull());
        QCOMPARE(m->post(users, userNamed(u"dana"_s)).code(), u"object.exists"_s);
    }

    void mistakesInANewUserAreNamed_data()
    {
        QTest::addColumn<QJsonObject>("change");
        QTest::addColumn<QString>("field");
        QTest::newRow("no roles") << QJsonObject { { u"roles"_s, QJsonArray() } } << u"roles"_s;
        QTest::newRow("an unknown role") << QJsonObject { { u"roles"_s, QJsonArray { u"Viewer"_s, u"Boss"_s } } } << u"roles[1]"_s;
        QTest::newRow("a name with a slash") << QJsonObject { { u"name"_s, u"a/b"_s } } << u"name"_s;
        QTest::newRow("a name with a line break") << QJsonObject { { u"name"_s, u"a\nb"_s } } << u"name"_s;
        QTest::newRow("a name with spaces around") << QJsonObject { { u"name"_s, u" dana"_s } } << u"name"_s;
        QTest::newRow("no e-mail address") << QJsonObject { { u"email"_s, u"dana"_s } } << u"email"_s;
        QTest::newRow("a category that is not there") << QJsonObject { { u"categories"_s, QJsonArray { u"nowhere"_s } } } << u"categories[0]"_s;
        QTest::newRow("a short password") << QJsonObject { { u"password"_s, u"Kj8#x"_s } } << u"password"_s;
        QTest::newRow("a password made of the name") << QJsonObject { { u"password"_s, u"danadanadana"_s } } << u"password"_s;
        QTest::newRow("a password of neighboring keys") << QJsonObject { { u"password"_s, u"qwertyuiop[]asdf"_s } } << u"password"_s;
        QTest::newRow("something else") << QJsonObject { { u"scopes"_s, QJsonArray() } } << u"scopes"_s;
    }
    void mistakesInANewUserAreNamed()
    {
        QFETCH(QJsonObject, change);
        QFETCH(QString, field);
        QJsonObject body = userNamed(u"dana"_s);
        for (auto member = change.begin(); member != change.end(); ++member)
            body.insert(member.key(), *member);
        const Reply reply = m->post(users, body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
        QCOMPARE(m->get(users).data().size(), 1);
    }

    void aChangedUserIsAnotherOneAtTheNextRequest()
    {
        m->addUser(u"dana"_s, strong, { u"Viewer"_s });
        const QString admin = m->adminKey;
        m->key.clear();
        const Reply session = m->post(sessions, login(u"dana"_s, strong));
        QCOMPARE(m->post(u"/items"_s, {}, bearer(session)).status, 403);
        m->key = admin;
        const Reply shown = m->get(users + u"/dana"_s);
        QCOMPARE(m->put(users + u"/dana"_s, userNamed(u"dana"_s)).status, 428);
        const Reply replaced = m->put(users + u"/dana"_s, userNamed(u"dana"_s, { u"Supervisor"_s }), replacing(shown));
        QCOMPARE(replaced.status, 200);
        QCOMPARE(m->put(users + u"/dana"_s, userNamed(u"dana"_s), replacing(shown)).status, 412);
        m->key.clear();
        QCOMPARE(m->post(u"/items"_s, {}, bearer(session)).status, 200);
        m->key = admin;
        QJsonObject disabled = userNamed(u"dana"_s);
        disabled.insert(u"disabled"_s, true);
        QCOMPARE(m->put(users + u"/dana"_s, disabled, replacing(replaced)).status, 200);
        m->key.clear();
        QCOMPARE(m->get(u"/me"_s, bearer(session)).status, 401);
        const Reply refused = m->post(sessions, login(u"dana"_s, strong));
        QCOMPARE(refused.status, 401);
        QVERIFY(refused["detail"].toString().contains(u"disabled"_s));
        m->key = admin;
        QCOMPARE(m->remove(users + u"/dana"_s).status, 204);
        QCOMPARE(m->remove(users + u"/dana"_s).code(), u"object.not_found"_s);
    }

    void thereIsAlwaysAnAdministrator()
    {
        QCOMPARE(m->remove(users + u"/root"_s).code(), u"user.last_administrator"_s);
        QJsonObject less = userNamed(u"root"_s, { u"Supervisor"_s });
        QCOMPARE(m->put(users + u"/root"_s, less, { { "If-Match", "*" } }).code(), u"user.last_administrator"_s);
        less = userNamed(u"root"_s, { u"Administrator"_s });
        less.insert(u"disabled"_s, true);
        QCOMPARE(m->put(users + u"/root"_s, less, { { "If-Match", "*" } }).status, 409);
        less.remove(u"disabled"_s);
        less.insert(u"categories"_s, QJsonArray { u"general"_s });
        QCOMPARE(m->put(users + u"/root"_s, less, { { "If-Match", "*" } }).status, 409);
        m->addUser(u"second"_s, strong, { u"Administrator"_s });
        QCOMPARE(m->remove(users + u"/root"_s).status, 204);
    }

    void nobodyGivesWhatHeLacks()
    {
        QCOMPARE(m->post(roles, { { u"name"_s, u"Personnel"_s }, { u"privileges"_s, QJsonArray { u"Users.View"_s, u"Users.Update"_s, u"ApiKeys.Update"_s, u"Workitems.View"_s } } }).status, 201);
        m->addUser(u"pia"_s, strong, { u"personnel"_s });
        m->key.clear();
        const HeaderFields pia = bearer(m->post(sessions, login(u"pia"_s, strong)));
        for (const QString &role : { u"Administrator"_s, u"Supervisor"_s, u"Viewer"_s }) {
            const Reply refused = m->post(users, userNamed(u"mole"_s, { role }), pia);
            QCOMPARE(refused.status, 403);
            QVERIFY(!refused["args"][u"privilege"].toString().isEmpty());
        }
        QCOMPARE(m->post(users, userNamed(u"colleague"_s, { u"personnel"_s }), pia).status, 201);
        // Who sets a password can sign in with it.
        QCOMPARE(m->put(users + u"/root/password"_s, {}, pia).status, 403);
        QCOMPARE(m->remove(users + u"/root"_s, pia).status, 403);
        QCOMPARE(m->put(users + u"/root"_s, userNamed(u"root"_s, { u"personnel"_s }), pia + HeaderFields { { "If-Match", "*" } }).status, 403);
        QCOMPARE(m->post(roles, { { u"name"_s, u"More"_s }, { u"privileges"_s, QJsonArray { u"Settings.Update"_s } } }, pia).status, 403);
        QCOMPARE(m->put(roles + u"/personnel"_s, { { u"name"_s, u"P"_s }, { u"privileges"_s, QJsonArray { u"Audit.View"_s } } }, pia + HeaderFields { { "If-Match", "*" } }).status, 403);
        QCOMPARE(m->post(u"/api-keys"_s, { { u"name"_s, u"K"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } } }, pia).status, 403);
        QCOMPARE(m->post(u"/api-keys"_s, { { u"name"_s, u"K"_s }, { u"scopes"_s, QJsonArray { u"Workitems.View"_s } } }, pia).status, 201);
    }

    void aRoleIsChangedForAllWhoHaveIt()
    {
        const Reply made = m->post(roles, { { u"name"_s, u"Front desk"_s }, { u"privileges"_s, QJsonArray { u"Workitems.View"_s } } });
        QCOMPARE(made["id"].toString(), u"front-desk"_s);
        m->addUser(u"dana"_s, strong, { u"front-desk"_s });
        m->key.clear();
        const HeaderFields dana = bearer(m->post(sessions, login(u"dana"_s, strong)));
        QCOMPARE(m->get(u"/me"_s, dana)["privileges"].toArray(), QJsonArray { u"Workitems.View"_s });
        QCOMPARE(m->post(u"/items"_s, {}, dana).status, 403);
        m->key = m->adminKey;
        QJsonObject more = made.json();
        more.insert(u"privileges"_s, QJsonArray { u"Workitems.View"_s, u"Workitems.Create"_s });
        QCOMPARE(m->put(roles + u"/front-desk"_s, more, replacing(made)).status, 200);
        m->key.clear();
        QCOMPARE(m->post(u"/items"_s, {}, dana).status, 200);
        m->key = m->adminKey;
        const Reply used = m->remove(roles + u"/front-desk"_s);
        QCOMPARE(used.code(), u"object.in_use"_s);
        QCOMPARE(used["args"][u"usedBy"].toArray(), QJsonArray { u"user dana"_s });
        QCOMPARE(m->remove(users + u"/dana"_s).status, 204);
        QCOMPARE(m->remove(roles + u"/front-desk"_s).status, 204);
    }

    void stockRolesAreShownAndStay()
    {
        QStringList ids;
        for (const QJsonValue role : m->get(roles).data()) {
            ids.append(role[u"id"].toString());
            QVERIFY(role[u"stock"].toBool());
        }
        QCOMPARE(ids, QStringList({ u"Administrator"_s, u"Agent"_s, u"Supervisor"_s, u"Viewer"_s }));
        QCOMPARE(m->put(roles + u"/viewer"_s, { { u"name"_s, u"x"_s } }).code(), u"object.exists"_s);
        QCOMPARE(m->remove(roles + u"/Viewer"_s).status, 404);
        QCOMPARE(m->post(roles, { { u"name"_s, u"x"_s }, { u"privileges"_s, QJsonArray { u"Workitems.Steal"_s } } }).field(), u"privileges[0]"_s);
    }

    void peopleSeeAndEndTheirOwnSessions()
    {
        m->addUser(u"dana"_s, strong, { u"Viewer"_s });
        m->key.clear();
        const Reply root = m->post(sessions, login(u"root"_s, strong));
        const Reply first = m->post(sessions, login(u"dana"_s, strong), { { "User-Agent", "one" } });
        const Reply second = m->post(sessions, login(u"dana"_s, strong), { { "User-Agent", "two" } });
        const Reply seen = m->get(sessions, bearer(first));
        QCOMPARE(seen.data().size(), 2);
        for (const QJsonValue session : seen.data()) {
            QCOMPARE(session[u"user"].toString(), u"dana"_s);
            QCOMPARE(session[u"current"].toBool(), session[u"id"] == first["id"]);
            QCOMPARE(session[u"program"].toString(), session[u"current"].toBool() ? u"one"_s : u"two"_s);
            QCOMPARE(session[u"address"].toString(), u"127.0.0.1"_s);
        }
        QVERIFY(!seen.body.contains(first["token"].toString().toLatin1()));
        QCOMPARE(m->get(sessions + u"?user=root"_s, bearer(first)).status, 403);
        QCOMPARE(m->remove(sessions + u'/' + root["id"].toString(), bearer(first)).status, 404);
        QCOMPARE(m->remove(sessions + u"/nothing"_s, bearer(first)).status, 404);
        QCOMPARE(m->get(u"/me"_s, bearer(root)).status, 200);
        QCOMPARE(m->remove(sessions + u'/' + second["id"].toString(), bearer(first)).status, 204);
        QCOMPARE(m->get(u"/me"_s, bearer(second)).status, 401);
        QCOMPARE(m->get(sessions, bearer(root)).data().size(), 2);
        QCOMPARE(m->get(sessions + u"?user=dana"_s, bearer(root)).data().size(), 1);
        QCOMPARE(m->remove(users + u"/dana/sessions"_s, bearer(root)).status, 204);
        QCOMPARE(m->get(u"/me"_s, bearer(first)).status, 401);
        QCOMPARE(m->remove(sessions + u'/' + first["id"].toString(), bearer(root)).status, 404);
    }

    void aSessionThatIsNotUsedEndsEarlier()
    {
        m->key.clear();
        const Reply used = m->post(sessions, login(u"root"_s, strong));
        const Reply unused = m->post(sessions, login(u"root"_s, strong));
        for (int hour = 0; hour < 3; ++hour) {
            QCOMPARE(m->get(u"/me"_s, bearer(used)).status, 200);
            // The use is written down a little later.
            const QByteArray written = "\"lastUsedDateTime\":\"" + toIso(m->clock->now()).toLatin1();
            QTRY_VERIFY(m->get(sessions, bearer(used)).body.contains(written));
            m->advance(std::chrono::hours(1));
        }
        QCOMPARE(m->get(u"/me"_s, bearer(used)).status, 200);
        QCOMPARE(m->get(u"/me"_s, bearer(unused)).status, 401);
    }

    void anAdministratorUnlocksAndSetsPasswords()
    {
        m->addUser(u"dana"_s, strong, { u"Viewer"_s });
        m->key.clear();
        for (int i = 0; i < 5; ++i)
            QCOMPARE(m->post(sessions, login(u"dana"_s, u"wrong"_s)).status, 401);
        QCOMPARE(m->post(sessions, login(u"dana"_s, strong)).status, 429);
        m->key = m->adminKey;
        QTRY_VERIFY(m->get(users + u"/dana"_s)["lockedUntilDateTime"].isString());
        QVERIFY(m->post(users + u"/dana/unlock"_s)["lockedUntilDateTime"].isNull());
        m->key.clear();
        const Reply session = m->post(sessions, login(u"dana"_s, strong));
        QCOMPARE(session.status, 201);
        m->key = m->adminKey;
        const Reply given = m->put(users + u"/dana/password"_s, {});
        QCOMPARE(given.status, 200);
        m->key.clear();
        QCOMPARE(m->get(u"/me"_s, bearer(session)).status, 401);
        QVERIFY(m->post(sessions, login(u"dana"_s, given["password"].toString()))["changePassword"].toBool());
        m->key = m->adminKey;
        QVERIFY(m->put(users + u"/dana/password"_s, { { u"password"_s, other } })["password"].isNull());
        QCOMPARE(m->put(users + u"/nobody/password"_s, {}).status, 404);
        QCOMPARE(m->post(users + u"/nobody/unlock"_s).status, 404);
    }

    void aRotatedKeyIsGoodForAsLongAsWasSaid()
    {
        const Reply made = m->post(u"/api-keys"_s, { { u"name"_s, u"K"_s }, { u"scopes"_s, QJsonArray { u"source"_s } } });
        const QString path = u"/api-keys/"_s + made["id"].toString() + u"/rotate"_s;
        const Reply rotated = m->post(path, { { u"oldKeySeconds"_s, 3600 } });
        QCOMPARE(rotated.status, 200);
        QCOMPARE(rotated["oldKeyUntilDateTime"].toString(), toIso(m->clock->now() + std::chrono::hours(1)));
        for (const Reply &one : { made, rotated }) {
            m->key = one["key"].toString();
            QCOMPARE(m->get(u"/me"_s)["id"], made["id"]);
        }
        m->advance(std::chrono::hours(1));
        m->key = made["key"].toString();
        QCOMPARE(m->get(u"/me"_s).status, 401);
        m->key = m->adminKey;
        const Reply again = m->post(path);
        m->key = rotated["key"].toString();
        QCOMPARE(m->get(u"/me"_s).status, 401);
        m->key = again["key"].toString();
        QCOMPARE(m->get(u"/me"_s).status, 200);
        m->key = m->adminKey;
        QTRY_VERIFY(m->get(u"/api-keys"_s).body.contains("\"lastUsedAddress\":\"127.0.0.1\""));
        QCOMPARE(m->post(u"/api-keys/nothing/rotate"_s).status, 404);
        QCOMPARE(m->post(path, { { u"oldKeySeconds"_s, 1'000'000 } }).field(), u"oldKeySeconds"_s);
    }

    void theTenantMayBeNamedAtSigningIn()
    {
        m->key.clear();
        QJsonObject body = login(u"root"_s, strong);
        body.insert(u"tenant"_s, u"100"_s);
        QCOMPARE(m->post(sessions, body).status, 201);
        body.insert(u"tenant"_s, u"200"_s);
        QCOMPARE(m->post(sessions, body).status, 401);
    }

    void otherTenantsUsersAreNotThere()
    {
        m->key = m->otherKey;
        QCOMPARE(m->get(users).data().size(), 0);
        QCOMPARE(m->get(users + u"/root"_s).status, 404);
        QCOMPARE(m->put(users + u"/root/password"_s, {}).status, 404);
        for (const QJsonValue entry : m->get(u"/audit"_s).data())
            QCOMPARE(entry[u"actor"][u"kind"].toString(), u"server"_s); // what a new tenant starts with
    }

    void theAuditSaysWhoDidWhatFromWhere()
    {
        m->advance(std::chrono::seconds(1));
        const Reply queue = m->get(u"/queues/general"_s);
        QJsonObject changed = queue.json();
        changed.insert(u"name"_s, u"Everything"_s);
        QCOMPARE(m->put(u"/queues/general"_s, changed, replacing(queue)).status, 200);
        QCOMPARE(m->post(users, userNamed(u"dana"_s)).status, 201);
        m->advance(std::chrono::seconds(1));
        m->key.clear();
        QCOMPARE(m->post(sessions, login(u"root"_s, u"wrong"_s)).status, 401);
        QCOMPARE(m->post(sessions, login(u"root"_s, strong)).status, 201);
        m->key = m->adminKey;
        QTRY_COMPARE(m->get(u"/audit?action=sign-in-failed"_s).data().size(), 1);
        const QJsonArray entries = m->get(u"/audit?limit=4"_s).data();
        QStringList actions;
        for (const QJsonValue entry : entries) {
            actions.append(entry[u"action"].toString() + u' ' + entry[u"kind"].toString());
            QCOMPARE(entry[u"address"].toString(), u"127.0.0.1"_s);
        }
        actions.sort();
        QCOMPARE(actions, QStringList({ u"create user"_s, u"sign-in session"_s, u"sign-in-failed user"_s, u"update queue"_s }));
        const QJsonValue update = m->get(u"/audit?kind=queue&object=general"_s).data().first();
        QCOMPARE(update[u"before"].toObject(), QJsonObject({ { u"name"_s, u"General"_s } }));
        QCOMPARE(update[u"after"].toObject(), QJsonObject({ { u"name"_s, u"Everything"_s } }));
        QCOMPARE(update[u"version"].toInt(), 2);
        QCOMPARE(update[u"actor"][u"kind"].toString(), u"apiKey"_s);
        QCOMPARE(m->get(u"/audit?actor=root"_s).data().size(), 2);
        QCOMPARE(m->get(u"/audit?from=2100-01-01T00:00:00Z"_s).data().size(), 0);
        QCOMPARE(m->get(u"/audit?from=yesterday"_s).status, 400);
    }

    void theAuditIsReadPageByPage()
    {
        for (int i = 0; i < 5; ++i) {
            QCOMPARE(m->post(u"/skills"_s, { { u"name"_s, QString::number(i) } }).status, 201);
            QCOMPARE(m->post(users, userNamed(u"user %1"_s.arg(i))).status, 201);
        }
        const QJsonArray whole = m->get(u"/audit?limit=1000"_s).data();
        QVERIFY(whole.size() >= 10);
        QJsonArray joined;
        QString cursor;
        do {
            const Reply page = m->get(u"/audit?limit=3"_s + (cursor.isEmpty() ? QString() : QString(u"&cursor="_s + cursor)));
            QCOMPARE(page.status, 200);
            for (const QJsonValue entry : page.data())
                joined.append(entry);
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(joined, whole);
        QCOMPARE(m->get(u"/audit?cursor=nonsense"_s).status, 400);
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiUsers)
#include "tst_api_users.moc"
