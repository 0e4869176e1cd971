// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// The opaque cursors of lists: where the next page begins, and which listing it belongs to (tenant, path, and filters or the body of a
/// search), so that a cursor cannot silently be used for another one.
[[nodiscard]] QString makeCursor(const Call &call, const QJsonObject &place);

/// @returns an empty object when no cursor was sent; an Error about a cursor that is damaged or belongs to another listing
[[nodiscard]] Result<QJsonObject> readCursor(const Call &call);

/// The place of a list that is ordered by a whole number, or by a text; an Error when the cursor has no such place.
[[nodiscard]] Result<qint64> numberAfter(const Call &call);
[[nodiscard]] Result<QString> textAfter(const Call &call);
[[nodiscard]] QString cursorAfter(const Call &call, const QJsonValue &last);

[[nodiscard]] Error damagedCursor();

} // namespace iwd
