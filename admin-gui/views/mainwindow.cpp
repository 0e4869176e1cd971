// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

#include "commandpalette.h"

#include <QActionGroup>
#include <QApplication>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace iwd {

MainWindow::MainWindow(Session &session, Theme &theme, QSettings &settings)
    : m_session(session)
    , m_theme(theme)
    , m_settings(settings)
    , m_rail(new QVBoxLayout)
    , m_pages(new QStackedWidget)
    , m_banner(new QFrame)
    , m_bannerText(new QLabel)
    , m_linkLabel(new QLabel)
    , m_palette(new CommandPalette(this))
{
    m_bannerText->setWordWrap(true);
    auto *const now = new QPushButton(tr("Try now"));
    now->setObjectName(u"tryNow"_s);
    connect(now, &QPushButton::clicked, &m_session, &Session::lookNow);
    auto *const bannerRow = new QHBoxLayout(m_banner);
    bannerRow->addWidget(m_bannerText, 1);
    bannerRow->addWidget(now);
    m_banner->setObjectName(u"banner"_s);
    m_banner->setAutoFillBackground(true);

    m_rail->setContentsMargins(4, 4, 4, 4);
    m_rail->addStretch(1);
    auto *const column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_pages, 1);
    auto *const middle = new QWidget;
    auto *const layout = new QHBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(m_rail);
    layout->addLayout(column, 1);
    setCentralWidget(middle);
    m_linkLabel->setObjectName(u"link"_s);
    statusBar()->addPermanentWidget(m_linkLabel);

    makeMenus();
    connect(m_palette, &CommandPalette::itemWanted, this, &MainWindow::showItem);
    connect(&m_session, &Session::linkChanged, this, &MainWindow::updateLink);
    connect(&m_session, &Session::rightsChanged, this, &MainWindow::updateLink);
    connect(&m_session, &Session::rightsChanged, this, &MainWindow::updateTitle);
    connect(&m_theme, &Theme::changed, this, &MainWindow::setIcons);
    setIcons();
    updateLink();
    updateTitle();
    resize(1280, 800);
    restoreGeometry(m_settings.value(u"window/geometry"_s).toByteArray());
}

MainWindow::~MainWindow()
{
    m_settings.setValue(u"window/geometry"_s, saveGeometry());
}

void MainWindow::makeMenus()
{
    const auto add = [this](QMenu *menu, const QString &text, const QKeySequence &shortcut, auto &&work) {
        QAction *const action = menu->addAction(text);
        action->setShortcut(shortcut);
        connect(action, &QAction::triggered, this, work);
        m_commands.append(action);
        return action;
    };
    QMenu *const program = menuBar()->addMenu(tr("&IWD"));
    m_paletteAction = add(program, tr("Find a command …"), QKeySequence(u"Ctrl+K"_s), [this] { showPalette(); });
    m_commands.removeAll(m_paletteAction);
    program->addSeparator();
    add(program, tr("Another server …"), {}, [this] { Q_EMIT otherServerWanted(); });
    add(program, tr("Sign out"), {}, [this] { Q_EMIT signOutWanted(); });
    add(program, tr("Quit"), QKeySequence::Quit, [] { QApplication::quit(); });
    QMenu *const view = menuBar()->addMenu(tr("&View"));
    auto *const modes = new QActionGroup(this);
    const std::pair<Theme::Mode, QString> entries[] = { { Theme::Mode::System, tr("Colors of the desktop") }, { Theme::Mode::Light, tr("Light colors") }, { Theme::Mode::Dark, tr("Dark colors") } };
    for (const auto &[mode, text] : entries) {
        QAction *const action = add(view, text, {}, [this, mode = mode] { setMode(mode); });
        action->setCheckable(true);
        action->setChecked(m_theme.mode() == mode);
        modes->addAction(action);
    }
    QMenu *const help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("About IWD"), {}, [this] {
        QMessageBox::about(this, tr("About IWD"), tr("IWD %1\nIntelligent Workload Distribution\n\nServer: %2\nLicense: Apache-2.0").arg(QApplication::applicationVersion(), m_session.profile().url.toDisplayString()));
    });
}

void MainWindow::setMode(Theme::Mode mode)
{
    m_settings.setValue(u"theme"_s, QVariant::fromValue(mode).toString());
    m_theme.setMode(mode);
}

void MainWindow::addPage(Page *page)
{
    auto *const action = new QAction(page->title(), this);
    action->setCheckable(true);
    action->setShortcut(QKeySequence(u"Ctrl+%1"_s.arg(m_list.size() + 1)));
    connect(action, &QAction::triggered, this, [this, page] { go(page); });
    auto *const button = new QToolButton;
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setIconSize({ 24, 24 });
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_rail->insertWidget(m_rail->count() - 1, button);
    m_pageActions.append(action);
    m_list.append(page);
    m_pages->addWidget(page);
    setIcons();
    if (m_list.size() == 1)
        go(page);
}

void MainWindow::go(Page *page)
{
    m_pages->setCurrentWidget(page);
    for (qsizetype i = 0; i < m_list.size(); ++i)
        m_pageActions.at(i)->setChecked(m_list.at(i) == page);
}

void MainWindow::showPalette()
{
    QList<QAction *> commands = m_pageActions;
    if (const auto *const page = qobject_cast<Page *>(m_pages->currentWidget()))
        commands += page->commands();
    m_palette->show(commands + m_commands);
}

void MainWindow::showItem(const QString &id)
{
    for (Page *const page : m_list) {
        if (page->showItem(id)) {
            go(page);
            return;
        }
    }
}

void MainWindow::updateLink()
{
    const QString since = QLocale().toString(m_session.since().toLocalTime().time(), QLocale::ShortFormat);
    const bool works = m_session.link() == Session::Link::Working;
    m_banner->setVisible(!works);
    if (m_session.link() == Session::Link::Broken)
        m_bannerText->setText(tr("Reconnecting since %1. What you see is from before. %2").arg(since, m_session.reason()));
    else if (m_session.link() == Session::Link::Ended)
        m_bannerText->setText(tr("You are not signed in any more. %1").arg(m_session.reason()));
    const QString state = !works ? tr("Reconnecting") : m_session.isReadOnly() ? tr("Connected, read-only role") : tr("Connected");
    m_linkLabel->setText(u"%1 · %2 · %3"_s.arg(m_session.userName(), m_session.tenantName(), state));
}

void MainWindow::updateTitle()
{
    setWindowTitle(u"%1 – IWD"_s.arg(m_session.profile().name));
}

void MainWindow::setIcons()
{
    for (qsizetype i = 0; i < m_list.size(); ++i)
        m_pageActions.at(i)->setIcon(m_theme.icon(m_list.at(i)->iconName()));
    QPalette palette = QApplication::palette();
    palette.setColor(QPalette::Window, m_theme.warningBackground());
    m_banner->setPalette(palette);
}

} // namespace iwd
