// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAction>
#include <QWidget>

namespace iwd {

/// What the navigation leads to.
class Page : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;

    [[nodiscard]] virtual QString title() const = 0;
    [[nodiscard]] virtual QString iconName() const = 0;
    /// What can be done here, for the command palette.
    [[nodiscard]] virtual QList<QAction *> commands() const { return {}; }
    /// Goes to an item, if the page shows items. @returns whether it does
    virtual bool showItem(const QString &id)
    {
        Q_UNUSED(id)
        return false;
    }
};

} // namespace iwd
