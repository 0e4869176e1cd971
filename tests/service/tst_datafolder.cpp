// SPDX-License-Identifier: Apache-2.0
#include <runtime/datafolder.h>

#include <QCoreApplication>
#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;
using Environment = QMap<QString, QString>;

class TestDataFolder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theDefaultFollowsTheEnvironment_data()
    {
        QTest::addColumn<Environment>("environment");
        QTest::addColumn<bool>("serviceFolderIsOurs");
        QTest::addColumn<QString>("expected");
        QTest::newRow("a user") << Environment { { u"HOME"_s, u"/home/ada"_s } } << false << u"/home/ada/.local/state/iwd"_s;
        QTest::newRow("a user with a state folder")
            << Environment { { u"HOME"_s, u"/home/ada"_s }, { u"XDG_STATE_HOME"_s, u"/home/ada/state/"_s } } << false
            << u"/home/ada/state/iwd"_s;
        QTest::newRow("a relative state folder counts for nothing") << Environment { { u"HOME"_s, u"/home/ada"_s },
            { u"XDG_STATE_HOME"_s, u"state"_s } } << false << u"/home/ada/.local/state/iwd"_s;
        QTest::newRow("root with a service folder") << Environment { { u"HOME"_s, u"/root"_s } } << true << u"/var/lib/iwd"_s;
        QTest::newRow("a service of systemd") << Environment { { u"HOME"_s, u"/home/iwd"_s },
            { u"STATE_DIRECTORY"_s, u"/var/lib/iwd-a:/var/lib/iwd-b"_s } }
                                              << false << u"/var/lib/iwd-a"_s;
    }
    void theDefaultFollowsTheEnvironment()
    {
        QFETCH(Environment, environment);
        QFETCH(bool, serviceFolderIsOurs);
        QTEST(defaultDataFolder(environment, serviceFolderIsOurs), "expected");
    }

    void aMissingFolderIsMadeForThisUserOnly()
    {
        const QTemporaryDir parent;
        const auto folder = DataFolder::open(parent.filePath(u"a/b"_s));
        QVERIFY(folder.ok());
        QCOMPARE(folder->path(), parent.filePath(u"a/b"_s));
        QCOMPARE(QFileInfo(folder->path()).permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::ExeOther), QFile::Permissions());
    }

    void aSecondServerIsRefusedAndToldWhoHoldsIt()
    {
        const QTemporaryDir parent;
        const auto first = DataFolder::open(parent.path());
        QVERIFY(first.ok());
        const auto second = DataFolder::open(parent.path());
        QVERIFY(!second.ok());
        QCOMPARE(second.error().code, ErrorCode::ConfigurationInvalid);
        QVERIFY(second.error().text.contains(QString::number(QCoreApplication::applicationPid())));
        QVERIFY(second.error().text.contains(parent.path()));
    }

    void anEndedServerLeavesTheFolderFree()
    {
        const QTemporaryDir parent;
        QVERIFY(DataFolder::open(parent.path()).ok());
        QVERIFY(DataFolder::open(parent.path()).ok());
    }

    void movingKeepsTheLock()
    {
        const QTemporaryDir parent;
        std::optional<DataFolder> folder = DataFolder::open(parent.path()).value();
        DataFolder moved = std::move(*folder);
        folder.reset();
        QVERIFY(!DataFolder::open(parent.path()).ok());
        QCOMPARE(moved.filePath(u"iwd.db"_s), parent.filePath(u"iwd.db"_s));
    }

    void aFileIsNotAFolder()
    {
        const QTemporaryDir parent;
        QFile file(parent.filePath(u"taken"_s));
        QVERIFY(file.open(QFile::WriteOnly));
        const auto folder = DataFolder::open(file.fileName());
        QVERIFY(!folder.ok());
        QVERIFY(folder.error().text.contains(file.fileName()));
    }

    void aLockFileThatIsALinkIsNotFollowed()
    {
        const QTemporaryDir parent;
        const QString target = parent.filePath(u"target"_s);
        QVERIFY(QFile::link(target, parent.filePath(u"iwd-server.lock"_s)));
        QVERIFY(!DataFolder::open(parent.path()).ok());
        QVERIFY(!QFileInfo::exists(target));
    }
};

QTEST_GUILESS_MAIN(TestDataFolder)
#include "tst_datafolder.moc"
