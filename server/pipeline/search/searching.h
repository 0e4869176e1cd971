// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/access/categoryscope.h>
#include <pipeline/store.h>

namespace iwd {

/// A page that somebody asks for.
struct SearchRequest
{
    ItemSearch search;
    CategoryScope scope = {}; ///< what the caller may see
    std::vector<SortKey> sort; ///< empty: newest first
    bool byPriority = false; ///< instead of `sort`: the order of the Universal Queue, and only what is queued
    int limit = 100;
    CountWish count = CountWish::None;
    QJsonObject place; ///< SearchPage::next of the page before; empty: from the beginning
};

struct SearchPage
{
    std::vector<ItemRecord> items;
    QJsonObject next; ///< empty: nothing follows
    std::optional<MatchCount> count;
};

/// An estimate counts this many matches before it takes a sample; who wants an exact count has the limit of the settings.
inline constexpr int CountedForAnEstimate = 1'000;

/// How many waiting items a page in priority order looks at, at most: then it ends early, with a place to go on from.
inline constexpr int MostLookedAt = 20'000;

/// Narrows a search to what a caller may see.
[[nodiscard]] Result<void> keepTo(const CategoryScope &scope, Snapshot &snapshot, ItemSearch &search);

/// Finds a page of items. All pages of a listing look at the moment of the first one, which stands in their places.
///
/// Pages are stable in this sense: an item that matches throughout and whose sort values do not change comes exactly once, whatever is
/// captured, changed or finished meanwhile. One whose sort value changes is found where it is when its page is read: it may come again or not at all.
/// Sorted by what never changes (id, captureId, capturePointId, createdDateTime) no item ever comes twice.
///
/// @returns InvalidField about the cursor when the place is not one of such a listing; what the store fails with, SearchTooBroad above all, is in snapshot.failure()
[[nodiscard]] Result<SearchPage> searchItems(Snapshot &snapshot, const SearchRequest &request);

} // namespace iwd
