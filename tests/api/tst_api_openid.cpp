// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/fakeprovider.h>

#include <openid/openidproviders.h>

#include <QCryptographicHash>
#include <QUrlQuery>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString providers = u"/identity-providers"_s;
const QString beginning = u"/sign-in/openid"_s;
const QString sessions = u"/sessions/openid"_s;
const QString back = u"http://127.0.0.1:51004/"_s;
const QString strong = u"eleven quiet marble engines"_s;
const QString verifier = u"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"_s;
const QString otherVerifier = u"another-verifier-of-the-right-size-0123456789"_s;

QString challengeOf(const QString &text)
{
    return QString::fromLatin1(QCryptographicHash::hash(text.toLatin1(), QCryptographicHash::Sha256).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

HeaderFields bearer(const Reply &session)
{
    return { { "Authorization", "Bearer " + session["token"].toString().toLatin1() } };
}

QString reasonOf(const Reply &reply)
{
    return reply["args"].toObject()[u"reason"].toString();
}

} // namespace

/// Signing in through an identity provider that does what it likes.
class TestApiOpenId : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void whoComesForTheFirstTimeBecomesAUserWithTheRolesOfTheGroups();
    void rolesFollowTheGroupsAtEachSignInAndAreAudited();
    void groupsAndNamesAreTakenFromTheUserInformationToo();
    void aTokenThatProvesNothingLeavesNothingBehind();
    void aProviderThatIsAwayIsNamedAndNotHeldAgainst();
    void statesAreGoodForOneSignInOfOneKind_data();
    void statesAreGoodForOneSignInOfOneKind();
    void aSignInCountsOnceEvenIfTheProviderTakesCodesAgain();
    void theBeginningIsChecked_data();
    void theBeginningIsChecked();
    void identityIsIssuerAndSubjectNotTheName();
    void whoMayNotComeInIsToldWhy();
    void usersOfAProviderHaveNoPassword();
    void disablingOrDeletingAProviderEndsTheSessionsOfItsUsers();
    void theLastAdministratorIsNotShutOut();
    void secretsAreNeverShownNorAudited();
    void aNewIssuerNeedsTheSecretAgain();
    void nobodyMapsAGroupToMoreThanHeHas();
    void mistakesInAProviderAreNamed_data();
    void mistakesInAProviderAreNamed();
    void versionsAreKept();
    void waysToSignInDoNotTellWhichTenantsThereAre();
    void strangersAreSlowedDown();

private:
    [[nodiscard]] QJsonObject provider(const QJsonObject &change = {}) const;
    [[nodiscard]] Reply begin(const QJsonObject &change = {});
    [[nodiscard]] Reply finish(const Reply &begun, const QString &code, const QString &with = verifier);
    /// The whole of it. @param subject who signs in there
    [[nodiscard]] Reply signIn(const QString &subject = u"subject-1"_s);
    void start(const RequestLimitOptions &limits = {});

    std::unique_ptr<FakeProvider> p;
    ManualClock m_providersClock;
    std::unique_ptr<OpenIdProviders> m_openId;
    std::unique_ptr<ApiFixture> m;
};

void TestApiOpenId::start(const RequestLimitOptions &limits)
{
    m.reset();
    OpenIdOptions openId;
    openId.outgoing.userAgent = "test";
    openId.outgoing.allowedNetworks = { *Network::fromText(u"127.0.0.0/8"_s) };
    openId.patience = milliseconds(1'000);
    m_openId = *OpenIdProviders::make(openId, m_providersClock);
    ApiOptions options;
    options.openId = m_openId.get();
    options.limits = limits;
    m = std::make_unique<ApiFixture>(options);
    p->now = m_providersClock.now();
    QCOMPARE(m->post(providers, provider()).status, 201);
}

void TestApiOpenId::init()
{
    p = std::make_unique<FakeProvider>();
    p->claims = { { u"preferred_username"_s, u"dana"_s }, { u"name"_s, u"Dana Ito"_s }, { u"email"_s, u"dana@example.com"_s }, { u"email_verified"_s, true }, { u"groups"_s, QJsonArray { u"leads"_s, u"unknown"_s } } };
    start();
}

void TestApiOpenId::cleanup()
{
    m.reset();
    m_openId.reset();
    p.reset();
}

QJsonObject TestApiOpenId::provider(const QJsonObject &change) const
{
    QJsonObject body { { u"id"_s, u"corp"_s }, { u"name"_s, u"Corporate login"_s }, { u"issuer"_s, p->issuer() }, { u"clientId"_s, p->clientId }, { u"clientSecret"_s, p->clientSecret },
        { u"rolesOfGroups"_s, QJsonObject { { u"admins"_s, u"Administrator"_s }, { u"leads"_s, u"Supervisor"_s } } } };
    for (auto member = change.begin(); member != change.end(); ++member)
        body.insert(member.key(), member.value());
    return body;
}

Reply TestApiOpenId::begin(const QJsonObject &change)
{
    QJsonObject body { { u"provider"_s, u"corp"_s }, { u"redirectUri"_s, back }, { u"codeChallenge"_s, challengeOf(verifier) } };
    for (auto member = change.begin(); member != change.end(); ++member)
        body.insert(member.key(), member.value());
    const QString key = std::exchange(m->key, {});
    const Reply reply = m->post(beginning, body);
    m->key = key;
    return reply;
}

Reply TestApiOpenId::finish(const Reply &begun, const QString &code, const QString &with)
{
    const QString key = std::exchange(m->key, {});
    const Reply reply = m->post(sessions, { { u"state"_s, begun["state"] }, { u"code"_s, code }, { u"codeVerifier"_s, with } });
    m->key = key;
    return reply;
}

Reply TestApiOpenId::signIn(const QString &subject)
{
    const Reply begun = begin();
    if (begun.status != 200)
        return begun;
    return finish(begun, p->authorize(QUrl(begun["authorizationUrl"].toString()), subject));
}

void TestApiOpenId::whoComesForTheFirstTimeBecomesAUserWithTheRolesOfTheGroups()
{
    const Reply begun = begin();
    QCOMPARE(begun.status, 200);
    const QUrl url(begun["authorizationUrl"].toString());
    const QUrlQuery query(url);
    const auto sent = [&query](const QString &name) { return query.queryItemValue(name, QUrl::FullyDecoded); };
    QCOMPARE(sent(u"theme"_s), u"dark"_s); // what the provider's address has already stays
    QCOMPARE(sent(u"scope"_s), u"openid profile email"_s);
    QCOMPARE(sent(u"redirect_uri"_s), back);
    QCOMPARE(sent(u"state"_s), begun["state"].toString());
    QCOMPARE(sent(u"code_challenge"_s), challengeOf(verifier));
    QVERIFY(sent(u"nonce"_s).size() >= 40);
    QVERIFY(!url.toString().contains(p->clientSecret));

    const Reply session = finish(begun, p->authorize(url, u"subject-1"_s));
    QCOMPARE(session.status, 201);
    QCOMPARE(session["user"].toString(), u"dana"_s);
    QCOMPARE(session["changePassword"].toBool(), false);
    const Reply user = m->get(u"/users/dana"_s);
    QCOMPARE(user["displayName"].toString(), u"Dana Ito"_s);
    QCOMPARE(user["email"].toString(), u"dana@example.com"_s);
    QCOMPARE(user["roles"].toArray(), QJsonArray { u"Supervisor"_s });
    QCOMPARE(user["identityProvider"].toString(), u"corp"_s);
    const auto listed = m->get(u"/sessions?user=dana"_s).data();
    QCOMPARE(listed.size(), 1);
    QCOMPARE(listed[0][u"identityProvider"].toString(), u"corp"_s);
    m->key.clear();
    QCOMPARE(m->get(u"/me"_s, bearer(session))["roles"].toArray(), QJsonArray { u"Supervisor"_s });
    QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 200);
    QCOMPARE(m->remove(u"/sessions/current"_s, bearer(session)).status, 204);
    QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 401);
    m->key = m->adminKey;
    const auto audit = m->get(u"/audit?kind=session"_s).data();
    QCOMPARE(audit.size(), 2);
    QCOMPARE(audit[1][u"after"][u"identityProvider"].toString(), u"corp"_s);
    QCOMPARE(m->get(u"/audit?kind=user&object=dana&action=create"_s).data().size(), 1);
}

void TestApiOpenId::rolesFollowTheGroupsAtEachSignInAndAreAudited()
{
    QCOMPARE(signIn().status, 201);
    p->claims[u"groups"_s] = u"admins"_s; // one group may be a text
    const Reply admin = signIn();
    QCOMPARE(admin.status, 201);
    QCOMPARE(m->get(u"/users/dana"_s)["roles"].toArray(), QJsonArray { u"Administrator"_s });
    m->addUser(u"root"_s, strong, { u"Administrator"_s });
    p->claims[u"groups"_s] = QJsonArray { u"leads"_s, u"admins"_s, u"leads"_s };
    QCOMPARE(signIn().status, 201);
    QCOMPARE(m->get(u"/users/dana"_s)["roles"].toArray(), (QJsonArray { u"Administrator"_s, u"Supervisor"_s }));
    QCOMPARE(signIn().status, 201);
    const auto audit = m->get(u"/audit?kind=user&object=dana&action=update"_s).data();
    QCOMPARE(audit.size(), 2); // the last sign-in changed nothing
    QCOMPARE(audit[1][u"before"][u"roles"].toArray(), QJsonArray { u"Supervisor"_s });
    QCOMPARE(audit[1][u"after"][u"roles"].toArray(), QJsonArray { u"Administrator"_s });
}

void TestApiOpenId::groupsAndNamesAreTakenFromTheUserInformationToo()
{
    p->claims = {};
    p->userInfo = { { u"preferred_username"_s, u"kim"_s }, { u"realm"_s, QJsonObject { { u"roles"_s, QJsonArray { u"leads"_s } } } } };
    QCOMPARE(m->put(providers + u"/corp"_s, provider({ { u"groupsClaim"_s, u"realm.roles"_s } }), { { "If-Match", "*" } }).status, 200);
    const Reply session = signIn();
    QCOMPARE(session.status, 201);
    QCOMPARE(session["user"].toString(), u"kim"_s);
    QCOMPARE(p->asked("/userinfo"), 1);
    p->subjectOfUserInfo = u"somebody else"_s;
    const Reply refused = signIn();
    QCOMPARE(refused.status, 403);
    QCOMPARE(reasonOf(refused), u"userinfo"_s);
}

void TestApiOpenId::aTokenThatProvesNothingLeavesNothingBehind()
{
    p->algorithm = "none";
    const Reply refused = signIn();
    QCOMPARE(refused.status, 403);
    QCOMPARE(refused.code(), u"auth.sign_in_refused"_s);
    QCOMPARE(reasonOf(refused), u"token"_s);
    QCOMPARE(m->get(u"/users"_s).data().size(), 0);
    QCOMPARE(m->get(u"/sessions"_s).data().size(), 0);
}

void TestApiOpenId::aProviderThatIsAwayIsNamedAndNotHeldAgainst()
{
    p->instead["/token"] = FakeAnswer::json(500, {});
    const Reply refused = signIn();
    QCOMPARE(refused.status, 502);
    QCOMPARE(refused.code(), u"provider.unavailable"_s);
    QVERIFY(refused["detail"].toString().contains(u"Corporate login"_s));
    QVERIFY(!refused.body.contains(p->issuer().toUtf8()));
    p->instead.clear();
    QCOMPARE(signIn().status, 201);
}

void TestApiOpenId::statesAreGoodForOneSignInOfOneKind_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<QString>("reason");
    QTest::newRow("a state that was changed") << u"changed"_s << u"state"_s;
    QTest::newRow("a state that somebody made up") << u"made up"_s << u"state"_s;
    QTest::newRow("a state of a server with another secret") << u"foreign"_s << u"state"_s;
    QTest::newRow("a state that is too old") << u"old"_s << u"expired"_s;
    QTest::newRow("another verifier") << u"verifier"_s << u"verifier"_s;
    QTest::newRow("a code of another sign-in") << u"code"_s << u"token"_s;
}

void TestApiOpenId::statesAreGoodForOneSignInOfOneKind()
{
    QFETCH(QString, how);
    QFETCH(QString, reason);
    Reply begun = begin();
    QString code = p->authorize(QUrl(begun["authorizationUrl"].toString()), u"subject-1"_s);
    QJsonObject body { { u"state"_s, begun["state"] }, { u"code"_s, code }, { u"codeVerifier"_s, verifier } };
    if (how == u"changed"_s) {
        // What is inside can be read by everybody: another provider and another tenant.
        QByteArray bytes = QByteArray::fromBase64(begun["state"].toString().toLatin1(), QByteArray::Base64UrlEncoding);
        QVERIFY(bytes.contains("corp"));
        body[u"state"_s] = QString::fromLatin1(bytes.replace("corp", "corq").toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    } else if (how == u"made up"_s) {
        body[u"state"_s] = u"not even base64!"_s;
    } else if (how == u"foreign"_s) {
        start();
    } else if (how == u"old"_s) {
        m->advance(std::chrono::minutes(10));
    } else if (how == u"verifier"_s) {
        p->ignoresVerifiers = true; // then we compare alone
        body[u"codeVerifier"_s] = otherVerifier;
    } else {
        p->ignoresVerifiers = true;
        body[u"code"_s] = p->authorize(QUrl(begin()["authorizationUrl"].toString()), u"somebody else"_s);
    }
    m->key.clear();
    const Reply refused = m->post(sessions, body);
    QCOMPARE(refused.status, 403);
    QCOMPARE(reasonOf(refused), reason);
    m->key = m->adminKey;
    QCOMPARE(m->get(u"/sessions"_s).data().size(), 0);
}

void TestApiOpenId::aSignInCountsOnceEvenIfTheProviderTakesCodesAgain()
{
    p->takesCodesAgain = true;
    const Reply begun = begin();
    const QString code = p->authorize(QUrl(begun["authorizationUrl"].toString()), u"subject-1"_s);
    QCOMPARE(finish(begun, code).status, 201);
    QCOMPARE(reasonOf(finish(begun, code)), u"used"_s);
    p->takesCodesAgain = false;
    const Reply next = begin();
    const QString once = p->authorize(QUrl(next["authorizationUrl"].toString()), u"subject-1"_s);
    QCOMPARE(finish(next, once).status, 201);
    QCOMPARE(reasonOf(finish(next, once)), u"code"_s);
    QCOMPARE(m->get(u"/sessions"_s).data().size(), 2);
}

void TestApiOpenId::theBeginningIsChecked_data()
{
    QTest::addColumn<QJsonObject>("change");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("field");
    for (const char *uri : { "http://localhost:51004/", "https://127.0.0.1:51004/", "http://127.0.0.1/", "http://127.0.0.1.example.com:51004/", "http://example.com:80/", "http://user@127.0.0.1:51004/",
             "http://127.0.0.1:51004/?a=b", "http://127.0.0.1:51004/#a", "http://127.0.0.2:51004/", "http://[::2]:51004/", "javascript:alert(1)", "iwd://back" })
        QTest::newRow(uri) << QJsonObject { { u"redirectUri"_s, QString::fromLatin1(uri) } } << 422 << u"redirectUri"_s;
    QTest::newRow("IPv6") << QJsonObject { { u"redirectUri"_s, u"http://[::1]:51004/back"_s } } << 200 << QString();
    QTest::newRow("no challenge") << QJsonObject { { u"codeChallenge"_s, u""_s } } << 422 << u"codeChallenge"_s;
    QTest::newRow("a challenge that is none") << QJsonObject { { u"codeChallenge"_s, QString(43, u'*') } } << 422 << u"codeChallenge"_s;
    QTest::newRow("a provider that is not there") << QJsonObject { { u"provider"_s, u"nobody"_s } } << 404 << QString();
    QTest::newRow("a provider of another tenant") << QJsonObject { { u"tenant"_s, u"t200"_s } } << 404 << QString();
    QTest::newRow("a tenant that is not there") << QJsonObject { { u"tenant"_s, u"nobody"_s } } << 404 << QString();
    QTest::newRow("the tenant by its name") << QJsonObject { { u"tenant"_s, u"t100"_s } } << 200 << QString();
}

void TestApiOpenId::theBeginningIsChecked()
{
    QFETCH(QJsonObject, change);
    QFETCH(int, status);
    QFETCH(QString, field);
    const Reply reply = begin(change);
    QCOMPARE(reply.status, status);
    QCOMPARE(reply.field(), field);
}

void TestApiOpenId::identityIsIssuerAndSubjectNotTheName()
{
    QCOMPARE(signIn(u"subject-1"_s).status, 201);
    const Reply taken = signIn(u"subject-2"_s);
    QCOMPARE(taken.status, 403);
    QCOMPARE(reasonOf(taken), u"name-taken"_s);
    // Another name and address of the same person change nothing of who it is.
    p->claims[u"preferred_username"_s] = u"dana.ito"_s;
    p->claims[u"email"_s] = u"ito@example.com"_s;
    QCOMPARE(signIn(u"subject-1"_s)["user"].toString(), u"dana"_s);
    QCOMPARE(m->get(u"/users/dana"_s)["email"].toString(), u"ito@example.com"_s);
    m->addUser(u"root"_s, strong, { u"Administrator"_s });
    p->claims[u"preferred_username"_s] = u"root"_s;
    QCOMPARE(reasonOf(signIn(u"subject-3"_s)), u"name-taken"_s);
    // An address that nobody has verified names nobody.
    p->claims = { { u"email"_s, u"root@example.com"_s }, { u"groups"_s, QJsonArray { u"leads"_s } } };
    QCOMPARE(signIn(u"subject-4"_s)["user"].toString(), u"subject-4"_s);
}

void TestApiOpenId::whoMayNotComeInIsToldWhy()
{
    p->claims[u"groups"_s] = QJsonArray { u"unknown"_s };
    const Reply none = signIn();
    QCOMPARE(none.status, 403);
    QCOMPARE(reasonOf(none), u"no-role"_s);
    QTRY_COMPARE(m->get(u"/audit?kind=identityProvider&action=sign-in-failed"_s).data().size(), 1);
    QCOMPARE(m->put(providers + u"/corp"_s, provider({ { u"defaultRole"_s, u"Viewer"_s } }), { { "If-Match", "*" } }).status, 200);
    QCOMPARE(signIn().status, 201);
    QCOMPARE(m->get(u"/users/dana"_s)["roles"].toArray(), QJsonArray { u"Viewer"_s });
    m->write([](Transaction &transaction) { transaction.setLoginFailures(u"dana"_s, 9, transaction.now() + std::chrono::minutes(1)); });
    QCOMPARE(reasonOf(signIn()), u"locked"_s);
    QCOMPARE(m->post(u"/users/dana/unlock"_s).status, 200);
    QCOMPARE(m->put(u"/users/dana"_s, { { u"roles"_s, QJsonArray { u"Viewer"_s } }, { u"disabled"_s, true } }, { { "If-Match", "*" } }).status, 200);
    QCOMPARE(reasonOf(signIn()), u"disabled"_s);
    for (const QString &name : { u"a/b"_s, u"a\nb"_s, QString(300, u'x') }) {
        p->claims[u"preferred_username"_s] = name;
        QCOMPARE(reasonOf(signIn(u"subject-2"_s)), u"name"_s);
    }
}

void TestApiOpenId::usersOfAProviderHaveNoPassword()
{
    const Reply session = signIn();
    QCOMPARE(m->put(u"/users/dana/password"_s, { { u"password"_s, strong } }).status, 403);
    m->key.clear();
    QCOMPARE(m->put(u"/me/password"_s, { { u"currentPassword"_s, strong }, { u"newPassword"_s, u"seven brisk copper lanterns"_s } }, bearer(session)).status, 403);
    // Nobody locks him out by guessing a password that he does not have.
    for (int i = 0; i < 7; ++i)
        m->post(u"/sessions"_s, { { u"user"_s, u"dana"_s }, { u"password"_s, strong } });
    m->key = m->adminKey;
    QVERIFY(m->get(u"/users/dana"_s)["lockedUntilDateTime"].isNull());
    QCOMPARE(signIn().status, 201);
}

void TestApiOpenId::disablingOrDeletingAProviderEndsTheSessionsOfItsUsers()
{
    Reply session = signIn();
    m->key.clear();
    QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 200);
    m->key = m->adminKey;
    const Reply begun = begin();
    const QString code = p->authorize(QUrl(begun["authorizationUrl"].toString()), u"subject-1"_s);
    QCOMPARE(m->put(providers + u"/corp"_s, provider({ { u"enabled"_s, false } }), { { "If-Match", "*" } }).status, 200);
    m->key.clear();
    QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 401);
    m->key = m->adminKey;
    QCOMPARE(finish(begun, code).status, 404);
    QCOMPARE(signIn().status, 404);
    QCOMPARE(m->put(providers + u"/corp"_s, provider(), { { "If-Match", "*" } }).status, 200);
    session = signIn();
    QCOMPARE(session.status, 201);
    QCOMPARE(m->remove(providers + u"/corp"_s).status, 204);
    m->key.clear();
    QCOMPARE(m->get(u"/items"_s, bearer(session)).status, 401);
    m->key = m->adminKey;
    QCOMPARE(signIn().status, 404);
    QCOMPARE(m->get(u"/users/dana"_s).status, 200);
    // The same people come back through another provider with the issuer.
    QCOMPARE(m->post(providers, provider({ { u"id"_s, u"corp"_s } })).status, 201);
    QCOMPARE(signIn()["user"].toString(), u"dana"_s);
}

void TestApiOpenId::theLastAdministratorIsNotShutOut()
{
    p->claims[u"groups"_s] = QJsonArray { u"admins"_s };
    QCOMPARE(signIn().status, 201);
    QCOMPARE(m->remove(providers + u"/corp"_s).code(), u"user.last_administrator"_s);
    QCOMPARE(m->put(providers + u"/corp"_s, provider({ { u"enabled"_s, false } }), { { "If-Match", "*" } }).code(), u"user.last_administrator"_s);
    p->claims[u"groups"_s] = QJsonArray { u"leads"_s };
    QCOMPARE(signIn().code(), u"user.last_administrator"_s);
    m->addUser(u"root"_s, strong, { u"Administrator"_s });
    QCOMPARE(signIn().status, 201);
    QCOMPARE(m->remove(providers + u"/corp"_s).status, 204);
}

void TestApiOpenId::secretsAreNeverShownNorAudited()
{
    const QByteArray secret = p->clientSecret.toUtf8();
    const Reply shown = m->get(providers + u"/corp"_s);
    QVERIFY(shown["hasClientSecret"].toBool());
    QCOMPARE(m->put(providers + u"/corp"_s, provider({ { u"name"_s, u"Another name"_s } }), { { "If-Match", shown.etag() } }).status, 200);
    QJsonObject without = provider();
    without.remove(u"clientSecret"_s);
    QVERIFY(m->put(providers + u"/corp"_s, without, { { "If-Match", "*" } })["hasClientSecret"].toBool());
    QCOMPARE(signIn().status, 201); // with the secret that stayed
    const Reply audit = m->get(u"/audit?kind=identityProvider"_s);
    QCOMPARE(audit.data().size(), 3);
    QCOMPARE(audit.data()[1][u"before"][u"name"].toString(), u"Corporate login"_s);
    QCOMPARE(audit.data()[1][u"after"][u"clientSecretReplaced"].toBool(), true);
    QVERIFY(!audit.data()[0][u"after"].toObject().contains(u"clientSecretReplaced"_s));
    for (const QString &path : { providers, QString(providers + u"/corp"_s), u"/audit"_s, u"/sign-in"_s })
        QVERIFY(!m->get(path).body.contains(secret));
    m->write([secret](Transaction &transaction) {
        QVERIFY(!transaction.identityProviders().front().secret.contains(secret));
        QVERIFY(transaction.identityProviders().front().secret.size() > secret.size());
    });
}

void TestApiOpenId::aNewIssuerNeedsTheSecretAgain()
{
    QJsonObject other = provider({ { u"issuer"_s, u"https://login.example.com"_s } });
    other.remove(u"clientSecret"_s);
    const Reply refused = m->put(providers + u"/corp"_s, other, { { "If-Match", "*" } });
    QCOMPARE(refused.status, 422);
    QCOMPARE(refused.field(), u"clientSecret"_s);
}

void TestApiOpenId::nobodyMapsAGroupToMoreThanHeHas()
{
    QCOMPARE(m->post(u"/roles"_s, { { u"id"_s, u"desk"_s }, { u"name"_s, u"Desk"_s }, { u"privileges"_s, QJsonArray { u"Users.View"_s, u"Users.Update"_s, u"Workitems.View"_s } } }).status, 201);
    m->addUser(u"desk"_s, strong, { u"desk"_s });
    m->key.clear();
    const Reply session = m->post(u"/sessions"_s, { { u"user"_s, u"desk"_s }, { u"password"_s, strong } });
    const HeaderFields asDesk = bearer(session);
    HeaderFields over = asDesk;
    over.emplace_back("If-Match", "*");
    const QJsonObject second { { u"id"_s, u"second"_s }, { u"issuer"_s, u"https://login.example.com"_s } };
    QCOMPARE(m->post(providers, provider(second), asDesk).code(), u"auth.not_allowed"_s);
    QJsonObject byDefault = provider(second);
    byDefault[u"rolesOfGroups"_s] = QJsonObject();
    byDefault[u"defaultRole"_s] = u"Administrator"_s;
    QCOMPARE(m->post(providers, byDefault, asDesk).code(), u"auth.not_allowed"_s);
    // Nor does he change one that gives more, to nothing better.
    QJsonObject lesser = provider();
    lesser[u"rolesOfGroups"_s] = QJsonObject { { u"leads"_s, u"desk"_s } };
    QCOMPARE(m->put(providers + u"/corp"_s, lesser, over).code(), u"auth.not_allowed"_s);
    QCOMPARE(m->remove(providers + u"/corp"_s, asDesk).code(), u"auth.not_allowed"_s);
    lesser[u"id"_s] = u"second"_s;
    lesser[u"issuer"_s] = u"https://login.example.com"_s;
    QCOMPARE(m->post(providers, lesser, asDesk).status, 201);
    m->key = m->adminKey;
    QCOMPARE(m->remove(u"/roles/desk"_s).code(), u"object.in_use"_s);
}

void TestApiOpenId::mistakesInAProviderAreNamed_data()
{
    QTest::addColumn<QJsonObject>("change");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("field");
    QTest::newRow("an issuer that is no address") << QJsonObject { { u"issuer"_s, u"corp"_s } } << 422 << u"issuer"_s;
    QTest::newRow("an issuer with a query") << QJsonObject { { u"issuer"_s, u"https://login.example.com/?a=b"_s } } << 422 << u"issuer"_s;
    QTest::newRow("an issuer with a password") << QJsonObject { { u"issuer"_s, u"https://a:b@login.example.com/"_s } } << 422 << u"issuer"_s;
    QTest::newRow("an issuer of another kind") << QJsonObject { { u"issuer"_s, u"ftp://login.example.com/"_s } } << 422 << u"issuer"_s;
    QTest::newRow("the issuer of another provider") << QJsonObject() << 409 << u"issuer"_s;
    QTest::newRow("no client") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"clientId"_s, u""_s } } << 422 << u"clientId"_s;
    QTest::newRow("a role that is not there") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"defaultRole"_s, u"Boss"_s } } << 422 << u"defaultRole"_s;
    QTest::newRow("a group with a role that is not there")
        << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"rolesOfGroups"_s, QJsonObject { { u"g"_s, u"Boss"_s } } } } << 422 << u"rolesOfGroups.g"_s;
    QTest::newRow("a group without a name") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"rolesOfGroups"_s, QJsonObject { { u""_s, u"Viewer"_s } } } } << 422 << u"rolesOfGroups."_s;
    QTest::newRow("no role for anybody") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"rolesOfGroups"_s, QJsonObject() } } << 422 << u"rolesOfGroups"_s;
    QTest::newRow("a scope with a space") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"scopes"_s, QJsonArray { u"a b"_s } } } << 422 << u"scopes[0]"_s;
    QTest::newRow("a category that is not there") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"categories"_s, QJsonArray { u"nowhere"_s } } } << 422 << u"categories[0]"_s;
    QTest::newRow("something else") << QJsonObject { { u"issuer"_s, u"https://b"_s }, { u"secret"_s, u"x"_s } } << 422 << u"secret"_s;
}

void TestApiOpenId::mistakesInAProviderAreNamed()
{
    QFETCH(QJsonObject, change);
    QFETCH(int, status);
    QFETCH(QString, field);
    QJsonObject body = provider(change);
    body[u"id"_s] = u"second"_s;
    const Reply reply = m->post(providers, body);
    QCOMPARE(reply.status, status);
    QCOMPARE(reply.field(), field);
    QCOMPARE(m->get(providers).data().size(), 1);
}

void TestApiOpenId::versionsAreKept()
{
    const Reply shown = m->get(providers + u"/corp"_s);
    QCOMPARE(m->put(providers + u"/corp"_s, provider()).code(), u"version.required"_s);
    QCOMPARE(m->put(providers + u"/corp"_s, provider(), { { "If-Match", shown.etag() } })["version"].toInt(), 2);
    QCOMPARE(m->put(providers + u"/corp"_s, provider(), { { "If-Match", shown.etag() } }).code(), u"version.mismatch"_s);
    QCOMPARE(m->remove(providers + u"/corp"_s, { { "If-Match", shown.etag() } }).code(), u"version.mismatch"_s);
    QCOMPARE(m->post(providers, provider()).code(), u"object.exists"_s);
    QCOMPARE(m->put(providers + u"/corp"_s, shown.json(), { { "If-Match", "*" } }).status, 200); // an answer can be sent back
}

void TestApiOpenId::waysToSignInDoNotTellWhichTenantsThereAre()
{
    m->key.clear();
    const Reply ways = m->get(u"/sign-in"_s);
    QCOMPARE(ways["identityProviders"].toArray().size(), 1);
    QCOMPARE(ways["identityProviders"].toArray()[0][u"name"].toString(), u"Corporate login"_s);
    QVERIFY(!ways.body.contains(p->issuer().toUtf8()) && !ways.body.contains("iwd"));
    QCOMPARE(m->get(u"/sign-in?tenant=t200"_s).body, m->get(u"/sign-in?tenant=nobody"_s).body);
}

void TestApiOpenId::strangersAreSlowedDown()
{
    RequestLimitOptions limits;
    limits.failuresPerSecond = 1;
    start(limits);
    const QJsonObject body { { u"state"_s, u"AAAA"_s }, { u"code"_s, u"c"_s }, { u"codeVerifier"_s, verifier } };
    m->key.clear();
    int refused = 0;
    for (int i = 0; i < 15; ++i)
        refused += m->post(sessions, body).status == 429;
    QCOMPARE(refused, 5);
    QCOMPARE(begin().status, 429);
    QCOMPARE(m->get(u"/sign-in"_s).status, 429);
}

QTEST_GUILESS_MAIN(TestApiOpenId)
#include "tst_api_openid.moc"
