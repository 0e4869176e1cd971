// SPDX-License-Identifier: Apache-2.0
#include "memorysecrets.h"

#include <models/keyring.h>

#include <support/await.h>
#include <support/privatekeyring.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// What every SecretStore promises: the system's keyring, and the one in memory that other tests use in its place.
class TestAdminSecrets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // Where there is none, that is said, and nothing is kept elsewhere.
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        const auto kept = await(m_keyring.write(u"name"_s, u"secret"_s));
        QVERIFY(!kept);
        QVERIFY2(kept.error().text.contains(u"keyring"_s), qPrintable(kept.error().text));
        QVERIFY(!await(m_keyring.read(u"name"_s)));

        const QString trouble = m_private.begin();
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        // The daemon says nowhere when it is ready.
        Keyring keyring;
        QTRY_VERIFY_WITH_TIMEOUT(await(keyring.read(u"nothing"_s)).ok(), 20'000);
    }

    void whatWasWrittenIsReadUntilItIsRemoved_data() { stores(); }
    void whatWasWrittenIsReadUntilItIsRemoved()
    {
        SecretStore &store = tested();
        QCOMPARE(*await(store.read(u"dana @ iwd.example:4024"_s)), QString());
        QVERIFY(await(store.write(u"dana @ iwd.example:4024"_s, u"first"_s)));
        QVERIFY(await(store.write(u"other"_s, u"ünï\"code"_s)));
        QCOMPARE(*await(store.read(u"dana @ iwd.example:4024"_s)), u"first"_s);
        QVERIFY(await(store.write(u"dana @ iwd.example:4024"_s, u"second"_s)));
        QCOMPARE(*await(store.read(u"dana @ iwd.example:4024"_s)), u"second"_s);
        QCOMPARE(*await(store.read(u"other"_s)), u"ünï\"code"_s);
        QVERIFY(await(store.remove(u"dana @ iwd.example:4024"_s)));
        QCOMPARE(*await(store.read(u"dana @ iwd.example:4024"_s)), QString());
        QCOMPARE(*await(store.read(u"other"_s)), u"ünï\"code"_s);
        QVERIFY(await(store.remove(u"other"_s)));
    }

    void removingNothingIsNoError_data() { stores(); }
    void removingNothingIsNoError() { QVERIFY(await(tested().remove(u"never written"_s))); }

    void severalCallsAtOnceDoNotGetMixedUp_data() { stores(); }
    void severalCallsAtOnceDoNotGetMixedUp()
    {
        SecretStore &store = tested();
        std::vector<QCoro::Task<Result<bool>>> writes;
        for (int i = 0; i < 10; ++i)
            writes.push_back(store.write(QString::number(i), u"secret %1"_s.arg(i)));
        for (auto &write : writes)
            QVERIFY(await(std::move(write)));
        for (int i = 0; i < 10; ++i)
            QCOMPARE(*await(store.read(QString::number(i))), u"secret %1"_s.arg(i));
    }

private:
    static void stores()
    {
        QTest::addColumn<bool>("isReal");
        QTest::newRow("keyring") << true;
        QTest::newRow("memory") << false;
    }
    SecretStore &tested()
    {
        if (*static_cast<bool *>(QTest::qData("isReal", qMetaTypeId<bool>())))
            return m_keyring;
        return m_memory;
    }

    PrivateKeyring m_private;
    Keyring m_keyring;
    MemorySecrets m_memory;
};

QTEST_GUILESS_MAIN(TestAdminSecrets)
#include "tst_admin_secrets.moc"
