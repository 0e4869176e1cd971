// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serverprocess.h"

namespace iwd::test {

/// The password that @p server made for the administrator at its first start.
[[nodiscard]] QByteArray madePassword(const ServerProcess &server);
/// The administrator has to change that before anything else. @returns also true when it was changed before a restart
[[nodiscard]] bool choosePassword(const ServerProcess &server, const QByteArray &password);

} // namespace iwd::test
