// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "statementobserver.h"

#include <base/result.h>

#include <QSqlDatabase>
#include <QSqlQuery>

#include <memory>
#include <unordered_map>
#include <vector>

namespace iwd {

/// A named statement, prepared once a connection. Bind, run, read; it is reset when it goes out of use.
class Statement
{
public:
    Statement &bind(const QString &placeholder, const QVariant &value)
    {
        m_query->bindValue(placeholder, value);
        return *this;
    }
    /// @returns whether it ran; if not, Database::failure() says why
    bool run();
    /// @returns whether there is another row; an end that is a failure is the database's failure()
    bool next();
    [[nodiscard]] QVariant value(int column) const { return m_query->value(column); }
    [[nodiscard]] qint64 integer(int column) const { return m_query->value(column).toLongLong(); }
    [[nodiscard]] QString text(int column) const { return m_query->value(column).toString(); }
    [[nodiscard]] QByteArray bytes(int column) const { return m_query->value(column).toByteArray(); }
    [[nodiscard]] bool isNull(int column) const { return m_query->value(column).isNull(); }
    [[nodiscard]] qint64 insertedId() const { return m_query->lastInsertId().toLongLong(); }
    [[nodiscard]] int changedRows() const { return m_query->numRowsAffected(); }

    Statement(Statement &&other) noexcept
        : m_database(other.m_database)
        , m_query(std::exchange(other.m_query, nullptr))
        , m_name(std::move(other.m_name))
    {
    }
    Statement &operator=(Statement &&) = delete;
    ~Statement()
    {
        if (m_query)
            m_query->finish();
    }

private:
    friend class Database;
    Statement(class Database &database, QSqlQuery *query, QString name)
        : m_database(&database)
        , m_query(query)
        , m_name(std::move(name))
    {
    }

    class Database *m_database;
    QSqlQuery *m_query;
    QString m_name;
};

/// One connection to an SQLite file, on the thread that made it. Statements are files under resources/sql, looked up by name
/// ("item/insert"). Those of the folder "system" find out which tenant a caller belongs to or serve the server itself; every other
/// one must name :tenant, is refused at load when it does not, and gets it bound here.
class Database
{
public:
    /// Opens, or creates, the file; write-ahead log, every commit synced to disk.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const QString &path, StatementObserver observer);
    ~Database();

    /// A statement bound to a tenant.
    [[nodiscard]] Statement statement(const QString &name, qint64 tenant);
    /// The same with the {parts} of its text replaced; parts come from the program, never from input.
    [[nodiscard]] Statement statement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts);
    [[nodiscard]] Statement systemStatement(const QString &name);

    /// Runs plain text: begin, commit, pragmas, migrations.
    bool execute(const QString &sql);

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

private:
    friend class Statement;
    explicit Database(QString connectionName, StatementObserver observer);
    QSqlQuery *prepared(const QString &key, const QString &sql);
    void failWith(const QString &name, const QSqlError &error);

    QString m_connectionName;
    StatementObserver m_observer;
    std::unordered_map<QString, std::unique_ptr<QSqlQuery>> m_prepared;
    std::vector<std::unique_ptr<QSqlQuery>> m_passing; ///< not kept for the next unit of work
    int m_keptVariants = 0; ///< of m_prepared: statements with parts
    std::optional<Error> m_failure;
};

/// The text of a statement file, without comments. An empty text: no such file.
[[nodiscard]] QString statementText(const QString &name);

/// Names of all statement files; for tests.
[[nodiscard]] QStringList statementNames();

} // namespace iwd
