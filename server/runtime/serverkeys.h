// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serverconfig.h"

#include <base/configreader.h>

namespace iwd {

/// The keys of iwd-server, each bound to its place in @p config (which has to outlive them) and with the value there as
/// its default. "data" has to hold the default folder already.
[[nodiscard]] std::vector<ConfigKey> serverConfigKeys(ServerConfig &config);

} // namespace iwd
