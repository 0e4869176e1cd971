// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "queuefigures.h"
#include "styledline.h"

#include <optional>

namespace iwd {

enum class QueueOrder { Waiting, Oldest, Assigned, Held, Done, Name };

/// "waiting", "oldest" …
[[nodiscard]] const QStringList &queueOrderNames();
[[nodiscard]] std::optional<QueueOrder> queueOrderFromName(const QString &name);
/// The order that a key of the keyboard stands for: its first letter.
[[nodiscard]] std::optional<QueueOrder> queueOrderFromKey(char key);

/// Most first; queues that are equal by their names, so that they do not change places for nothing.
[[nodiscard]] std::vector<QueueFigures> sortedQueues(std::vector<QueueFigures> queues, QueueOrder order);

/// What the screen of top shows at one moment.
struct TopScene
{
    QString server; ///< its address
    Figures figures;
    QueueOrder order = QueueOrder::Waiting;
    QString trouble; ///< why the figures are not fresh; empty: they are
};

/// The scene as lines of @p width by @p height cells. @param height 0: as many as there is to say, without the keys that nobody could press
[[nodiscard]] std::vector<StyledLine> drawnTop(const TopScene &scene, int width, int height);

} // namespace iwd
