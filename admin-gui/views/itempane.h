// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include <models/itemdetails.h>
#include <models/itemfieldsmodel.h>

#include <QWidget>

class QLabel;
class QTabWidget;
class QTextBrowser;

namespace iwd {

/// All about one item: its fields, why it stands where it stands, and its history.
class ItemPane : public QWidget
{
    Q_OBJECT
public:
    /// @p session and @p theme must outlive this
    ItemPane(Session &session, Theme &theme, QWidget *parent = nullptr);

    void show(const QString &id) { m_details.show(id); }
    void refresh() { m_details.refresh(); }

private:
    void update();

    Theme &m_theme;
    ItemDetails m_details;
    ItemFieldsModel m_fields;
    QLabel *m_title;
    QLabel *m_hint;
    QTabWidget *m_tabs;
    QTextBrowser *m_why;
    QTextBrowser *m_history;
};

} // namespace iwd
