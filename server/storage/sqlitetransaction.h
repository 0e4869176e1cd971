// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqltransaction.h"

namespace iwd {

/// A tenant's view of an SQLite database.
class SqliteTransaction final : public SqlTransaction
{
public:
    using SqlTransaction::SqlTransaction;

    std::vector<SearchHit> search(const ItemSearch &search, const std::vector<SortKey> &sort, const std::optional<QJsonArray> &after, int limit) override;
    std::set<ItemId> matching(const ItemSearch &search, const std::vector<ItemId> &items) override;

    /// Whether the full-text index is attached and this snapshot began after a look at its state; see TextIndex.
    void useTextIndex(bool use) { m_textIndexed = use; }

protected:
    qint64 countUpTo(const ItemSearch &search, int limit) override;
    bool storeEvents(std::span<Event> events) override;
    size_t eventsAtOnce() const override;
    QString hasLabelSql() const override;
    ItemsApart itemsApart() const override;

private:
    QString leadingCandidates(const ItemSearch &search, bool orderHasWalk, class SqlValues &values);

    bool m_textIndexed = false;
};

} // namespace iwd
