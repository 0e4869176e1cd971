// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "preparedstatement.h"
#include "statementobserver.h"

#include <base/result.h>

#include <QString>

#include <memory>
#include <unordered_map>
#include <vector>

namespace iwd {

class Database;

/// A named statement, prepared once a connection. Bind, run, read; it is reset when it goes out of use.
class Statement
{
public:
    template <typename T>
    Statement &bind(const QString &placeholder, const T &value)
    {
        if constexpr (std::is_integral_v<T>)
            m_statement->bindInteger(placeholder, value);
        else if constexpr (std::is_same_v<T, QString>)
            m_statement->bindText(placeholder, value.isNull() ? QByteArray() : value.toUtf8());
        else if constexpr (std::is_same_v<T, QByteArray>)
            m_statement->bindBytes(placeholder, value);
        else
            m_statement->bindValue(placeholder, value);
        return *this;
    }
    /// A text that is UTF-8 already.
    Statement &bindUtf8(const QString &placeholder, const QByteArray &utf8)
    {
        m_statement->bindText(placeholder, utf8);
        return *this;
    }
    /// @returns whether it ran; if not, Database::failure() says why
    bool run();
    /// For a write whose outcome nobody reads: a database that is asked over a network does not wait for it. What is wrong with it shows at the next
    /// run(), or at the commit.
    /// @returns false when it is known already that it does not run
    bool send();
    /// @returns whether there is another row; an end that is a failure is the database's failure()
    bool next();
    [[nodiscard]] qint64 integer(int column) const { return m_statement->integer(column); }
    [[nodiscard]] QString text(int column) const { return m_statement->text(column); }
    [[nodiscard]] QByteArray bytes(int column) const { return m_statement->bytes(column); }
    [[nodiscard]] bool isNull(int column) const { return m_statement->isNull(column); }
    [[nodiscard]] bool isText(int column) const { return m_statement->isText(column); }
    [[nodiscard]] const QString &name() const { return m_name; }
    /// Whether the statement has such a placeholder.
    [[nodiscard]] bool names(const QString &placeholder) { return m_statement->names(placeholder); }
    [[nodiscard]] qint64 insertedId() const { return m_statement->insertedId(); }
    [[nodiscard]] int changedRows() const { return m_statement->changedRows(); }

    Statement(Statement &&other) noexcept
        : m_database(other.m_database)
        , m_statement(std::exchange(other.m_statement, nullptr))
        , m_name(std::move(other.m_name))
        , m_atFirstRow(other.m_atFirstRow)
        , m_ended(other.m_ended)
    {
    }
    Statement &operator=(Statement &&) = delete;
    ~Statement()
    {
        if (m_statement)
            m_statement->finish();
    }

private:
    friend class Database;
    Statement(Database &database, PreparedStatement *statement, QString name)
        : m_database(&database)
        , m_statement(statement)
        , m_name(std::move(name))
    {
    }
    bool take(PreparedStatement::Step step, std::chrono::steady_clock::time_point start);

    Database *m_database;
    PreparedStatement *m_statement;
    QString m_name;
    bool m_atFirstRow = false; ///< which run() has fetched and next() has not handed out
    bool m_ended = true;
};

/// One connection to a database, on the thread that made it. Statements are files under resources/sql, looked up by name ("item/insert"), first in the
/// folder of the dialect, then in "common". Those of the folder "system" find out which tenant a caller belongs to or serve the server itself; every other
/// one must name :tenant, is refused at load when it does not, and gets it bound here.
class Database
{
public:
    virtual ~Database() = default;
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// A statement bound to a tenant.
    [[nodiscard]] Statement statement(const QString &name, qint64 tenant);
    /// The same with the {parts} of its text replaced; parts come from the program, never from input.
    [[nodiscard]] Statement statement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts);
    /// The same for a search, whose parts depend on what people ask: never kept.
    [[nodiscard]] Statement passingStatement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts);
    [[nodiscard]] Statement systemStatement(const QString &name);

    /// From now on statements are broken off at @p deadline, and fail with SearchTooBroad, @p limit being the time they were given; nothing: no limit.
    virtual void limitWork(std::optional<std::chrono::steady_clock::time_point> deadline, std::chrono::milliseconds limit) = 0;

    /// Runs plain text: begin, commit, pragmas, migrations.
    virtual bool execute(const QString &sql) = 0;

    /// Runs @p work in a transaction of its own, which is committed when the work is told to hold (true) and nothing failed, and undone otherwise.
    /// @returns whether it was committed; if not, failure() says why, unless the work gave it up by itself
    bool inTransaction(const std::function<bool()> &work);

    /// Whether the connection is there. When it is lost, reconnect() is called now and then until it is back; a call takes no longer than it has to.
    [[nodiscard]] virtual bool isUsable() const { return true; }
    /// Looks whether the other end has hung up while nobody used the connection.
    virtual void lookForEnd() { }
    virtual void reconnect() { }
    [[nodiscard]] virtual Error whyUnusable() const { return *m_failure; }
    /// Whether the transaction failed for the sake of another one, so that the same may well pass when it is tried again. Nothing of it was stored.
    [[nodiscard]] virtual bool mayBeTriedAgain() const { return false; }

    /// Begins the transaction in which migrations run, alone: whoever else wants to waits. Then makes the table that they are recorded in.
    virtual bool beginMigration() = 0;
    /// During a migration: whether servers are connected that do not know the migration @p number, or may not.
    [[nodiscard]] virtual bool isUsedByServersBefore(int number) { (void)number; return false; }
    /// What has to hold before the migrations are committed.
    virtual Result<void> checkMigrated() = 0;
    virtual bool endMigration(bool commit) = 0;

    /// The folder of its statements: "sqlite".
    [[nodiscard]] const QString &dialect() const { return m_dialect; }
    /// The first failure since clearFailure().
    [[nodiscard]] const std::optional<Error> &failure() const { return m_failure; }
    /// For the beginning of a unit of work: no statement may be in use.
    void clearFailure()
    {
        m_failure.reset();
        m_passing.clear();
    }
    /// How many statements are kept prepared; for tests.
    [[nodiscard]] int keptStatements() const { return static_cast<int>(m_prepared.size()); }
    void fail(Error error);

protected:
    Database(QString dialect, StatementObserver observer);

    /// @param kept whether it is likely to be used again
    /// @returns the statement, and whether it is sound; if not, describeFailure() says why
    virtual std::pair<std::unique_ptr<PreparedStatement>, bool> prepare(const QString &sql, bool kept) = 0;
    /// Before each statement of a tenant.
    virtual void useTenant(qint64 tenant) { (void)tenant; }
    virtual bool beginOwn() { return execute(QStringLiteral("begin")); }
    virtual bool commitOwn() { return execute(QStringLiteral("commit")); }
    /// What went wrong with the statement @p name just now, as failure().
    virtual void failWithLastError(const QString &name) = 0;
    /// For destructors: statements need their connection.
    void dropStatements();

private:
    friend class Statement;
    PreparedStatement *prepared(const QString &key, const QString &sql, bool kept = true);
    QString tenantStatement(const QString &name, const QList<std::pair<QString, QString>> &parts);

    const QString m_dialect;
    StatementObserver m_observer;
    std::unordered_map<QString, std::unique_ptr<PreparedStatement>> m_prepared;
    std::vector<std::unique_ptr<PreparedStatement>> m_passing; ///< not kept for the next unit of work
    int m_keptVariants = 0; ///< of m_prepared: statements with parts
    std::optional<Error> m_failure;
};

/// What a search fails with that was broken off after @p limit.
[[nodiscard]] Error searchTooBroad(std::chrono::milliseconds limit);

/// The text of a statement file as it is. An empty text: no such file.
[[nodiscard]] QString statementFile(const QString &dialect, const QString &name);
[[nodiscard]] QString withoutComments(const QString &sql);
/// Both: what is run.
[[nodiscard]] QString statementText(const QString &dialect, const QString &name);

/// Names of all statement files of a dialect, those of all dialects among them; for migrations and tests.
[[nodiscard]] QStringList statementNames(const QString &dialect);

} // namespace iwd
