// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "result.h"

#include <QUrl>

namespace iwd {

/// An address that somebody configures for calls over HTTP: http or https, a host, and neither user, password nor fragment.
/// @returns an Error about @p field, which never holds the address, because that may hold a password
[[nodiscard]] Result<QUrl> webAddress(const QString &text, const QString &field);

} // namespace iwd
