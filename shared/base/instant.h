// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "result.h"

#include <chrono>

namespace iwd {

using std::chrono::milliseconds;

/// A point in time, in milliseconds since the Unix epoch, UTC.
using Instant = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

/// ISO 8601 in UTC with milliseconds and offset: "2026-03-01T08:15:30.250Z".
[[nodiscard]] QString toIso(Instant instant);

/// The same as ASCII. @param to has room for IsoBytes @returns how many bytes were written
inline constexpr int IsoBytes = 32;
int writeIso(Instant instant, char *to);

/// Reads an ISO 8601 date and time. The offset ("Z", "+02:00") is required, because a local time without one is a guess.
/// Years 1970 to 9999.
[[nodiscard]] Result<Instant> instantFromIso(const QString &text);

[[nodiscard]] constexpr qint64 toMillis(Instant instant) { return instant.time_since_epoch().count(); }
[[nodiscard]] constexpr Instant fromMillis(qint64 millis) { return Instant(milliseconds(millis)); }

} // namespace iwd
