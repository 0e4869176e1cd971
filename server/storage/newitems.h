// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

#include <pipeline/itemrecord.h>

#include <QSet>

#include <array>
#include <optional>
#include <vector>

namespace iwd {

/// New items of a transaction as columns, to be written in one statement a table.
class NewItems
{
public:
    /// @p record has its id.
    void add(const ItemRecord &record);
    [[nodiscard]] size_t count() const { return m_numbers.front().size(); }
    [[nodiscard]] bool hasCapturedAs(const QString &captureId) const { return m_captureIds.contains(captureId); }
    void bindItems(Statement &statement) const;
    void bindPayloads(Statement &statement) const;
    void clear();

private:
    enum Number { Id, Status, ClassId, Anchor, Captured, BusinessValue, Assigned, Held, Final, SlaMet, Created, NumberColumns };
    enum Text { AgentId, Error, CapturePointId, CaptureId, CategoryId, QueueId, CustomerKey, Document, TextColumns };

    std::array<std::vector<std::optional<qint64>>, NumberColumns> m_numbers;
    std::array<std::vector<QByteArray>, TextColumns> m_texts;
    QSet<QString> m_captureIds;
};

} // namespace iwd
