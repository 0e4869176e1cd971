// SPDX-License-Identifier: Apache-2.0
#include "fullscreen.h"

#include "console.h"

using namespace Qt::StringLiterals;

namespace iwd {

FullScreen::FullScreen()
    : m_look { console::wantsColor(), console::speaksUtf8() }
{
}

FullScreen::~FullScreen()
{
    leave();
}

bool FullScreen::isPossible()
{
    return console::isTerminal() && qgetenv("TERM") != "dumb";
}

void FullScreen::draw(const std::vector<StyledLine> &lines, int width)
{
    QString frame = m_entered ? QString() : u"\x1b[?1049h\x1b[?25l"_s;
    m_entered = true;
    frame += u"\x1b[H"_s;
    for (size_t row = 0; row < lines.size(); ++row)
        frame += lines[row].toText(m_look, width) + (row + 1 < lines.size() ? u"\x1b[K\r\n"_s : u"\x1b[K\x1b[J"_s);
    console::printStyled(frame);
}

void FullScreen::leave()
{
    if (std::exchange(m_entered, false))
        console::printStyled(u"\x1b[?25h\x1b[?1049l"_s);
}

} // namespace iwd
