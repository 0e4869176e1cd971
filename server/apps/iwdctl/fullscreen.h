// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "styledline.h"

namespace iwd {

/// The whole terminal as one picture that is drawn again and again; what was on it before comes back at the end.
class FullScreen
{
public:
    FullScreen();
    ~FullScreen();
    FullScreen(const FullScreen &) = delete;
    FullScreen &operator=(const FullScreen &) = delete;

    /// Whether standard output is a terminal that can do this.
    [[nodiscard]] static bool isPossible();

    /// Draws @p lines, cut at @p width. The first call takes the terminal.
    void draw(const std::vector<StyledLine> &lines, int width);
    /// Gives the terminal back as it was.
    void leave();

private:
    Look m_look;
    bool m_entered = false;
};

} // namespace iwd
