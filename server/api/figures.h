// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "presence.h"

#include <pipeline/access/categoryscope.h>
#include <pipeline/report/livefigures.h>

#include <QJsonArray>

namespace iwd {

// What /stats and the live stream show: an object for each queue or agent, in order of their ids.

/// {"queue","name","queued",…}
[[nodiscard]] QJsonArray queueFigures(Snapshot &snapshot, const LiveFigures::Figures &figures);

/// The same of the work of some categories, which is counted anew: call it in Store::search().
[[nodiscard]] QJsonArray queueFiguresWithin(Snapshot &snapshot, const CategoryScope &scope);

/// {"agent","name","state",…}
[[nodiscard]] QJsonArray agentFigures(Snapshot &snapshot, const LiveFigures::Figures &figures, const Presence::Figures &presence);

} // namespace iwd
