// SPDX-License-Identifier: Apache-2.0
#include <support/await.h>
#include <support/fakeprovider.h>
#include <support/manualclock.h>

#include <openid/openidproviders.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString verifier = u"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"_s;
const QString challenge = u"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"_s; // RFC 7636, appendix B
const QString back = u"http://127.0.0.1:51004/"_s;

QString reasonOf(const Result<OpenIdIdentity> &identity)
{
    return identity ? QString() : identity.error().args[u"reason"_s].toString();
}

} // namespace

/// What is believed of an identity provider, and what is made of its silence, by one that does what it likes.
class TestOpenId : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void publicClientsAndOtherAlgorithmsWork_data();
    void publicClientsAndOtherAlgorithmsWork();
    void tokensThatProveNothingAreRefused_data();
    void tokensThatProveNothingAreRefused();
    void clocksMayDifferByAMinute();
    void keysThatWereRotatedWorkAtOnceAndForgedOnesDoNotHammer();
    void providersThatDoNotAnswerProperlyAreNamed_data();
    void providersThatDoNotAnswerProperlyAreNamed();
    void silentProvidersAreWaitedForOnlyAWhile();
    void onlySoManySignInsAreUnderWayAtOnce();
    void plainHttpIsTakenToAllowedNetworksOnly();
    void whatIsUnderWayEndsWithTheServer();

private:
    void start(OpenIdOptions options);
    [[nodiscard]] Result<OpenIdIdentity> signIn();
    [[nodiscard]] static OpenIdOptions options();

    std::unique_ptr<FakeProvider> p;
    ManualClock m_clock;
    std::unique_ptr<OpenIdProviders> m;
    IdentityProvider m_provider;
};

OpenIdOptions TestOpenId::options()
{
    OpenIdOptions options;
    options.outgoing.userAgent = "test";
    options.outgoing.allowedNetworks = { *Network::fromText(u"127.0.0.0/8"_s) };
    options.patience = milliseconds(1'000);
    return options;
}

void TestOpenId::start(OpenIdOptions options)
{
    m = *OpenIdProviders::make(std::move(options), m_clock);
}

void TestOpenId::init()
{
    p = std::make_unique<FakeProvider>();
    p->now = m_clock.now();
    p->claims = { { u"preferred_username"_s, u"dana"_s }, { u"groups"_s, QJsonArray { u"leads"_s } } };
    m_provider = {};
    m_provider.id = u"corp"_s;
    m_provider.name = u"Corporate login"_s;
    m_provider.issuer = p->issuer();
    m_provider.clientId = p->clientId;
    m_provider.groupsClaim = u"groups"_s;
    m_provider.rolesOfGroups = { { u"leads"_s, u"Supervisor"_s } };
    start(options());
}

void TestOpenId::cleanup()
{
    m.reset();
    p.reset();
}

Result<OpenIdIdentity> TestOpenId::signIn()
{
    const auto url = await(m->authorizationUrl(m_provider, { back, u"state"_s, u"a nonce"_s, challenge }, Deadline::in(std::chrono::seconds(30))));
    if (!url)
        return url.error();
    const QString code = p->authorize(*url, u"subject-1"_s);
    return await(m->redeem(m_provider, p->clientSecret, { code, verifier, back, u"a nonce"_s }, Deadline::in(std::chrono::seconds(30))));
}

void TestOpenId::publicClientsAndOtherAlgorithmsWork_data()
{
    QTest::addColumn<QByteArray>("algorithm");
    QTest::addColumn<bool>("isPublic");
    for (const char *algorithm : { "RS256", "RS512", "PS256", "PS384", "ES256" })
        QTest::addRow("%s", algorithm) << QByteArray(algorithm) << false;
    QTest::addRow("a public client") << QByteArray("RS256") << true;
}

void TestOpenId::publicClientsAndOtherAlgorithmsWork()
{
    QFETCH(QByteArray, algorithm);
    QFETCH(bool, isPublic);
    p->algorithm = algorithm;
    if (algorithm.startsWith("ES"))
        p->key = SigningKey::ec("one");
    p->published = { p->key };
    if (isPublic)
        p->clientSecret.clear();
    const auto identity = signIn();
    QVERIFY2(identity, identity ? "" : qPrintable(identity.error().text));
    QCOMPARE(identity->subject, u"subject-1"_s);
    QCOMPARE(identity->name, u"dana"_s);
    QCOMPARE(identity->groups, QStringList { u"leads"_s });
}

void TestOpenId::tokensThatProveNothingAreRefused_data()
{
    using Spoil = std::function<void(FakeProvider &)>;
    QTest::addColumn<Spoil>("spoil");
    QTest::addColumn<QString>("word");
    const auto row = [](const char *name, const Spoil &spoil, const QString &word) { QTest::newRow(name) << spoil << word; };
    const auto claim = [](const QString &name, const QJsonValue &value) -> Spoil {
        return [=](FakeProvider &provider) { provider.spoil = [=](QJsonObject &claims) { value.isUndefined() ? claims.remove(name) : static_cast<void>(claims.insert(name, value)); }; };
    };
    const auto later = [](const QString &name, qint64 seconds) -> Spoil {
        return [=](FakeProvider &provider) { provider.spoil = [=, now = toMillis(provider.now) / 1000](QJsonObject &claims) { claims.insert(name, now + seconds); }; };
    };
    row("no signature at all", [](FakeProvider &provider) { provider.algorithm = "none"; }, u"token"_s);
    row("a symmetric signature made with the public key", [](FakeProvider &provider) {
        provider.key = provider.key.symmetricOfPublic();
        provider.algorithm = "HS256";
    }, u"alg"_s);
    row("a symmetric key in the key set", [](FakeProvider &provider) {
        provider.key = provider.key.symmetricOfPublic();
        provider.published = { provider.key };
        provider.algorithm = "HS256";
    }, u"alg"_s);
    row("another key with the same id", [](FakeProvider &provider) { provider.key = SigningKey::rsa("one"); }, u"signature"_s);
    row("a key of another kind", [](FakeProvider &provider) {
        provider.key = SigningKey::ec("one");
        provider.algorithm = "ES256";
    }, u"kid"_s);
    row("a key that is not known", [](FakeProvider &provider) { provider.keyId = "two"; }, u"kid"_s);
    row("several keys and no word which", [](FakeProvider &provider) {
        provider.published.append(SigningKey::rsa("two"));
        provider.keyId.clear();
    }, u"kid"_s);
    row("no token", [](FakeProvider &provider) { provider.idToken = "rubbish"; }, u"signed token"_s);
    row("a token of five parts", [](FakeProvider &provider) { provider.idToken = "a.b.c.d.e"; }, u"signed token"_s);
    row("another issuer", claim(u"iss"_s, u"https://login.example.com"_s), u"iss"_s);
    row("no issuer", claim(u"iss"_s, QJsonValue::Undefined), u"iss"_s);
    row("for another client", claim(u"aud"_s, u"other"_s), u"aud"_s);
    row("for nobody", claim(u"aud"_s, QJsonValue::Undefined), u"aud"_s);
    row("for several clients without a word whose", claim(u"aud"_s, QJsonArray { u"iwd"_s, u"other"_s }), u"azp"_s);
    row("of another party", claim(u"azp"_s, u"other"_s), u"azp"_s);
    row("of another sign-in", claim(u"nonce"_s, u"other"_s), u"nonce"_s);
    row("without nonce", claim(u"nonce"_s, QJsonValue::Undefined), u"nonce"_s);
    row("expired", later(u"exp"_s, -61), u"exp"_s);
    row("without end", claim(u"exp"_s, QJsonValue::Undefined), u"exp"_s);
    row("an end that is no number", claim(u"exp"_s, u"tomorrow"_s), u"exp"_s);
    row("from the future", later(u"iat"_s, 61), u"iat"_s);
    row("not good yet", later(u"nbf"_s, 61), u"nbf"_s);
    row("about nobody", claim(u"sub"_s, u""_s), u"sub"_s);
    row("about a number", claim(u"sub"_s, 17), u"sub"_s);
    row("of another access token", claim(u"at_hash"_s, u"AAAAAAAAAAAAAAAAAAAAAA"_s), u"at_hash"_s);
}

void TestOpenId::tokensThatProveNothingAreRefused()
{
    QFETCH(std::function<void(FakeProvider &)>, spoil);
    QFETCH(QString, word);
    spoil(*p);
    const auto refused = signIn();
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::SignInRefused);
    QCOMPARE(reasonOf(refused), u"token"_s);
    QVERIFY2(refused.error().text.contains(word), qPrintable(refused.error().text));
}

void TestOpenId::clocksMayDifferByAMinute()
{
    const qint64 now = toMillis(p->now) / 1000;
    p->spoil = [now](QJsonObject &claims) {
        claims.insert(u"iat"_s, now + 59);
        claims.insert(u"nbf"_s, now + 59);
        claims.insert(u"exp"_s, now - 59);
        claims.insert(u"azp"_s, u"iwd"_s);
        claims.insert(u"aud"_s, QJsonArray { u"other"_s, u"iwd"_s });
    };
    QVERIFY(signIn());
}

void TestOpenId::keysThatWereRotatedWorkAtOnceAndForgedOnesDoNotHammer()
{
    QVERIFY(signIn());
    QCOMPARE(p->asked("/keys"), 1);
    p->key = SigningKey::rsa("two");
    p->keyId = "two";
    p->published = { p->key };
    QVERIFY(signIn());
    QCOMPARE(p->asked("/keys"), 2);
    const SigningKey right = std::exchange(p->key, SigningKey::rsa("three"));
    p->keyId = "three";
    for (int i = 0; i < 5; ++i)
        QCOMPARE(reasonOf(signIn()), u"token"_s);
    QCOMPARE(p->asked("/keys"), 2);
    m_clock.advance(std::chrono::minutes(1));
    p->now = m_clock.now();
    QCOMPARE(reasonOf(signIn()), u"token"_s);
    QCOMPARE(p->asked("/keys"), 3);
    p->key = right;
    p->keyId = "two";
    QVERIFY(signIn());
    QCOMPARE(p->asked("/.well-known/openid-configuration"), 1);
}

void TestOpenId::providersThatDoNotAnswerProperlyAreNamed_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    const QByteArray discovery = "/.well-known/openid-configuration";
    const auto json = [](int status, const QJsonObject &body) { return FakeAnswer::json(status, body).bytes; };
    const QByteArray huge = "HTTP/1.1 200 Fake\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\n\r\n" + QByteArray(3'000'000, ' ');
    const QByteArray elsewhere = "HTTP/1.1 302 Fake\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    const QByteArray rubbish = "HTTP/1.1 200 Fake\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"keys\"";
    QTest::newRow("no discovery document") << discovery << json(404, {}) << u"discovery"_s;
    QTest::newRow("a discovery document of another issuer") << discovery << json(200, { { u"issuer"_s, u"https://login.example.com"_s } }) << u"discovery"_s;
    QTest::newRow("half a discovery document") << discovery << rubbish << u"discovery"_s;
    QTest::newRow("a redirected discovery document") << discovery << elsewhere << u"discovery"_s;
    QTest::newRow("a huge discovery document") << discovery << huge << u"tooLarge"_s;
    QTest::newRow("no HTTP") << discovery << QByteArrayLiteral("hello\r\n\r\n") << u"broken"_s;
    QTest::newRow("no keys") << QByteArray("/keys") << json(500, {}) << u"keys"_s;
    QTest::newRow("half a key set") << QByteArray("/keys") << rubbish << u"keys"_s;
    QTest::newRow("huge keys") << QByteArray("/keys") << huge << u"tooLarge"_s;
    QTest::newRow("redirected keys") << QByteArray("/keys") << elsewhere << u"keys"_s;
    QTest::newRow("a token endpoint that fails") << QByteArray("/token") << json(500, { { u"error"_s, u"server_error"_s } }) << u"answer"_s;
    QTest::newRow("a token endpoint without a token") << QByteArray("/token") << json(200, { { u"access_token"_s, u"a"_s } }) << u"answer"_s;
    QTest::newRow("a token endpoint that redirects") << QByteArray("/token") << elsewhere << u"answer"_s;
    QTest::newRow("a token endpoint that says too much") << QByteArray("/token") << huge << u"tooLarge"_s;
    QTest::newRow("a client that it does not know") << QByteArray("/token") << json(401, { { u"error"_s, u"invalid_client"_s } }) << u"client"_s;
}

void TestOpenId::providersThatDoNotAnswerProperlyAreNamed()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, reason);
    p->instead[path] = { FakeAnswer::SendAndClose, bytes };
    const auto refused = signIn();
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::ProviderUnavailable);
    QCOMPARE(reasonOf(refused), reason);
    QVERIFY(refused.error().text.contains(u"Corporate login"_s) && !refused.error().text.contains(p->issuer()));
    p->instead.clear();
    QVERIFY(signIn()); // it is not held against it
}

void TestOpenId::silentProvidersAreWaitedForOnlyAWhile()
{
    p->instead["/token"] = FakeAnswer::silence();
    QCOMPARE(reasonOf(signIn()), u"timeout"_s);
}

void TestOpenId::onlySoManySignInsAreUnderWayAtOnce()
{
    OpenIdOptions few = options();
    few.mostAtOnce = 1;
    start(few);
    p->instead["/.well-known/openid-configuration"] = FakeAnswer::silence();
    const auto first = std::make_shared<std::optional<Result<QUrl>>>();
    const AuthorizationRequest request { back, u"state"_s, u"a nonce"_s, challenge };
    keepResult(m->authorizationUrl(m_provider, request, Deadline::in(std::chrono::seconds(30))), first);
    const auto second = await(m->authorizationUrl(m_provider, request, Deadline::in(std::chrono::seconds(30))));
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Busy);
    QTRY_VERIFY(first->has_value());
    p->instead.clear();
    QVERIFY(signIn());
}

void TestOpenId::plainHttpIsTakenToAllowedNetworksOnly()
{
    OpenIdOptions closed = options();
    closed.outgoing.allowedNetworks.clear();
    start(closed);
    QCOMPARE(reasonOf(signIn()), u"forbidden"_s);
    QCOMPARE(p->asked("/.well-known/openid-configuration"), 0);
}

void TestOpenId::whatIsUnderWayEndsWithTheServer()
{
    p->instead["/.well-known/openid-configuration"] = FakeAnswer::silence();
    const auto url = std::make_shared<std::optional<Result<QUrl>>>();
    keepResult(m->authorizationUrl(m_provider, { back, u"state"_s, u"a nonce"_s, challenge }, Deadline::in(std::chrono::seconds(30))), url);
    QTRY_COMPARE(p->asked("/.well-known/openid-configuration"), 1);
    m.reset();
    QTRY_VERIFY(url->has_value());
    QCOMPARE((*url)->error().code, ErrorCode::ProviderUnavailable);
}

QTEST_GUILESS_MAIN(TestOpenId)
#include "tst_openid.moc"
