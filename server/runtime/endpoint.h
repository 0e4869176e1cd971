// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHostAddress>
#include <QString>

#include <optional>

namespace iwd {

/// An address to listen on.
struct Endpoint
{
    QHostAddress address;
    quint16 port = 0; ///< 0: any that is free

    /// "0.0.0.0:4024", "[::1]:4024", "localhost:4024"; "*:4024" is every address of both families.
    [[nodiscard]] static std::optional<Endpoint> fromText(QStringView text);
    [[nodiscard]] QString toText() const;
};

} // namespace iwd
