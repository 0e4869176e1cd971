// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace iwd {

/// What this process takes from its machine at the moment. A figure that the system does not tell is absent.
struct ProcessFigures
{
    std::optional<double> cpuSeconds; ///< user and system time of all threads since the start
    std::optional<double> residentBytes;
    std::optional<double> virtualBytes;
};

[[nodiscard]] ProcessFigures readProcessFigures();

} // namespace iwd
