// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"
#include "terminal.h"

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
    void interruptingThePasswordGivesTheEchoBack();
    void aWrongPasswordMakesNoProfile();
    void aKeyIsTriedBeforeItIsKept();
    void theFileOfProfilesIsForItsOwnerAlone();
    void optionsComeBeforeTheEnvironmentAndThatBeforeTheProfile();
    void credentialsOfAProfileGoToItsServerOnly();
    void logoutWithoutTheServerKeepsTheSession();

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

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlServer)
#include "tst_iwdctlserver.moc"
