// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QByteArray>

#include <vector>

/// The signatures of the open convention "Standard Webhooks", version 1.
namespace iwd::webhooksigning {

/// 32 bytes that nobody can tell without @p installationKey.
[[nodiscard]] QByteArray secretFrom(const QByteArray &installationKey, const QByteArray &context);
/// "whsec_" and base64.
[[nodiscard]] QString secretText(const QByteArray &secret);
/// HMAC-SHA-256 of id, seconds since 1970 and body, with a dot between: "v1," and base64 for each secret, with a space between.
[[nodiscard]] QByteArray signatures(const std::vector<QByteArray> &secrets, const QByteArray &id, qint64 seconds, const QByteArray &body);

} // namespace iwd::webhooksigning
