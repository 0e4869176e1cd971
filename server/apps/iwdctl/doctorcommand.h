// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <qcoro/qcorotask.h>

namespace iwd {

[[nodiscard]] const CommandSpec &doctorCommand();
/// Looks for itself where to connect and as whom: what is wrong with that is a finding as well.
[[nodiscard]] QCoro::Task<int> runDoctor(CommandLine line);

} // namespace iwd
