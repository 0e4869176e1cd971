// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// What the caller may hand on. Looks at the configuration, which may be in a database that is away while the callers are not, only if categories matter.
/// @param categories that he wants to hand on
[[nodiscard]] QCoro::Task<Result<Granter>> granterFor(Pipeline &pipeline, Call call, QStringList categories = {});

} // namespace iwd
