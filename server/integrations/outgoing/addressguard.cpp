// SPDX-License-Identifier: Apache-2.0
#include "addressguard.h"

#include <QStringList>

namespace iwd {

namespace {

Network network(const char *text)
{
    return Network::fromText(QString::fromLatin1(text)).value();
}

/// What is not the internet, by the registries of special addresses (RFC 6890 and those that came after).
const std::vector<Network> &specialNetworks()
{
    static const std::vector<Network> all {
        network("0.0.0.0/8"), network("10.0.0.0/8"), network("100.64.0.0/10"), network("127.0.0.0/8"), network("169.254.0.0/16"), network("172.16.0.0/12"),
        network("192.0.0.0/24"), network("192.0.2.0/24"), network("192.88.99.0/24"), network("192.168.0.0/16"), network("198.18.0.0/15"), network("198.51.100.0/24"),
        network("203.0.113.0/24"), network("224.0.0.0/4"), network("240.0.0.0/4"),
        network("2001::/23"), network("2001:db8::/32"), network("2002::/16"), network("3fff::/20"), // inside of the one range of the internet below
    };
    return all;
}

bool contains(const Network &network, const QHostAddress &address)
{
    return network.address.protocol() == address.protocol() && address.isInSubnet(network.address, network.prefix);
}

/// An IPv6 address that only stands for one of IPv4 is that one.
QHostAddress unwrapped(const QHostAddress &address)
{
    if (address.protocol() != QAbstractSocket::IPv6Protocol)
        return address;
    static const Network mapped = network("::ffff:0:0/96");
    static const Network translated = network("64:ff9b::/96");
    QHostAddress bare = address;
    bare.setScopeId({});
    if (!contains(mapped, bare) && !contains(translated, bare))
        return bare;
    const Q_IPV6ADDR bytes = bare.toIPv6Address();
    return QHostAddress(quint32(bytes[12]) << 24 | quint32(bytes[13]) << 16 | quint32(bytes[14]) << 8 | quint32(bytes[15]));
}

bool isOfInternet(const QHostAddress &address)
{
    static const Network internet6 = network("2000::/3");
    if (address.protocol() == QAbstractSocket::IPv6Protocol && !contains(internet6, address))
        return false;
    const auto &special = specialNetworks();
    return std::none_of(special.begin(), special.end(), [&](const Network &one) { return contains(one, address); });
}

} // namespace

std::optional<Network> Network::fromText(const QString &text)
{
    const QStringList parts = text.trimmed().split(u'/');
    if (parts.size() != 2)
        return std::nullopt;
    bool isNumber = false;
    const int prefix = parts.last().toInt(&isNumber);
    QHostAddress address;
    // "10/8" and the like, which Qt would complete, are more often a slip than a wish.
    const bool isWhole = parts.first().contains(u':') || parts.first().count(u'.') == 3;
    if (!isNumber || !isWhole || !address.setAddress(parts.first()) || !address.scopeId().isEmpty())
        return std::nullopt;
    const int bits = address.protocol() == QAbstractSocket::IPv4Protocol ? 32 : 128;
    if (prefix < 0 || prefix > bits)
        return std::nullopt;
    return Network { address, prefix };
}

QString Network::toText() const
{
    return QStringLiteral("%1/%2").arg(address.toString()).arg(prefix);
}

AddressGuard::AddressGuard(std::vector<Network> allowed)
    : m_allowed(std::move(allowed))
{
}

AddressGuard::Verdict AddressGuard::judge(const QHostAddress &address) const
{
    const QHostAddress bare = unwrapped(address);
    if (bare.isNull())
        return Verdict::Refused;
    if (std::any_of(m_allowed.begin(), m_allowed.end(), [&](const Network &one) { return contains(one, bare); }))
        return Verdict::Allowed;
    return isOfInternet(bare) ? Verdict::Public : Verdict::Refused;
}

} // namespace iwd
