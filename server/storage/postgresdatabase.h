// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"
#include "postgresconnection.h"
#include "postgresstatement.h"

#include <base/clock.h>

#include <atomic>
#include <set>

namespace iwd {

/// What the connections of a store have in common.
struct PostgresSettings
{
    std::chrono::milliseconds answerLimit { 30'000 }; ///< for a statement of a unit of work without a deadline
    std::chrono::milliseconds lockLimit { 5'000 }; ///< for another process to end its transaction
    std::chrono::milliseconds idleLimit { 5'000 }; ///< for this process to go on with a transaction: one that hangs would keep a tenant's lock for ever
    int leastVersion = 140'000; ///< of the server
    /// Turns true when a pooler gives each transaction another session (pgbouncer in transaction mode): prepared statements are lost then, and each is
    /// sent with its text instead. Until that shows they are kept, because preparing costs the server more than running most of them.
    std::shared_ptr<std::atomic<bool>> pooled = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<ConnectionWatch> watch = std::make_shared<ConnectionWatch>();
};

/// A connection to a PostgreSQL server. Writes are only sent; whoever reads, or commits, waits for all before.
///
/// Row-level security is told the tenant of the transaction with the first statement of each tenant.
class PostgresDatabase final : public Database
{
public:
    /// Waits for the connection, and refuses a server that is too old.
    [[nodiscard]] static Result<std::unique_ptr<PostgresDatabase>> open(const PostgresAddress &address, PostgresSettings settings, StatementObserver observer);
    ~PostgresDatabase() override;

    /// Begins a transaction, without waiting. Statements after it that take longer than until @p until fail, with DeadlineExceeded.
    bool begin(bool readOnly, Deadline until);
    /// @returns whether it is committed; when the connection was lost meanwhile, nobody knows, and failure() says so
    bool commit();
    /// Ends a transaction that has only read, without waiting.
    void endReading();
    /// For the rest of the transaction, tables that callers are looked up in show the rows of every tenant.
    bool useDirectory();

    /// Statements outside of transactions may take until then; otherwise they are given up soon.
    void waitUntil(std::chrono::steady_clock::time_point until) { m_until = until; }
    /// Makes a database, which is no part of any transaction and takes its time. @returns false: failure(), and lastSqlState() say why
    bool makeDatabase(const QString &name);
    /// Of the last failure of the server; empty: the connection was lost.
    [[nodiscard]] const QByteArray &lastSqlState() const { return m_failedWith; }
    /// A name as it is written in SQL.
    [[nodiscard]] static QString quoted(const QString &name);

    void limitWork(std::optional<std::chrono::steady_clock::time_point> deadline, std::chrono::milliseconds limit) override;
    /// For work on what was read: fails when the time of limitWork() is over. @returns whether it is
    bool workIsOver();
    bool execute(const QString &sql) override;
    bool isUsable() const override { return m_connection.isConnected(); }
    void lookForEnd() override { m_connection.lookForEnd(); }
    void reconnect() override;
    Error whyUnusable() const override;
    bool mayBeTriedAgain() const override;
    bool beginMigration() override;
    bool isUsedByServersBefore(int number) override;
    Result<void> checkMigrated() override { return {}; }
    bool endMigration(bool commit) override;

    /// For a statement that was run directly and failed: what went wrong, as failure().
    void failNow(const QString &name) { failWithLastError(name); }
    /// Waits for all that was sent. @returns whether nothing failed; if not, failure() says what
    bool synchronize();
    /// Only sends plain text.
    void tellText(const QString &sql);

    // For statements
    [[nodiscard]] PostgresResult ask(PostgresStatement &statement);
    [[nodiscard]] bool tell(PostgresStatement &statement);

protected:
    std::pair<std::unique_ptr<PreparedStatement>, bool> prepare(const QString &sql, bool kept) override;
    void useTenant(qint64 tenant) override;
    bool beginOwn() override { return begin(false, Deadline::never()); }
    bool commitOwn() override { return commit(); }
    void failWithLastError(const QString &name) override;

private:
    PostgresDatabase(const PostgresAddress &address, PostgresSettings settings, StatementObserver observer);
    [[nodiscard]] bool greet();
    [[nodiscard]] bool send(PostgresStatement &statement);
    void forgetPrepared();
    [[nodiscard]] PostgresConnection::Clock::time_point patience() const;

    const PostgresSettings m_settings;
    PostgresConnection m_connection;
    std::set<QByteArray> m_sentNames; ///< statements that the server was told to prepare
    std::set<QByteArray> m_prepared; ///< … and that it has
    std::unique_ptr<PostgresStatement> m_beginWriting;
    std::unique_ptr<PostgresStatement> m_beginReading;
    std::optional<qint64> m_tenant; ///< that row-level security knows of
    std::chrono::steady_clock::time_point m_until; ///< of the transaction
    std::optional<std::chrono::steady_clock::time_point> m_workDeadline;
    std::chrono::milliseconds m_workLimit { 0 };
    QByteArray m_failedWith; ///< the SQLSTATE of the transaction's failure
    bool m_committing = false;
    bool m_migrating = false;
};

} // namespace iwd
