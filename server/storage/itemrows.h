// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

#include <pipeline/itemrecord.h>

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

namespace iwd {

/// Rows of a table as columns, to be written in one statement. A row that is put again replaces the one before.
template <int NumberColumns, int TextColumns>
class ColumnsOfRows
{
public:
    [[nodiscard]] size_t count() const { return m_rows.size(); }
    [[nodiscard]] bool contains(qint64 id) const { return m_rows.contains(id); }
    void clear()
    {
        m_rows.clear();
        for (auto &column : m_numbers)
            column.clear();
        for (auto &column : m_texts)
            column.clear();
    }

protected:
    /// @returns the row of this id, new or not
    size_t row(qint64 id)
    {
        const auto [row, isNew] = m_rows.try_emplace(id, m_rows.size());
        if (isNew) {
            for (auto &column : m_numbers)
                column.emplace_back();
            for (auto &column : m_texts)
                column.emplace_back();
        }
        return row->second;
    }

    std::array<std::vector<std::optional<qint64>>, NumberColumns> m_numbers;
    std::array<std::vector<QByteArray>, TextColumns> m_texts;

private:
    std::unordered_map<qint64, size_t> m_rows; ///< by id
};

enum class OrderingNumber { Id, Status, ClassId, Anchor, Captured, BusinessValue, Assigned, Held, Final, SlaMet, Puts, Columns };
enum class OrderingText { AgentId, Error, Columns };

/// Ordering rows of items, new or changed.
class OrderingRows : public ColumnsOfRows<static_cast<int>(OrderingNumber::Columns), static_cast<int>(OrderingText::Columns)>
{
public:
    /// @p record has its id. How often it was put is by how much its version has risen.
    void put(const ItemRecord &record);
    void bind(Statement &statement) const;
};

enum class PayloadNumber { Id, Created, Columns };
enum class PayloadText { CapturePointId, CaptureId, CategoryId, QueueId, CustomerKey, Document, Columns };

/// Payloads of items, new or changed.
class PayloadRows : public ColumnsOfRows<static_cast<int>(PayloadNumber::Columns), static_cast<int>(PayloadText::Columns)>
{
public:
    void put(const WorkItem &item);
    void bind(Statement &statement) const;
};

} // namespace iwd
