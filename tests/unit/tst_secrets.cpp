// SPDX-License-Identifier: Apache-2.0
#include <runtime/secretbox.h>
#include <runtime/secrets.h>

#include <QRegularExpression>
#include <QSet>
#include <QTest>
#include <QUuid>

using namespace iwd;

class TestSecrets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anApiKeyIsARandomUuid()
    {
        const QString key = secrets::newApiKey();
        const QUuid uuid = QUuid::fromString(key);
        QCOMPARE(key, uuid.toString(QUuid::WithoutBraces));
        QCOMPARE(uuid.version(), QUuid::Random);
        QCOMPARE(uuid.variant(), QUuid::DCE);
    }

    void noTwoKeysTokensOrPasswordsAreAlike()
    {
        constexpr int count = 1000;
        QSet<QString> seen;
        for (int round = 0; round < count; ++round)
            seen << secrets::newApiKey() << secrets::newSessionToken() << secrets::newPassword();
        QCOMPARE(seen.size(), 3 * count);
    }

    void aPasswordCanBeReadAloud()
    {
        static const QRegularExpression shape(
            QStringLiteral("^[abcdefghjkmnpqrstuvwxyz23456789]{5}(-[abcdefghjkmnpqrstuvwxyz23456789]{5}){3}$"));
        QSet<QChar> used;
        for (int round = 0; round < 200; ++round) {
            const QString password = secrets::newPassword();
            QVERIFY2(shape.match(password).hasMatch(), qPrintable(password));
            for (const QChar each : password)
                used << each;
        }
        QCOMPARE(used.size(), 32); // all 31 characters and the dash
    }

    void aSessionTokenHolds256BitsInUrlSafeText()
    {
        const QString token = secrets::newSessionToken();
        QCOMPARE(token.size(), 43);
        const auto decoded
            = QByteArray::fromBase64Encoding(token.toLatin1(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
        QVERIFY(decoded);
        QCOMPARE((*decoded).size(), 32);
    }

    void digestIsSha256()
    {
        // The test vector "abc" of FIPS 180-4.
        QCOMPARE(secrets::digest(u"abc").toHex(), QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(secrets::digest(u"").toHex(), QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    void comparesWithoutLettingTimeTell_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::addColumn<bool>("equal");
        QTest::newRow("same") << QByteArray("secret") << QByteArray("secret") << true;
        QTest::newRow("last byte differs") << QByteArray("secret") << QByteArray("secreT") << false;
        QTest::newRow("a prefix") << QByteArray("secret") << QByteArray("secre") << false;
        QTest::newRow("empty") << QByteArray() << QByteArray("") << true;
        QTest::newRow("differ behind a zero") << QByteArray("a\0b", 3) << QByteArray("a\0c", 3) << false;
    }
    void comparesWithoutLettingTimeTell()
    {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        QTEST(secrets::equalInConstantTime(a, b), "equal");
    }

    void aPasswordIsVerifiedAgainstItsHash()
    {
        const QString password = QStringLiteral("Grüße 密码");
        const auto hash = secrets::hashPassword(password);
        QVERIFY(hash.ok());
        QVERIFY(hash->startsWith(QStringLiteral("$argon2id$v=19$m=65536,t=2,p=1$")));
        QVERIFY(!hash->contains(password));
        QVERIFY(secrets::verifyPassword(*hash, password));
        QVERIFY(!secrets::verifyPassword(*hash, password + u'x'));
        QVERIFY(!secrets::verifyPassword(*hash, {}));
    }

    void everyHashHasASaltOfItsOwn()
    {
        QVERIFY(*secrets::hashPassword(QStringLiteral("same")) != *secrets::hashPassword(QStringLiteral("same")));
    }

    void anEmptyOrGarbledHashMatchesNothing()
    {
        QVERIFY(!secrets::verifyPassword({}, QStringLiteral("anything")));
        QVERIFY(!secrets::verifyPassword(QStringLiteral("$argon2id$garbage"), QStringLiteral("anything")));
    }

    void anEmptyOrEndlessPasswordIsRefused()
    {
        QCOMPARE(secrets::hashPassword({}).error().code, ErrorCode::InvalidField);
        QVERIFY(secrets::hashPassword(QString(secrets::MaxPasswordBytes, u'x')).ok());
        QCOMPARE(secrets::hashPassword(QString(secrets::MaxPasswordBytes + 1, u'x')).error().code, ErrorCode::InvalidField);
    }

    void aSecretInABoxOpensUnderItsNameAlone()
    {
        const SecretBox box(secrets::newSecret());
        const QByteArray closed = box.close("one", "a secret");
        QVERIFY(!closed.contains("secret"));
        QVERIFY(box.close("one", "a secret") != closed);
        QCOMPARE(box.open("one", closed), QByteArray("a secret"));
        QCOMPARE(box.open("one", box.close("one", {})), QByteArray(""));
        QVERIFY(!box.open("two", closed));
        QVERIFY(!SecretBox(secrets::newSecret()).open("one", closed));
        for (qsizetype i = 0; i < closed.size(); ++i) {
            QByteArray damaged = closed;
            damaged[i] = static_cast<char>(damaged[i] ^ 1);
            QVERIFY(!box.open("one", damaged));
            QVERIFY(!box.open("one", closed.first(i)));
        }
    }
};

QTEST_GUILESS_MAIN(TestSecrets)
#include "tst_secrets.moc"
