// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace iwd::test {

/// Keeps how @p widget looks as <name>.png in the folder that IWD_SCREENSHOTS names, for people to look at. @returns whether it could be kept, and shows anything at all
[[nodiscard]] bool keepScreenshot(QWidget &widget, const QString &name);

} // namespace iwd::test
