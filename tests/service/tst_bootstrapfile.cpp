// SPDX-License-Identifier: Apache-2.0
#include <runtime/bootstrapfile.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;

class TestBootstrapFile : public QObject
{
    Q_OBJECT

    static BootstrapCredentials credentials() { return { u"admin"_s, u"a \"pass\" word"_s, u"the-key"_s, u"100"_s }; }
    static QByteArray contentOf(const QString &path)
    {
        QFile file(path);
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    static QStringList entriesOf(const QTemporaryDir &folder)
    {
        return QDir(folder.path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden | QDir::System);
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(u"bootstrap.json"_s);
    }

    void handsTheCredentialsOverToTheOwnerAlone()
    {
        auto file = BootstrapFile::reserve(m_path);
        QVERIFY(file.ok());
        QVERIFY(file->publish(credentials()).ok());

        const QJsonObject expected { { u"user"_s, u"admin"_s }, { u"password"_s, u"a \"pass\" word"_s }, { u"apiKey"_s, u"the-key"_s },
            { u"tenant"_s, u"100"_s } };
        QCOMPARE(QJsonDocument::fromJson(contentOf(m_path)).object(), expected);
        const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther
            | QFile::ExeOther | QFile::ExeOwner;
        QCOMPARE(QFileInfo(m_path).permissions() & others, QFile::Permissions());
        QCOMPARE(entriesOf(*m_folder), QStringList { u"bootstrap.json"_s });
    }

    void doesNotAppearBeforeItIsWhole()
    {
        const auto file = BootstrapFile::reserve(m_path);
        QVERIFY(file.ok());
        QVERIFY(!QFileInfo::exists(m_path));
    }

    void whatIsNotPublishedLeavesNothingBehind()
    {
        QVERIFY(BootstrapFile::reserve(m_path).ok());
        QCOMPARE(entriesOf(*m_folder), QStringList());
    }

    void neverReplacesAFile()
    {
        QFile existing(m_path);
        QVERIFY(existing.open(QFile::WriteOnly) && existing.write("mine") == 4);
        existing.close();
        const auto file = BootstrapFile::reserve(m_path);
        QVERIFY(!file.ok());
        QCOMPARE(file.error().code, ErrorCode::ConfigurationInvalid);
        QVERIFY(file.error().text.contains(m_path));
        QVERIFY(file.error().text.contains(u"exists already"_s));
        QCOMPARE(contentOf(m_path), QByteArray("mine"));
    }

    void neverFollowsALink()
    {
        const QString target = m_folder->filePath(u"target"_s);
        QVERIFY(QFile::link(target, m_path));
        QVERIFY(!BootstrapFile::reserve(m_path).ok());
        QVERIFY(!QFileInfo::exists(target));
    }

    void aNameTakenMeanwhileIsNotReplaced_data()
    {
        QTest::addColumn<bool>("asLink");
        QTest::newRow("by a file") << false;
        QTest::newRow("by a link") << true;
    }
    void aNameTakenMeanwhileIsNotReplaced()
    {
        QFETCH(bool, asLink);
        const QString target = m_folder->filePath(u"target"_s);
        auto file = BootstrapFile::reserve(m_path);
        QVERIFY(file.ok());
        QVERIFY(asLink ? QFile::link(target, m_path) : QFile(m_path).open(QFile::WriteOnly));
        QVERIFY(!file->publish(credentials()).ok());
        QVERIFY(!QFileInfo::exists(target));
        QVERIFY(contentOf(m_path).isEmpty());
        QCOMPARE(entriesOf(*m_folder), QStringList { u"bootstrap.json"_s });
    }

    void aFolderThatDoesNotExistIsNamed()
    {
        const auto file = BootstrapFile::reserve(m_folder->filePath(u"absent/bootstrap.json"_s));
        QVERIFY(!file.ok());
        QVERIFY(file.error().text.contains(u"absent/bootstrap.json"_s));
    }

    void theErrorNamesNoSecret()
    {
        auto file = BootstrapFile::reserve(m_path);
        QVERIFY(file.ok());
        QVERIFY(QDir().mkdir(m_path));
        const auto published = file->publish(credentials());
        QVERIFY(!published.ok());
        QVERIFY(!published.error().text.contains(u"pass\\\""_s) && !published.error().text.contains(u"the-key"_s));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestBootstrapFile)
#include "tst_bootstrapfile.moc"
