// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "player.h"

namespace iwd::demo {

/// How many items of a priority met their service level.
struct PriorityFigures
{
    int items = 0;
    int completed = 0;
    int slaMet = 0;
};

/// The run's items by the record's priority, from the answers of GET /items.
[[nodiscard]] std::map<QString, PriorityFigures> byPriority(const QJsonArray &items);

/// What a person wants to know after the play.
[[nodiscard]] QString reportText(const Outcome &outcome, const std::map<QString, PriorityFigures> &priorities, const QString &days);

/// How to look at an incident, as commands to copy. Never holds a key.
[[nodiscard]] QString nextSteps(const QUrl &server, const QString &captureId, const QString &bootstrapFile, const QString &program);

} // namespace iwd::demo
