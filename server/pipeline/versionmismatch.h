// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>

namespace iwd {

/// What a caller is told whose If-Match names another version than the stored one.
/// @param what the object as it stands in the sentence's beginning: "Item wi-1", "The queue "general""
/// @param expected the caller's version; less than 1 for a tag that no version has
[[nodiscard]] Error versionMismatch(const QString &what, qint64 actual, qint64 expected);

} // namespace iwd
