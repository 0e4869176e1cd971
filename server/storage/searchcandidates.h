// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conditionsql.h"

#include <domain/itemsearch.h>

namespace iwd {

/// A statement that yields item_id for every item that can match, and maybe others.
struct SearchCandidates
{
    QString sql;
    bool isWide = false; ///< likely to be most of all items
};

/// What indexes offer for the search, the narrowest first as far as can be told without looking.
/// @param textIndexed whether the full-text index is attached
[[nodiscard]] std::vector<SearchCandidates> candidateLists(const ItemSearch &search, bool textIndexed, SqlValues &values);

} // namespace iwd
