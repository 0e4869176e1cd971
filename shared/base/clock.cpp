// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

namespace iwd {

Instant SystemClock::now() const
{
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

} // namespace iwd
