// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHostAddress>

#include <optional>
#include <vector>

namespace iwd {

/// A range of addresses, such as 10.0.0.0/8.
struct Network
{
    QHostAddress address;
    int prefix = 0; ///< bits that count

    /// @returns nothing unless @p text is an address, '/' and a number of bits that it has
    [[nodiscard]] static std::optional<Network> fromText(const QString &text);
    [[nodiscard]] QString toText() const;
};

/// Keeps calls to addresses that people configure from reaching inside: this machine, its network and the metadata services of clouds. It judges the address that
/// is connected to, not the name, because a name may mean another address a moment later.
///
/// Thread-safe.
class AddressGuard
{
public:
    enum class Verdict {
        Public, ///< on the internet: with TLS only
        Allowed, ///< in a network that the operator has named
        Refused,
    };

    explicit AddressGuard(std::vector<Network> allowed = {});
    [[nodiscard]] Verdict judge(const QHostAddress &address) const;

private:
    const std::vector<Network> m_allowed;
};

} // namespace iwd
