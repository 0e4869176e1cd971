// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "page.h"
#include "theme.h"

#include <models/session.h>

#include <QMainWindow>
#include <QSettings>
#include <QTimer>

class QFrame;
class QLabel;
class QStackedWidget;
class QVBoxLayout;

namespace iwd {

class CommandPalette;

/// The window of somebody who is signed in: the navigation, the page, and how the connection goes.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// All must outlive this.
    MainWindow(Session &session, Theme &theme, QSettings &settings);
    ~MainWindow() override;

    void addPage(Page *page);

Q_SIGNALS:
    void signOutWanted();
    void otherServerWanted();

private:
    void makeMenus();
    void setMode(Theme::Mode mode);
    void go(Page *page);
    void showPalette();
    void showItem(const QString &id);
    void updateLink();
    void updateTitle();
    void setIcons();

    Session &m_session;
    Theme &m_theme;
    QSettings &m_settings;
    QVBoxLayout *m_rail;
    QStackedWidget *m_pages;
    QFrame *m_banner;
    QLabel *m_bannerText;
    QLabel *m_linkLabel;
    CommandPalette *m_palette;
    QAction *m_paletteAction;
    QList<QAction *> m_pageActions;
    QList<QAction *> m_commands;
    QList<Page *> m_list;
};

} // namespace iwd
