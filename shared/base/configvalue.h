// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instant.h"

#include <QString>

#include <optional>

/// Values as people write them in a configuration, and back. Reading is strict: nothing but blanks around the value is forgiven.
namespace iwd::configvalue {

/// "250ms", "30s", "5m", "12h", "7d": a whole number and its unit, because a bare number says nothing.
[[nodiscard]] std::optional<milliseconds> duration(QStringView text);
/// In the largest unit that needs no fraction.
[[nodiscard]] QString toText(milliseconds duration);

/// "512B", "16KiB", "4MiB", "2GiB": bytes in powers of 1,024.
[[nodiscard]] std::optional<qint64> size(QStringView text);
[[nodiscard]] QString sizeToText(qint64 bytes);

/// Decimal digits, a minus in front allowed.
[[nodiscard]] std::optional<qint64> integer(QStringView text);

/// "true" and "false"; also "yes", "no", "on", "off".
[[nodiscard]] std::optional<bool> boolean(QStringView text);

} // namespace iwd::configvalue
