// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemapi.h"

#include <domain/itemsearch.h>

namespace iwd {

/// The body of POST /items/search, checked by itself; the cursor is the caller's affair.
struct SearchInput
{
    Condition condition;
    QString text;
    std::vector<SortKey> sort; ///< empty: newest first
    bool byPriority = false;
    QStringList columns; ///< members of the answer's items; empty: all
    int limit = 100;
    CountWish count = CountWish::None;
};

inline constexpr int MaxSortKeys = 5;
inline constexpr int MaxColumns = 100;

/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<SearchInput> decodeSearch(const QJsonObject &json);

/// Names that may stand in "columns" without "custom." before them, in the order in which people see them.
[[nodiscard]] QStringList columnNames();

/// The chosen members of an item's answer, and always its id; of custom attributes only those that were named, inside of "custom".
[[nodiscard]] QJsonObject encodeColumns(const WorkItem &item, const ItemView &view, const QStringList &columns);

} // namespace iwd
