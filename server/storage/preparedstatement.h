// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QVariant>

#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace iwd {

/// A statement of SQLite itself, on a connection that QtSql opened. Values go to it and come from it without a QVariant in between,
/// which is what most of the time of a short statement goes to with QSqlQuery.
class PreparedStatement
{
public:
    /// @p database must outlive this. Whether it is sound says isSound(); if not, the connection's own error says why.
    PreparedStatement(sqlite3 *database, const QString &sql);
    ~PreparedStatement();
    PreparedStatement(const PreparedStatement &) = delete;
    PreparedStatement &operator=(const PreparedStatement &) = delete;

    [[nodiscard]] bool isSound() const { return m_statement != nullptr; }

    [[nodiscard]] bool names(const QString &placeholder) { return find(placeholder) > 0; }
    void bindInteger(const QString &placeholder, qint64 value);
    /// Null texts and bytes are stored as null. What is bound is kept until finish().
    void bindText(const QString &placeholder, const QByteArray &utf8);
    void bindBytes(const QString &placeholder, const QByteArray &bytes);
    void bindValue(const QString &placeholder, const QVariant &value);

    enum class Step { Row, Done, Failed };
    /// Starts from the beginning and goes to the first row.
    Step run();
    Step next();
    /// Ends what is running and forgets what is bound.
    void finish();

    [[nodiscard]] qint64 integer(int column) const;
    [[nodiscard]] QByteArray bytes(int column) const;
    [[nodiscard]] QString text(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] bool isText(int column) const;
    [[nodiscard]] qint64 insertedId() const;
    [[nodiscard]] int changedRows() const;

private:
    int find(const QString &placeholder);
    int indexOf(const QString &placeholder);
    QByteArrayView view(int column) const;
    Step step();

    sqlite3 *m_database;
    sqlite3_stmt *m_statement = nullptr;
    std::vector<QByteArray> m_names; ///< of the parameters; the first is not used
    size_t m_guess = 1; ///< parameters are mostly bound in their order
    std::vector<QByteArray> m_held; ///< by parameter: what SQLite reads from until finish()
};

} // namespace iwd
