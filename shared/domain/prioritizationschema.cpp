// SPDX-License-Identifier: Apache-2.0
#include "prioritizationschema.h"

#include <algorithm>

namespace iwd {

int PrioritizationSchema::bandOf(int businessValue) const
{
    const auto next = std::upper_bound(bands.begin(), bands.end(), businessValue, [](int value, const BusinessValueBand &band) { return value < band.from; });
    return static_cast<int>(next - bands.begin());
}

} // namespace iwd
