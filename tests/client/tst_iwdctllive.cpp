// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// What the program does with a server that works.
class TestIwdctlLive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aKeyIsShownOnceAndEndsWhenItIsRevoked();
    void aKeyIsSavedForItsOwnerAlone();
    void keysAreForThoseWhoMay();
    void keysThatMakeNoSenseAreNotMade_data();
    void keysThatMakeNoSenseAreNotMade();

private:
    using Said = ProgramAndServer::Said;
    Said iwdctl(const QStringList &words) { return m->iwdctl(words, {}, { u"IWD_URL="_s + m->url(), u"IWD_API_KEY="_s + QString::fromUtf8(m->server().apiKey()) }); }
    Said iwdctlWith(const QString &key, const QStringList &words) { return m->iwdctl(words, {}, { u"IWD_URL="_s + m->url(), u"IWD_API_KEY="_s + key }); }

    std::unique_ptr<ProgramAndServer> m;
};

void TestIwdctlLive::initTestCase()
{
    m = std::make_unique<ProgramAndServer>();
    QVERIFY2(m->startServer(), m->server().log().constData());
}

void TestIwdctlLive::init()
{
    m->moveToNewHome();
}

void TestIwdctlLive::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("%s", m->server().log().right(2'000).constData());
}

void TestIwdctlLive::aKeyIsShownOnceAndEndsWhenItIsRevoked()
{
    const Said created = iwdctl({ u"keys"_s, u"create"_s, u"mail gateway"_s, u"--scope"_s, u"source,reporting"_s, u"--expires"_s, u"90d"_s, u"--output"_s, u"json"_s });
    QVERIFY2(created.code == 0, qPrintable(created.err));
    const QString key = created.json()["key"_L1].toString();
    const QString id = created.json()["id"_L1].toString();
    QVERIFY(!key.isEmpty() && !id.isEmpty());
    QCOMPARE(m->statusWith("x-api-key", key.toUtf8()), 200);

    for (const QString &output : { u"table"_s, u"json"_s }) {
        const Said listed = iwdctl({ u"keys"_s, u"list"_s, u"--output"_s, output });
        QCOMPARE(listed.code, 0);
        QVERIFY2(listed.out.contains(id) && listed.out.contains("mail gateway"_L1) && !listed.out.contains(key), qPrintable(listed.out));
    }
    const Said revoked = iwdctl({ u"keys"_s, u"revoke"_s, id });
    QVERIFY2(revoked.code == 0 && revoked.out.contains(u"The key %1 is revoked"_s.arg(id)), qPrintable(revoked.err));
    QCOMPARE(m->statusWith("x-api-key", key.toUtf8()), 401);
    QVERIFY(!iwdctl({ u"keys"_s, u"list"_s }).out.contains(id));
    QCOMPARE(iwdctl({ u"keys"_s, u"revoke"_s, id }).code, 1);

    const Said forPeople = iwdctl({ u"keys"_s, u"create"_s, u"wall board"_s, u"--scope"_s, u"reporting"_s });
    const QString shown = forPeople.out.section(u'\n', 2, 2).trimmed();
    QVERIFY2(forPeople.out.contains("expires never"_L1) && forPeople.out.contains("it is shown this once"_L1), qPrintable(forPeople.out));
    QCOMPARE(m->statusWith("x-api-key", shown.toUtf8()), 200);
}

void TestIwdctlLive::aKeyIsSavedForItsOwnerAlone()
{
    const QString path = m->home().filePath(u"new.key"_s);
    const QStringList create { u"keys"_s, u"create"_s, u"saved"_s, u"--scope"_s, u"source"_s, u"--save"_s, path };
    const Said created = iwdctl(create);
    QVERIFY2(created.code == 0, qPrintable(created.err));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray key = file.readAll().trimmed();
    QCOMPARE(file.permissions() & ~QFile::Permissions(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(!created.out.contains(QString::fromUtf8(key)) && created.out.contains(path));
    QCOMPARE(m->statusWith("x-api-key", key), 200);
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"K-1"_s, u"--url"_s, m->url(), u"--key-file"_s, path }).code, 0);

    // What is there already is not written over, and nothing is made for it.
    const QString before = iwdctl({ u"keys"_s, u"list"_s }).out;
    const Said again = iwdctl(create);
    QCOMPARE(again.code, 2);
    QVERIFY2(again.err.contains("No key was made"_L1), qPrintable(again.err));
    QCOMPARE(iwdctl({ u"keys"_s, u"list"_s }).out, before);

    // Refused by the server: no empty file stays behind.
    const QString other = m->home().filePath(u"refused.key"_s);
    QCOMPARE(iwdctlWith(QString::fromUtf8(key), { u"keys"_s, u"create"_s, u"x"_s, u"--scope"_s, u"source"_s, u"--save"_s, other }).code, 1);
    QVERIFY(!QFile::exists(other));
}

void TestIwdctlLive::keysAreForThoseWhoMay()
{
    const QString source = iwdctl({ u"keys"_s, u"create"_s, u"only a source"_s, u"--scope"_s, u"source"_s, u"--output"_s, u"json"_s }).json()["key"_L1].toString();
    for (const QStringList &words : { QStringList { u"list"_s }, { u"create"_s, u"more"_s, u"--scope"_s, u"admin"_s }, { u"revoke"_s, u"1"_s } }) {
        const Said refused = iwdctlWith(source, QStringList(u"keys"_s) + words);
        QCOMPARE(refused.code, 1);
        QVERIFY(!refused.err.isEmpty() && refused.out.isEmpty());
    }
}

void TestIwdctlLive::keysThatMakeNoSenseAreNotMade_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("code");
    QTest::newRow("no scope") << QStringList() << 2;
    QTest::newRow("unknown scope") << QStringList { u"--scope"_s, u"everything"_s } << 1;
    QTest::newRow("no moment") << QStringList { u"--scope"_s, u"source"_s, u"--expires"_s, u"soon"_s } << 2;
}

void TestIwdctlLive::keysThatMakeNoSenseAreNotMade()
{
    QFETCH(QStringList, options);
    QFETCH(int, code);
    const Said refused = iwdctl(QStringList { u"keys"_s, u"create"_s, u"nonsense"_s } + options);
    QCOMPARE(refused.code, code);
    QVERIFY(!refused.err.isEmpty());
    QVERIFY(!iwdctl({ u"keys"_s, u"list"_s }).out.contains("nonsense"_L1));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlLive)
#include "tst_iwdctllive.moc"
