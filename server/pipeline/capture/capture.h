// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemlookup.h>

namespace iwd {

/// Takes an item in: checks it against the configuration, stores it once for ever by (capture point, captureId), classifies it and gives it its place.
///
/// Outcomes: queued; captured (sleeps until its activation); errorheld (no category matches: kept, never lost); rejected (already
/// expired: kept as well); or, for a known captureId, the stored item unchanged with `duplicate` set. An Error stores nothing.
[[nodiscard]] Result<ItemAnswer> captureItem(Transaction &transaction, const ItemInput &input, const Actor &actor);

/// What capturing would make of an item at this moment.
struct CaptureForecast
{
    bool duplicate = false; ///< it is known; the rest says how it is
    ItemStatus status = ItemStatus::New;
    QString capturePointId;
};
/// Checks everything that captureItem() checks before it writes, and writes nothing.
[[nodiscard]] Result<CaptureForecast> forecastCapture(Snapshot &snapshot, const ItemInput &input);

/// Runs classification and prioritization on an item that is at the beginning (new), writes the outcome and its events.
/// @param preclassifiedAs a category that the source or a person chose; empty: ask the rules
void processFromBeginning(Transaction &transaction, ItemRecord &record, const QString &preclassifiedAs, const Actor &actor);

/// Reclassifies what is errorheld, oldest first.
struct RetryOutcome
{
    int tried = 0;
    int classified = 0;
    ItemId last; ///< the last one that was tried; number 0 when none is left behind it
};
/// @param after those up to this one were tried before
[[nodiscard]] RetryOutcome retryClassification(Transaction &transaction, const QString &capturePointId, ItemId after, int limit, const Actor &actor);

} // namespace iwd
