// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <contract/itemapi.h>

namespace iwd {

/// By time, soonest first. Steps that have happened are not listed.
[[nodiscard]] std::vector<UpcomingStep> upcomingSteps(Snapshot &snapshot, const ItemRecord &record);

/// Of a waiting item the next step by which more agents may have it, or by which it moves on or rises; nothing when its queue knows of none.
[[nodiscard]] std::optional<UpcomingStep> nextStepOf(Snapshot &snapshot, const ItemRecord &record);

} // namespace iwd
