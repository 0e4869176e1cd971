// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"
#include "terminal.h"

#include <support/fakehttpserver.h>

#include <QDir>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// The program as a person or a script runs it, against a server process of its own. Each test begins with a home that has no profiles.
class TestIwdctlServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aPersonLogsInWorksAndLogsOut();
    void thePasswordIsNotShownOnATerminal();
    void aPasswordThatSomebodyElseMadeIsChangedAtLogin();
    void interruptingThePasswordGivesTheEchoBack();
    void aWrongPasswordMakesNoProfile();
    void aKeyIsTriedBeforeItIsKept();
    void theFileOfProfilesIsForItsOwnerAlone();
    void optionsComeBeforeTheEnvironmentAndThatBeforeTheProfile();
    void credentialsOfAProfileGoToItsServerOnly();
    void logoutWithoutTheServerKeepsTheSession();
    void lintTellsByItsExitCodeHowBadItIs();
    void anExportGoesToStandardOutputOrAFile();
    void anExportThatBreaksOffLeavesTheFileOfBefore();
    void theAuditGoesToStandardOutputOrAFile();
    void aSavedFilterIsUsedByItsNameOrItsId();
    void filtersWithOneNameAreToldApart();
    void wordsThatMakeNoSenseForAFilterAreExplained_data();
    void wordsThatMakeNoSenseForAFilterAreExplained();
    void manyItemsAreHeldAndResumedFromTheCommandLine();
    void manyItemsAreLeftAloneWhenNobodyAgrees();
    void wordsThatMakeNoSenseForManyItemsAreExplained_data();
    void wordsThatMakeNoSenseForManyItemsAreExplained();
    void aFileIsImportedInPartsAndItsFaultsAreReported();

private:
    using Said = ProgramAndServer::Said;
    Said iwdctl(const QStringList &words, const QByteArray &input = {}, const QStringList &environment = {}) { return m->iwdctl(words, input, environment); }
    [[nodiscard]] QString url() const { return m->url(); }
    [[nodiscard]] QString profilesPath() const { return m->home().filePath(u"iwdctl/profiles"_s); }
    [[nodiscard]] QByteArray profilesContent() const;
    [[nodiscard]] QByteArray tokenOf(const QString &profile) const;
    Said logIn(const QStringList &further = {});

    std::unique_ptr<ProgramAndServer> m;
};

void TestIwdctlServer::initTestCase()
{
    m = std::make_unique<ProgramAndServer>();
    QVERIFY2(m->startServer(), m->server().log().constData());
}

void TestIwdctlServer::init()
{
    m->moveToNewHome();
}

void TestIwdctlServer::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("%s", m->server().log().right(2'000).constData());
}

QByteArray TestIwdctlServer::profilesContent() const
{
    QFile file(profilesPath());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray TestIwdctlServer::tokenOf(const QString &profile) const
{
    return QJsonDocument::fromJson(profilesContent())["profiles"_L1][profile]["token"_L1].toString().toUtf8();
}

TestIwdctlServer::Said TestIwdctlServer::logIn(const QStringList &further)
{
    return iwdctl(QStringList { u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, url() } + further, m->password() + '\n');
}

void TestIwdctlServer::anExportGoesToStandardOutputOrAFile()
{
    const QStringList admin = m->administratorsEnvironment();
    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"E-1"_s, u"--set"_s, u"region=a,b"_s }, {}, admin).code, 0);
    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"E-2"_s, u"--set"_s, u"region==1+1"_s }, {}, admin).code, 0);
    const QStringList words { u"items"_s, u"export"_s, u"--where"_s, u"captureId~E-"_s, u"--columns"_s, u"captureId,custom.region"_s, u"--header"_s, u"Key,Region"_s };
    const QByteArray expected = "Key,Region\r\nE-2,'=1+1\r\nE-1,\"a,b\"\r\n";
    const Said printed = iwdctl(words, {}, admin);
    QCOMPARE(printed.code, 0);
    QCOMPARE(printed.out.toUtf8(), expected);
    QCOMPARE(printed.err, QString());

    const QString path = m->home().filePath(u"items.csv"_s);
    const Said written = iwdctl(words + QStringList { u"--to"_s, path }, {}, admin);
    QVERIFY2(written.code == 0, qPrintable(written.err));
    QVERIFY(written.err.contains(u"Wrote "_s));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), expected);

    const Said refused = iwdctl({ u"items"_s, u"export"_s, u"--columns"_s, u"stauts"_s, u"--to"_s, path }, {}, admin);
    QCOMPARE(refused.code, 1);
    QVERIFY(refused.err.contains(u"status"_s));
    QVERIFY(file.seek(0));
    QCOMPARE(QFileInfo(path).size(), expected.size());
    QCOMPARE(iwdctl({ u"items"_s, u"export"_s, u"--separator"_s, u"dot"_s }, {}, admin).code, 2);
    const Said nowhere = iwdctl({ u"items"_s, u"export"_s, u"--to"_s, m->home().filePath(u"no/such/folder.csv"_s) }, {}, admin);
    QCOMPARE(nowhere.code, 2);
    QVERIFY(nowhere.err.contains(u"cannot be written"_s));
}

void TestIwdctlServer::anExportThatBreaksOffLeavesTheFileOfBefore()
{
    // "id" and a line end as the beginning of a gzip stream.
    const QByteArray beginning = QByteArray::fromHex("1f8b0800000000000003ca4ce1e502000000ffff");
    const FakeHttpServer fake([&beginning](const FakeRequest &) {
        return FakeAnswer { FakeAnswer::SendAndClose,
            "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + beginning + "\r\n" };
    });
    const QString path = m->home().filePath(u"items.csv"_s);
    QFile before(path);
    QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
    before.close();
    for (const bool toFile : { true, false }) {
        QProcess process;
        process.setEnvironment(m->environment() + QStringList { u"IWD_URL="_s + fake.url().toString(), u"IWD_API_KEY=key"_s });
        process.start(ProgramAndServer::program(), QStringList { u"items"_s, u"export"_s } + (toFile ? QStringList { u"--to"_s, path } : QStringList()));
        QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000);
        QCOMPARE(process.exitCode(), 3);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.contains("The export broke off"), said.constData());
        QCOMPARE(process.readAllStandardOutput(), toFile ? QByteArray() : QByteArray("id\r\n"));
        QVERIFY(before.open(QIODevice::ReadOnly));
        QCOMPARE(before.readAll(), QByteArray("before"));
        before.close();
        QCOMPARE(QDir(m->home().path()).entryList({ u"items.csv*"_s }, QDir::Files).size(), 1);
    }
}

void TestIwdctlServer::aFileIsImportedInPartsAndItsFaultsAreReported()
{
    const QStringList admin = m->administratorsEnvironment();
    QByteArray content = "Ticket,Due,Remarks\n";
    for (int i = 1; i <= 1'200; ++i) // line i + 1, from 600 on one more
        content += "I-" + QByteArray::number(i) + (i == 700 ? ",soon,x\n" : i == 600 ? ",2016-07-01 12:00,\"two\nlines\"\n" : ",,\n");
    const QString path = m->home().filePath(u"items.csv"_s);
    const QString report = m->home().filePath(u"faults.ndjson"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    file.close();
    const QStringList words { u"items"_s, u"import"_s, path, u"--map"_s, u"Ticket=captureId"_s, u"--map"_s, u"Due=dueDateTime"_s, u"--map"_s, u"Remarks="_s, u"--report"_s, report };

    const Said checked = iwdctl(words + QStringList { u"--dry-run"_s, u"--output"_s, u"json"_s }, {}, admin);
    QCOMPARE(checked.code, 1);
    QCOMPARE(checked.json()[u"accepted"].toInt(), 1'199);
    QCOMPARE(iwdctl({ u"items"_s, u"get"_s, u"I-1"_s }, {}, admin).code, 1);

    const Said imported = iwdctl(words, {}, admin);
    QCOMPARE(imported.code, 1);
    QVERIFY2(imported.out.contains(u"1,199 accepted, 0 known already, 1 refused"_s), qPrintable(imported.out));
    QVERIFY2(imported.err.contains(u"line 702, Due: "_s), qPrintable(imported.err));
    QFile faults(report);
    QVERIFY(faults.open(QIODevice::ReadOnly));
    const QByteArrayList lines = faults.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), 1);
    QCOMPARE(QJsonDocument::fromJson(lines[0])[u"value"].toString(), u"soon"_s);
    QCOMPARE(iwdctl({ u"items"_s, u"get"_s, u"I-600"_s, u"--output"_s, u"json"_s }, {}, admin).json()[u"dueDateTime"].toString(), u"2016-07-01T12:00:00.000Z"_s);

    const Said again = iwdctl({ u"items"_s, u"import"_s, u"-"_s, u"--map"_s, u"Ticket=captureId"_s, u"--map"_s, u"Due="_s, u"--map"_s, u"Remarks="_s }, content, admin);
    QCOMPARE(again.code, 0);
    QVERIFY2(again.out.contains(u"1 accepted, 1,199 known already, 0 refused"_s), qPrintable(again.out));

    QCOMPARE(iwdctl({ u"items"_s, u"import"_s, path }, {}, admin).code, 1);
    QCOMPARE(iwdctl({ u"items"_s, u"import"_s, m->home().filePath(u"none.csv"_s) }, {}, admin).code, 2);
    QCOMPARE(iwdctl({ u"items"_s, u"import"_s, u"-"_s }, {}, admin).code, 1);
    QCOMPARE(iwdctl(QStringList { u"items"_s, u"import"_s, path, u"--map"_s, u"Ticket"_s }, {}, admin).code, 2);
}

void TestIwdctlServer::aPersonLogsInWorksAndLogsOut()
{
    const Said login = logIn();
    QVERIFY2(login.code == 0, qPrintable(login.err));
    QVERIFY2(login.out.contains("as admin (tenant "_L1) && login.out.contains("Profile: default (the default)"_L1), qPrintable(login.out));
    const QByteArray token = tokenOf(u"default"_s);
    QVERIFY(!token.isEmpty());
    QVERIFY(!login.out.contains(QString::fromUtf8(token)) && !login.err.contains(QString::fromUtf8(token)));
    QCOMPARE(m->statusWith("Authorization", "Bearer " + token), 200);

    const Said queues = iwdctl({ u"queues"_s });
    QVERIFY2(queues.code == 0, qPrintable(queues.err));
    const Said profiles = iwdctl({ u"profiles"_s });
    QVERIFY2(profiles.out.contains("default *"_L1) && profiles.out.contains(url()) && profiles.out.contains("until "_L1), qPrintable(profiles.out));
    const Said listed = iwdctl({ u"profiles"_s, u"--output"_s, u"json"_s });
    QVERIFY(!listed.out.contains(QString::fromUtf8(token)));
    QCOMPARE(listed.json()["data"_L1][0]["user"_L1].toString(), u"admin"_s);

    // Logging in again leaves no session behind that nobody knows.
    QCOMPARE(logIn().code, 0);
    QCOMPARE(m->statusWith("Authorization", "Bearer " + token), 401);
    const QByteArray second = tokenOf(u"default"_s);

    const Said logout = iwdctl({ u"logout"_s });
    QVERIFY2(logout.code == 0, qPrintable(logout.err));
    QCOMPARE(m->statusWith("Authorization", "Bearer " + second), 401);
    QVERIFY(!profilesContent().contains(second));
    const Said refused = iwdctl({ u"queues"_s });
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains("iwdctl login"_L1), qPrintable(refused.err));
    QCOMPARE(iwdctl({ u"logout"_s, u"--forget"_s }).code, 0);
    QVERIFY(iwdctl({ u"profiles"_s }).out.contains("No profiles"_L1));
}

void TestIwdctlServer::thePasswordIsNotShownOnATerminal()
{
    Terminal terminal(m->program(), { u"login"_s, u"--url"_s, url() }, m->environment());
    QVERIFY(terminal.finds("User: "));
    terminal.type("admin\n");
    QVERIFY(terminal.finds("Password of admin at "));
    QVERIFY(terminal.finds(": "));
    terminal.type(m->password() + '\n');
    QVERIFY(terminal.finds("Logged in to"));
    QCOMPARE(terminal.exitCode(), 0);
    QVERIFY(!terminal.seen().contains(m->password()));
}

void TestIwdctlServer::aPasswordThatSomebodyElseMadeIsChangedAtLogin()
{
    QCOMPARE(logIn().code, 0);
    const Said made = iwdctl({ u"users"_s, u"create"_s, u"dana"_s, u"--role"_s, u"Viewer,Agent"_s, u"--output"_s, u"json"_s });
    QVERIFY2(made.code == 0, qPrintable(made.err));
    const QByteArray password = made.json()["password"_L1].toString().toUtf8();
    const QStringList login { u"login"_s, u"--user"_s, u"dana"_s, u"--url"_s, url(), u"--profile"_s, u"dana"_s };
    const Said none = iwdctl(login, password + '\n');
    QCOMPARE(none.code, 2);
    QVERIFY2(none.err.contains("choose one of your own"_L1), qPrintable(none.err));
    const Said weak = iwdctl(login, password + "\nshort\n");
    QCOMPARE(weak.code, 1);
    QVERIFY2(weak.err.contains("too short"_L1), qPrintable(weak.err));
    QVERIFY(tokenOf(u"dana"_s).isEmpty());
    Terminal terminal(m->program(), login, m->environment());
    QVERIFY(terminal.finds("Password of dana"));
    terminal.type(password + '\n');
    QVERIFY(terminal.finds("New password: "));
    terminal.type("seven brisk copper lanterns\n");
    QVERIFY(terminal.finds("The same again: "));
    terminal.type("seven brisk copper lanterns\n");
    QVERIFY(terminal.finds("Logged in to"));
    QCOMPARE(terminal.exitCode(), 0);
    QVERIFY(!terminal.seen().contains("lanterns"));
    QCOMPARE(iwdctl({ u"queues"_s, u"--profile"_s, u"dana"_s }).code, 0);
    const Said changed = iwdctl({ u"password"_s, u"--profile"_s, u"dana"_s }, "seven brisk copper lanterns\nfour pale winter harbors\n");
    QVERIFY2(changed.code == 0, qPrintable(changed.err));
    const Said audit = iwdctl({ u"audit"_s, u"--object"_s, u"dana"_s });
    QVERIFY2(audit.out.contains("set-password"_L1) && audit.out.contains("create"_L1) && !audit.out.contains(QString::fromUtf8(password)), qPrintable(audit.out));
    const Said users = iwdctl({ u"users"_s, u"list"_s });
    QVERIFY2(users.out.contains("dana"_L1) && users.out.contains("Viewer, Agent"_L1), qPrintable(users.out));
    QCOMPARE(iwdctl({ u"users"_s, u"disable"_s, u"dana"_s }).code, 0);
    QCOMPARE(iwdctl({ u"queues"_s, u"--profile"_s, u"dana"_s }).code, 1);
    QCOMPARE(iwdctl({ u"users"_s, u"enable"_s, u"dana"_s }).code, 0);
    QCOMPARE(iwdctl({ u"users"_s, u"unlock"_s, u"dana"_s }).code, 0);
    QVERIFY(iwdctl({ u"users"_s, u"password"_s, u"dana"_s }).out.contains("shown this once"_L1));
    QCOMPARE(iwdctl({ u"users"_s, u"delete"_s, u"dana"_s }).code, 0);
    QCOMPARE(iwdctl({ u"users"_s, u"delete"_s, u"dana"_s }).code, 1);
    QVERIFY(iwdctl({ u"roles"_s }).out.contains("Administrator"_L1));
}

void TestIwdctlServer::interruptingThePasswordGivesTheEchoBack()
{
    // The shell asks its own terminal afterwards.
    const QString script = u"\"$0\" login --user admin --url \"$1\"; echo code=$?; stty -a"_s;
    Terminal terminal(u"/bin/sh"_s, { u"-c"_s, u"trap : INT; "_s + script, m->program(), url() }, m->environment());
    QVERIFY(terminal.finds("Password of admin"));
    terminal.type("half\x03");
    QVERIFY(terminal.finds("Interrupted."));
    QVERIFY(terminal.finds("code=130"));
    QVERIFY(terminal.finds(" echo "));
    QVERIFY(profilesContent().isEmpty());
}

void TestIwdctlServer::aWrongPasswordMakesNoProfile()
{
    const Said refused = iwdctl({ u"login"_s, u"--user"_s, u"nobody"_s, u"--url"_s, url() }, "wrong\n");
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains("User or password is wrong."_L1), qPrintable(refused.err));
    QVERIFY(!QFile::exists(profilesPath()));
    const Said nothing = iwdctl({ u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, url() });
    QCOMPARE(nothing.code, 2);
    QVERIFY2(nothing.err.contains("ended before"_L1), qPrintable(nothing.err));
    const Said away = iwdctl({ u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, u"http://127.0.0.1:9"_s }, "x\n");
    QCOMPARE(away.code, 3);
    QVERIFY(!away.err.contains("unencrypted"_L1));
    const Said elsewhere = iwdctl({ u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, u"http://0.0.0.0:9"_s }, "x\n");
    QVERIFY2(elsewhere.err.contains("the password goes to 0.0.0.0 unencrypted"_L1), qPrintable(elsewhere.err));
}

void TestIwdctlServer::aKeyIsTriedBeforeItIsKept()
{
    const QString keyFile = m->home().filePath(u"key"_s);
    const auto writeKey = [&keyFile](const QByteArray &key) {
        QFile file(keyFile);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(key + '\n');
    };
    writeKey("00000000-0000-4000-8000-000000000000");
    QCOMPARE(iwdctl({ u"login"_s, u"--profile"_s, u"ci"_s, u"--url"_s, url(), u"--key-file"_s, keyFile }).code, 1);
    QVERIFY(!QFile::exists(profilesPath()));

    writeKey(m->server().apiKey());
    const Said login = iwdctl({ u"login"_s, u"--profile"_s, u"ci"_s, u"--url"_s, url(), u"--key-file"_s, keyFile });
    QVERIFY2(login.code == 0, qPrintable(login.err));
    QVERIFY(QFile::remove(keyFile));
    QCOMPARE(iwdctl({ u"queues"_s, u"--profile"_s, u"ci"_s }).code, 0);
    const Said profiles = iwdctl({ u"profiles"_s });
    QVERIFY2(profiles.out.contains("(API key)"_L1) && !profiles.out.contains(QString::fromUtf8(m->server().apiKey())), qPrintable(profiles.out));

    const Said logout = iwdctl({ u"logout"_s, u"--profile"_s, u"ci"_s });
    QVERIFY2(logout.out.contains("works on"_L1), qPrintable(logout.out));
    QVERIFY(!profilesContent().contains(m->server().apiKey()));
    QCOMPARE(m->statusWith("x-api-key", m->server().apiKey()), 200);
}

void TestIwdctlServer::theFileOfProfilesIsForItsOwnerAlone()
{
    // A folder that is there already, and open.
    QVERIFY(QDir(m->home().path()).mkdir(u"iwdctl"_s));
    QVERIFY(QFile::setPermissions(m->home().filePath(u"iwdctl"_s), QFile::Permissions(0x7755)));
    QCOMPARE(logIn().code, 0);
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    QVERIFY(!(QFile::permissions(profilesPath()) & others));
    QVERIFY(!(QFile::permissions(m->home().filePath(u"iwdctl"_s)) & others));

    QVERIFY(QFile::setPermissions(profilesPath(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    const Said refused = iwdctl({ u"queues"_s });
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.contains("chmod 600 "_L1 + profilesPath()), qPrintable(refused.err));
    QCOMPARE(iwdctl({ u"queues"_s, u"--url"_s, url(), u"--bootstrap-file"_s, m->bootstrapPath() }).code, 0);
    QVERIFY(QFile::setPermissions(profilesPath(), QFile::ReadOwner | QFile::WriteOwner));
    QCOMPARE(iwdctl({ u"queues"_s }).code, 0);

    QFile file(profilesPath());
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write("{ half");
    file.close();
    const Said broken = iwdctl({ u"queues"_s });
    QCOMPARE(broken.code, 2);
    QVERIFY2(broken.err.contains("is no file of profiles"_L1), qPrintable(broken.err));
}

void TestIwdctlServer::optionsComeBeforeTheEnvironmentAndThatBeforeTheProfile()
{
    QCOMPARE(logIn({ u"--profile"_s, u"good"_s }).code, 0);
    QCOMPARE(logIn({ u"--profile"_s, u"other"_s }).code, 0);
    QCOMPARE(iwdctl({ u"logout"_s, u"--profile"_s, u"other"_s }).code, 0);
    const QStringList ready { u"queues"_s };
    const QString wrongKey = u"IWD_API_KEY=00000000-0000-4000-8000-000000000000"_s;
    const QString rightKey = u"IWD_API_KEY="_s + QString::fromUtf8(m->server().apiKey());

    QCOMPARE(iwdctl(ready).code, 0); // the default is the first
    QCOMPARE(iwdctl(ready, {}, { u"IWD_PROFILE=other"_s }).code, 1);
    QCOMPARE(iwdctl(ready + QStringList { u"--profile"_s, u"good"_s }, {}, { u"IWD_PROFILE=other"_s }).code, 0);
    QCOMPARE(iwdctl(ready, {}, { wrongKey }).code, 1);
    QCOMPARE(iwdctl(ready + QStringList { u"--profile"_s, u"good"_s }, {}, { wrongKey }).code, 0);
    QCOMPARE(iwdctl(ready, {}, { u"IWD_PROFILE=other"_s, rightKey }).code, 0);
    QCOMPARE(iwdctl(ready, {}, { u"IWD_URL=http://127.0.0.1:9"_s }).code, 3);
    QCOMPARE(iwdctl(ready + QStringList { u"--profile"_s, u"good"_s }, {}, { u"IWD_URL=http://127.0.0.1:9"_s }).code, 0);
    QCOMPARE(iwdctl(ready + QStringList { u"--bootstrap-file"_s, m->bootstrapPath() }, {}, { u"IWD_PROFILE=other"_s, wrongKey }).code, 0);

    QCOMPARE(iwdctl({ u"profiles"_s, u"use"_s, u"other"_s }).code, 0);
    QCOMPARE(iwdctl(ready).code, 1);
    const Said unknown = iwdctl(ready + QStringList { u"--profile"_s, u"goood"_s });
    QCOMPARE(unknown.code, 2);
    QVERIFY2(unknown.err.contains("no profile \"goood\". There are good, other."_L1), qPrintable(unknown.err));
    QCOMPARE(logIn({ u"--profile"_s, u"third"_s, u"--default"_s }).code, 0);
    QCOMPARE(iwdctl(ready).code, 0);
    QCOMPARE(iwdctl({ u"profiles"_s, u"--names"_s }).out, u"good\nother\nthird\n"_s);
}

void TestIwdctlServer::credentialsOfAProfileGoToItsServerOnly()
{
    QCOMPARE(logIn().code, 0);
    const QString elsewhere = u"http://localhost:%1"_s.arg(m->server().port());
    const Said quiet = iwdctl({ u"queues"_s, u"--url"_s, elsewhere });
    QCOMPARE(quiet.code, 1); // the default profile is not meant, so nobody was authenticated
    const Said named = iwdctl({ u"queues"_s, u"--url"_s, elsewhere, u"--profile"_s, u"default"_s });
    QCOMPARE(named.code, 2);
    QVERIFY2(named.err.contains("are not sent to "_L1 + elsewhere), qPrintable(named.err));
    QCOMPARE(iwdctl({ u"queues"_s, u"--url"_s, url() + u'/' }).code, 0);
}

void TestIwdctlServer::logoutWithoutTheServerKeepsTheSession()
{
    QCOMPARE(logIn().code, 0);
    QVERIFY2(m->stopServer(), m->server().log().right(4'000).constData());
    const Said away = iwdctl({ u"logout"_s });
    QCOMPARE(away.code, 3);
    QVERIFY2(away.err.contains("--local"_L1), qPrintable(away.err));
    QVERIFY(profilesContent().contains("token"));
    QCOMPARE(iwdctl({ u"logout"_s, u"--local"_s }).code, 0);
    QVERIFY(!profilesContent().contains("token"));
    QVERIFY2(m->startServer(), m->server().log().constData());
}

void TestIwdctlServer::lintTellsByItsExitCodeHowBadItIs()
{
    QCOMPARE(logIn().code, 0);
    const Said hints = iwdctl({ u"lint"_s });
    QVERIFY2(hints.code == 0, qPrintable(hints.err));
    QVERIFY2(hints.out.contains("agents.none"_L1) && hints.out.contains("0 errors, 0 warnings, 1 hint."_L1), qPrintable(hints.out));
    const Said none = iwdctl({ u"lint"_s, u"--severity"_s, u"warning"_s });
    QCOMPARE(none.code, 0);
    QCOMPARE(none.out, u"0 errors, 0 warnings, 1 hint.\n"_s);

    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"lint-1"_s }).code, 0);
    QCOMPARE(iwdctl({ u"lint"_s }).code, 4);
    const Said json = iwdctl({ u"lint"_s, u"--output"_s, u"json"_s });
    QCOMPARE(json.code, 4);
    QCOMPARE(json.json()["data"_L1][0]["code"_L1].toString(), u"agents.none"_s);
    QCOMPARE(iwdctl({ u"items"_s, u"cancel"_s, u"lint-1"_s }).code, 0);
    QCOMPARE(iwdctl({ u"lint"_s, u"--severity"_s, u"fatal"_s }).code, 1);
}

void TestIwdctlServer::theAuditGoesToStandardOutputOrAFile()
{
    const QStringList admin = m->administratorsEnvironment();
    QCOMPARE(iwdctl({ u"users"_s, u"create"_s, u"audited"_s, u"--role"_s, u"Viewer"_s }, {}, admin).code, 0);
    const QStringList choice { u"--kind"_s, u"user"_s, u"--object"_s, u"audited"_s, u"--from"_s, u"2026-01-01T00:00:00+01:00"_s };
    const Said printed = iwdctl(QStringList { u"audit"_s, u"export"_s } + choice, {}, admin);
    QVERIFY2(printed.code == 0, qPrintable(printed.err));
    const QStringList lines = printed.out.split(u"\r\n"_s);
    QCOMPARE(lines.size(), 3); // with what follows the last line end
    QVERIFY2(lines[0].startsWith("id,time,"_L1) && lines[1].contains(",create,user,audited,1,"_L1), qPrintable(printed.out));
    const Said objects = iwdctl(QStringList { u"audit"_s, u"export"_s, u"--format"_s, u"ndjson"_s } + choice, {}, admin);
    QCOMPARE(objects.jsonLines().size(), 1);
    QCOMPARE(objects.jsonLines()[0]["object"_L1].toString(), u"audited"_s);
    QVERIFY(iwdctl(QStringList { u"audit"_s } + choice, {}, admin).out.contains("user audited"_L1));

    const QString path = m->home().filePath(u"audit.csv"_s);
    const Said written = iwdctl(QStringList { u"audit"_s, u"export"_s, u"--to"_s, path } + choice, {}, admin);
    QVERIFY2(written.code == 0 && written.err.contains("Wrote "_L1), qPrintable(written.err));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), printed.out);
    const Said refused = iwdctl({ u"audit"_s, u"export"_s, u"--until"_s, u"yesterday"_s, u"--to"_s, path }, {}, admin);
    QVERIFY2(refused.code == 1 && !refused.err.isEmpty(), qPrintable(refused.err));
    QCOMPARE(QFileInfo(path).size(), printed.out.toUtf8().size());
    QCOMPARE(iwdctl({ u"audit"_s, u"export"_s, u"--to"_s, m->home().filePath(u"no/such/folder.csv"_s) }, {}, admin).code, 2);
    QCOMPARE(iwdctl({ u"users"_s, u"delete"_s, u"audited"_s }, {}, admin).code, 0);
}

void TestIwdctlServer::aSavedFilterIsUsedByItsNameOrItsId()
{
    QCOMPARE(logIn().code, 0);
    QVERIFY(iwdctl({ u"filters"_s, u"list"_s }).out.contains("No filters."_L1));
    for (const QString &key : { u"F-2"_s, u"F-1"_s })
        QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, key, u"--set"_s, u"hall="_s + key.right(1) }).code, 0);
    const QStringList save { u"filters"_s, u"save"_s, u"By hand"_s, u"--where"_s, u"captureId~F-"_s, u"--sort"_s, u"captureId"_s, u"--columns"_s, u"captureId,custom.hall"_s };
    const Said saved = iwdctl(save + QStringList { u"--description"_s, u"What was typed"_s });
    QVERIFY2(saved.code == 0 && saved.out.contains("\"By hand\", private."_L1), qPrintable(saved.out + saved.err));
    const QJsonObject filter = iwdctl({ u"filters"_s, u"list"_s, u"--output"_s, u"json"_s }).json()["data"_L1][0].toObject();
    const QString id = filter["id"_L1].toString();
    QVERIFY2(saved.out.contains(u"Saved "_s + id), qPrintable(saved.out));
    const Said list = iwdctl({ u"filters"_s, u"list"_s });
    QVERIFY2(list.out.contains(id) && list.out.contains("(you)"_L1) && list.out.contains("What was typed"_L1), qPrintable(list.out));

    for (const QString &which : { id, u"By hand"_s }) {
        const Said found = iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, which });
        QVERIFY2(found.code == 0, qPrintable(found.err));
        const QStringList lines = found.out.split(u'\n');
        QVERIFY2(lines[0].contains("CUSTOM.HALL"_L1) && lines[1].contains("F-1"_L1) && lines[2].contains("F-2"_L1), qPrintable(found.out));
        const Said written = iwdctl({ u"items"_s, u"export"_s, u"--filter"_s, which, u"--where"_s, u"hall=2"_s, u"--header"_s, u"Key,Hall"_s });
        QVERIFY2(written.code == 0, qPrintable(written.err));
        QCOMPARE(written.out, u"Key,Hall\r\nF-2,2\r\n"_s);
    }
    const Said columns = iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, id, u"--columns"_s, u"status"_s });
    QVERIFY2(columns.out.contains("STATUS"_L1) && !columns.out.contains("CUSTOM.HALL"_L1), qPrintable(columns.out));

    const Said twice = iwdctl(save);
    QVERIFY2(twice.code == 1 && twice.err.contains("--replace"_L1), qPrintable(twice.err));
    const Said replaced = iwdctl(save + QStringList { u"--replace"_s, u"--role"_s, u"Supervisor,Viewer"_s });
    QVERIFY2(replaced.code == 0 && replaced.out.contains(id) && replaced.out.contains("shared with Supervisor, Viewer"_L1), qPrintable(replaced.out + replaced.err));
    QCOMPARE(iwdctl({ u"filters"_s, u"save"_s, u"New"_s, u"printer"_s, u"--replace"_s, u"--public"_s }).code, 0);
    QVERIFY(iwdctl({ u"filters"_s, u"list"_s }).out.contains("public"_L1));
    for (const QString &which : { id, u"New"_s })
        QCOMPARE(iwdctl({ u"filters"_s, u"delete"_s, which }).code, 0);
    const Said gone = iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, u"By hand"_s });
    QVERIFY2(gone.code == 1 && gone.err.contains("iwdctl filters list"_L1), qPrintable(gone.err));
    QCOMPARE(iwdctl({ u"items"_s, u"export"_s, u"--filter"_s, id }).code, 1);
    QCOMPARE(iwdctl({ u"filters"_s, u"delete"_s, id }).code, 1);
}

void TestIwdctlServer::filtersWithOneNameAreToldApart()
{
    QCOMPARE(logIn().code, 0);
    const QStringList key = m->administratorsEnvironment();
    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"G-1"_s }).code, 0);
    const auto save = [this](const QString &where, const QStringList &environment) {
        return iwdctl({ u"filters"_s, u"save"_s, u"Ours"_s, u"--where"_s, where, u"--public"_s, u"--columns"_s, u"captureId"_s, u"--output"_s, u"json"_s }, {}, environment).json()["id"_L1].toString();
    };
    const QString ofTheKey = save(u"captureId=nothing"_s, key);
    // The only one of that name is meant, and one's own when there are several.
    QVERIFY(iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, u"Ours"_s }).out.contains("No items."_L1));
    const QString own = save(u"captureId=G-1"_s, {});
    QVERIFY(iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, u"Ours"_s }).out.contains("G-1"_L1));
    const QString secret = m->home().filePath(u"third.key"_s);
    const Said made = iwdctl({ u"keys"_s, u"create"_s, u"Third"_s, u"--scope"_s, u"admin"_s, u"--save"_s, secret });
    QVERIFY2(made.code == 0, qPrintable(made.err));
    const Said unclear = iwdctl({ u"items"_s, u"search"_s, u"--filter"_s, u"Ours"_s, u"--key-file"_s, secret, u"--url"_s, url() });
    QVERIFY2(unclear.code == 1 && unclear.err.contains(ofTheKey) && unclear.err.contains(own + u" of admin"_s), qPrintable(unclear.err));
    for (const QString &which : { ofTheKey, own })
        QCOMPARE(iwdctl({ u"filters"_s, u"delete"_s, which }).code, 0);
}

void TestIwdctlServer::wordsThatMakeNoSenseForAFilterAreExplained_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("half a comparison") << QStringList { u"save"_s, u"X"_s, u"--where"_s, u"status"_s } << 2 << u"NAME=VALUE"_s;
    QTest::newRow("two ways to share") << QStringList { u"save"_s, u"X"_s, u"--public"_s, u"--role"_s, u"Viewer"_s } << 2 << u"not both"_s;
    QTest::newRow("no such column") << QStringList { u"save"_s, u"X"_s, u"--columns"_s, u"stauts"_s } << 1 << u"status"_s;
    QTest::newRow("no such role") << QStringList { u"save"_s, u"X"_s, u"--role"_s, u"Boss"_s } << 1 << u"no role \"Boss\""_s;
    QTest::newRow("no such filter") << QStringList { u"delete"_s, u"X"_s } << 1 << u"no filter \"X\""_s;
}

void TestIwdctlServer::wordsThatMakeNoSenseForAFilterAreExplained()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    QFETCH(QString, sentence);
    const Said said = iwdctl(QStringList { u"filters"_s } + words, {}, m->administratorsEnvironment());
    QCOMPARE(said.code, code);
    QVERIFY2(said.err.contains(sentence), qPrintable(said.err));
    QVERIFY(iwdctl({ u"filters"_s, u"list"_s }, {}, m->administratorsEnvironment()).out.contains("No filters."_L1));
}

void TestIwdctlServer::manyItemsAreHeldAndResumedFromTheCommandLine()
{
    QCOMPARE(logIn().code, 0);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--set"_s, u"customerSegment=bulk"_s, u"--capture-id"_s, u"bulk-%1"_s.arg(i) }).code, 0);
    const QStringList which { u"--where"_s, u"customerSegment=bulk"_s };
    const Said preview = iwdctl(QStringList { u"items"_s, u"bulk"_s, u"hold"_s, u"--dry-run"_s } + which);
    QVERIFY2(preview.code == 0 && preview.out.startsWith("hold of 3 items, such as:"_L1) && preview.out.contains("bulk-1"_L1), qPrintable(preview.out + preview.err));
    const Said held = iwdctl(QStringList { u"items"_s, u"bulk"_s, u"hold"_s, u"--yes"_s, u"--reason"_s, u"outage"_s } + which);
    QVERIFY2(held.code == 0, qPrintable(held.err));
    QVERIFY2(held.out.contains("finished: 3 of 3 items done."_L1), qPrintable(held.out));
    QVERIFY(iwdctl({ u"items"_s, u"history"_s, u"bulk-2"_s }).out.contains("held: outage"_L1));
    const QJsonObject job = iwdctl({ u"jobs"_s, u"list"_s, u"--output"_s, u"json"_s }).json()["data"_L1][0].toObject();
    const QString id = job["id"_L1].toString();
    QVERIFY2(held.out.contains(u"To take it back: iwdctl jobs undo "_s + id), qPrintable(held.out));
    const Said shown = iwdctl({ u"jobs"_s, u"show"_s, id });
    QVERIFY2(shown.code == 0 && shown.out.contains("finished"_L1) && shown.out.contains("admin"_L1), qPrintable(shown.out));
    QCOMPARE(iwdctl({ u"jobs"_s, u"results"_s, id, u"--output"_s, u"json"_s }).json()["data"_L1].toArray().size(), 3);
    QVERIFY(iwdctl({ u"jobs"_s, u"results"_s, id, u"--outcome"_s, u"failed"_s }).out.contains("No results"_L1));
    const Said late = iwdctl({ u"jobs"_s, u"cancel"_s, id });
    QVERIFY2(late.code == 1 && late.err.contains("is finished"_L1), qPrintable(late.err));
    const Said undone = iwdctl({ u"jobs"_s, u"undo"_s, id, u"--output"_s, u"json"_s });
    QVERIFY2(undone.code == 0, qPrintable(undone.err));
    QCOMPARE(undone.json()["undoOf"_L1].toString(), id);
    QCOMPARE(undone.json()["done"_L1].toInt(), 3);
    QCOMPARE(iwdctl({ u"items"_s, u"get"_s, u"bulk-0"_s, u"--output"_s, u"json"_s }).json()["status"_L1].toString(), u"queued"_s);
    // What fails is told of by the exit code.
    const Said some = iwdctl({ u"items"_s, u"bulk"_s, u"update"_s, u"--set"_s, u"productType=x"_s, u"--item"_s, u"wi-1,wi-999999"_s, u"--yes"_s });
    QVERIFY2(some.code == 1 && some.out.contains("1 of 2 items done, 1 failed."_L1), qPrintable(some.out + some.err));
}

void TestIwdctlServer::manyItemsAreLeftAloneWhenNobodyAgrees()
{
    QCOMPARE(logIn().code, 0);
    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"alone"_s }).code, 0);
    const Said refused = iwdctl({ u"items"_s, u"bulk"_s, u"cancel"_s, u"--all"_s }, "y\n");
    QVERIFY2(refused.code == 2 && refused.err.contains("--yes"_L1), qPrintable(refused.err));
    QCOMPARE(iwdctl({ u"items"_s, u"get"_s, u"alone"_s, u"--output"_s, u"json"_s }).json()["status"_L1].toString(), u"queued"_s);
}

void TestIwdctlServer::wordsThatMakeNoSenseForManyItemsAreExplained_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("an unknown action") << QStringList { u"explode"_s, u"--all"_s } << u"no action \"explode\""_s;
    QTest::newRow("no items") << QStringList { u"hold"_s } << u"Which items?"_s;
    QTest::newRow("two ways") << QStringList { u"hold"_s, u"--item"_s, u"wi-1"_s, u"--all"_s } << u"not both"_s;
    QTest::newRow("what belongs to another action") << QStringList { u"hold"_s, u"--all"_s, u"--queue"_s, u"x"_s } << u"--queue belongs to requeue"_s;
    QTest::newRow("a change of another action") << QStringList { u"hold"_s, u"--all"_s, u"--set"_s, u"a=b"_s } << u"--set belongs to update"_s;
    QTest::newRow("half a change") << QStringList { u"update"_s, u"--all"_s, u"--set"_s, u"a"_s } << u"NAME=VALUE"_s;
    QTest::newRow("half a comparison") << QStringList { u"hold"_s, u"--where"_s, u"status"_s } << u"NAME=VALUE"_s;
}

void TestIwdctlServer::wordsThatMakeNoSenseForManyItemsAreExplained()
{
    QFETCH(QStringList, words);
    QFETCH(QString, sentence);
    const Said said = iwdctl(QStringList { u"items"_s, u"bulk"_s } + words);
    QCOMPARE(said.code, 2);
    QVERIFY2(said.err.contains(sentence), qPrintable(said.err));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlServer)
#include "tst_iwdctlserver.moc"
