// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAction>
#include <QDialog>
#include <QStandardItemModel>

class QLineEdit;
class QListView;
class QSortFilterProxyModel;

namespace iwd {

/// Finds commands by a few letters of their names, in any order of the words. Closes with Escape.
class CommandPalette : public QDialog
{
    Q_OBJECT
public:
    explicit CommandPalette(QWidget *parent);

    /// @param commands those that are enabled and visible are offered; they have to outlive the palette
    void show(const QList<QAction *> &commands);

Q_SIGNALS:
    void itemWanted(const QString &id); ///< somebody typed the id of an item

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter(const QString &text);
    void add(QStandardItem *entry);
    void accept() override;

    QList<QAction *> m_commands;
    QStandardItemModel m_entries;
    QLineEdit *m_text;
    QListView *m_list;
};

} // namespace iwd
