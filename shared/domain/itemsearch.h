// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"
#include "itemfields.h"

namespace iwd {

/// What a search looks for.
struct ItemSearch
{
    Condition condition;
    QString text; ///< a TextQuery that has been parsed before; empty: none
    Instant at; ///< relative dates count from here; the same for all pages of a listing
};

/// One of the fields that a listing is ordered by. Items without a value come last, whatever the direction.
struct SortKey
{
    const ItemField *field = nullptr; ///< any but a list
    bool descending = false;

    bool operator==(const SortKey &) const = default;
};

enum class CountWish { None, Estimate, Exact };

} // namespace iwd
