// SPDX-License-Identifier: Apache-2.0
#include <models/profiles.h>
#include <models/signin.h>

#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

class TestAdminProfiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatWasPutIsThereAtTheNextStart()
    {
        const Profile one { u"dana @ iwd.example"_s, QUrl(u"https://iwd.example"_s), u"t100"_s, u"dana"_s, {}, true };
        const Profile other { u"Corp @ here"_s, QUrl(u"http://127.0.0.1:4024"_s), {}, {}, u"corp"_s, false };
        {
            Profiles profiles(settings());
            QVERIFY(!profiles.latest());
            profiles.put(one);
            profiles.put(other);
            profiles.setLatest(other.name);
        }
        Profiles profiles(settings());
        QCOMPARE(profiles.all(), (QList<Profile> { one, other }));
        QCOMPARE(profiles.latest(), std::optional(other));
        Profile changed = one;
        changed.staySignedIn = false;
        profiles.put(changed);
        QCOMPARE(profiles.all(), (QList<Profile> { changed, other }));
        profiles.remove(other.name);
        QCOMPARE(profiles.all(), QList<Profile> { changed });
        QCOMPARE(profiles.latest(), std::optional(changed)); // the one that was used last is gone
        QVERIFY(!profiles.find(other.name));
    }

    void aFileThatMakesNoSenseIsNoProfiles()
    {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[profiles]\nsize=3\n1\\name=\n1\\url=http://a\n2\\name=x\n2\\url=http://[\n3\\name=y\n3\\url=http://b\n");
        file.close();
        const Profiles profiles(settings());
        QCOMPARE(profiles.all().size(), 1);
        QCOMPARE(profiles.all().first().name, u"y"_s);
    }

    void anAddressIsReadAsPeopleTypeIt_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("url");
        QTest::newRow("name") << u"iwd.example.com"_s << u"https://iwd.example.com"_s;
        QTest::newRow("name and port") << u" iwd.example.com:4024 "_s << u"https://iwd.example.com:4024"_s;
        QTest::newRow("this machine") << u"localhost:4024"_s << u"http://localhost:4024"_s;
        QTest::newRow("loopback") << u"127.0.0.1:4024"_s << u"http://127.0.0.1:4024"_s;
        QTest::newRow("IPv6") << u"[::1]:4024"_s << u"http://[::1]:4024"_s;
        QTest::newRow("whole") << u"http://iwd.example.com/behind/a/proxy"_s << u"http://iwd.example.com/behind/a/proxy"_s;
        QTest::newRow("empty") << u" "_s << QString();
        QTest::newRow("other scheme") << u"ftp://iwd.example.com"_s << QString();
        QTest::newRow("a password inside") << u"https://dana:secret@iwd.example.com"_s << QString();
        QTest::newRow("space") << u"iwd example com"_s << QString();
    }
    void anAddressIsReadAsPeopleTypeIt()
    {
        QFETCH(QString, typed);
        QFETCH(QString, url);
        const auto read = serverUrl(typed);
        QCOMPARE(read ? read->toString() : QString(), url);
    }

    void plainHttpToAnotherMachineIsOverheard()
    {
        QVERIFY(isOverheard(QUrl(u"http://iwd.example.com"_s)));
        QVERIFY(!isOverheard(QUrl(u"https://iwd.example.com"_s)));
        QVERIFY(!isOverheard(QUrl(u"http://127.0.0.1:4024"_s)));
        QVERIFY(!isOverheard(QUrl(u"http://localhost"_s)));
    }

private:
    [[nodiscard]] QString path() const { return m_folder->filePath(u"profiles.ini"_s); }
    [[nodiscard]] std::unique_ptr<QSettings> settings() const { return std::make_unique<QSettings>(path(), QSettings::IniFormat); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestAdminProfiles)
#include "tst_admin_profiles.moc"
