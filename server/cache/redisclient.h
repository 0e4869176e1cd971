// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redisconnection.h"

#include <map>

namespace iwd {

/// A Redis, whatever it consists of: one server, the server that Sentinels name, or the nodes of a cluster. Finds the right node for a key, and finds it again
/// after a fail-over. To be used on one thread, which has an event loop.
class RedisClient
{
public:
    explicit RedisClient(RedisOptions options);
    ~RedisClient();
    RedisClient(const RedisClient &) = delete;
    RedisClient &operator=(const RedisClient &) = delete;

    /// @param key without the prefix; @param command with the key as it is on the server (see serverKey())
    [[nodiscard]] QCoro::Task<RedisAnswer> ask(QByteArray key, std::vector<QByteArray> command);
    [[nodiscard]] QByteArray serverKey(const QByteArray &key) const { return m_options.prefix + key; }

    /// Ends every connection. What waits for an answer gets none.
    void closeAll();

    /// Why it could not be used a moment ago; nothing while it can. Known only after something was asked.
    [[nodiscard]] const std::optional<QString> &trouble() const { return m_trouble; }

private:
    using Connection = std::shared_ptr<RedisConnection>;
    using Found = Result<Connection>;

    [[nodiscard]] QCoro::Task<RedisAnswer> askSomewhere(QByteArray key, std::vector<QByteArray> command);
    [[nodiscard]] QCoro::Task<Found> connectionFor(QByteArray key);
    [[nodiscard]] QCoro::Task<Result<void>> locate();
    [[nodiscard]] QCoro::Task<Result<void>> askSentinels();
    [[nodiscard]] QCoro::Task<Result<void>> readSlots();
    [[nodiscard]] Connection connectionTo(const RedisNode &node);
    [[nodiscard]] Connection sentinelAt(const RedisNode &node);
    void takeSlots(const RedisReply &reply, const RedisNode &told);
    void note(const RedisAnswer &answer);

    const RedisOptions m_options;
    std::map<RedisNode, Connection> m_connections;
    std::map<RedisNode, Connection> m_sentinels;
    std::optional<RedisNode> m_master; ///< of a single server or of Sentinels, once known
    std::map<int, std::pair<int, RedisNode>> m_slots; ///< first slot -> last slot and its node
    bool m_locating = false;
    std::vector<Delivery<Result<void>>> m_waitForLocation;
    Deadline m_locateAgain = Deadline::in(milliseconds(0)); ///< after a failure
    std::optional<Error> m_locateFailure;
    std::optional<QString> m_trouble;
    Deadline m_steadyAgain = Deadline::never();
};

} // namespace iwd
