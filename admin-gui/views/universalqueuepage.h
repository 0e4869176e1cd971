// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itempane.h"
#include "page.h"

#include <actions/itemactions.h>
#include <models/itemlistmodel.h>

#include <QSettings>
#include <QTimer>

#include <map>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QSplitter;
class QTableView;
class QToolButton;

namespace iwd {

class Toast;

/// The Universal Queue: all work, in the order in which it is handed out or any other, and what can be done with it.
class UniversalQueuePage : public Page
{
    Q_OBJECT
public:
    /// All must outlive this.
    UniversalQueuePage(Session &session, Theme &theme, QSettings &settings, QWidget *parent = nullptr);
    ~UniversalQueuePage() override;

    QString title() const override { return tr("Universal Queue"); }
    QString iconName() const override { return QStringLiteral("universal-queue"); }
    QList<QAction *> commands() const override;
    bool showItem(const QString &id) override;

    /// For who drives the page: what it shows.
    [[nodiscard]] ItemListModel &model() { return m_model; }

private:
    void makeActions();
    QWidget *makeBar();
    void makeTable();
    void makeColumnsMenu();
    void setIcons();
    void setWidths();
    void search();
    void updateSortIndicator();
    void updateStatusLine();
    void updateActions();
    void carryOut(ItemOperation operation);
    [[nodiscard]] bool isSure(ItemOperation operation, const QStringList &ids, const QStringList &statuses, QJsonObject &parameters);
    void follow(const std::shared_ptr<ItemTask> &task);
    void copy();
    [[nodiscard]] QStringList selected(int role) const;
    void rememberSelection();
    void restoreSelection();
    void saveLayout();

    Session &m_session;
    Theme &m_theme;
    QSettings &m_settings;
    ItemListModel m_model;
    ItemActions m_itemActions;
    std::map<ItemOperation, QAction *> m_actions;
    QAction *m_refresh;
    QAction *m_copy;
    QAction *m_focusSearch;
    QLineEdit *m_text;
    QComboBox *m_scope;
    QToolButton *m_columnsButton;
    QTableView *m_table;
    QSplitter *m_splitter;
    ItemPane *m_pane;
    QLabel *m_count;
    QProgressBar *m_progress;
    Toast *m_toast;
    QTimer m_searchSoon; ///< after somebody has stopped typing
    QStringList m_selection; ///< ids, while the rows are read anew
    QString m_current;
};

} // namespace iwd
