// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <support/httpcaller.h>
#include <support/privateglewlwyd.h>
#include <support/privatepostgres.h>

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QJsonArray>
#include <QTcpServer>
#include <QTest>
#include <QUrlQuery>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

const QString verifier = u"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"_s;
const QString otherVerifier = u"another-verifier-of-the-right-size-0123456789"_s;
const QString network = u"IWD_OUTGOING_ALLOWED_NETWORKS=127.0.0.0/8"_s;

QString challenge()
{
    return QString::fromLatin1(QCryptographicHash::hash(verifier.toLatin1(), QCryptographicHash::Sha256).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QByteArray compact(const QJsonObject &json)
{
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

quint16 freePort()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost) ? probe.serverPort() : quint16(0);
}

} // namespace

/// Real servers and the real command line with a real OpenID provider. The browser is the test.
class TestOpenIdLogin : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { m->moveToNewHome(); }
    void cleanup();

    void aPersonLogsInInTheBrowser();
    void rolesComeFromTheGroups();
    void theBrowserIsTakenForNobodyElse();
    void nobodyWhoComesMeansNoProfile();
    void aCodeAndAVerifierAreGoodForOneSignIn();
    void aServerThatWasRestartedEndsTheSignIn();
    void anotherServerEndsTheSignIn();
    void wordsThatMakeNoSenseAreExplained_data();
    void wordsThatMakeNoSenseAreExplained();

private:
    struct Begun
    {
        QString state;
        QUrl url;
    };
    [[nodiscard]] QString redirectUri() const { return u"http://127.0.0.1:%1/"_s.arg(m_port); }
    [[nodiscard]] Begun begin(quint16 server) const;
    [[nodiscard]] HttpAnswer finish(quint16 server, const Begun &begun, const QString &code, const QString &with = verifier) const;
    [[nodiscard]] QString codeFor(const Begun &begun) { return QUrlQuery(m_provider->signIn(begun.url, u"dana"_s)).queryItemValue(u"code"_s); }
    void addProvider(ServerProcess &server) const;

    quint16 m_port = 0; ///< at which the browser comes back
    std::unique_ptr<PrivateGlewlwyd> m_provider;
    std::unique_ptr<ProgramAndServer> m;
};

namespace {

/// iwdctl that waits for a browser.
class WaitingLogin
{
public:
    WaitingLogin(const QStringList &words, const QStringList &environment)
    {
        m_process.setEnvironment(environment);
        m_process.start(ProgramAndServer::program(), words);
    }
    ~WaitingLogin()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    /// The address that it shows; empty when it ends before.
    [[nodiscard]] QUrl address()
    {
        const QDeadlineTimer patience(std::chrono::seconds(60));
        while (!patience.hasExpired() && m_process.state() != QProcess::NotRunning) {
            m_said += m_process.readAllStandardError();
            const auto begin = m_said.indexOf("    http");
            const auto end = m_said.indexOf('\n', begin);
            if (begin >= 0 && end >= 0)
                return QUrl(QString::fromUtf8(m_said.mid(begin, end - begin).trimmed()));
            m_process.waitForFinished(20);
        }
        return {};
    }

    [[nodiscard]] ProgramAndServer::Said ended()
    {
        const bool isOver = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(RunningProgram::LongPatienceMs);
        m_said += m_process.readAllStandardError();
        return { isOver && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1, QString::fromUtf8(m_process.readAllStandardOutput()), QString::fromUtf8(m_said) };
    }

private:
    QProcess m_process;
    QByteArray m_said;
};

/// What the browser shows at an address of this machine.
HttpAnswer visit(const QUrl &url)
{
    HttpCaller caller(static_cast<quint16>(url.port()));
    const auto answer = caller.call("GET", url.path(QUrl::FullyEncoded).toLatin1() + '?' + url.query(QUrl::FullyEncoded).toLatin1());
    return answer.value_or(HttpAnswer());
}

} // namespace

void TestOpenIdLogin::initTestCase()
{
    m_port = freePort();
    m_provider = std::make_unique<PrivateGlewlwyd>(redirectUri());
    m_provider->addUser(u"dana"_s, { u"leads"_s, u"staff"_s });
    m_provider->addUser(u"kim"_s, { u"staff"_s });
    m = std::make_unique<ProgramAndServer>();
    m->server().setup().environment.append(network);
    QVERIFY2(m->startServer(), m->server().log().constData());
    const auto added = m->iwdctl({ u"providers"_s, u"add"_s, u"corp"_s, u"--issuer"_s, m_provider->issuer(), u"--client"_s, QString::fromLatin1(PrivateGlewlwyd::ClientId), u"--group"_s, u"leads=Supervisor"_s,
                                     u"--group"_s, u"admins=Administrator"_s, u"--bootstrap-file"_s, m->bootstrapPath(), u"--url"_s, m->url() },
        QByteArray(PrivateGlewlwyd::ClientSecret) + '\n');
    QVERIFY2(added.code == 0, qPrintable(added.err));
    const auto listed = m->iwdctl({ u"providers"_s, u"list"_s, u"--bootstrap-file"_s, m->bootstrapPath(), u"--url"_s, m->url() });
    QVERIFY2(listed.out.contains(u"leads=Supervisor"_s) && listed.out.contains(m_provider->issuer()) && !listed.out.contains(QString::fromLatin1(PrivateGlewlwyd::ClientSecret)), qPrintable(listed.out));
}

void TestOpenIdLogin::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("%s", m->server().log().right(2'000).constData());
}

TestOpenIdLogin::Begun TestOpenIdLogin::begin(quint16 server) const
{
    HttpCaller caller(server);
    const auto answer = caller.call("POST", "/iwd/v3/sign-in/openid", compact({ { u"provider"_s, u"corp"_s }, { u"redirectUri"_s, redirectUri() }, { u"codeChallenge"_s, challenge() } }), { { "Content-Type", "application/json" } });
    if (!answer || answer->status != 200)
        qFatal("A sign-in cannot be begun: %s", answer ? answer->body.constData() : "no answer");
    return { answer->json()[u"state"].toString(), QUrl(answer->json()[u"authorizationUrl"].toString()) };
}

HttpAnswer TestOpenIdLogin::finish(quint16 server, const Begun &begun, const QString &code, const QString &with) const
{
    HttpCaller caller(server);
    return caller.call("POST", "/iwd/v3/sessions/openid", compact({ { u"state"_s, begun.state }, { u"code"_s, code }, { u"codeVerifier"_s, with } }), { { "Content-Type", "application/json" } }).value_or(HttpAnswer());
}

void TestOpenIdLogin::addProvider(ServerProcess &server) const
{
    HttpCaller caller(server.port(), { { "x-api-key", server.apiKey() }, { "Content-Type", "application/json" } });
    const auto answer = caller.call("POST", "/iwd/v3/identity-providers",
        compact({ { u"id"_s, u"corp"_s }, { u"name"_s, u"Corporate login"_s }, { u"issuer"_s, m_provider->issuer() }, { u"clientId"_s, QString::fromLatin1(PrivateGlewlwyd::ClientId) },
            { u"clientSecret"_s, QString::fromLatin1(PrivateGlewlwyd::ClientSecret) }, { u"rolesOfGroups"_s, QJsonObject { { u"leads"_s, u"Supervisor"_s } } } }));
    QVERIFY2(answer && answer->status == 201, answer ? answer->body.constData() : "no answer");
}

void TestOpenIdLogin::aPersonLogsInInTheBrowser()
{
    WaitingLogin login({ u"login"_s, u"--openid"_s, u"--url"_s, m->url(), u"--port"_s, QString::number(m_port) }, m->environment());
    const QUrl address = login.address();
    QVERIFY2(address.isValid() && !address.isEmpty(), qPrintable(login.ended().err));
    const QUrl back = m_provider->signIn(address, u"dana"_s);
    QCOMPARE(back.port(), int(m_port));
    const HttpAnswer page = visit(back);
    QCOMPARE(page.status, 200);
    QVERIFY(page.body.contains("You are signed in"));
    const auto said = login.ended();
    QVERIFY2(said.code == 0, qPrintable(said.err));
    QVERIFY2(said.out.contains(u"as dana (tenant "_s), qPrintable(said.out));
    QCOMPARE(m->iwdctl({ u"queues"_s }).code, 0);
    const auto refused = m->iwdctl({ u"users"_s, u"list"_s });
    QVERIFY2(refused.code == 1 && refused.err.contains(u"Users.View"_s), qPrintable(refused.err));
    const auto password = m->iwdctl({ u"password"_s }, "eleven quiet marble engines\nseven brisk copper lanterns\n");
    QVERIFY2(password.code == 1 && password.err.contains(u"corp"_s), qPrintable(password.err));
    QCOMPARE(m->iwdctl({ u"logout"_s }).code, 0);
    QVERIFY(m->iwdctl({ u"queues"_s }).code != 0);
}

void TestOpenIdLogin::rolesComeFromTheGroups()
{
    const quint16 port = m->server().port();
    const auto rolesAfter = [&](const QStringList &groups) {
        m_provider->setGroups(u"dana"_s, groups);
        const Begun begun = begin(port);
        const HttpAnswer session = finish(port, begun, codeFor(begun));
        HttpCaller caller(port);
        const auto me = caller.call("GET", "/iwd/v3/me", {}, { { "Authorization", "Bearer " + session.json()[u"token"].toString().toLatin1() } });
        return session.status == 201 && me ? me->json()[u"roles"].toArray() : QJsonArray { session.json()[u"args"][u"reason"] };
    };
    QCOMPARE(rolesAfter({ u"leads"_s, u"staff"_s }), QJsonArray { u"Supervisor"_s });
    QCOMPARE(rolesAfter({ u"admins"_s }), QJsonArray { u"Administrator"_s });
    QCOMPARE(rolesAfter({ u"staff"_s }), QJsonArray { u"no-role"_s });
    QCOMPARE(rolesAfter({ u"leads"_s }), QJsonArray { u"Supervisor"_s });
}

void TestOpenIdLogin::theBrowserIsTakenForNobodyElse()
{
    WaitingLogin login({ u"login"_s, u"corp"_s, u"--openid"_s, u"--url"_s, m->url(), u"--port"_s, QString::number(m_port) }, m->environment());
    const QUrl address = login.address();
    QVERIFY(!address.isEmpty());
    const QString own = redirectUri();
    for (const QString &other : { own, QString(own + u"?state=other&code=code"_s), QString(own + u"favicon.ico"_s), QString(own + u"?code=code"_s) })
        QCOMPARE(visit(QUrl(other)).status, 404);
    HttpCaller caller(m_port);
    const auto posted = caller.call("POST", "/", "state=a&code=b");
    QVERIFY(posted && posted->status == 404);
    const QString state = QUrlQuery(address).queryItemValue(u"state"_s);
    const HttpAnswer page = visit(QUrl(own + u"?state=%1&error=access_denied&error_description=<script>"_s.arg(state)));
    QCOMPARE(page.status, 200);
    QVERIFY(page.body.contains("Not signed in") && !page.body.contains("script"));
    const auto said = login.ended();
    QVERIFY2(said.code != 0 && said.err.contains(u"access_denied"_s), qPrintable(said.err));
}

void TestOpenIdLogin::nobodyWhoComesMeansNoProfile()
{
    const auto said = m->iwdctl({ u"login"_s, u"--openid"_s, u"--url"_s, m->url(), u"--wait"_s, u"1s"_s });
    QVERIFY2(said.code != 0 && said.err.contains(u"Nobody signed in within 1 s"_s), qPrintable(said.err));
    QVERIFY(m->iwdctl({ u"profiles"_s }).out.contains(u"No profiles"_s));
}

void TestOpenIdLogin::aCodeAndAVerifierAreGoodForOneSignIn()
{
    const quint16 port = m->server().port();
    const Begun begun = begin(port);
    const QString code = codeFor(begun);
    const HttpAnswer wrong = finish(port, begun, code, otherVerifier);
    QCOMPARE(wrong.status, 403);
    QCOMPARE(wrong.json()[u"args"][u"reason"].toString(), u"verifier"_s);
    QCOMPARE(finish(port, begun, code).status, 201);
    const HttpAnswer again = finish(port, begun, code);
    QCOMPARE(again.status, 403);
    QCOMPARE(again.json()[u"args"][u"reason"].toString(), u"code"_s);
    QVERIFY(!m->server().log().contains(code.toLatin1()) && !m->server().log().contains(PrivateGlewlwyd::ClientSecret));
}

void TestOpenIdLogin::aServerThatWasRestartedEndsTheSignIn()
{
    const Begun begun = begin(m->server().port());
    const QString code = codeFor(begun);
    QVERIFY2(m->stopServer(), m->server().log().constData());
    QVERIFY2(m->startServer(), m->server().log().constData());
    QCOMPARE(finish(m->server().port(), begun, code).status, 201);
}

void TestOpenIdLogin::anotherServerEndsTheSignIn()
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    QTemporaryDir folder;
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.environment = { network, u"IWD_STORAGE_URL="_s + postgres.url(postgres.newEmptyDatabase()) };
    setup.data = folder.filePath(u"one"_s);
    ServerProcess one(setup);
    one.start();
    QVERIFY2(one.waitUntilReady(), one.log().constData());
    setup.data = folder.filePath(u"two"_s);
    ServerProcess two(setup);
    two.start();
    QVERIFY2(two.waitUntilReady(), two.log().constData());
    addProvider(one);
    const Begun begun = begin(one.port());
    const QString code = codeFor(begun);
    one.kill();
    const HttpAnswer session = finish(two.port(), begun, code);
    QCOMPARE(session.status, 201);
    QCOMPARE(session.json()[u"user"].toString(), u"dana"_s);
    QCOMPARE(finish(two.port(), begun, code).status, 403);
    QCOMPARE(two.stop(), 0);
}

void TestOpenIdLogin::wordsThatMakeNoSenseAreExplained_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("explanation");
    QTest::newRow("a name, too") << QStringList { u"--openid"_s, u"--user"_s, u"dana"_s } << u"leave --user"_s;
    QTest::newRow("a provider without the option") << QStringList { u"corp"_s, u"--user"_s, u"dana"_s } << u"without --openid"_s;
    QTest::newRow("a port without the option") << QStringList { u"--port"_s, u"1"_s, u"--user"_s, u"dana"_s } << u"--openid alone"_s;
    QTest::newRow("a port that is none") << QStringList { u"--openid"_s, u"--port"_s, u"many"_s } << u"no port"_s;
    QTest::newRow("a time that is none") << QStringList { u"--openid"_s, u"--wait"_s, u"long"_s } << u"no duration"_s;
    QTest::newRow("a provider that is not there") << QStringList { u"nobody"_s, u"--openid"_s } << u"no identity provider \"nobody\""_s;
    QTest::newRow("a tenant that has none") << QStringList { u"--openid"_s, u"--tenant"_s, u"nobody"_s } << u"providers add"_s;
}

void TestOpenIdLogin::wordsThatMakeNoSenseAreExplained()
{
    QFETCH(QStringList, words);
    QFETCH(QString, explanation);
    const auto said = m->iwdctl(QStringList { u"login"_s, u"--url"_s, m->url() } + words, "password\n");
    QVERIFY(said.code == 1 || said.code == 2);
    QVERIFY2(said.err.contains(explanation), qPrintable(said.err));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestOpenIdLogin)
#include "tst_openidlogin.moc"
