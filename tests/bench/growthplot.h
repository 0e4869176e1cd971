// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report.h"

namespace iwd::bench {

/// An SVG of two panels, times above and memory below, against the number of waiting items on logarithmic scales. It suits light and dark pages.
/// @param stages at least two
[[nodiscard]] QString growthPlot(const std::vector<Stage> &stages);

} // namespace iwd::bench
