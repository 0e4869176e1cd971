// SPDX-License-Identifier: Apache-2.0
#include "itemfieldsmodel.h"

using namespace Qt::StringLiterals;

namespace iwd {

void ItemFieldsModel::setItem(const QJsonObject &item)
{
    QStringList fields;
    for (const ItemColumn &column : ItemColumns::all())
        fields.append(column.field);
    for (const QString &name : item["custom"_L1].toObject().keys())
        fields.append(u"custom."_s + name);
    beginResetModel();
    m_fields.clear();
    for (const ItemColumn &column : ItemColumns::of(fields)) {
        const QString text = column.text(item);
        if (!text.isEmpty())
            m_fields.append({ column.title, text, column.field });
    }
    endResetModel();
}

int ItemFieldsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_fields.size());
}

int ItemFieldsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ItemFieldsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Field &field = m_fields.at(index.row());
    if (role == Qt::ToolTipRole)
        return index.column() == NameColumn ? field.tip : field.value;
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
        return index.column() == NameColumn ? field.name : field.value;
    return {};
}

QVariant ItemFieldsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn ? tr("Field") : tr("Value");
}

} // namespace iwd
