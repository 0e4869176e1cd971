// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <runtime/serverconfig.h>

namespace iwd {

/// Puts a backup in the place of the data of a server that does not run. @returns what to tell the person
[[nodiscard]] Result<QString> restore(const ServerConfig &config, const QString &backup);

} // namespace iwd
