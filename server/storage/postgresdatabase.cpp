// SPDX-License-Identifier: Apache-2.0
#include "postgresdatabase.h"

#include <base/log.h>

namespace iwd {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// The server breaks off a statement by itself; only when it does not even do that is the connection given up.
constexpr std::chrono::milliseconds Grace { 5'000 }; // more than a few round trips over a bad network; silence is noticed earlier, see ConnectionWatch
constexpr std::chrono::milliseconds LeastTime { 50 };
constexpr std::chrono::hours MigrationLimit { 6 };
constexpr std::chrono::milliseconds MigrationLockLimit { 5'000 };
constexpr std::chrono::minutes MakingLimit { 2 }; ///< of a database

bool isOneOf(const QByteArray &state, std::initializer_list<const char *> states)
{
    return std::any_of(states.begin(), states.end(), [&](const char *one) { return state == one; });
}

/// Not the statement is to blame but the server, its machine, or the way to it.
bool isEnvironment(const QByteArray &state)
{
    // Classes: connection, resources, operator intervention, system. Then: read-only, too long without a statement, lock not available.
    return state.isEmpty() || state.startsWith("08") || state.startsWith("53") || state.startsWith("57P") || state.startsWith("58") || isOneOf(state, { "25006", "25P03", "55P03" });
}

/// The session is no longer the one that we have prepared, or it is going away.
bool isOfAnotherSession(const QByteArray &state)
{
    return isOneOf(state, { "26000", "42P05" });
}

} // namespace

PostgresDatabase::PostgresDatabase(const PostgresAddress &address, PostgresSettings settings, StatementObserver observer)
    : Database(QStringLiteral("postgresql"), std::move(observer))
    , m_settings(std::move(settings))
    , m_connection(address, *m_settings.watch)
    , m_beginWriting(std::make_unique<PostgresStatement>(*this, QStringLiteral("begin"), true))
    , m_beginReading(std::make_unique<PostgresStatement>(*this, QStringLiteral("begin isolation level repeatable read read only"), true))
{
}

PostgresDatabase::~PostgresDatabase()
{
    dropStatements();
}

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::open(const PostgresAddress &address, PostgresSettings settings, StatementObserver observer)
{
    std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(address, std::move(settings), std::move(observer)));
    if (const auto failure = database->m_connection.connect()) {
        return Error { ErrorCode::StorageUnavailable,
            QStringLiteral("The database cannot be reached: %1: %2. Check that the server runs, that its address, the user and the password are right, and that pg_hba.conf lets this host in.")
                .arg(address.description(), failure->reason),
            {}, { { QStringLiteral("reason"), failure->reason } } };
    }
    if (!database->greet())
        return database->whyUnusable();
    return database;
}

/// After each connecting: nothing that was known of the session before holds.
bool PostgresDatabase::greet()
{
    m_sentNames.clear();
    m_prepared.clear();
    m_tenant.reset();
    if (m_connection.serverVersion() >= m_settings.leastVersion)
        return true;
    m_connection.lose(QStringLiteral("the server is PostgreSQL %1, and version %2 or later is needed").arg(m_connection.serverVersion() / 10'000).arg(m_settings.leastVersion / 10'000));
    return false;
}

void PostgresDatabase::reconnect()
{
    m_connection.connectStepwise();
    if (isUsable() && greet())
        log::info(u"Connected to the database again", { { QLatin1StringView("database"), m_connection.address().description() } });
}

Error PostgresDatabase::whyUnusable() const
{
    return { ErrorCode::StorageUnavailable,
        QStringLiteral("The database cannot be reached: %1: %2. Nothing was stored; the server goes on trying by itself.").arg(m_connection.address().description(), m_connection.lostBecause()), {},
        { { QStringLiteral("reason"), m_connection.lostBecause() } } };
}

bool PostgresDatabase::mayBeTriedAgain() const
{
    // Serialization failure, deadlock; a plan of a table that was changed meanwhile.
    return isOneOf(m_failedWith, { "40001", "40P01", "0A000" }) || isOfAnotherSession(m_failedWith);
}

SteadyClock::time_point PostgresDatabase::patience() const
{
    return m_migrating ? SteadyClock::now() + MigrationLimit : std::max(m_until, SteadyClock::now()) + Grace;
}

bool PostgresDatabase::begin(bool readOnly, Deadline until)
{
    m_connection.settle(patience());
    const auto now = SteadyClock::now();
    if (m_failedWith == "0A000")
        forgetPrepared();
    m_failedWith.clear();
    m_tenant.reset();
    m_until = std::min({ until.at(), now + m_settings.answerLimit, m_workDeadline.value_or(SteadyClock::time_point::max()) });
    const auto time = std::max(LeastTime, std::chrono::duration_cast<std::chrono::milliseconds>(m_until - now));
    if (!tell(readOnly ? *m_beginReading : *m_beginWriting)) {
        failWithLastError(QStringLiteral("begin"));
        return false;
    }
    return systemStatement(QStringLiteral("system/set_limits"))
        .bind(QStringLiteral(":statement"), QString::number(time.count()))
        .bind(QStringLiteral(":lock"), QString::number(std::min(time, m_settings.lockLimit).count()))
        .bind(QStringLiteral(":idle"), QString::number(m_settings.idleLimit.count()))
        .send();
}

bool PostgresDatabase::useDirectory()
{
    return systemStatement(QStringLiteral("system/use_directory")).send();
}

void PostgresDatabase::useTenant(qint64 tenant)
{
    if (m_tenant == tenant || failure())
        return;
    m_tenant = tenant;
    systemStatement(QStringLiteral("system/use_tenant")).bind(QStringLiteral(":number"), QString::number(tenant)).send();
}

bool PostgresDatabase::commit()
{
    if (failure())
        return false;
    m_committing = true;
    const bool committed = m_connection.commit(patience());
    if (!committed)
        failWithLastError(QStringLiteral("commit"));
    m_committing = false;
    return committed;
}

void PostgresDatabase::endReading()
{
    if (m_connection.failure() && isUsable())
        execute(QStringLiteral("rollback"));
    else
        m_connection.sendRollback();
    m_tenant.reset();
}

void PostgresDatabase::limitWork(std::optional<SteadyClock::time_point> deadline, std::chrono::milliseconds limit)
{
    m_workDeadline = deadline;
    m_workLimit = limit;
}

bool PostgresDatabase::workIsOver()
{
    if (!m_workDeadline || SteadyClock::now() < *m_workDeadline)
        return failure().has_value();
    fail(searchTooBroad(m_workLimit));
    return true;
}

bool PostgresDatabase::execute(const QString &sql)
{
    if (!isUsable()) {
        fail(whyUnusable());
        return false;
    }
    // Whatever failed before is over with this; else the server would pass over it.
    if (sql == QLatin1StringView("rollback"))
        m_connection.synchronize(patience());
    const bool ok = m_connection.sendQuery(sql.toUtf8(), {}) && m_connection.synchronize(patience());
    m_tenant.reset();
    if (!ok)
        failWithLastError(sql.left(60));
    return ok;
}

QString PostgresDatabase::quoted(const QString &name)
{
    return u'"' + QString(name).replace(u'"', QStringLiteral("\"\"")) + u'"';
}

bool PostgresDatabase::makeDatabase(const QString &name)
{
    m_connection.settle(patience());
    waitUntil(SteadyClock::now() + MakingLimit);
    return execute(QStringLiteral("create database %1 template template0 encoding 'UTF8'").arg(quoted(name)));
}

bool PostgresDatabase::beginMigration()
{
    m_migrating = true;
    m_tenant.reset();
    m_connection.settle(patience());
    // Whoever comes second waits for the lock, and finds everything done.
    // A step that waits for somebody's long transaction keeps everybody waiting behind it, so it does not wait for long.
    return execute(QStringLiteral("begin")) && execute(QStringLiteral("select pg_advisory_xact_lock(1230455812)"))
        && execute(QStringLiteral("set local lock_timeout = %1").arg(MigrationLockLimit.count()))
        && execute(QStringLiteral(
            "create table if not exists migration (number integer primary key, name text not null, checksum text not null, applied_ms bigint not null)"))
        && execute(QStringLiteral("alter table migration add column if not exists least_known integer not null default 0"));
}

bool PostgresDatabase::isUsedByServersBefore(int number)
{
    auto row = systemStatement(QStringLiteral("system/servers_before"));
    return row.bind(QStringLiteral(":number"), number).run() && row.next() && row.integer(0) > 0;
}

bool PostgresDatabase::endMigration(bool commit)
{
    const bool ok = commit ? this->commit() : execute(QStringLiteral("rollback"));
    m_migrating = false;
    return ok;
}

std::pair<std::unique_ptr<PreparedStatement>, bool> PostgresDatabase::prepare(const QString &sql, bool kept)
{
    return { std::make_unique<PostgresStatement>(*this, sql, kept), true };
}

bool PostgresDatabase::send(PostgresStatement &statement)
{
    if (statement.name().isEmpty() || *m_settings.pooled)
        return m_connection.sendQuery(statement.sql(), statement.values());
    if (!m_sentNames.contains(statement.name())) {
        const auto prepared = [this, name = statement.name()] { m_prepared.insert(name); };
        if (!m_connection.sendPrepare(statement.name(), statement.sql(), prepared))
            return false;
        m_sentNames.insert(statement.name());
    }
    return m_connection.sendPrepared(statement.name(), statement.values());
}

PostgresResult PostgresDatabase::ask(PostgresStatement &statement)
{
    if (!send(statement))
        return nullptr;
    return m_connection.wait(patience());
}

bool PostgresDatabase::tell(PostgresStatement &statement)
{
    return send(statement);
}

bool PostgresDatabase::synchronize()
{
    const bool ok = m_connection.synchronize(patience());
    if (!ok)
        failWithLastError(QStringLiteral("synchronize"));
    return ok;
}

void PostgresDatabase::tellText(const QString &sql)
{
    if (!m_connection.sendQuery(sql.toUtf8(), {}))
        failWithLastError(sql.left(60));
}

/// So that each is prepared anew.
void PostgresDatabase::forgetPrepared()
{
    m_sentNames.clear();
    m_prepared.clear();
    if (m_connection.sendQuery("deallocate all", {}))
        m_connection.synchronize(patience());
}

void PostgresDatabase::failWithLastError(const QString &name)
{
    const PostgresFailure failure = m_connection.failure().value_or(PostgresFailure { {}, m_connection.lostBecause() });
    const QString &reason = failure.reason;
    const QJsonObject args { { QStringLiteral("reason"), reason } };
    m_failedWith = failure.sqlState;
    m_sentNames = m_prepared;
    if (isOfAnotherSession(failure.sqlState) && !m_settings.pooled->exchange(true))
        log::info(u"The database is reached through a pooler that changes sessions; statements are no longer kept prepared");
    // A server that has become a standby, or is going down, keeps the connection open for nothing.
    if (isOneOf(failure.sqlState, { "25006", "25P03", "57P01", "57P02", "57P03" }))
        m_connection.lose(reason);
    if (failure.sqlState.isEmpty() && m_committing) {
        fail({ ErrorCode::StorageUnavailable,
            QStringLiteral("The connection to the database was lost while it was committing (%1). What was asked for may have been stored or not. Repeat the request with the same captureId or "
                           "Idempotency-Key: then it is not done twice.")
                .arg(reason),
            {}, { { QStringLiteral("reason"), reason }, { QStringLiteral("outcome"), QStringLiteral("unknown") } } });
    } else if (failure.sqlState == "57014") {
        if (m_workDeadline)
            fail(searchTooBroad(m_workLimit));
        else
            fail({ ErrorCode::DeadlineExceeded, QStringLiteral("The database did not answer in time. Nothing was stored; try again."), {}, args });
    } else if (isEnvironment(failure.sqlState)) {
        fail({ ErrorCode::StorageUnavailable, QStringLiteral("The database did not accept the operation: %1. Nothing of it was stored; try again.").arg(reason), {}, args });
    } else {
        fail({ ErrorCode::Internal, QStringLiteral("The database statement \"%1\" failed: %2.").arg(name, reason), {}, args });
    }
}

} // namespace iwd
