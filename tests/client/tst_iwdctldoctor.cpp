// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <support/fakehttpserver.h>
#include <support/httpcaller.h>

#include <iwdctl/diagnosis.h>

#include <QDir>
#include <QLocale>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int ExitWarnings = 4;
constexpr int ExitErrors = 5;

/// The state of a check, as --output json tells it; empty: there is none.
QJsonObject checkIn(const ProgramAndServer::Said &said, const QString &name)
{
    for (const QJsonValue &check : said.json()["checks"_L1].toArray()) {
        if (check["check"_L1] == name)
            return check.toObject();
    }
    return {};
}
QString stateOf(const ProgramAndServer::Said &said, const QString &name)
{
    return checkIn(said, name)["state"_L1].toString();
}

/// Everything that is not well, in lines.
QByteArray troublesIn(const ProgramAndServer::Said &said)
{
    QByteArray lines = said.err.toUtf8();
    for (const QJsonValue &check : said.json()["checks"_L1].toArray()) {
        if (check["state"_L1] != "ok"_L1)
            lines += check["check"_L1].toString().toUtf8() + ": " + check["text"_L1].toString().toUtf8() + '\n';
    }
    return lines;
}

/// Date of an HTTP answer.
QByteArray dateAfter(qint64 seconds)
{
    return QLocale::c().toString(QDateTime::currentDateTimeUtc().addSecs(seconds), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s).toLatin1();
}

/// What a healthy server tells an administrator. Tests change what they are about.
struct FakeServer
{
    qint64 clockAheadSeconds = 0;
    QString version = QStringLiteral(IWD_VERSION);
    QString apiVersion = u"3.0.0"_s;
    QJsonArray components { component(u"storage"_s, true, true) };
    QJsonObject me { { u"kind"_s, u"apiKey"_s }, { u"id"_s, u"k"_s }, { u"name"_s, u"Doctor"_s }, { u"agentId"_s, QJsonValue() }, { u"tenant"_s, QJsonObject { { u"id"_s, u"100"_s } } },
        { u"roles"_s, QJsonArray() }, { u"privileges"_s, QJsonArray { u"Dashboard.View"_s } }, { u"categories"_s, QJsonArray() }, { u"changePassword"_s, false }, { u"sessionId"_s, QJsonValue() } };
    qint64 errorHeld = 0;
    qint64 late = 0;
    QJsonObject lint { { u"errors"_s, 0 }, { u"warnings"_s, 0 }, { u"hints"_s, 0 }, { u"data"_s, QJsonArray() } };
    QJsonValue installation = QJsonObject { { u"dataFreeBytes"_s, qint64(60'000'000'000) }, { u"dataDiskBytes"_s, qint64(100'000'000'000) }, { u"schema"_s, 11 }, { u"clockAheadMilliseconds"_s, QJsonValue() },
        { u"cache"_s, u"local"_s }, { u"cacheAnswers"_s, true } };
    QString kind = u"sqlite"_s;
    QJsonArray keys;
    QJsonObject webhook; ///< its state; empty: there is none

    static QJsonObject component(const QString &name, bool ready, bool needed)
    {
        return { { u"name"_s, name }, { u"ready"_s, ready }, { u"needed"_s, needed }, { u"text"_s, ready ? u"It is well."_s : u"The database hangs."_s } };
    }
    [[nodiscard]] QJsonObject answerTo(const QByteArray &path) const
    {
        if (path == "/health/live")
            return { { u"status"_s, u"live"_s } };
        if (path == "/health/ready")
            return { { u"status"_s, u"ready"_s }, { u"components"_s, components } };
        if (path == "/iwd/v3/openapi.json")
            return { { u"openapi"_s, u"3.1.0"_s }, { u"info"_s, QJsonObject { { u"version"_s, apiVersion } } } };
        if (path == "/iwd/v3/me")
            return me;
        if (path == "/iwd/v3/lint")
            return lint;
        if (path == "/iwd/v3/items/search")
            return { { u"data"_s, QJsonArray() }, { u"count"_s, QJsonObject { { u"value"_s, late }, { u"exact"_s, true } } } };
        if (path == "/iwd/v3/api-keys")
            return { { u"data"_s, keys }, { u"nextCursor"_s, QJsonValue() } };
        if (path == "/iwd/v3/capture-points")
            return { { u"data"_s, QJsonArray { QJsonObject { { u"id"_s, u"desk"_s }, { u"webhook"_s, webhook.isEmpty() ? QJsonValue() : QJsonValue(QJsonObject()) } } } }, { u"nextCursor"_s, QJsonValue() } };
        if (path == "/iwd/v3/capture-points/desk/webhook")
            return webhook;
        return { { u"version"_s, version }, { u"items"_s, QJsonObject { { u"errorheld"_s, errorHeld } } }, { u"storage"_s, QJsonObject { { u"kind"_s, kind }, { u"sizeBytes"_s, 1'000'000 } } },
            { u"installation"_s, installation } };
    }
    [[nodiscard]] FakeAnswer answer(const FakeRequest &request) const
    {
        const QByteArray path = request.target.split('?').constFirst();
        const bool unready = path == "/health/ready" && !components.first()["ready"_L1].toBool();
        return FakeAnswer::json(unready ? 503 : 200, answerTo(path), "Date: " + dateAfter(clockAheadSeconds) + "\r\n");
    }
};

} // namespace

/// iwdctl doctor against servers that are well and others that are not.
class TestIwdctlDoctor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m = std::make_unique<ProgramAndServer>();
        QVERIFY2(m->startServer(), m->server().log().constData());
    }
    void init() { m->moveToNewHome(); }
    void cleanupTestCase() { QVERIFY(m->stopServer()); }

    void aRealServerIsLookedThrough();
    void sleepingItemsAreFoundByTheirTime();
    void peopleReadSentences();
    void aServerThatIsDownIsSaidToBe();
    void aNameThatNobodyKnowsIsSaidToBe();
    void somethingElseOnThePortIsNotTakenForAServer();
    void aWrongKeyIsSaidToBe();
    void nobodyLoggedInIsSaid();
    void whatAPrivilegeIsMissingForIsNotLookedAt();
    void aKeyThatEndsSoonIsNamed();
    void profilesThatOthersMayReadAreAFailure();
    void aCertificateIsLookedAt();
    void whatAServerTellsIsJudged_data();
    void whatAServerTellsIsJudged();
    void aHealthyServerIsFine();
    void aCertificatesEndIsJudgedByTheDay_data();
    void aCertificatesEndIsJudgedByTheDay();

private:
    ProgramAndServer::Said doctor(const QStringList &environment, const QStringList &further = { u"--output"_s, u"json"_s }) { return m->iwdctl(QStringList { u"doctor"_s } + further, {}, environment); }
    /// While the event loop of this test serves @p fake.
    ProgramAndServer::Said doctorOn(const FakeServer &server)
    {
        const FakeHttpServer fake([server](const FakeRequest &request) { return server.answer(request); });
        return doctorAt(fake.url().toString());
    }
    ProgramAndServer::Said doctorAt(const QString &url)
    {
        QProcess process;
        process.setEnvironment(m->environment() + QStringList { u"IWD_URL="_s + url, u"IWD_API_KEY=key"_s });
        process.start(ProgramAndServer::program(), { u"doctor"_s, u"--output"_s, u"json"_s });
        if (!QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000))
            return {};
        return { process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError()) };
    }

    std::unique_ptr<ProgramAndServer> m;
};

void TestIwdctlDoctor::aRealServerIsLookedThrough()
{
    const ProgramAndServer::Said said = doctor(m->administratorsEnvironment());
    QVERIFY2(said.code == 0 || said.code == ExitWarnings, troublesIn(said).constData()); // the lint of an empty installation is a matter of the lint
    QCOMPARE(said.json()["errors"_L1].toInteger(), 0);
    QCOMPARE(said.json()["notLookedAt"_L1].toInteger(), 0);
    // How fast it is, is not the matter of a test.
    for (const char *check : { "connection.open", "server.answers" })
        QVERIFY2(stateOf(said, QString::fromLatin1(check)) == "ok"_L1 || checkIn(said, QString::fromLatin1(check))["text"_L1].toString().contains(u" s "_s), check);
    for (const char *check : { "profiles", "connection.tls", "clock.server", "ready.server", "ready.storage", "version.api", "caller", "version.server",
             "items.errorheld", "server.disk", "server.cache", "clock.database", "items.due", "keys" })
        QVERIFY2(stateOf(said, QString::fromLatin1(check)) == "ok"_L1, troublesIn(said).constData());
    QVERIFY(!stateOf(said, u"configuration"_s).isEmpty());
    QVERIFY(checkIn(said, u"version.server"_s)["text"_L1].toString().contains(u"SQLite"_s));
    const QString text = checkIn(said, u"server.disk"_s)["text"_L1].toString();
    QVERIFY2(text.contains(u"GiB"_s) && !text.contains(u"0.0 GiB"_s), qPrintable(text)); // it is the real disk
}

/// What items.due asks for is what sleeps until its time.
void TestIwdctlDoctor::sleepingItemsAreFoundByTheirTime()
{
    const QStringList admin = m->administratorsEnvironment();
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"asleep"_s, u"--set"_s, u"activationDateTime="_s + QDateTime::currentDateTimeUtc().addSecs(3'600).toString(Qt::ISODate) }, {}, admin).code, 0);
    const auto found = [&](const QString &until) {
        const QStringList words { u"items"_s, u"search"_s, u"--where"_s, u"status=captured"_s, u"--where"_s, u"activationDateTime<"_s + until, u"--count"_s, u"--output"_s, u"json"_s };
        return m->iwdctl(words, {}, admin).json()["count"_L1]["value"_L1].toInteger(-1);
    };
    QCOMPARE(found(u"now+2h"_s), 1);
    QCOMPARE(found(u"now-1m"_s), 0);
}

void TestIwdctlDoctor::peopleReadSentences()
{
    const ProgramAndServer::Said said = doctor(m->administratorsEnvironment() + QStringList { u"IWD_API_KEY=wrong"_s }, {});
    QCOMPARE(said.code, ExitErrors);
    QVERIFY2(said.out.contains(u"OK    connection.open"_s), qPrintable(said.out));
    QVERIFY2(said.out.contains(u"FAIL  caller"_s), qPrintable(said.out));
    QVERIFY2(said.out.contains(u"To do: Log in"_s), qPrintable(said.out));
    QVERIFY2(said.out.contains(u"Not looked at."_s), qPrintable(said.out));
}

void TestIwdctlDoctor::aServerThatIsDownIsSaidToBe()
{
    const ProgramAndServer::Said said = doctor(m->environment() + QStringList { u"IWD_URL=http://127.0.0.1:1"_s, u"IWD_API_KEY=key"_s });
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"connection.open"_s), u"fail"_s);
    QVERIFY(checkIn(said, u"connection.open"_s)["advice"_L1].toString().contains(u"http.listen"_s));
    QCOMPARE(stateOf(said, u"server.answers"_s), u"notLookedAt"_s);
    QCOMPARE(stateOf(said, u"keys"_s), u"notLookedAt"_s);
}

void TestIwdctlDoctor::aNameThatNobodyKnowsIsSaidToBe()
{
    const ProgramAndServer::Said said = doctor(m->environment() + QStringList { u"IWD_URL=http://nowhere.invalid:4024"_s, u"IWD_API_KEY=key"_s });
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"connection.name"_s), u"fail"_s);
    QCOMPARE(stateOf(said, u"connection.open"_s), QString());
    const QString byName = QString(m->url()).replace(u"127.0.0.1"_s, u"localhost"_s);
    QCOMPARE(stateOf(doctor(m->administratorsEnvironment() + QStringList { u"IWD_URL="_s + byName }), u"connection.name"_s), u"ok"_s);
    QCOMPARE(stateOf(said, u"caller"_s), u"notLookedAt"_s);
}

void TestIwdctlDoctor::somethingElseOnThePortIsNotTakenForAServer()
{
    const FakeHttpServer fake([](const FakeRequest &) { return FakeAnswer::json(404, { { u"hello"_s, u"world"_s } }); });
    const ProgramAndServer::Said said = doctorAt(fake.url().toString());
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"server.answers"_s), u"fail"_s);
    QVERIFY(checkIn(said, u"server.answers"_s)["text"_L1].toString().contains(u"no iwd-server"_s));
    QCOMPARE(stateOf(said, u"version.api"_s), u"fail"_s);
    QCOMPARE(stateOf(said, u"ready"_s), u"fail"_s);
}

void TestIwdctlDoctor::aWrongKeyIsSaidToBe()
{
    const ProgramAndServer::Said said = doctor(m->administratorsEnvironment() + QStringList { u"IWD_API_KEY=00000000-0000-4000-8000-000000000000"_s });
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"caller"_s), u"fail"_s);
    QCOMPARE(stateOf(said, u"server.disk"_s), u"notLookedAt"_s);
    QCOMPARE(stateOf(said, u"ready.storage"_s), u"ok"_s); // needs nobody
}

void TestIwdctlDoctor::nobodyLoggedInIsSaid()
{
    const ProgramAndServer::Said said = doctor(m->environment() + QStringList { u"IWD_URL="_s + m->url() });
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"caller"_s), u"fail"_s);
    QVERIFY(checkIn(said, u"caller"_s)["advice"_L1].toString().contains(u"iwdctl login"_s));
}

void TestIwdctlDoctor::whatAPrivilegeIsMissingForIsNotLookedAt()
{
    const auto keyFor = [this](const QString &scope) {
        const QString file = m->home().filePath(scope + u".key"_s);
        const ProgramAndServer::Said made = m->iwdctl({ u"keys"_s, u"create"_s, scope, u"--scope"_s, scope, u"--save"_s, file }, {}, m->administratorsEnvironment());
        return made.code == 0 ? file : QString();
    };
    const QString source = keyFor(u"source"_s);
    const ProgramAndServer::Said little = m->iwdctl({ u"doctor"_s, u"--output"_s, u"json"_s, u"--url"_s, m->url(), u"--key-file"_s, source });
    QCOMPARE(little.code, 0);
    QCOMPARE(stateOf(little, u"caller"_s), u"ok"_s);
    for (const auto &[check, privilege] : { std::pair("version.server", "Dashboard.View"), std::pair("server.disk", "Dashboard.View"), std::pair("configuration", "Settings.View"), std::pair("keys", "ApiKeys.View") }) {
        QCOMPARE(stateOf(little, QString::fromLatin1(check)), u"notLookedAt"_s);
        QCOMPARE(checkIn(little, QString::fromLatin1(check))["privilege"_L1].toString(), QString::fromLatin1(privilege));
    }
    QCOMPARE(stateOf(little, u"items.due"_s), u"ok"_s); // it may search

    // Figures are for more people than those of the machine.
    const QString reporting = keyFor(u"reporting"_s);
    const ProgramAndServer::Said more = m->iwdctl({ u"doctor"_s, u"--output"_s, u"json"_s, u"--url"_s, m->url(), u"--key-file"_s, reporting });
    QCOMPARE(stateOf(more, u"version.server"_s), u"ok"_s);
    QCOMPARE(stateOf(more, u"server.disk"_s), u"notLookedAt"_s);
    QCOMPARE(checkIn(more, u"server.disk"_s)["privilege"_L1].toString(), u"Settings.View"_s);
}

void TestIwdctlDoctor::aKeyThatEndsSoonIsNamed()
{
    QCOMPARE(m->iwdctl({ u"keys"_s, u"create"_s, u"mail gateway"_s, u"--scope"_s, u"source"_s, u"--expires"_s, u"5d"_s }, {}, m->administratorsEnvironment()).code, 0);
    const ProgramAndServer::Said said = doctor(m->administratorsEnvironment());
    QCOMPARE(said.code, ExitWarnings);
    QCOMPARE(stateOf(said, u"keys"_s), u"warning"_s);
    QVERIFY(checkIn(said, u"keys"_s)["text"_L1].toString().contains(u"\"mail gateway\""_s));
    for (const QJsonValue &key : m->iwdctl({ u"keys"_s, u"list"_s, u"--output"_s, u"json"_s }, {}, m->administratorsEnvironment()).json()["data"_L1].toArray()) {
        if (key["name"_L1] == "mail gateway"_L1)
            QCOMPARE(m->iwdctl({ u"keys"_s, u"revoke"_s, key["id"_L1].toString() }, {}, m->administratorsEnvironment()).code, 0);
    }
}

void TestIwdctlDoctor::profilesThatOthersMayReadAreAFailure()
{
    const ProgramAndServer::Said login = m->iwdctl({ u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, m->url() }, m->password() + '\n');
    QVERIFY2(login.code == 0, qPrintable(login.err));
    QCOMPARE(stateOf(doctor(m->environment()), u"profiles"_s), u"ok"_s);
    const QString file = m->home().filePath(u"iwdctl/profiles"_s);
    QVERIFY(QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    const ProgramAndServer::Said said = doctor(m->environment());
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"profiles"_s), u"fail"_s);
    QVERIFY(checkIn(said, u"profiles"_s)["advice"_L1].toString().contains(u"chmod 600"_s));
    QCOMPARE(stateOf(said, u"connection"_s), u"fail"_s); // such a file is not used
}

void TestIwdctlDoctor::aCertificateIsLookedAt()
{
    const QString key = m->home().filePath(u"key.pem"_s);
    const QString certificate = m->home().filePath(u"certificate.pem"_s);
    QProcess openssl;
    openssl.start(u"openssl"_s, { u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s, u"-nodes"_s, u"-days"_s, u"10"_s, u"-subj"_s, u"/CN=127.0.0.1"_s, u"-keyout"_s, key,
        u"-out"_s, certificate });
    QVERIFY(openssl.waitForFinished() && openssl.exitCode() == 0);
    ServerSetup setup = m->server().setup();
    setup.data = m->home().filePath(u"data"_s);
    setup.environment = { u"IWD_HTTP_TLS_CERTIFICATE="_s + certificate, u"IWD_HTTP_TLS_KEY="_s + key };
    ServerProcess server(setup);
    server.start();
    // It speaks TLS on its port, so whether it is ready is asked on the other one.
    HttpCaller operations(server.operationsPort());
    QTRY_VERIFY_WITH_TIMEOUT([&] { const auto answer = operations.call("GET", "/health/ready"); return answer && answer->status == 200; }(), 60'000);
    const ProgramAndServer::Said said = doctor(m->environment() + QStringList { u"IWD_URL=https://127.0.0.1:%1"_s.arg(server.port()), u"IWD_API_KEY="_s + QString::fromLatin1(server.apiKey()) });
    QCOMPARE(said.code, ExitErrors);
    QCOMPARE(stateOf(said, u"connection.open"_s), u"ok"_s);
    QCOMPARE(stateOf(said, u"connection.tls"_s), u"fail"_s);
    QVERIFY2(checkIn(said, u"connection.tls"_s)["text"_L1].toString().contains(u"self-signed"_s), qPrintable(said.out));
    QCOMPARE(stateOf(said, u"connection.certificate"_s), u"warning"_s); // though it is not trusted
    QCOMPARE(stateOf(said, u"caller"_s), u"notLookedAt"_s); // nothing is sent to who is not trusted
    QCOMPARE(server.stop(), 0);
}

void TestIwdctlDoctor::aHealthyServerIsFine()
{
    const ProgramAndServer::Said said = doctorOn(FakeServer());
    QVERIFY2(said.code == 0, troublesIn(said).constData());
    QCOMPARE(said.json()["warnings"_L1].toInteger() + said.json()["errors"_L1].toInteger() + said.json()["notLookedAt"_L1].toInteger(), 0);
}

void TestIwdctlDoctor::whatAServerTellsIsJudged_data()
{
    QTest::addColumn<FakeServer>("server");
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("state");
    const auto row = [](const char *name, const QString &check, const QString &state, const std::function<void(FakeServer &)> &change) {
        FakeServer server;
        change(server);
        QTest::newRow(name) << server << check << state;
    };
    const auto installation = [](const QString &name, const QJsonValue &value) {
        return [name, value](FakeServer &server) {
            QJsonObject changed = server.installation.toObject();
            changed.insert(name, value);
            server.installation = changed;
        };
    };
    const QString warning = u"warning"_s;
    const QString fail = u"fail"_s;
    row("a clock ahead", u"clock.server"_s, warning, [](FakeServer &s) { s.clockAheadSeconds = 30; });
    row("a clock behind", u"clock.server"_s, warning, [](FakeServer &s) { s.clockAheadSeconds = -30; });
    row("a clock in another time", u"clock.server"_s, fail, [](FakeServer &s) { s.clockAheadSeconds = -3'600; });
    row("a clock within a second", u"clock.server"_s, u"ok"_s, [](FakeServer &s) { s.clockAheadSeconds = 1; });
    row("a database that hangs", u"ready.storage"_s, fail, [](FakeServer &s) { s.components = { FakeServer::component(u"storage"_s, false, true) }; });
    row("a tenant's database that hangs", u"ready.tenant"_s, warning, [](FakeServer &s) { s.components = { FakeServer::component(u"storage"_s, true, true), FakeServer::component(u"tenant"_s, false, false) }; });
    row("another version", u"version.server"_s, warning, [](FakeServer &s) { s.version = u"99.0.0"_s; });
    row("another API", u"version.api"_s, fail, [](FakeServer &s) { s.apiVersion = u"4.0.0"_s; });
    row("a password to change", u"caller"_s, warning, [](FakeServer &s) { s.me.insert(u"changePassword"_s, true); });
    row("no privileges", u"caller"_s, warning, [](FakeServer &s) { s.me.insert(u"privileges"_s, QJsonArray()); });
    row("items held with an error", u"items.errorheld"_s, warning, [](FakeServer &s) { s.errorHeld = 7; });
    row("work that is late", u"items.due"_s, fail, [](FakeServer &s) { s.late = 3; });
    row("a configuration with errors", u"configuration"_s, fail, [](FakeServer &s) { s.lint.insert(u"errors"_s, 1); });
    row("a configuration with warnings", u"configuration"_s, warning, [](FakeServer &s) { s.lint.insert(u"warnings"_s, 2); });
    row("a disk that is nearly full", u"server.disk"_s, fail, installation(u"dataFreeBytes"_s, 100'000'000));
    row("a disk that fills up", u"server.disk"_s, warning, installation(u"dataFreeBytes"_s, qint64(5'000'000'000)));
    row("a Redis that is away", u"server.cache"_s, warning, [&](FakeServer &s) {
        installation(u"cache"_s, u"redis"_s)(s);
        installation(u"cacheAnswers"_s, false)(s);
    });
    row("a database with another clock", u"clock.database"_s, warning, [&](FakeServer &s) {
        s.kind = u"postgresql"_s;
        installation(u"clockAheadMilliseconds"_s, -4'500)(s);
    });
    row("a database with the same clock", u"clock.database"_s, u"ok"_s, [&](FakeServer &s) {
        s.kind = u"postgresql"_s;
        installation(u"clockAheadMilliseconds"_s, 40)(s);
    });
    row("a database whose clock is not known", u"clock.database"_s, u"notLookedAt"_s, [](FakeServer &s) { s.kind = u"postgresql"_s; });
    row("a caller who is not told of the machine", u"server.disk"_s, u"notLookedAt"_s, [](FakeServer &s) { s.installation = QJsonValue(); });
    const auto webhook = [](const QString &member, const QJsonValue &value) {
        return [member, value](FakeServer &s) {
            s.webhook = { { u"capturePointId"_s, u"desk"_s }, { u"enabled"_s, true }, { u"secretSinceDateTime"_s, u"2026-01-01T00:00:00.000Z"_s }, { u"dead"_s, 0 }, { u"missedEvents"_s, 0 }, { u"lagSeconds"_s, 0 } };
            s.webhook.insert(member, value);
        };
    };
    row("a webhook that is up to date", u"webhooks"_s, u"ok"_s, webhook(u"lagSeconds"_s, 300));
    row("a webhook that is behind", u"webhooks"_s, warning, webhook(u"lagSeconds"_s, 301));
    row("a webhook with dead letters", u"webhooks"_s, warning, webhook(u"dead"_s, 1));
    row("a webhook that missed something", u"webhooks"_s, warning, webhook(u"missedEvents"_s, 7));
    row("a webhook without a secret", u"webhooks"_s, warning, webhook(u"secretSinceDateTime"_s, QJsonValue()));
    row("a key that has ended", u"keys"_s, u"ok"_s, [](FakeServer &s) { s.keys = { QJsonObject { { u"name"_s, u"old"_s }, { u"expiresDateTime"_s, u"2020-01-01T00:00:00.000Z"_s } } }; });
}
void TestIwdctlDoctor::whatAServerTellsIsJudged()
{
    QFETCH(FakeServer, server);
    QFETCH(QString, check);
    QFETCH(QString, state);
    const ProgramAndServer::Said said = doctorOn(server);
    QVERIFY2(stateOf(said, check) == state, troublesIn(said).constData());
    const bool bad = state == "warning"_L1 || state == "fail"_L1;
    QCOMPARE(said.code, state == "fail"_L1 ? ExitErrors : state == "warning"_L1 ? ExitWarnings : 0);
    QVERIFY(!bad || !checkIn(said, check)["advice"_L1].toString().isEmpty());
}

void TestIwdctlDoctor::aCertificatesEndIsJudgedByTheDay_data()
{
    QTest::addColumn<int>("days");
    QTest::addColumn<int>("state");
    QTest::newRow("ended") << -1 << int(Finding::Fail);
    QTest::newRow("tomorrow") << 1 << int(Finding::Warning);
    QTest::newRow("in a month") << 30 << int(Finding::Warning);
    QTest::newRow("later") << 31 << int(Finding::Ok);
}
void TestIwdctlDoctor::aCertificatesEndIsJudgedByTheDay()
{
    QFETCH(int, days);
    QFETCH(int, state);
    const QDateTime now = QDateTime::fromString(u"2026-03-01T12:00:00Z"_s, Qt::ISODate);
    Reach reach;
    reach.addresses = { u"192.0.2.1"_s };
    reach.usesTls = true;
    reach.certificateUntil = now.addDays(days);
    const Findings found = judgeReach(QUrl(u"https://iwd.example.com"_s), reach, now);
    QCOMPARE(found.last().check, u"connection.certificate"_s);
    QCOMPARE(int(found.last().state), state);
    // Without TLS, over a network: that is a warning of its own.
    reach = Reach();
    reach.addresses = { u"192.0.2.1"_s };
    QCOMPARE(int(judgeReach(QUrl(u"http://iwd.example.com"_s), reach, now).last().state), int(Finding::Warning));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlDoctor)
#include "tst_iwdctldoctor.moc"
