// SPDX-License-Identifier: Apache-2.0
#include "universalqueuepage.h"

#include "itemdelegate.h"
#include "toast.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr int typingPauseMs = 300;

/// Which items by their status. The order of the Universal Queue is one of waiting items.
struct Scope
{
    const char *title;
    std::vector<const char *> statuses;
};

const std::vector<Scope> &scopes()
{
    static const std::vector<Scope> all {
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Waiting"), { "queued" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "All that is open"), { "new", "captured", "queued", "distributed", "assigned", "held", "errorheld" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "In somebody's hands"), { "distributed", "assigned" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Held"), { "held" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Held by an error"), { "errorheld" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Asleep"), { "captured" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Finished"), { "completed", "canceled", "rejected" } },
        { QT_TRANSLATE_NOOP("iwd::UniversalQueuePage", "Everything"), {} },
    };
    return all;
}

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

QJsonObject allOf(const QJsonArray &conditions)
{
    if (conditions.isEmpty())
        return {};
    return conditions.size() == 1 ? conditions.first().toObject() : QJsonObject { { u"all"_s, conditions } };
}

} // namespace

UniversalQueuePage::UniversalQueuePage(Session &session, Theme &theme, QSettings &settings, QWidget *parent)
    : Page(parent)
    , m_session(session)
    , m_theme(theme)
    , m_settings(settings)
    , m_model(session)
    , m_itemActions(session)
    , m_table(new QTableView)
    , m_splitter(new QSplitter)
    , m_pane(new ItemPane(session, theme))
    , m_count(new QLabel)
    , m_progress(new QProgressBar)
    , m_toast(nullptr)
{
    makeActions();
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeBar());
    makeTable();
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_pane);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_pane->setMinimumWidth(280);
    layout->addWidget(m_splitter, 1);
    m_toast = new Toast(this);
    connect(m_toast, &Toast::undoWanted, this, [this](const std::shared_ptr<ItemTask> &task) { follow(m_itemActions.undo(*task)); });

    m_searchSoon.setSingleShot(true);
    m_searchSoon.setInterval(typingPauseMs);
    connect(&m_searchSoon, &QTimer::timeout, this, &UniversalQueuePage::search);
    connect(&m_model, &ItemListModel::countChanged, this, &UniversalQueuePage::updateStatusLine);
    connect(&m_model, &ItemListModel::loadingChanged, this, &UniversalQueuePage::updateStatusLine);
    connect(&m_model, &ItemListModel::errorChanged, this, &UniversalQueuePage::updateStatusLine);
    connect(&m_session, &Session::rightsChanged, this, &UniversalQueuePage::updateActions);
    connect(&m_theme, &Theme::changed, this, &UniversalQueuePage::setIcons);
    m_splitter->restoreState(m_settings.value(u"universalQueue/splitter"_s).toByteArray());
    const QStringList fields = m_settings.value(u"universalQueue/columns"_s).toStringList();
    if (!ItemColumns::of(fields).isEmpty())
        m_model.setColumns(fields);
    if (!m_table->horizontalHeader()->restoreState(m_settings.value(u"universalQueue/header"_s).toByteArray()))
        setWidths();
    setIcons();
    search();
    updateStatusLine();
    updateActions();
}

UniversalQueuePage::~UniversalQueuePage()
{
    saveLayout();
}

void UniversalQueuePage::saveLayout()
{
    QStringList fields;
    for (const ItemColumn &column : m_model.columns())
        fields.append(column.field);
    m_settings.setValue(u"universalQueue/columns"_s, fields);
    m_settings.setValue(u"universalQueue/header"_s, m_table->horizontalHeader()->saveState());
    m_settings.setValue(u"universalQueue/splitter"_s, m_splitter->saveState());
}

void UniversalQueuePage::makeActions()
{
    const auto add = [this](ItemOperation operation, const QString &text, const QString &shortcut) {
        auto *const action = new QAction(text, this);
        action->setShortcut(QKeySequence(shortcut));
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        action->setToolTip(u"%1 (%2)"_s.arg(text, action->shortcut().toString(QKeySequence::NativeText)));
        connect(action, &QAction::triggered, this, [this, operation] { carryOut(operation); });
        addAction(action);
        m_actions.emplace(operation, action);
    };
    add(ItemOperation::Hold, tr("Hold"), u"Ctrl+H"_s);
    add(ItemOperation::Resume, tr("Resume"), u"Ctrl+R"_s);
    add(ItemOperation::Activate, tr("Activate"), u"Ctrl+Shift+A"_s);
    add(ItemOperation::Complete, tr("Complete"), u"Ctrl+Shift+C"_s);
    add(ItemOperation::Cancel, tr("Cancel"), u"Ctrl+Shift+X"_s);
    add(ItemOperation::Restart, tr("Restart"), u"Ctrl+Shift+R"_s);
    m_refresh = new QAction(tr("Read anew"), this);
    m_refresh->setShortcut(QKeySequence::Refresh);
    connect(m_refresh, &QAction::triggered, this, [this] {
        rememberSelection();
        m_model.refresh();
        m_pane->refresh();
    });
    m_copy = new QAction(tr("Copy rows"), this);
    m_copy->setShortcut(QKeySequence::Copy);
    m_copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(m_copy, &QAction::triggered, this, &UniversalQueuePage::copy);
    m_focusSearch = new QAction(tr("Search items"), this);
    m_focusSearch->setShortcut(QKeySequence::Find);
    connect(m_focusSearch, &QAction::triggered, this, [this] {
        m_text->setFocus();
        m_text->selectAll();
    });
    addActions({ m_refresh, m_focusSearch });
    m_table->addAction(m_copy);
}

QWidget *UniversalQueuePage::makeBar()
{
    m_text = new QLineEdit;
    m_text->setObjectName(u"search"_s);
    m_text->setPlaceholderText(tr("Words, begin*, \"words in a row\", or the id of an item"));
    m_text->setClearButtonEnabled(true);
    m_text->setAccessibleName(tr("Search items"));
    m_scope = new QComboBox;
    m_scope->setObjectName(u"scope"_s);
    m_scope->setAccessibleName(tr("Which items"));
    for (const Scope &scope : scopes())
        m_scope->addItem(tr(scope.title));
    connect(m_text, &QLineEdit::textChanged, this, [this] { m_searchSoon.start(); });
    connect(m_text, &QLineEdit::returnPressed, this, &UniversalQueuePage::search);
    connect(m_scope, &QComboBox::activated, this, &UniversalQueuePage::search);

    auto *const bar = new QWidget;
    auto *const row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 8, 8, 8);
    row->addWidget(m_scope);
    row->addWidget(m_text, 1);
    const auto addButton = [row](QAction *action) {
        auto *const button = new QToolButton;
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        row->addWidget(button);
        return button;
    };
    for (const ItemOperation operation : { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Complete, ItemOperation::Cancel })
        addButton(m_actions.at(operation));
    m_columnsButton = new QToolButton;
    m_columnsButton->setAutoRaise(true);
    m_columnsButton->setToolTip(tr("Choose columns"));
    m_columnsButton->setAccessibleName(tr("Choose columns"));
    m_columnsButton->setPopupMode(QToolButton::InstantPopup);
    m_columnsButton->setMenu(new QMenu(m_columnsButton));
    connect(m_columnsButton->menu(), &QMenu::aboutToShow, this, &UniversalQueuePage::makeColumnsMenu);
    row->addWidget(m_columnsButton);
    addButton(m_refresh)->setToolButtonStyle(Qt::ToolButtonIconOnly);
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(48, 4);
    QSizePolicy keepsPlace = m_progress->sizePolicy();
    keepsPlace.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(keepsPlace);
    row->addWidget(m_progress);
    m_count->setObjectName(u"count"_s);
    row->addWidget(m_count);
    return bar;
}

void UniversalQueuePage::makeTable()
{
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new ItemDelegate(m_theme, m_table));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setAccessibleName(tr("Items"));
    m_table->setObjectName(u"items"_s);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 8);
    QHeaderView *const header = m_table->horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    header->setDefaultSectionSize(m_table->fontMetrics().averageCharWidth() * 18);
    header->setSortIndicatorShown(true);
    header->setSectionsClickable(true);
    connect(header, &QHeaderView::sectionClicked, this, [this, header](int section) {
        const bool isSame = m_model.sortColumn() == section;
        const Qt::SortOrder order = isSame && m_model.query().sortOrder == Qt::DescendingOrder ? Qt::AscendingOrder : Qt::DescendingOrder;
        m_model.sort(section, order);
        updateSortIndicator();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &UniversalQueuePage::updateActions);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex &current) {
        if (current.isValid())
            m_pane->show(current.data(ItemListModel::IdRole).toString());
    });
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &UniversalQueuePage::rememberSelection);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &UniversalQueuePage::restoreSelection);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        QMenu menu;
        for (const auto &[operation, action] : m_actions)
            menu.addAction(action);
        menu.addSeparator();
        menu.addAction(m_copy);
        menu.exec(m_table->viewport()->mapToGlobal(at));
    });
}

void UniversalQueuePage::makeColumnsMenu()
{
    QMenu *const menu = m_columnsButton->menu();
    menu->clear();
    QStringList shown;
    for (const ItemColumn &column : m_model.columns())
        shown.append(column.field);
    for (const ItemColumn &column : ItemColumns::all()) {
        QAction *const action = menu->addAction(column.title);
        action->setCheckable(true);
        action->setChecked(shown.contains(column.field));
        action->setEnabled(column.field != "id"_L1);
        connect(action, &QAction::toggled, this, [this, shown, field = column.field](bool isOn) {
            QStringList fields = shown;
            if (isOn)
                fields.append(field);
            else
                fields.removeAll(field);
            m_model.setColumns(fields);
            updateSortIndicator();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("The usual columns")), &QAction::triggered, this, [this] {
        m_model.setColumns(ItemColumns::usual());
        setWidths();
        updateSortIndicator();
    });
}

void UniversalQueuePage::setWidths()
{
    const int letter = m_table->fontMetrics().averageCharWidth();
    for (int i = 0; i < m_model.columnCount(); ++i) {
        const auto kind = m_model.columns().at(i).kind;
        const int letters = kind == ItemColumn::Kind::Number ? 11 : kind == ItemColumn::Kind::Instant ? 26 : kind == ItemColumn::Kind::Status ? 14 : 16;
        m_table->setColumnWidth(i, letters * letter);
    }
}

void UniversalQueuePage::setIcons()
{
    const std::pair<ItemOperation, const char *> names[] = { { ItemOperation::Hold, "hold" }, { ItemOperation::Resume, "resume" }, { ItemOperation::Activate, "activate" },
        { ItemOperation::Complete, "complete" }, { ItemOperation::Cancel, "cancel" }, { ItemOperation::Restart, "restart" } };
    for (const auto &[operation, name] : names)
        m_actions.at(operation)->setIcon(m_theme.icon(QString::fromLatin1(name)));
    m_refresh->setIcon(m_theme.icon(u"refresh"_s));
    m_columnsButton->setIcon(m_theme.icon(u"columns"_s));
    m_table->viewport()->update();
}

void UniversalQueuePage::search()
{
    m_searchSoon.stop();
    const Scope &scope = scopes().at(size_t(m_scope->currentIndex()));
    ItemQuery query = m_model.query();
    QJsonArray conditions;
    QJsonArray statuses;
    for (const char *const status : scope.statuses)
        statuses.append(QString::fromLatin1(status));
    if (!statuses.isEmpty())
        conditions.append(statuses.size() == 1 ? comparison(u"status"_s, u"equals"_s, statuses.first()) : comparison(u"status"_s, u"in"_s, statuses));
    const QString text = m_text->text().trimmed();
    static const QRegularExpression id(u"^wi-[1-9][0-9]*$"_s);
    query.text.clear();
    if (id.match(text).hasMatch())
        conditions = { comparison(u"id"_s, u"equals"_s, text) };
    else
        query.text = text;
    query.condition = allOf(conditions);
    const bool isWaiting = m_scope->currentIndex() == 0 && !id.match(text).hasMatch();
    if (!isWaiting && query.sortField == "priority"_L1)
        query.sortField.clear();
    else if (isWaiting && query.sortField.isEmpty())
        query.sortField = u"priority"_s;
    m_model.setQuery(query);
    updateSortIndicator();
}

void UniversalQueuePage::updateSortIndicator()
{
    const Qt::SortOrder order = m_model.query().sortField == "priority"_L1 ? Qt::DescendingOrder : m_model.query().sortOrder;
    // An ascending indicator points down in Fusion; what people expect of numbers is the largest first with the arrow down.
    m_table->horizontalHeader()->setSortIndicator(m_model.sortColumn(), order == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder);
}

void UniversalQueuePage::updateStatusLine()
{
    m_progress->setVisible(m_model.isLoading());
    if (m_model.error() && !isOutage(*m_model.error())) {
        m_count->setText(tr("Not found: see why"));
        m_count->setToolTip(m_model.error()->text);
        m_toast->say(m_model.error()->text);
        return;
    }
    m_count->setToolTip({});
    const auto count = m_model.count();
    if (!count)
        m_count->setText(tr("Reading …"));
    else if (count->isExact)
        m_count->setText(tr("%n item(s)", nullptr, int(count->value)));
    else
        m_count->setText(tr("about %1 items").arg(QLocale().toString(count->value)));
}

QStringList UniversalQueuePage::selected(int role) const
{
    QStringList values;
    for (const QModelIndex &row : m_table->selectionModel()->selectedRows()) {
        const QJsonObject item = row.data(ItemListModel::ItemRole).toJsonObject();
        if (!item.isEmpty())
            values.append(role == ItemListModel::IdRole ? item["id"_L1].toString() : item["status"_L1].toString());
    }
    return values;
}

void UniversalQueuePage::updateActions()
{
    const QStringList statuses = selected(ItemListModel::ItemRole);
    for (const auto &[operation, action] : m_actions) {
        action->setVisible(m_session.may(privilegeFor(operation)));
        action->setEnabled(!statuses.isEmpty() && m_itemActions.may(operation, int(statuses.size())) && ItemActions::fitting(operation, statuses) > 0);
    }
    m_copy->setEnabled(!statuses.isEmpty());
}

/// Holding and resuming are taken back with a click; for what cannot be undone, and for many items, people are asked once.
bool UniversalQueuePage::isSure(ItemOperation operation, const QStringList &ids, const QStringList &statuses, QJsonObject &parameters)
{
    const int fitting = ItemActions::fitting(operation, statuses);
    const int items = int(ids.size());
    const QString title = m_actions.at(operation)->text();
    if (operation == ItemOperation::Hold) {
        bool isOk = false;
        const QString reason = QInputDialog::getText(this, title, tr("Why are %n item(s) held? The reason is part of the history.", nullptr, fitting), QLineEdit::Normal, {}, &isOk);
        if (isOk && !reason.trimmed().isEmpty())
            parameters.insert(u"reason"_s, reason.trimmed());
        return isOk;
    }
    if (items == 1 && opposite(operation))
        return true;
    QString text = tr("%1: %n item(s).", nullptr, fitting).arg(title);
    if (fitting < items)
        text += u"\n\n"_s + tr("%n more cannot take it in the status that they have, and stay as they are.", nullptr, items - fitting);
    text += u"\n\n"_s + (opposite(operation) ? tr("It can be undone afterwards.") : tr("It cannot be undone."));
    QMessageBox question(QMessageBox::Question, title, text, QMessageBox::Cancel, this);
    QPushButton *const yes = question.addButton(title, QMessageBox::AcceptRole);
    question.setDefaultButton(opposite(operation) ? yes : qobject_cast<QPushButton *>(question.button(QMessageBox::Cancel)));
    question.exec();
    return static_cast<QAbstractButton *>(yes) == question.clickedButton();
}

void UniversalQueuePage::carryOut(ItemOperation operation)
{
    const QStringList ids = selected(ItemListModel::IdRole);
    QJsonObject parameters;
    if (!ids.isEmpty() && isSure(operation, ids, selected(ItemListModel::ItemRole), parameters))
        follow(m_itemActions.start(operation, ids, parameters));
}

void UniversalQueuePage::follow(const std::shared_ptr<ItemTask> &task)
{
    const QString verb = m_actions.contains(task->operation()) ? m_actions.at(task->operation())->text() : operationName(task->operation());
    const QString what = task->isUndo() ? tr("Undo: %1 %n item(s)", nullptr, task->total()).arg(verb) : tr("%1 %n item(s)", nullptr, task->total()).arg(verb);
    m_toast->follow(task, what);
    connect(task.get(), &ItemTask::ended, this, [this, task] {
        m_refresh->trigger();
        task->disconnect(this);
    });
}

void UniversalQueuePage::copy()
{
    QStringList lines;
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex &row : rows) {
        QStringList cells;
        for (int column = 0; column < m_model.columnCount(); ++column)
            cells.append(row.siblingAtColumn(column).data().toString());
        lines.append(cells.join(u'\t'));
    }
    QApplication::clipboard()->setText(lines.join(u'\n'));
}

void UniversalQueuePage::rememberSelection()
{
    const QStringList ids = selected(ItemListModel::IdRole);
    if (ids.isEmpty())
        return;
    m_selection = ids;
    m_current = m_table->currentIndex().data(ItemListModel::IdRole).toString();
}

/// Those that are on the first page again; the others would have to be searched for.
void UniversalQueuePage::restoreSelection()
{
    QItemSelection selection;
    QModelIndex current;
    for (int row = 0; row < std::min(m_model.rowCount(), ItemListModel::PageRows); ++row) {
        const QModelIndex index = m_model.index(row, 0);
        const QString id = index.data(ItemListModel::IdRole).toString();
        if (m_selection.contains(id))
            selection.select(index, m_model.index(row, m_model.columnCount() - 1));
        if (!m_current.isEmpty() && id == m_current)
            current = index;
    }
    m_selection.clear();
    if (current.isValid())
        m_table->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    updateActions();
}

QList<QAction *> UniversalQueuePage::commands() const
{
    QList<QAction *> commands { m_focusSearch, m_refresh };
    for (const auto &[operation, action] : m_actions)
        commands.append(action);
    return commands;
}

bool UniversalQueuePage::showItem(const QString &id)
{
    m_text->setText(id);
    search();
    m_pane->show(id);
    return true;
}

} // namespace iwd
