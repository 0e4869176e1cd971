// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include <QStyledItemDelegate>

namespace iwd {

/// Draws items of an ItemListModel: statuses with their mark, rows that have just changed with a glow, rows that are not there yet as faint lines.
class ItemDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    /// @p theme must outlive this
    explicit ItemDelegate(Theme &theme, QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    static constexpr int GlowMs = 1'500;

private:
    Theme &m_theme;
};

} // namespace iwd
