// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iwdctl/queuefigures.h>
#include <iwdctl/styledline.h>

#include <deque>

namespace iwd::demo {

/// Everything the live summary shows at one moment.
struct Scene
{
    QString server; ///< its address
    int run = 1;
    Instant incidentTime; ///< in the record's days
    double progress = 0; ///< 0 to 1
    milliseconds left { 0 }; ///< of the play
    Figures figures;
    std::deque<QString> news; ///< newest last
    int errors = 0;
    QString hint; ///< the last line: how to get out
};

/// The summary as lines that fill @p width by @p height cells exactly: the queues get what room is left.
[[nodiscard]] std::vector<StyledLine> drawn(const Scene &scene, int width, int height);

/// The same facts in one line, for logs.
[[nodiscard]] QString inOneLine(const Scene &scene);

/// "Tue 1 Mar 2016 10:42"
[[nodiscard]] QString dayAndTime(Instant instant);

} // namespace iwd::demo
