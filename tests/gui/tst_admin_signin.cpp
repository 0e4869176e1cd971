// SPDX-License-Identifier: Apache-2.0
#include "guiserver.h"
#include "memorysecrets.h"
#include "screenshots.h"

#include <views/signindialog.h>
#include <views/theme.h>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTcpServer>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 20'000;

} // namespace

/// Signing in, as somebody does it with the keyboard.
class TestAdminSignIn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_theme = std::make_unique<Theme>(*qApp);
        m_server = std::make_unique<GuiServer>();
    }
    void cleanupTestCase() { QCOMPARE(m_server->process().stop(), 0); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_secrets = std::make_unique<MemorySecrets>();
        m_profiles = std::make_unique<Profiles>(std::make_unique<QSettings>(settingsPath(), QSettings::IniFormat));
        open();
    }
    void cleanup() { m_dialog.reset(); }

    void thePasswordThatTheServerMadeHasToBeChangedFirst()
    {
        type("address", m_server->url().toString());
        type("user", u"admin"_s);
        type("password", QString::fromUtf8(madePassword(m_server->process())));
        QVERIFY(keepScreenshot(*m_dialog, u"sign-in"_s));
        go();
        QTRY_VERIFY_WITH_TIMEOUT(field("newPassword")->isVisible(), patienceMs);
        type("newPassword", QString::fromLatin1(GuiServer::password));
        type("samePassword", u"something else"_s);
        QVERIFY(keepScreenshot(*m_dialog, u"sign-in-new-password"_s));
        go();
        QTRY_VERIFY_WITH_TIMEOUT(trouble().contains(u"not the same"_s), patienceMs);
        type("samePassword", QString::fromLatin1(GuiServer::password));
        go();
        QTRY_COMPARE_WITH_TIMEOUT(m_dialog->result(), int(QDialog::Accepted), patienceMs);
        const auto session = m_dialog->takeSession();
        QVERIFY(session);
        QCOMPARE(session->userName(), u"admin"_s);
        QCOMPARE(m_profiles->latest()->user, u"admin"_s);
        QVERIFY(m_secrets->secrets.isEmpty()); // nobody asked to stay signed in
    }

    void aWrongPasswordIsSaidAndTypedAgain()
    {
        type("address", m_server->url().toString());
        type("user", u"admin"_s);
        type("password", u"wrong"_s);
        go();
        QTRY_VERIFY_WITH_TIMEOUT(!trouble().isEmpty(), patienceMs);
        QVERIFY(keepScreenshot(*m_dialog, u"sign-in-refused"_s));
        QCOMPARE(m_dialog->result(), 0);
        type("password", QString::fromLatin1(GuiServer::password));
        go();
        QTRY_COMPARE_WITH_TIMEOUT(m_dialog->result(), int(QDialog::Accepted), patienceMs);
    }

    void whoStaysSignedInNeedsNoPasswordNextTime()
    {
        type("address", m_server->url().toString());
        type("user", u"admin"_s);
        type("password", QString::fromLatin1(GuiServer::password));
        m_dialog->findChild<QCheckBox *>()->setChecked(true);
        go();
        QTRY_COMPARE_WITH_TIMEOUT(m_dialog->result(), int(QDialog::Accepted), patienceMs);
        QCOMPARE(m_secrets->secrets.size(), 1);
        const QString token = m_secrets->secrets.first();
        const QString name = m_profiles->latest()->name;
        m_dialog.reset();
        m_profiles = std::make_unique<Profiles>(std::make_unique<QSettings>(settingsPath(), QSettings::IniFormat));
        QFile file(settingsPath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray kept = file.readAll();
        QVERIFY(kept.contains("127.0.0.1") && !kept.contains(token.toLatin1()) && !kept.contains(GuiServer::password));

        open();
        m_dialog->choose(name);
        QTRY_COMPARE_WITH_TIMEOUT(m_dialog->result(), int(QDialog::Accepted), patienceMs);
        auto session = m_dialog->takeSession();
        QCOMPARE(session->userName(), u"admin"_s);

        // A session that has ended meanwhile is said, and the password asked for.
        QVERIFY(await(session->signOut()));
        open();
        m_dialog->choose(name);
        QTRY_VERIFY_WITH_TIMEOUT(!trouble().isEmpty(), patienceMs);
        QCOMPARE(m_dialog->result(), 0);
    }

    void withoutAKeyringOneSignsInAllTheSame()
    {
        m_secrets->isBroken = true;
        type("address", m_server->url().toString());
        type("user", u"admin"_s);
        type("password", QString::fromLatin1(GuiServer::password));
        m_dialog->findChild<QCheckBox *>()->setChecked(true);
        go();
        QTRY_COMPARE_WITH_TIMEOUT(m_dialog->result(), int(QDialog::Accepted), patienceMs);
        QVERIFY(trouble().contains(u"keyring"_s));
    }

    void aServerThatIsNotThereIsSaidAndOneMayGiveUp()
    {
        QTcpServer nobody;
        QVERIFY(nobody.listen(QHostAddress::LocalHost));
        type("address", u"http://127.0.0.1:%1"_s.arg(nobody.serverPort()));
        type("user", u"admin"_s);
        type("password", u"x"_s);
        go();
        QTRY_VERIFY(!button("go")->isEnabled());
        QTest::mouseClick(cancel(), Qt::LeftButton); // the sign-in, not the dialog
        QVERIFY(button("go")->isEnabled());
        QVERIFY(m_dialog->isVisible());
        QTest::mouseClick(cancel(), Qt::LeftButton);
        QVERIFY(!m_dialog->isVisible());
    }

    void anAddressThatIsNoneCannotBeUsed()
    {
        type("address", u"not an address"_s);
        type("user", u"admin"_s);
        type("password", u"x"_s);
        QVERIFY(!button("go")->isEnabled());
        type("address", u"iwd.example.com"_s);
        QVERIFY(button("go")->isEnabled());
    }

    void aProfileCanBeForgotten()
    {
        m_profiles->put({ u"old"_s, QUrl(u"https://old.example"_s), {}, u"dana"_s, {}, true });
        m_secrets->secrets.insert(u"old"_s, u"a token"_s);
        open();
        QCOMPARE(field("address")->text(), u"https://old.example"_s);
        for (QPushButton *const button : m_dialog->findChildren<QPushButton *>()) {
            if (button->text() == u"Forget"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QVERIFY(m_profiles->all().isEmpty());
        QVERIFY(m_secrets->secrets.isEmpty());
        QVERIFY(field("address")->text().isEmpty());
    }

private:
    [[nodiscard]] QString settingsPath() const { return m_folder->filePath(u"profiles.ini"_s); }
    void open()
    {
        m_dialog = std::make_unique<SignInDialog>(*m_profiles, *m_secrets);
        m_dialog->open();
    }
    [[nodiscard]] QLineEdit *field(const char *name) const { return m_dialog->findChild<QLineEdit *>(QString::fromLatin1(name)); }
    [[nodiscard]] QPushButton *button(const char *name) const { return m_dialog->findChild<QPushButton *>(QString::fromLatin1(name)); }
    [[nodiscard]] QPushButton *cancel() const
    {
        const QList<QPushButton *> buttons = m_dialog->findChildren<QPushButton *>();
        return *std::find_if(buttons.begin(), buttons.end(), [](const QPushButton *button) { return button->text() == u"Cancel"_s; });
    }
    void type(const char *name, const QString &text) const
    {
        field(name)->clear();
        QTest::keyClicks(field(name), text);
    }
    void go() const { QTest::keyClick(m_dialog.get(), Qt::Key_Return); }
    [[nodiscard]] QString trouble() const { return m_dialog->findChild<QLabel *>(u"trouble"_s)->text(); }

    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<GuiServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MemorySecrets> m_secrets;
    std::unique_ptr<Profiles> m_profiles;
    std::unique_ptr<SignInDialog> m_dialog;
};

QTEST_MAIN(TestAdminSignIn)
#include "tst_admin_signin.moc"
