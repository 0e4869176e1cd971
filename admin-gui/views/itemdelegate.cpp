// SPDX-License-Identifier: Apache-2.0
#include "itemdelegate.h"

#include <models/itemlistmodel.h>

#include <QDateTime>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace iwd {

ItemDelegate::ItemDelegate(Theme &theme, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
{
}

void ItemDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QJsonObject item = index.data(ItemListModel::ItemRole).toJsonObject();
    if (item.isEmpty()) {
        const QRect line = option.rect.adjusted(6, option.rect.height() / 2 - 3, -option.rect.width() / 3, -option.rect.height() / 2 + 3);
        painter->fillRect(line, option.palette.color(QPalette::AlternateBase).darker(108));
        return;
    }
    const QDateTime changed = index.data(ItemListModel::ChangedRole).toDateTime();
    if (changed.isValid()) {
        const qint64 age = changed.msecsTo(QDateTime::currentDateTimeUtc());
        if (age >= 0 && age < GlowMs) {
            QColor glow = m_theme.glow();
            glow.setAlphaF(0.5F * (1.0F - float(age) / float(GlowMs)));
            painter->fillRect(option.rect, glow);
        }
    }
    QStyleOptionViewItem marked = option;
    const auto *const model = qobject_cast<const ItemListModel *>(index.model());
    if (model && model->columns().at(index.column()).kind == ItemColumn::Kind::Status) {
        const QColor color = option.state & QStyle::State_Selected ? option.palette.color(QPalette::HighlightedText) : m_theme.statusColor(item["status"_L1].toString());
        const int radius = option.fontMetrics.xHeight() / 2;
        marked.rect.adjust(4 * radius, 0, 0, 0);
        QStyleOptionViewItem before = option;
        before.rect.setWidth(4 * radius);
        if (option.state & QStyle::State_Selected)
            painter->fillRect(before.rect, option.palette.brush(option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive, QPalette::Highlight));
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(color);
        painter->drawEllipse(QPoint(before.rect.center().x() + 2, before.rect.center().y() + 1), radius, radius);
        painter->restore();
    }
    QStyledItemDelegate::paint(painter, marked, index);
}

} // namespace iwd
