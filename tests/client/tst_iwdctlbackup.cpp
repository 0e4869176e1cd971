// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <support/fakehttpserver.h>
#include <support/httpcaller.h>

#include <QCryptographicHash>
#include <QDir>
#include <QTest>

#include <atomic>
#include <mutex>
#include <thread>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("%s cannot be written", qPrintable(path));
}

/// Clients that capture as fast as they can, each answer being noted.
class Load
{
public:
    Load(quint16 port, const QByteArray &key)
    {
        for (int client = 0; client < 4; ++client)
            m_clients.emplace_back([this, port, key, client] { capture(port, key, client); });
    }
    ~Load() { stop(); }
    void stop()
    {
        m_running = false;
        for (std::thread &client : m_clients)
            client.join();
        m_clients.clear();
    }
    /// Those that have been acknowledged by now.
    [[nodiscard]] QByteArrayList acknowledged()
    {
        const std::lock_guard lock(m_mutex);
        return m_acknowledged;
    }

private:
    void capture(quint16 port, const QByteArray &key, int client)
    {
        HttpCaller caller(port, { { "x-api-key", key }, { "Content-Type", "application/json" } });
        for (int number = 0; m_running; ++number) {
            const QByteArray id = "L-" + QByteArray::number(client) + '-' + QByteArray::number(number);
            const auto answer = caller.call("POST", "/iwd/v3/items", "{\"captureId\":\"" + id + "\"}");
            if (!answer || answer->status != 200)
                return;
            const std::lock_guard lock(m_mutex);
            m_acknowledged.append(id);
        }
    }

    std::mutex m_mutex;
    QByteArrayList m_acknowledged;
    std::atomic<bool> m_running = true;
    std::vector<std::thread> m_clients;
};

} // namespace

/// A server is copied while it works, and another state is put in its place: with the real programs.
class TestIwdctlBackup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ProgramAndServer>();
        QDir().mkpath(data());
        write(data() + u"/iwd-backup-1.tmp"_s, "what a server that was killed had not finished");
        QVERIFY2(m->startServer(), m->server().log().constData());
        QVERIFY(!QFileInfo::exists(data() + u"/iwd-backup-1.tmp"_s));
    }
    void cleanup()
    {
        if (QTest::currentTestFailed())
            qInfo("%s", m->server().log().right(3'000).constData());
        m.reset();
    }

    void aBackupUnderLoadRestoresAllThatWasAcknowledgedBefore();
    void theFileIsForItsOwnerAloneAndSaysWhatItIs();
    void whoMayNotGetsNothingAndTheFileOfBeforeStays();
    void wordsThatMakeNoSenseAreExplained();
    void aBackupThatIsNotWholeIsNotKept_data();
    void aBackupThatIsNotWholeIsNotKept();
    void aRunningServerIsNotRestored();
    void aFileThatIsNoBackupIsRefusedAndNothingIsChanged();
    void aServerOnPostgresqlIsNotRestoredFromAFile();

private:
    [[nodiscard]] QString data() const { return m->server().setup().data; }
    [[nodiscard]] QString backupPath() const { return m->home().filePath(u"backup.db"_s); }
    ProgramAndServer::Said backUp(const QStringList &further = {}) { return m->iwdctl(QStringList { u"backup"_s, u"--to"_s, backupPath() } + further, {}, m->administratorsEnvironment()); }
    /// iwd-server --restore, to its end.
    ProgramAndServer::Said restore(const QString &file, const QStringList &environment = {})
    {
        QProcess process;
        process.setEnvironment(m->environment() + environment);
        process.start(QStringLiteral(IWD_SERVER), { u"--data"_s, data(), u"--restore"_s, file });
        process.waitForFinished(60'000);
        return { process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError()) };
    }
    [[nodiscard]] int statusOf(const QByteArray &captureId)
    {
        HttpCaller caller(m->server().port(), { { "x-api-key", m->server().apiKey() } });
        const auto answer = caller.call("GET", "/iwd/v3/items/" + captureId);
        return answer ? answer->status : 0;
    }
    [[nodiscard]] bool startAgain()
    {
        m->server().start();
        return m->server().waitUntilReady();
    }

    std::unique_ptr<ProgramAndServer> m;
};

void TestIwdctlBackup::aBackupUnderLoadRestoresAllThatWasAcknowledgedBefore()
{
    const ProgramAndServer::Said login = m->iwdctl({ u"login"_s, u"--user"_s, u"admin"_s, u"--url"_s, m->url() }, m->password() + '\n');
    QVERIFY2(login.code == 0, qPrintable(login.err));
    QByteArrayList before;
    qsizetype written = 0;
    {
        Load load(m->server().port(), m->server().apiKey());
        QTRY_VERIFY_WITH_TIMEOUT(load.acknowledged().size() > 300, 60'000);
        before = load.acknowledged();
        const ProgramAndServer::Said said = backUp();
        QVERIFY2(said.code == 0, qPrintable(said.err));
        const qsizetype during = load.acknowledged().size();
        QVERIFY(during > before.size()); // nobody was kept waiting
        QTRY_VERIFY_WITH_TIMEOUT(load.acknowledged().size() > during + 50, 60'000);
        load.stop();
        written = load.acknowledged().size();
    }
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"lost"_s }, {}, m->administratorsEnvironment()).code, 0);
    const QByteArray events = m->iwdctl({ u"tail"_s, u"--after"_s, u"0"_s, u"--once"_s, u"--output"_s, u"json"_s }, {}, m->administratorsEnvironment()).jsonLines().constLast()["id"_L1].toVariant().toByteArray();

    QVERIFY(m->stopServer());
    const ProgramAndServer::Said restored = restore(backupPath());
    QVERIFY2(restored.code == 0, qPrintable(restored.err));
    QVERIFY2(restored.out.contains(u"Restored"_s) && restored.out.contains(u"1 ended"_s) && restored.out.contains(u"kept as"_s), qPrintable(restored.out));
    QVERIFY2(startAgain(), m->server().log().constData());

    for (const QByteArray &id : before)
        QVERIFY2(statusOf(id) == 200, id.constData());
    QCOMPARE(statusOf("lost"), 404);
    const QJsonObject found = m->iwdctl({ u"items"_s, u"search"_s, u"--where"_s, u"captureId~L-"_s, u"--count"_s, u"--output"_s, u"json"_s }, {}, m->administratorsEnvironment()).json();
    const qint64 there = found["count"_L1]["value"_L1].toInteger();
    QVERIFY2(there >= before.size() && there <= written, qPrintable(QString::number(there)));
    // Sessions have ended, and who follows the events is told.
    const ProgramAndServer::Said signedIn = m->iwdctl({ u"queues"_s });
    QCOMPARE(signedIn.code, 1);
    RunningProgram tail({ u"tail"_s, u"--after"_s, QString::fromLatin1(events) }, m->administratorsEnvironment());
    QVERIFY(tail.complains(u"GAP"_s));
    tail.interrupt();
    QCOMPARE(tail.ended().code, 130);
    // Work goes on, also with what the backup has not.
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"lost"_s }, {}, m->administratorsEnvironment()).code, 0);
    QCOMPARE(QDir(data()).entryList({ u"iwd.db.before-restore-*"_s }).size(), 1);
    QCOMPARE(QDir(data()).entryList({ u"*backup*"_s, u"*restoring*"_s }), QStringList());
}

void TestIwdctlBackup::theFileIsForItsOwnerAloneAndSaysWhatItIs()
{
    write(backupPath(), "of yesterday");
    QVERIFY(QFile::setPermissions(backupPath(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther));
    const ProgramAndServer::Said said = backUp({ u"--output"_s, u"json"_s });
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const QByteArray content = contentOf(backupPath());
    QCOMPARE(said.json()["bytes"_L1].toInteger(), content.size());
    QCOMPARE(said.json()["sha256"_L1].toString().toLatin1(), QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
    QCOMPARE(QFileInfo(backupPath()).permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther), QFile::Permissions());
    const ProgramAndServer::Said people = backUp();
    QVERIFY2(people.out.contains(u"SHA-256"_s) && people.out.contains(u"iwd-server --restore"_s), qPrintable(people.out));
    QCOMPARE(QDir(m->home().path()).entryList({ u"backup*"_s }, QDir::Files), QStringList { u"backup.db"_s });
}

void TestIwdctlBackup::whoMayNotGetsNothingAndTheFileOfBeforeStays()
{
    write(backupPath(), "of yesterday");
    const QString keyFile = m->home().filePath(u"source.key"_s);
    QCOMPARE(m->iwdctl({ u"keys"_s, u"create"_s, u"gateway"_s, u"--scope"_s, u"source"_s, u"--save"_s, keyFile }, {}, m->administratorsEnvironment()).code, 0);
    const ProgramAndServer::Said refused = m->iwdctl({ u"backup"_s, u"--to"_s, backupPath(), u"--key-file"_s, keyFile, u"--url"_s, m->url() });
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains(u"Server.Backup"_s), qPrintable(refused.err));
    QCOMPARE(contentOf(backupPath()), QByteArray("of yesterday"));
}

void TestIwdctlBackup::wordsThatMakeNoSenseAreExplained()
{
    const ProgramAndServer::Said nowhere = m->iwdctl({ u"backup"_s }, {}, m->administratorsEnvironment());
    QCOMPARE(nowhere.code, 2);
    QVERIFY2(nowhere.err.contains(u"--to FILE"_s), qPrintable(nowhere.err));
    const ProgramAndServer::Said folder = m->iwdctl({ u"backup"_s, u"--to"_s, m->home().filePath(u"no/such/folder.db"_s) }, {}, m->administratorsEnvironment());
    QCOMPARE(folder.code, 2);
    QVERIFY2(folder.err.contains(u"cannot be written"_s), qPrintable(folder.err));
}

void TestIwdctlBackup::aBackupThatIsNotWholeIsNotKept_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("says");
    const auto digest = [](const QByteArray &content) -> QByteArray { return "Repr-Digest: sha-256=:" + QCryptographicHash::hash(content, QCryptographicHash::Sha256).toBase64() + ":\r\n"; };
    QTest::newRow("cut off") << QByteArray("Backup-Bytes: 10\r\n" + digest("0123456789")) << QByteArray("01234") << u"before the answer was complete"_s;
    QTest::newRow("changed on its way") << QByteArray("Backup-Bytes: 10\r\n" + digest("0123456789")) << QByteArray("0123X56789") << u"not what the server sent"_s;
    QTest::newRow("more than announced") << QByteArray("Backup-Bytes: 5\r\n" + digest("01234")) << QByteArray("0123456789") << u"not what the server sent"_s;
    QTest::newRow("without a digest") << QByteArray("Backup-Bytes: 10\r\n") << QByteArray("0123456789") << u"does not say"_s;
}
void TestIwdctlBackup::aBackupThatIsNotWholeIsNotKept()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, body);
    QFETCH(QString, says);
    const FakeHttpServer fake([=](const FakeRequest &) { return FakeAnswer { FakeAnswer::SendAndClose, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.sqlite3\r\n" + fields + "\r\n" + body }; });
    write(backupPath(), "of yesterday");
    QProcess process;
    process.setEnvironment(m->environment() + QStringList { u"IWD_URL="_s + fake.url().toString(), u"IWD_API_KEY=key"_s });
    process.start(ProgramAndServer::program(), { u"backup"_s, u"--to"_s, backupPath() });
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000);
    QCOMPARE(process.exitCode(), 3);
    const QString said = QString::fromUtf8(process.readAllStandardError());
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains(u"as it was before"_s), qPrintable(said));
    QCOMPARE(contentOf(backupPath()), QByteArray("of yesterday"));
}

void TestIwdctlBackup::aRunningServerIsNotRestored()
{
    QCOMPARE(backUp().code, 0);
    const ProgramAndServer::Said said = restore(backupPath());
    QCOMPARE(said.code, 1);
    QVERIFY2(said.err.contains(u"the server with process id %1 is using it"_s.arg(m->server().pid())), qPrintable(said.err));
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"after"_s }, {}, m->administratorsEnvironment()).code, 0);
    QCOMPARE(QDir(data()).entryList({ u"*restor*"_s }), QStringList());
}

void TestIwdctlBackup::aFileThatIsNoBackupIsRefusedAndNothingIsChanged()
{
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"mine"_s }, {}, m->administratorsEnvironment()).code, 0);
    QCOMPARE(backUp().code, 0);
    QVERIFY(m->stopServer());
    const QByteArray before = contentOf(data() + u"/iwd.db"_s);
    write(backupPath(), contentOf(backupPath()).chopped(1));
    const ProgramAndServer::Said said = restore(backupPath());
    QCOMPARE(said.code, 1);
    QVERIFY2(said.err.contains(u"not whole"_s) && said.err.contains(u"Nothing was changed"_s), qPrintable(said.err));
    QCOMPARE(said.out, QString());
    QVERIFY(contentOf(data() + u"/iwd.db"_s) == before);
    QVERIFY(startAgain());
    QCOMPARE(statusOf("mine"), 200);
}

void TestIwdctlBackup::aServerOnPostgresqlIsNotRestoredFromAFile()
{
    const ProgramAndServer::Said said = restore(backupPath(), { u"IWD_STORAGE_URL=postgresql://iwd@127.0.0.1:1/iwd"_s });
    QCOMPARE(said.code, 2);
    QVERIFY2(said.err.contains(u"pg_restore"_s), qPrintable(said.err));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlBackup)
#include "tst_iwdctlbackup.moc"
