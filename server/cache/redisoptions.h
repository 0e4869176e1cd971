// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QByteArray>
#include <QString>

#include <compare>
#include <vector>

namespace iwd {

/// Where a Redis, or a Sentinel of one, listens.
struct RedisNode
{
    QString host;
    quint16 port = 0;

    std::strong_ordering operator<=>(const RedisNode &) const = default;
    [[nodiscard]] QString toText() const; ///< "cache.example:6379", "[::1]:6379"
};

/// How to reach a Redis, and how long to wait for it.
struct RedisOptions
{
    enum class Topology { Single, Sentinel, Cluster };

    Topology topology = Topology::Single;
    std::vector<RedisNode> nodes; ///< the server itself, or some of the Sentinels, or some nodes of the cluster
    QString service; ///< what the Sentinels call the server; empty otherwise
    int database = 0; ///< always 0 in a cluster
    bool tls = false;
    QString caFile; ///< PEM; empty: the certificates that the system trusts
    QString user; ///< empty: the default user
    QString password; ///< empty: none
    QString sentinelPassword; ///< empty: none
    QByteArray prefix = "iwd:"; ///< of every key, so that a Redis may be shared
    milliseconds timeout { 250 }; ///< for one answer; then it counts as not there, and the connection as dead
    milliseconds connectTimeout { 2'000 }; ///< for a connection, with its handshake
    milliseconds shortestPause { 100 }; ///< before a node that failed is tried again; doubles up to the longest
    milliseconds longestPause { 5'000 };

    /// Topology, nodes, service, database and tls of an address:
    /// redis://host:6379/0, rediss:// for TLS, redis+sentinel://host:26379,host:26379/service, redis+cluster://host:6379,host:6379, and rediss+… likewise.
    /// Ports may be left out. A user or password in the address is refused, because addresses are shown.
    /// @returns ConfigurationInvalid with a sentence
    [[nodiscard]] static Result<RedisOptions> fromUrl(const QString &url);
};

} // namespace iwd
