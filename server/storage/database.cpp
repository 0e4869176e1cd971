// SPDX-License-Identifier: Apache-2.0
#include "database.h"

#include "sqlitefunctions.h"

#include <QDirIterator>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>

#include <sqlite3.h>

namespace iwd {

namespace {

constexpr int MostKeptVariants = 100;
constexpr int StepsBetweenLooks = 2'000; ///< of SQLite's machine, between two looks at the clock: about 50 microseconds
const QString root = QStringLiteral(":/sql/sqlite/");

/// Comments go, because an apostrophe in one would confuse the search for placeholders.
QString withoutComments(const QString &sql)
{
    QStringList lines;
    for (const QString &line : sql.split(u'\n')) {
        const auto comment = line.indexOf(QLatin1StringView("--"));
        const QString code = comment < 0 ? line : line.left(comment);
        if (!code.trimmed().isEmpty())
            lines.append(code);
    }
    return lines.join(u'\n');
}

/// SQLite's own handle of a connection, for what Qt has no words for. Null when the driver is not the one we know.
sqlite3 *nativeHandle(const QSqlDatabase &connection)
{
    const QVariant handle = connection.driver()->handle();
    return handle.isValid() && qstrcmp(handle.typeName(), "sqlite3*") == 0 ? *static_cast<sqlite3 *const *>(handle.data()) : nullptr;
}

} // namespace

QString statementText(const QString &name)
{
    QFile file(root + name + QStringLiteral(".sql"));
    return file.open(QIODevice::ReadOnly) ? withoutComments(QString::fromUtf8(file.readAll())) : QString();
}

QStringList statementNames()
{
    QStringList names;
    QDirIterator files(root, { QStringLiteral("*.sql") }, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext())
        names.append(files.next().sliced(root.size()).chopped(4));
    names.sort();
    return names;
}

bool Statement::run()
{
    if (m_database->failure())
        return false;
    const auto start = std::chrono::steady_clock::now();
    const auto step = m_statement->run();
    const bool ok = step != PreparedStatement::Step::Failed;
    m_atFirstRow = step == PreparedStatement::Step::Row;
    m_ended = !m_atFirstRow;
    if (m_database->m_observer)
        m_database->m_observer(m_name, ok, std::chrono::steady_clock::now() - start);
    if (!ok)
        m_database->failWithLastError(m_name);
    return ok;
}

bool Statement::next()
{
    if (std::exchange(m_atFirstRow, false))
        return true;
    if (m_ended)
        return false;
    const auto step = m_statement->next();
    if (step == PreparedStatement::Step::Failed)
        m_database->failWithLastError(m_name);
    m_ended = step != PreparedStatement::Step::Row;
    return !m_ended;
}

Database::Database(QString connectionName, StatementObserver observer)
    : m_connectionName(std::move(connectionName))
    , m_observer(std::move(observer))
{
}

Database::~Database()
{
    m_prepared.clear();
    m_passing.clear();
    QSqlDatabase::database(m_connectionName, false).close();
    QSqlDatabase::removeDatabase(m_connectionName);
}

Result<std::unique_ptr<Database>> Database::open(const QString &path, StatementObserver observer)
{
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    std::unique_ptr<Database> database(new Database(name, std::move(observer)));
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

Statement Database::statement(const QString &name, qint64 tenant)
{
    return statement(name, tenant, {});
}

/// The text of a statement with its parts, after the check that it is bound to a tenant.
QString Database::tenantStatement(const QString &name, const QList<std::pair<QString, QString>> &parts)
{
    QString sql = statementText(name);
    for (const auto &[part, text] : parts)
        sql.replace(u'{' + part + u'}', text);
    Q_ASSERT_X(sql.contains(QStringLiteral(":tenant")), "Database::statement", "a statement must be bound to a tenant");
    if (!sql.contains(QStringLiteral(":tenant")))
        fail({ ErrorCode::Internal, QStringLiteral("The statement \"%1\" is not bound to a tenant and was refused.").arg(name), {}, {} });
    return sql;
}

Statement Database::statement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts)
{
    QString key = name;
    for (const auto &part : parts)
        key += u'\n' + part.second;
    const auto known = m_prepared.find(key);
    PreparedStatement *statement = known != m_prepared.end() ? known->second.get() : prepared(key, tenantStatement(name, parts));
    statement->bindInteger(QStringLiteral(":tenant"), tenant);
    return Statement(*this, statement, name);
}

Statement Database::passingStatement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts)
{
    PreparedStatement *statement = prepared(name, tenantStatement(name, parts), false);
    statement->bindInteger(QStringLiteral(":tenant"), tenant);
    return Statement(*this, statement, name);
}

void Database::limitWork(std::optional<std::chrono::steady_clock::time_point> deadline, std::chrono::milliseconds limit)
{
    m_workDeadline = deadline;
    m_workLimit = limit;
    const auto isOver = [](void *self) { return std::chrono::steady_clock::now() >= *static_cast<Database *>(self)->m_workDeadline ? 1 : 0; };
    sqlite3_progress_handler(m_handle, deadline ? StepsBetweenLooks : 0, deadline ? +isOver : nullptr, this);
}

Statement Database::systemStatement(const QString &name)
{
    Q_ASSERT(name.startsWith(QStringLiteral("system/")));
    const auto known = m_prepared.find(name);
    PreparedStatement *statement = known != m_prepared.end() ? known->second.get() : prepared(name, statementText(name));
    return Statement(*this, statement, name);
}

PreparedStatement *Database::prepared(const QString &key, const QString &sql, bool kept)
{
    auto statement = std::make_unique<PreparedStatement>(m_handle, sql);
    const bool sound = statement->isSound();
    if (!sound)
        failWithLastError(key);
    // One that could not be prepared is tried again next time. And callers choose the parts of lists: not every choice is worth the memory.
    const bool variant = key.contains(u'\n');
    if (!sound || !kept || (variant && m_keptVariants >= MostKeptVariants)) {
        m_passing.push_back(std::move(statement));
        return m_passing.back().get();
    }
    m_keptVariants += variant ? 1 : 0;
    return (m_prepared[key] = std::move(statement)).get();
}

bool Database::execute(const QString &sql)
{
    QSqlQuery query(QSqlDatabase::database(m_connectionName, false));
    if (query.exec(sql))
        return true;
    failWith(sql.left(60), query.lastError().nativeErrorCode().toInt(), query.lastError().databaseText());
    return false;
}

void Database::fail(Error error)
{
    if (!m_failure)
        m_failure = std::move(error);
}

void Database::failWithLastError(const QString &name)
{
    failWith(name, sqlite3_errcode(m_handle), QString::fromUtf8(sqlite3_errmsg(m_handle)));
}

void Database::failWith(const QString &name, int resultCode, const QString &reason)
{
    // SQLite's result codes that mean the machine, not the statement: busy, locked, read-only, I/O, full, cannot open.
    const int code = resultCode & 0xff;
    const bool environment = code == 5 || code == 6 || code == 8 || code == 10 || code == 13 || code == 14;
    const bool damaged = code == 11 || code == 26;
    if (code == SQLITE_INTERRUPT && m_workDeadline) {
        fail({ ErrorCode::SearchTooBroad,
            QStringLiteral("The search would have to look at too many items and was broken off after %1 s. Narrow it by status, queue, category, customerId, assignedToUser or a range of "
                           "createdDateTime, or leave out the order.")
                .arg(double(m_workLimit.count()) / 1000),
            {}, { { QStringLiteral("limitMilliseconds"), qint64(m_workLimit.count()) } } });
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
