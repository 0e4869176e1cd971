// SPDX-License-Identifier: Apache-2.0
#include "redisoptions.h"

#include <QRegularExpression>

namespace iwd {

namespace {

constexpr quint16 serverPort = 6379;
constexpr quint16 sentinelPort = 26379;
constexpr int mostDatabases = 16'384;

Error unusable(const QString &text)
{
    return { ErrorCode::ConfigurationInvalid, text, {}, {} };
}

std::optional<RedisNode> nodeFrom(const QString &text, quint16 usualPort)
{
    static const QRegularExpression form(QStringLiteral("^(?:\\[([0-9A-Fa-f:.]+)\\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?$"));
    const auto match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const uint port = match.captured(3).isEmpty() ? usualPort : match.captured(3).toUInt();
    if (port == 0 || port > 65'535)
        return std::nullopt;
    return RedisNode { match.captured(1).isEmpty() ? match.captured(2) : match.captured(1), static_cast<quint16>(port) };
}

} // namespace

QString RedisNode::toText() const
{
    return host.contains(u':') ? QStringLiteral("[%1]:%2").arg(host).arg(port) : QStringLiteral("%1:%2").arg(host).arg(port);
}

Result<RedisOptions> RedisOptions::fromUrl(const QString &url)
{
    static const QRegularExpression form(QStringLiteral("^(rediss?)(\\+sentinel|\\+cluster)?://([^/]*)(?:/(.*))?$"));
    const auto match = form.match(url);
    if (!match.hasMatch())
        return unusable(QStringLiteral("\"%1\" is no address of a Redis. Write redis://host:6379, redis+sentinel://host:26379/service or redis+cluster://host:6379, with rediss for TLS.").arg(url.section(u'@', -1)));
    RedisOptions options;
    options.tls = match.captured(1) == QLatin1StringView("rediss");
    if (match.captured(2) == QLatin1StringView("+sentinel"))
        options.topology = Topology::Sentinel;
    if (match.captured(2) == QLatin1StringView("+cluster"))
        options.topology = Topology::Cluster;
    const QString hosts = match.captured(3);
    if (hosts.contains(u'@'))
        return unusable(QStringLiteral("The address of the Redis holds a user or password, but addresses are shown. Give them as cache.user and cache.password, or name a file that holds the password."));
    for (const QString &text : hosts.split(u',')) {
        const auto node = nodeFrom(text.trimmed(), options.topology == Topology::Sentinel ? sentinelPort : serverPort);
        if (!node)
            return unusable(QStringLiteral("\"%1\" is no host and port of a Redis, such as cache.example:6379 or [::1]:6379.").arg(text));
        options.nodes.push_back(*node);
    }
    const QString path = match.captured(4);
    switch (options.topology) {
    case Topology::Single:
        if (options.nodes.size() > 1)
            return unusable(QStringLiteral("A plain Redis has one host. For several write redis+sentinel:// or redis+cluster://."));
        if (!path.isEmpty()) {
            bool isNumber = false;
            options.database = path.toInt(&isNumber);
            if (!isNumber || options.database < 0 || options.database >= mostDatabases)
                return unusable(QStringLiteral("\"%1\" is no number of a database of Redis: write 0, or the number that its administrator gave you.").arg(path));
        }
        break;
    case Topology::Sentinel:
        if (path.isEmpty())
            return unusable(QStringLiteral("Name what the Sentinels watch, as in redis+sentinel://host:26379/mymaster."));
        options.service = path;
        break;
    case Topology::Cluster:
        if (!path.isEmpty())
            return unusable(QStringLiteral("A Redis Cluster has no databases: leave out \"/%1\".").arg(path));
        break;
    }
    return options;
}

} // namespace iwd
