// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "queuefigures.h"
#include "styledline.h"

namespace iwd {

// What full screens show of queues.

inline constexpr int ScreenMargin = 2;
inline constexpr int NarrowestScreen = 72; ///< a narrower terminal shows the left part

/// One figure of all together.
struct Total
{
    QString label;
    QString figure;
    QString note; ///< small print
    Style style = Style::Strong;
};

/// Labels, figures and small print below each other, evenly spread.
[[nodiscard]] std::vector<StyledLine> totalLines(const std::vector<Total> &totals, int width);

/// The queues in their order in @p rows lines, the head included; what does not fit is summed up in the last one.
[[nodiscard]] std::vector<StyledLine> queueLines(std::vector<QueueFigures> queues, int width, int rows);

/// Like shortDuration(), without tenths of a second that would flicker; negative is nothing.
[[nodiscard]] QString ageText(double seconds);
/// "1.5/s"
[[nodiscard]] QString rateText(double perSecond);
/// Good, poor or bad, by the share that was met.
[[nodiscard]] Style slaStyle(int met, int missed);

} // namespace iwd
