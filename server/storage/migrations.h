// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

namespace iwd {

/// Brings the database to the current form: numbered steps, forward only, in one transaction that others wait for. A step
/// that was applied and has another text now, or one from a newer version, stops the start with an explanation.
[[nodiscard]] Result<void> migrate(Database &database);

} // namespace iwd
