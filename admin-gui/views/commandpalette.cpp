// SPDX-License-Identifier: Apache-2.0
#include "commandpalette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr int commandRole = Qt::UserRole; ///< its place in the list
constexpr int itemRole = Qt::UserRole + 1; ///< the id of an item

bool hasAll(const QString &name, const QStringList &words)
{
    return std::all_of(words.begin(), words.end(), [&](const QString &word) { return name.contains(word, Qt::CaseInsensitive); });
}

} // namespace

CommandPalette::CommandPalette(QWidget *parent)
    : QDialog(parent, Qt::Popup)
    , m_text(new QLineEdit)
    , m_list(new QListView)
{
    m_text->setPlaceholderText(tr("A command, a page, or the id of an item"));
    m_text->setAccessibleName(m_text->placeholderText());
    m_text->installEventFilter(this);
    m_list->setModel(&m_entries);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setUniformItemSizes(true);
    m_list->setIconSize({ 16, 16 });
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_text);
    layout->addWidget(m_list);
    connect(m_text, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_text, &QLineEdit::returnPressed, this, &CommandPalette::accept);
    connect(m_list, &QListView::clicked, this, &CommandPalette::accept);
}

void CommandPalette::show(const QList<QAction *> &commands)
{
    m_commands = commands;
    m_text->clear();
    filter({});
    const QWidget *const under = parentWidget();
    resize(std::min(560, under->width() - 40), std::min(380, under->height() - 80));
    move(under->mapToGlobal(QPoint((under->width() - width()) / 2, 60)));
    QDialog::show();
    m_text->setFocus();
}

void CommandPalette::filter(const QString &text)
{
    m_entries.clear();
    static const QRegularExpression id(u"^\\s*(wi-[1-9][0-9]*)\\s*$"_s);
    if (const auto match = id.match(text); match.hasMatch()) {
        auto *const entry = new QStandardItem(tr("Go to item %1").arg(match.captured(1)));
        entry->setData(match.captured(1), itemRole);
        add(entry);
    }
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        const QAction *const command = m_commands.at(i);
        const QString name = command->text().remove(u'&');
        if (!command->isVisible() || !command->isEnabled() || !hasAll(name, words))
            continue;
        const QString shortcut = command->shortcut().toString(QKeySequence::NativeText);
        auto *const entry = new QStandardItem(command->icon(), shortcut.isEmpty() ? name : u"%1   %2"_s.arg(name, shortcut));
        entry->setData(i, commandRole);
        add(entry);
    }
    m_list->setCurrentIndex(m_entries.index(0, 0));
}

void CommandPalette::add(QStandardItem *entry)
{
    entry->setSizeHint({ 0, fontMetrics().height() + 12 });
    m_entries.appendRow(entry);
}

void CommandPalette::accept()
{
    const QModelIndex chosen = m_list->currentIndex();
    if (!chosen.isValid())
        return;
    QDialog::accept();
    if (const QString item = chosen.data(itemRole).toString(); !item.isEmpty())
        Q_EMIT itemWanted(item);
    else
        m_commands.at(chosen.data(commandRole).toInt())->trigger();
}

/// The arrows move in the list while one types.
bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_text || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if (step == 0)
        return QDialog::eventFilter(watched, event);
    const int row = std::clamp(m_list->currentIndex().row() + step, 0, std::max(0, m_entries.rowCount() - 1));
    m_list->setCurrentIndex(m_entries.index(row, 0));
    return true;
}

} // namespace iwd
