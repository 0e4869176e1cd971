// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playworld.h"

namespace iwd::demo {

/// The story of one incident, from its opening to its last resolution.
QCoro::Task<> playIncident(World world, Item item);
/// An item that an earlier run left open is only brought to its end.
QCoro::Task<> playLeftOver(World world, Item item);

} // namespace iwd::demo
