// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playworld.h"

namespace iwd::demo {

/// Writes to the server what the play needs and it does not have yet: queues, skills, schemas, categories and agents.
QCoro::Task<Result<void>> setUp(World world);
/// Which run this will be: one more than that of the newest item.
QCoro::Task<Result<int>> findRun(World world);
/// Puts what earlier runs left open among the items of the play.
QCoro::Task<Result<void>> findLeftOvers(World world);

} // namespace iwd::demo
