// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/conditiontree.h>

#include <QVariant>

namespace iwd {

/// The values of a statement that is put together: each is bound, none is ever part of the text.
class SqlValues
{
public:
    /// @returns the placeholder
    [[nodiscard]] QString add(const QVariant &value)
    {
        const QString placeholder = QStringLiteral(":v%1").arg(m_values.size());
        m_values.append({ placeholder, value });
        return placeholder;
    }
    [[nodiscard]] const QList<std::pair<QString, QVariant>> &all() const { return m_values; }

private:
    QList<std::pair<QString, QVariant>> m_values;
};

/// Compiles @p condition to an SQL expression over `item i` and `item_payload p` that is true for exactly the rows whose items the condition
/// matches, with the functions of sqlitefunctions.h; for other rows it is false or null.
/// @param now what relative dates count from
[[nodiscard]] QString conditionSql(const Condition &condition, Instant now, SqlValues &values);

/// The value that a field is sorted by; null for an item that has none. Texts are in simple case folding.
[[nodiscard]] QString sortSql(const QString &field);

/// A list of texts as one value for json_each().
[[nodiscard]] QString jsonList(const QStringList &texts);

} // namespace iwd
