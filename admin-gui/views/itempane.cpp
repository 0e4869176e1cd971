// SPDX-License-Identifier: Apache-2.0
#include "itempane.h"

#include <models/explanationtext.h>

#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTableView>
#include <QTextBrowser>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

QTextBrowser *page()
{
    auto *const browser = new QTextBrowser;
    browser->setOpenLinks(false);
    browser->setFrameShape(QFrame::NoFrame);
    browser->document()->setDocumentMargin(10);
    return browser;
}

} // namespace

ItemPane::ItemPane(Session &session, Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_details(session)
    , m_title(new QLabel)
    , m_hint(new QLabel)
    , m_tabs(new QTabWidget)
    , m_why(page())
    , m_history(page())
{
    auto *const fields = new QTableView;
    fields->setModel(&m_fields);
    fields->setFrameShape(QFrame::NoFrame);
    fields->setShowGrid(false);
    fields->setAlternatingRowColors(true);
    fields->setSelectionBehavior(QAbstractItemView::SelectRows);
    fields->verticalHeader()->hide();
    fields->verticalHeader()->setDefaultSectionSize(fields->fontMetrics().height() + 8);
    fields->horizontalHeader()->hide();
    fields->horizontalHeader()->setSectionResizeMode(ItemFieldsModel::NameColumn, QHeaderView::ResizeToContents);
    fields->horizontalHeader()->setSectionResizeMode(ItemFieldsModel::ValueColumn, QHeaderView::Stretch);
    fields->setAccessibleName(tr("Fields of the item"));
    m_why->setAccessibleName(tr("Why the item stands where it stands"));
    m_history->setAccessibleName(tr("History of the item"));
    m_tabs->addTab(fields, tr("Fields"));
    m_tabs->addTab(m_why, tr("Why here"));
    m_tabs->addTab(m_history, tr("History"));
    m_tabs->setDocumentMode(true);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_title->setMargin(8);
    m_hint->setMargin(8);
    m_hint->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignTop);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_title);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_hint, 1);
    connect(&m_details, &ItemDetails::changed, this, &ItemPane::update);
    connect(&m_theme, &Theme::changed, this, &ItemPane::update);
    update();
}

void ItemPane::update()
{
    const QJsonObject &item = m_details.item();
    const bool isThere = !item.isEmpty();
    m_tabs->setVisible(isThere);
    m_title->setVisible(isThere);
    m_hint->setVisible(!isThere || m_details.error());
    if (m_details.error())
        m_hint->setText(m_details.error()->text);
    else
        m_hint->setText(m_details.id().isEmpty() ? tr("Choose an item to see all about it.") : tr("Reading %1 …").arg(m_details.id()));
    if (!isThere)
        return;
    const QString status = item["status"_L1].toString();
    m_title->setText(u"<b>%1</b> &nbsp; %2 &nbsp; <span style=\"color:%3\">● %4</span>"_s.arg(item["id"_L1].toString().toHtmlEscaped(), item["captureId"_L1].toString().toHtmlEscaped(),
        m_theme.statusColor(status).name(), ItemColumns::statusText(status).toHtmlEscaped()));
    m_fields.setItem(item);
    m_why->setHtml(explanationHtml(m_details.explanation()));
    m_history->setHtml(historyHtml(m_details.events()));
}

} // namespace iwd
