// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <models/keyring.h>
#include <models/profiles.h>
#include <models/session.h>
#include <views/mainwindow.h>
#include <views/theme.h>

namespace iwd {

/// The program: asks somebody to sign in, shows the window, and asks again when the session has ended.
class Composition : public QObject
{
    Q_OBJECT
public:
    /// @param settings where profiles and the layout are kept
    Composition(QApplication &app, std::unique_ptr<QSettings> profiles, std::unique_ptr<QSettings> settings);
    ~Composition() override;

    /// @param profile the one to sign in with; empty: the one that was used last
    /// @returns false when nobody signed in
    [[nodiscard]] bool begin(const QString &profile);

private:
    [[nodiscard]] bool signIn(const QString &profile, const QString &reason, QWidget *over);
    void showWindow(std::unique_ptr<Session> session);
    QCoro::Task<> signOut();
    void linkChanged();

    std::unique_ptr<QSettings> m_settings;
    Theme m_theme;
    Profiles m_profiles;
    Keyring m_secrets;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<MainWindow> m_window; ///< looks at the session, and goes first
};

} // namespace iwd
