// SPDX-License-Identifier: Apache-2.0
#include "sqlitedatabase.h"

#include "sqlitefunctions.h"
#include "sqlitestatement.h"

#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>

#include <sqlite3.h>

namespace iwd {

namespace {

constexpr int StepsBetweenLooks = 2'000; ///< of SQLite's machine, between two looks at the clock: about 50 microseconds

/// SQLite's own handle of a connection, for what Qt has no words for. Null when the driver is not the one we know.
sqlite3 *nativeHandle(const QSqlDatabase &connection)
{
    const QVariant handle = connection.driver()->handle();
    return handle.isValid() && qstrcmp(handle.typeName(), "sqlite3*") == 0 ? *static_cast<sqlite3 *const *>(handle.data()) : nullptr;
}

} // namespace

SqliteDatabase::SqliteDatabase(QString connectionName, StatementObserver observer)
    : Database(QStringLiteral("sqlite"), std::move(observer))
    , m_connectionName(std::move(connectionName))
{
}

SqliteDatabase::~SqliteDatabase()
{
    dropStatements();
    QSqlDatabase::database(m_connectionName, false).close();
    QSqlDatabase::removeDatabase(m_connectionName);
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const QString &path, StatementObserver observer)
{
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(name, std::move(observer)));
    QSqlDatabase connection = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    connection.setDatabaseName(path);
    connection.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=10000"));
    if (!connection.open()) {
        const QString reason = connection.lastError().databaseText();
        connection = QSqlDatabase(); // the connection cannot be removed while a handle to it lives
        return Error { ErrorCode::StorageUnavailable,
            QStringLiteral("The database %1 cannot be opened: %2. Check that the folder exists, that this user may write to it and that the disk is not full.")
                .arg(path, reason),
            {}, { { QStringLiteral("reason"), reason } } };
    }
    // Short statements go to SQLite itself; QtSql opens and closes the connection.
    database->m_handle = nativeHandle(connection);
    connection = QSqlDatabase();
    if (!database->m_handle || !registerSearchFunctions(database->m_handle))
        return Error { ErrorCode::StorageUnavailable, QStringLiteral("Qt's SQLite driver is not the one that this server was built for: it gives no access to SQLite."), {}, {} };
    // FULL: a commit that was answered for survives a power cut. The cache is per connection, in KiB.
    for (const auto &pragma : { QStringLiteral("pragma journal_mode = wal"), QStringLiteral("pragma synchronous = full"), QStringLiteral("pragma foreign_keys = on"),
             QStringLiteral("pragma temp_store = memory"), QStringLiteral("pragma cache_size = -32768"), QStringLiteral("pragma wal_autocheckpoint = 4000") }) {
        if (!database->execute(pragma)) {
            Error failure = *database->failure();
            failure.text = path + QStringLiteral(": ") + failure.text;
            return failure;
        }
    }
    return database;
}

void SqliteDatabase::limitWork(std::optional<std::chrono::steady_clock::time_point> deadline, std::chrono::milliseconds limit)
{
    m_workDeadline = deadline;
    m_workLimit = limit;
    const auto isOver = [](void *self) { return std::chrono::steady_clock::now() >= *static_cast<SqliteDatabase *>(self)->m_workDeadline ? 1 : 0; };
    sqlite3_progress_handler(m_handle, deadline ? StepsBetweenLooks : 0, deadline ? +isOver : nullptr, this);
}

std::pair<std::unique_ptr<PreparedStatement>, bool> SqliteDatabase::prepare(const QString &sql, bool)
{
    auto statement = std::make_unique<SqliteStatement>(m_handle, sql);
    const bool sound = statement->isSound();
    return { std::move(statement), sound };
}

bool SqliteDatabase::execute(const QString &sql)
{
    QSqlQuery query(QSqlDatabase::database(m_connectionName, false));
    if (query.exec(sql))
        return true;
    failWith(sql.left(60), query.lastError().nativeErrorCode().toInt(), query.lastError().databaseText());
    return false;
}

bool SqliteDatabase::beginMigration()
{
    // A step that rebuilds a table drops the old one, which references to it must survive; they are checked before the commit instead.
    // SQLite ignores this switch inside a transaction.
    if (!execute(QStringLiteral("pragma foreign_keys = off")) || !execute(QStringLiteral("begin immediate"))
        || !execute(QStringLiteral("create table if not exists migration (number integer primary key, name text not null, checksum text not null, applied_ms integer not null)")))
        return false;
    auto has = systemStatement(QStringLiteral("system/has_least_known"));
    if (!has.run() || !has.next())
        return false;
    return has.integer(0) > 0 || execute(QStringLiteral("alter table migration add column least_known integer not null default 0"));
}

/// Whether every row still finds what it refers to.
Result<void> SqliteDatabase::checkMigrated()
{
    auto broken = systemStatement(QStringLiteral("system/broken_references"));
    if (!broken.run())
        return *failure();
    if (broken.next()) {
        return Error { ErrorCode::StorageUnavailable,
            QStringLiteral("The migration was undone: rows of table \"%1\" refer to rows of \"%2\" that are not there.").arg(broken.text(0), broken.text(1)), {}, {} };
    }
    return {};
}

bool SqliteDatabase::endMigration(bool commit)
{
    return execute(commit ? QStringLiteral("commit") : QStringLiteral("rollback")) && execute(QStringLiteral("pragma foreign_keys = on"));
}

void SqliteDatabase::failWithLastError(const QString &name)
{
    failWith(name, sqlite3_errcode(m_handle), QString::fromUtf8(sqlite3_errmsg(m_handle)));
}

void SqliteDatabase::failWith(const QString &name, int resultCode, const QString &reason)
{
    // SQLite's result codes that mean the machine, not the statement: busy, locked, read-only, I/O, full, cannot open.
    const int code = resultCode & 0xff;
    const bool environment = code == 5 || code == 6 || code == 8 || code == 10 || code == 13 || code == 14;
    const bool damaged = code == 11 || code == 26;
    if (code == SQLITE_INTERRUPT && m_workDeadline) {
        fail(searchTooBroad(m_workLimit));
        return;
    }
    if (damaged) {
        fail({ ErrorCode::StorageUnavailable, QStringLiteral("The database is damaged: %1. Stop the server and restore the database from a backup.").arg(reason), {},
            { { QStringLiteral("reason"), reason } } });
        return;
    }
    fail({ environment ? ErrorCode::StorageUnavailable : ErrorCode::Internal,
        environment ? QStringLiteral("The database did not accept the operation: %1. Nothing of it was stored; try again.").arg(reason)
                    : QStringLiteral("The database statement \"%1\" failed: %2.").arg(name, reason),
        {}, { { QStringLiteral("reason"), reason } } });
}

} // namespace iwd
