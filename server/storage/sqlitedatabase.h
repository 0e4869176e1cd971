// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

struct sqlite3;

namespace iwd {

/// A connection to an SQLite file.
class SqliteDatabase final : public Database
{
public:
    /// Opens, or creates, the file; write-ahead log, every commit synced to disk.
    [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(const QString &path, StatementObserver observer);
    ~SqliteDatabase() override;

    void limitWork(std::optional<std::chrono::steady_clock::time_point> deadline, std::chrono::milliseconds limit) override;
    bool execute(const QString &sql) override;
    bool beginMigration() override;
    Result<void> checkMigrated() override;
    bool endMigration(bool commit) override;

    bool textIndexAttached = false; ///< for searches

protected:
    std::pair<std::unique_ptr<PreparedStatement>, bool> prepare(const QString &sql, bool kept) override;
    void failWithLastError(const QString &name) override;

private:
    SqliteDatabase(QString connectionName, StatementObserver observer);
    void failWith(const QString &name, int code, const QString &reason);

    QString m_connectionName;
    sqlite3 *m_handle = nullptr; ///< of the connection
    std::optional<std::chrono::steady_clock::time_point> m_workDeadline;
    std::chrono::milliseconds m_workLimit { 0 };
};

} // namespace iwd
