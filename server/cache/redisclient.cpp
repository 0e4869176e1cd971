// SPDX-License-Identifier: Apache-2.0
#include "redisclient.h"

#include <base/log.h>

namespace iwd {

namespace {

constexpr int mostHops = 5; ///< redirections of one command
constexpr milliseconds steadyTime { 2'000 }; ///< without a failure, before Redis counts as well again
constexpr size_t mostNodes = 1'000; ///< of a cluster, as many as Redis itself allows

/// "MOVED 3999 127.0.0.1:6381" and "ASK 3999 127.0.0.1:6381". An address without a host means the node that was asked.
struct Redirection
{
    bool onlyOnce = false;
    int slot = 0;
    RedisNode node;
};

std::optional<Redirection> redirectionIn(const RedisReply &reply, const RedisNode &asked)
{
    if (!reply.isError() || !(reply.text.startsWith("MOVED ") || reply.text.startsWith("ASK ")))
        return std::nullopt;
    const QList<QByteArray> parts = reply.text.split(' ');
    if (parts.size() < 3)
        return std::nullopt;
    const qsizetype colon = parts[2].lastIndexOf(':');
    const QString host = QString::fromLatin1(parts[2].first(std::max<qsizetype>(colon, 0)));
    const int port = colon < 0 ? 0 : parts[2].sliced(colon + 1).toInt();
    const int slot = parts[1].toInt();
    if (port <= 0 || port > 65'535 || slot < 0 || slot >= RedisSlotCount)
        return std::nullopt;
    return Redirection { parts[0] == "ASK", slot, { host.isEmpty() ? asked.host : host, static_cast<quint16>(port) } };
}

Error notUsable(const QString &reason)
{
    return { ErrorCode::StorageUnavailable, QStringLiteral("Redis cannot be used: %1.").arg(reason), {}, { { QStringLiteral("reason"), reason } } };
}

bool isText(const RedisReply &reply)
{
    return reply.kind == RedisReply::Kind::Text;
}

} // namespace

RedisClient::RedisClient(RedisOptions options)
    : m_options(std::move(options))
{
    if (m_options.topology == RedisOptions::Topology::Single)
        m_master = m_options.nodes.front();
}

RedisClient::~RedisClient() = default;

void RedisClient::closeAll()
{
    for (const auto *connections : { &m_connections, &m_sentinels }) {
        for (const auto &[node, connection] : *connections)
            connection->close(QStringLiteral("the server ends"));
    }
}

RedisClient::Connection RedisClient::connectionTo(const RedisNode &node)
{
    Connection &connection = m_connections[node];
    if (!connection)
        connection = std::make_shared<RedisConnection>(node, m_options, RedisConnection::Peer::Server);
    return connection;
}

RedisClient::Connection RedisClient::sentinelAt(const RedisNode &node)
{
    Connection &connection = m_sentinels[node];
    if (!connection)
        connection = std::make_shared<RedisConnection>(node, m_options, RedisConnection::Peer::Sentinel);
    return connection;
}

QCoro::Task<RedisAnswer> RedisClient::ask(QByteArray key, std::vector<QByteArray> command)
{
    RedisAnswer answer = co_await askSomewhere(key, command);
    note(answer);
    co_return answer;
}

/// Says it once when Redis is lost, and once when it is back; of a cluster that lost one of its nodes every other command may succeed.
void RedisClient::note(const RedisAnswer &answer)
{
    const bool was = m_trouble.has_value();
    if (answer) {
        if (!was || !m_steadyAgain.passed())
            return;
        m_trouble.reset();
        log::info(u"Redis can be used again");
        return;
    }
    m_trouble = answer.error().text;
    m_steadyAgain = Deadline::in(steadyTime);
    if (!was)
        log::warning(u"Redis cannot be used; the server goes on without it, slower", { { QLatin1StringView("reason"), answer.error().text } });
}

QCoro::Task<RedisAnswer> RedisClient::askSomewhere(QByteArray key, std::vector<QByteArray> command)
{
    std::optional<RedisNode> onlyOnce;
    for (int hop = 0; hop < mostHops; ++hop) {
        Connection connection;
        if (onlyOnce) {
            connection = connectionTo(*onlyOnce);
        } else {
            const Found found = co_await connectionFor(key);
            if (!found)
                co_return found.error();
            connection = *found;
        }
        const std::vector<QByteArray> asking { "ASKING" };
        RedisAnswer answer = notUsable(QStringLiteral("nothing was asked"));
        if (onlyOnce)
            answer = co_await connection->askBoth(asking, command);
        else
            answer = co_await connection->ask(command);
        onlyOnce.reset();
        if (!answer) {
            // Another node may have taken its place.
            if (m_options.topology == RedisOptions::Topology::Sentinel)
                m_master.reset();
            if (m_options.topology == RedisOptions::Topology::Cluster)
                m_slots.clear();
            co_return answer;
        }
        if (const auto redirection = redirectionIn(*answer, connection->node())) {
            if (redirection->onlyOnce)
                onlyOnce = redirection->node;
            else
                m_slots.clear();
            continue;
        }
        if (answer->isError() && (answer->text.startsWith("READONLY") || answer->text.startsWith("MASTERDOWN"))) {
            // It was the server and is a copy now.
            connection->close(QStringLiteral("it is a replica now"));
            if (m_options.topology == RedisOptions::Topology::Sentinel)
                m_master.reset();
            co_return notUsable(QString::fromUtf8(answer->text));
        }
        if (answer->isError())
            co_return notUsable(QString::fromUtf8(answer->text));
        co_return answer;
    }
    co_return notUsable(QStringLiteral("its nodes send a command from one to the other"));
}

QCoro::Task<RedisClient::Found> RedisClient::connectionFor(QByteArray key)
{
    const bool isCluster = m_options.topology == RedisOptions::Topology::Cluster;
    const bool known = isCluster ? !m_slots.empty() : m_master.has_value();
    if (!known) {
        const Result<void> located = co_await locate();
        if (!located)
            co_return located.error();
    }
    if (!isCluster) {
        if (!m_master)
            co_return notUsable(QStringLiteral("the Sentinels have just named another server"));
        co_return connectionTo(*m_master);
    }
    const int slot = redisSlot(serverKey(key));
    auto range = m_slots.upper_bound(slot);
    if (range == m_slots.begin())
        co_return notUsable(QStringLiteral("no node of the cluster serves slot %1").arg(slot));
    --range;
    if (slot > range->second.first)
        co_return notUsable(QStringLiteral("no node of the cluster serves slot %1").arg(slot));
    co_return connectionTo(range->second.second);
}

/// Finds out once for all that wait.
QCoro::Task<Result<void>> RedisClient::locate()
{
    if (!m_locateAgain.passed() && m_locateFailure)
        co_return *m_locateFailure;
    if (m_locating) {
        const Delivery<Result<void>> located;
        m_waitForLocation.push_back(located);
        Result<void> result = co_await located;
        co_return result;
    }
    m_locating = true;
    Result<void> result = notUsable(QString());
    if (m_options.topology == RedisOptions::Topology::Sentinel)
        result = co_await askSentinels();
    else
        result = co_await readSlots();
    m_locating = false;
    m_locateFailure.reset();
    if (!result) {
        m_locateFailure = result.error();
        m_locateAgain = Deadline::in(m_options.shortestPause);
    }
    const auto waiting = std::exchange(m_waitForLocation, {});
    for (const Delivery<Result<void>> &one : waiting)
        one.deliver(result);
    co_return result;
}

QCoro::Task<Result<void>> RedisClient::askSentinels()
{
    QString reason = QStringLiteral("no Sentinel is named");
    for (const RedisNode &node : m_options.nodes) {
        const Connection sentinel = sentinelAt(node);
        const std::vector<QByteArray> question { "SENTINEL", "get-master-addr-by-name", m_options.service.toUtf8() };
        const RedisAnswer named = co_await sentinel->ask(question);
        if (!named) {
            reason = named.error().text;
            continue;
        }
        const bool isAddress = named->kind == RedisReply::Kind::Array && named->elements.size() == 2 && isText(named->elements[0]) && isText(named->elements[1]);
        if (!isAddress) {
            reason = named->isError() ? QString::fromUtf8(named->text) : QStringLiteral("the Sentinel at %1 does not know \"%2\"").arg(node.toText(), m_options.service);
            continue;
        }
        const RedisNode master { QString::fromUtf8(named->elements[0].text), named->elements[1].text.toUShort() };
        // A Sentinel may be behind: the server itself says whether it is one that takes writes.
        const Connection server = connectionTo(master);
        const std::vector<QByteArray> ofRole { "ROLE" };
        const RedisAnswer role = co_await server->ask(ofRole);
        if (!role) {
            reason = role.error().text;
            continue;
        }
        if (role->kind != RedisReply::Kind::Array || role->elements.empty() || role->elements[0].text != "master") {
            reason = QStringLiteral("%1, which the Sentinel at %2 names, is no master").arg(master.toText(), node.toText());
            continue;
        }
        m_master = master;
        co_return {};
    }
    co_return notUsable(reason);
}

QCoro::Task<Result<void>> RedisClient::readSlots()
{
    // The nodes that are known by now, then those that were configured.
    std::vector<RedisNode> nodes;
    for (const auto &[node, connection] : m_connections) {
        if (connection->isReady())
            nodes.push_back(node);
    }
    nodes.insert(nodes.end(), m_options.nodes.begin(), m_options.nodes.end());
    QString reason = QStringLiteral("no node is named");
    for (const RedisNode &node : nodes) {
        const Connection connection = connectionTo(node);
        const std::vector<QByteArray> question { "CLUSTER", "SLOTS" };
        const RedisAnswer answer = co_await connection->ask(question);
        if (!answer) {
            reason = answer.error().text;
            continue;
        }
        if (answer->kind != RedisReply::Kind::Array || answer->elements.empty()) {
            reason = answer->isError() ? QString::fromUtf8(answer->text) : QStringLiteral("%1 serves no slots").arg(node.toText());
            continue;
        }
        takeSlots(*answer, node);
        if (!m_slots.empty())
            co_return {};
    }
    co_return notUsable(reason);
}

/// Each range of slots is an array: first, last, then the nodes that have them, the master first: host, port, and more that does not matter here.
void RedisClient::takeSlots(const RedisReply &reply, const RedisNode &told)
{
    m_slots.clear();
    std::map<RedisNode, Connection> still;
    for (const RedisReply &range : reply.elements) {
        const bool isRange = range.elements.size() >= 3 && range.elements[2].elements.size() >= 2;
        if (!isRange || still.size() >= mostNodes)
            continue;
        const RedisReply &master = range.elements[2];
        const QString host = QString::fromUtf8(master.elements[0].text);
        const RedisNode node { host.isEmpty() ? told.host : host, static_cast<quint16>(master.elements[1].integer) };
        m_slots[static_cast<int>(range.elements[0].integer)] = { static_cast<int>(range.elements[1].integer), node };
        still[node] = connectionTo(node);
    }
    // Nodes that left the cluster are let go of, once nobody waits for them any more.
    if (!still.empty())
        m_connections = std::move(still);
}

} // namespace iwd
