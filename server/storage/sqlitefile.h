// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QString>

#include <functional>
#include <memory>

struct sqlite3;

namespace iwd {

/// An SQLite file as a whole: for looking into one that may be anything, and for copying one. What serves requests is SqliteDatabase.
class SqliteFile
{
public:
    enum class Use {
        Read, ///< changes nothing, and takes it for granted that nobody else does: makes no file beside it
        Shared, ///< beside a server that works with it
        Make, ///< an empty file that is to become a database, without a journal
    };
    [[nodiscard]] static Result<SqliteFile> open(const QString &path, Use use);

    /// Runs a statement. @returns Busy when another connection is in the way; else what it said in the first column of its first row; empty: nothing
    [[nodiscard]] Result<QString> ask(const char *sql);
    [[nodiscard]] Result<qint64> askNumber(const char *sql);

    /// Whatever runs here is asked now and then whether to go on; if not, it fails.
    void askWhile(std::function<bool()> isWanted);
    /// Whether SQLite finds the whole file sound, indexes and references included. @returns what is wrong with it; empty: nothing
    [[nodiscard]] Result<QString> whatIsDamaged();
    /// Copies the state of this moment to @p target, a piece at a time; who writes here meanwhile is not kept waiting.
    /// @param isWanted asked between the pieces
    [[nodiscard]] Result<void> copyTo(SqliteFile &target, const std::function<bool()> &isWanted);

private:
    struct Close
    {
        void operator()(sqlite3 *handle) const;
    };
    explicit SqliteFile(sqlite3 *handle)
        : m_handle(handle)
    {
    }
    [[nodiscard]] Error failure() const;

    std::unique_ptr<sqlite3, Close> m_handle;
    std::unique_ptr<std::function<bool()>> m_isWanted; ///< where SQLite finds it, also when this object moves
};

/// By this file(1) and people know whose database it is: "IWD1".
inline constexpr int SqliteApplicationId = 0x49574431;

} // namespace iwd
