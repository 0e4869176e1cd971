// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"

#include <span>

namespace iwd {

/// Whether no item at all can meet every one of @p wanted and at the same time none of @p unwanted: a rule that contradicts itself or those above it, or that others
/// which are tried before it leave nothing to.
///
/// Sound, and not complete: true is proved by the form of the conditions (a search over their branches, as Davis, Putnam, Logemann and Loveland decide formulas, where what
/// comparisons of one attribute ask for is intersected); false may mean that the proof was not found or would have taken too long. Relative dates count from the same instant everywhere.
[[nodiscard]] bool isImpossible(std::span<const Condition> wanted, std::span<const Condition> unwanted = {});

} // namespace iwd
