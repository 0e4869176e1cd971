// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemcolumns.h"

#include <QAbstractTableModel>

namespace iwd {

/// The fields of one item, those that it has: name and value, custom attributes last.
class ItemFieldsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setItem(const QJsonObject &item);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Field
    {
        QString name;
        QString value;
        QString tip;
    };
    QList<Field> m_fields;
};

} // namespace iwd
