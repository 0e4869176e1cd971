// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>

namespace iwd::console {

/// To standard output. Whatever a server sent may be in it, so nothing but line ends and tabs gets through that a terminal obeys.
void print(const QString &text);
/// The same of text that is known to be harmless and whose colors and movements are our own: that of a StyledLine.
void printStyled(const QString &text);
void complain(const Error &error); ///< to standard error, in a person's words
void complain(const QString &sentence);

[[nodiscard]] bool outputHasFailed(); ///< nobody reads standard output any more, or its disk is full

[[nodiscard]] bool isTerminal(); ///< whether standard output is one
[[nodiscard]] bool wantsColor(); ///< a terminal, and neither NO_COLOR nor TERM=dumb
[[nodiscard]] bool speaksUtf8();

struct Size
{
    int width = 80;
    int height = 24;
};
[[nodiscard]] Size size();

} // namespace iwd::console
