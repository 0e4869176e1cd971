// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// What waits in one class, for checks.
struct WaitingClass
{
    qint64 id = 0;
    WorkClass terms;
    Waiting oldest;
    qint64 count = 0;
    bool exact = true; ///< else there are more
    std::vector<ItemId> samples; ///< the oldest
};

/// @param most how many items are counted in all
[[nodiscard]] std::vector<WaitingClass> waitingByClass(Snapshot &snapshot, int most, int samples);

} // namespace iwd
