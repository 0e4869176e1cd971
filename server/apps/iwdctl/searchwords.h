// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <QJsonObject>

namespace iwd {

/// A comparison as a person types it: NAME, an operator (= != < <= > >= ~) and a value. `status=queued,held` is one of several; `NAME=` asks for items
/// without a value and `NAME!=` for those with one; `~` is "contains". A name that is no field of an item is a custom attribute.
[[nodiscard]] Result<QJsonObject> comparisonFromText(const QString &text);

/// The body of POST /items/search that a command line stands for; without limit and cursor.
[[nodiscard]] Result<QJsonObject> searchFromLine(const CommandLine &line);

} // namespace iwd
