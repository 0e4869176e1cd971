// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectionwatch.h"
#include "postgresaddress.h"

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <vector>

struct pg_conn;
struct pg_result;

namespace iwd {

/// What a server or libpq had to say against a statement or a connection.
struct PostgresFailure
{
    QByteArray sqlState; ///< empty: the connection is lost
    QString reason; ///< one line, without secrets
};

struct PostgresResultDeleter
{
    void operator()(pg_result *result) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresResultDeleter>;

/// Values of a statement in the form in which they are sent.
struct PostgresValues
{
    struct Value
    {
        QByteArray data;
        bool isNull = true;
        bool binary = false;
    };
    std::vector<Value> values;
};

/// A connection of libpq in pipeline mode: statements are sent one after the other, and waited for only when somebody wants to know something. After a failure
/// the server passes over everything up to the next synchronize().
class PostgresConnection
{
public:
    using Clock = std::chrono::steady_clock;

    PostgresConnection(PostgresAddress address, ConnectionWatch &watch);
    ~PostgresConnection();
    PostgresConnection(const PostgresConnection &) = delete;
    PostgresConnection &operator=(const PostgresConnection &) = delete;

    /// Waits for the connection. @returns why there is none
    std::optional<PostgresFailure> connect();
    /// The same in small steps, with growing pauses between tries: returns at once, isConnected() says what came of it.
    void connectStepwise();
    /// Notices that the server has hung up meanwhile.
    void lookForEnd();
    void close();
    /// Closes it for a reason.
    void lose(const QString &reason);
    [[nodiscard]] bool isConnected() const { return m_connection != nullptr; }
    [[nodiscard]] int serverVersion() const; ///< 150004
    [[nodiscard]] const PostgresAddress &address() const { return m_address; }
    /// The last reason for which there is no connection.
    [[nodiscard]] const QString &lostBecause() const { return m_lostBecause; }

    /// Only sent, or not even that yet. @returns false when the connection is lost
    bool sendPrepare(const QByteArray &name, const QByteArray &sql, std::function<void()> prepared);
    bool sendPrepared(const QByteArray &name, const PostgresValues &values);
    bool sendQuery(const QByteArray &sql, const PostgresValues &values);

    /// Waits for all that was sent. @returns the result of the last statement, or null and failure() when one of them failed
    [[nodiscard]] PostgresResult wait(Clock::time_point until);
    /// Waits for all that was sent, and ends the passing over after a failure. @returns whether nothing failed
    bool synchronize(Clock::time_point until);
    /// Sends the end of a transaction that changed nothing; what it says is read with the next statement's result.
    void sendRollback();
    /// Reads what is left of sendRollback(). Poolers (pgbouncer 1.18) lose a transaction that is sent before the one before it was answered.
    void settle(Clock::time_point until);
    /// Waits for all that was sent, and for the commit. @returns whether it is sure to be committed; a lost connection leaves that open
    bool commit(Clock::time_point until);

    /// Of the last wait.
    [[nodiscard]] const std::optional<PostgresFailure> &failure() const { return m_failure; }

private:
    struct Sent
    {
        enum class Kind { Statement, Prepare, Sync };
        Kind kind = Kind::Statement;
        std::function<void()> prepared;
    };

    /// What a try to connect came to.
    struct Outcome
    {
        pg_conn *connection = nullptr; ///< null: there is none
        QString failure; ///< then why
    };

    [[nodiscard]] static Outcome connectTo(const PostgresAddress &address);
    bool take(const Outcome &outcome);
    bool note(bool sent, Sent what);
    pg_result *next(Clock::time_point until);
    PostgresResult drain(Clock::time_point until);

    PostgresAddress m_address;
    const std::shared_ptr<ConnectionWatch::Place> m_place;
    pg_conn *m_connection = nullptr;
    std::deque<Sent> m_sent;
    std::optional<PostgresFailure> m_failure;
    bool m_aborted = false; ///< the server passes over what is sent
    QString m_lostBecause;
    std::future<Outcome> m_connecting;
    Clock::time_point m_nextTry;
    std::chrono::milliseconds m_pause;
};

} // namespace iwd
