// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "preparedstatement.h"

struct sqlite3;
struct sqlite3_stmt;

namespace iwd {

/// A statement of SQLite, on a connection that QtSql opened.
class SqliteStatement final : public PreparedStatement
{
public:
    /// @p database must outlive this. Whether it is sound says isSound(); if not, the connection's own error says why.
    SqliteStatement(sqlite3 *database, const QString &sql);
    ~SqliteStatement() override;

    [[nodiscard]] bool isSound() const { return m_statement != nullptr; }

    Step run() override;
    Step next() override;
    void finish() override;
    qint64 integer(int column) const override;
    QByteArray bytes(int column) const override;
    QString text(int column) const override;
    bool isNull(int column) const override;
    bool isText(int column) const override;
    qint64 insertedId() const override;
    int changedRows() const override;

protected:
    void setInteger(int index, qint64 value) override;
    void setReal(int index, double value) override;
    void setNull(int index) override;
    void setText(int index, const QByteArray &utf8) override;
    void setBytes(int index, const QByteArray &bytes) override;

private:
    QByteArrayView view(int column) const;
    Step step();

    sqlite3 *m_database;
    sqlite3_stmt *m_statement = nullptr;
    std::vector<QByteArray> m_held; ///< by parameter: what SQLite reads from until finish()
};

} // namespace iwd
