// SPDX-License-Identifier: Apache-2.0
#include "endpoint.h"

#include <base/configvalue.h>

namespace iwd {

std::optional<Endpoint> Endpoint::fromText(QStringView text)
{
    text = text.trimmed();
    const qsizetype colon = text.lastIndexOf(u':');
    const auto port = colon > 0 ? configvalue::integer(text.mid(colon + 1)) : std::nullopt;
    if (!port || *port < 0 || *port > 65'535)
        return std::nullopt;
    const QStringView host = text.first(colon);
    QHostAddress address;
    if (host == u"*")
        address = QHostAddress(QHostAddress::Any);
    else if (host == u"localhost")
        address = QHostAddress(QHostAddress::LocalHost);
    else if (host.startsWith(u'[') && host.endsWith(u']') && host.contains(u':'))
        address = QHostAddress(host.mid(1, host.size() - 2).toString());
    else if (host.count(u'.') == 3)
        address = QHostAddress(host.toString());
    if (address.isNull())
        return std::nullopt;
    return Endpoint { address, static_cast<quint16>(*port) };
}

QString Endpoint::toText() const
{
    if (address == QHostAddress(QHostAddress::Any))
        return QStringLiteral("*:%1").arg(port);
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isV6 ? QString(u'[' + address.toString() + u']') : address.toString()) + QStringLiteral(":%1").arg(port);
}

} // namespace iwd
