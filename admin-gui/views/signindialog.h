// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <models/profiles.h>
#include <models/secretstore.h>
#include <models/session.h>
#include <models/signin.h>

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace iwd {

/// Asks where to sign in and as whom, by password or in a browser, and has a password that somebody else made changed. What was chosen is kept as a profile.
class SignInDialog : public QDialog
{
    Q_OBJECT
public:
    /// @p profiles and @p secrets must outlive this
    SignInDialog(Profiles &profiles, SecretStore &secrets, QWidget *parent = nullptr);
    ~SignInDialog() override;

    /// Chooses the profile of that name, and signs in with the session that is kept for it if there is one.
    void choose(const QString &profile);
    /// Why somebody has to sign in who was signed in.
    void explain(const QString &reason);
    /// After accepted(): who has signed in.
    [[nodiscard]] std::unique_ptr<Session> takeSession() { return std::move(m_session); }

private:
    QWidget *makeSignInPage();
    QWidget *makePasswordPage();
    [[nodiscard]] Profile profile() const;
    void show(const Profile &profile);
    void fillProfiles();
    void removeProfile();
    void askWays();
    void signIn();
    void setBusy(bool busy, const QString &what = {});
    void giveUp();
    void complain(const QString &text);
    void updateButtons();

    QCoro::Task<> resume(Profile profile);
    QCoro::Task<> readWays(QUrl url, QString tenant);
    QCoro::Task<> signInWithPassword(Profile profile, QUrl url, QString password);
    void signInInBrowser(const Profile &profile, const QUrl &url, const IdentityProvider &provider);
    QCoro::Task<> waitForBrowser(Profile profile, QUrl url, IdentityProvider provider);
    QCoro::Task<> choosePassword();
    QCoro::Task<> openSession(Profile profile, QString token);

    Profiles &m_profiles;
    SecretStore &m_secrets;
    QStackedWidget *m_pages;
    QComboBox *m_profile;
    QPushButton *m_remove;
    QLineEdit *m_address;
    QLineEdit *m_tenant;
    QLineEdit *m_user;
    QLineEdit *m_password;
    QCheckBox *m_stay;
    QVBoxLayout *m_providers;
    QLabel *m_overheard;
    QLineEdit *m_newPassword;
    QLineEdit *m_samePassword;
    QLabel *m_trouble;
    QLabel *m_doing;
    QProgressBar *m_progress;
    QPushButton *m_go;
    QList<QPushButton *> m_providerButtons;
    std::optional<Profile> m_signingIn; ///< whose password has to be changed
    QString m_token;
    std::unique_ptr<Session> m_session;
    std::shared_ptr<Client> m_asking; ///< for the ways to sign in
    std::shared_ptr<Client> m_signing;
    std::shared_ptr<BrowserSignIn> m_browser;
    quint64 m_question = 0; ///< answers to earlier ones are of no use
    quint64 m_attempt = 0; ///< likewise
    bool m_busy = false;
};

} // namespace iwd
