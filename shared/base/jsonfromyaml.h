// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QByteArray>

namespace iwd {

/// Converts a YAML document to JSON text. Members keep their order. Quoted and block scalars are texts; plain ones are
/// null, booleans, numbers or texts as the core schema of YAML 1.2 (section 10.3) says.
///
/// Refused are, because JSON has no place for them or because they hide mistakes: syntax errors, names that appear twice in
/// one mapping, names that are not scalars, infinite numbers, and more than 500,000 values or 64 MiB, which aliases easily become. Thread-safe.
[[nodiscard]] Result<QByteArray> jsonFromYaml(const QByteArray &yaml);

} // namespace iwd
