// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playworld.h"

namespace iwd::demo {

/// One agent: takes what the server gives as long as there is capacity.
QCoro::Task<> work(World world, size_t number);
/// Extends the leases of what is in hand for long.
QCoro::Task<> keepLeases(World world);
/// Sets the states of all agents at once.
QCoro::Task<> setAllStates(World world, QString state);

} // namespace iwd::demo
