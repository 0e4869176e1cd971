// SPDX-License-Identifier: Apache-2.0
#include "composition.h"

#include <views/signindialog.h>
#include <views/universalqueuepage.h>

#include <QMetaEnum>
#include <QPointer>

using namespace Qt::StringLiterals;

namespace iwd {

Composition::Composition(QApplication &app, std::unique_ptr<QSettings> profiles, std::unique_ptr<QSettings> settings)
    : m_settings(std::move(settings))
    , m_theme(app)
    , m_profiles(std::move(profiles))
{
    bool isKnown = false;
    const int mode = QMetaEnum::fromType<Theme::Mode>().keyToValue(m_settings->value(u"theme"_s).toByteArray().constData(), &isKnown);
    if (isKnown)
        m_theme.setMode(static_cast<Theme::Mode>(mode));
}

Composition::~Composition() = default;

bool Composition::begin(const QString &profile)
{
    const auto latest = m_profiles.latest();
    return signIn(profile.isEmpty() && latest ? latest->name : profile, {}, nullptr);
}

bool Composition::signIn(const QString &profile, const QString &reason, QWidget *over)
{
    QApplication::setQuitOnLastWindowClosed(false); // the dialog is not the end of the program
    std::unique_ptr<Session> session;
    {
        SignInDialog dialog(m_profiles, m_secrets, over);
        dialog.explain(reason);
        if (reason.isEmpty())
            dialog.choose(profile);
        if (dialog.exec() == QDialog::Accepted)
            session = dialog.takeSession();
    }
    QApplication::setQuitOnLastWindowClosed(true);
    if (!session)
        return false;
    showWindow(std::move(session));
    return true;
}

void Composition::showWindow(std::unique_ptr<Session> session)
{
    const std::unique_ptr<MainWindow> before = std::move(m_window);
    const std::unique_ptr<Session> sessionBefore = std::exchange(m_session, std::move(session));
    m_window = std::make_unique<MainWindow>(*m_session, m_theme, *m_settings);
    if (m_session->may(Privilege::WorkitemsView))
        m_window->addPage(new UniversalQueuePage(*m_session, m_theme, *m_settings));
    connect(m_window.get(), &MainWindow::signOutWanted, this, [this] { signOut(); });
    // Later, when the click that asked for it is over: the window goes away by it.
    connect(
        m_window.get(), &MainWindow::otherServerWanted, this, [this] { (void)signIn(m_session->profile().name, {}, m_window.get()); }, Qt::QueuedConnection);
    connect(m_session.get(), &Session::linkChanged, this, &Composition::linkChanged, Qt::QueuedConnection);
    m_window->show();
}

QCoro::Task<> Composition::signOut()
{
    const QString name = m_session->profile().name;
    (void)m_secrets.remove(name);
    const QPointer<Session> session(m_session.get());
    const auto ended = co_await m_session->signOut();
    if (session && !ended)
        session->note(ended.error());
}

void Composition::linkChanged()
{
    if (!m_session || m_session->link() != Session::Link::Ended)
        return;
    if (!signIn(m_session->profile().name, m_session->reason(), m_window.get()))
        QApplication::quit();
}

} // namespace iwd
