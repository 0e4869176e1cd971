// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feedreplay.h"
#include "history.h"

namespace iwd::test {

struct HistoryRules
{
    bool gapsAllowed = false; ///< ids of the feed need not be neighbors (a log with several writers)
    milliseconds leaseSlack { 2'000 }; ///< how late the server may notice the end of a lease
};

/// Compares what clients were told with what is there. Sound is:
///  - whatever was acknowledged is in the feed exactly once, whatever was refused is not, and whatever nobody knows of is there whole or not at all;
///  - what was acknowledged before another operation began is before it in the feed;
///  - an Idempotency-Key gets the one stored answer, however often it comes;
///  - the feed is unbroken and rising, each reader has seen exactly its beginning, and its replay gives the state that items, objects and figures have;
///  - no item has two holders or is offered to two, each assignment is that of an assigned item, no token comes twice or out of order, and who acted with a token held the item then;
///  - no lease or offer ended early, and none is left that has ended.
/// @returns what is wrong, a sentence each
[[nodiscard]] QStringList checkHistory(const std::vector<Operation> &operations, const Observation &observation, const HistoryRules &rules = {});

/// The whole story as lines of JSON, for a person who has to find out. @returns false when the file cannot be written
[[nodiscard]] bool writeHistory(const QString &path, const std::vector<Operation> &operations, const Observation &observation);

} // namespace iwd::test
