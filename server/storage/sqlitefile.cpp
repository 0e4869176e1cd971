// SPDX-License-Identifier: Apache-2.0
#include "sqlitefile.h"

#include <QFile>
#include <QUrl>

#include <sqlite3.h>

#include <optional>

namespace iwd {

namespace {

constexpr int PagesInAPiece = 256; ///< a MiB as a rule
constexpr int StepsBetweenQuestions = 100'000; ///< of SQLite's machine: a few milliseconds
constexpr int BusyPatienceMs = 10'000;

Error givenUp()
{
    return { ErrorCode::Draining, QStringLiteral("This was given up, because the server stops."), {}, {} };
}

/// SQLite takes options of a file in a URI alone.
QByteArray uriOf(const QString &path)
{
    return "file:" + QUrl::toPercentEncoding(QString::fromUtf8(QFile::encodeName(path)), "/") + "?immutable=1";
}

} // namespace

void SqliteFile::Close::operator()(sqlite3 *handle) const
{
    sqlite3_close(handle);
}

Result<SqliteFile> SqliteFile::open(const QString &path, Use use)
{
    sqlite3 *handle = nullptr;
    const QByteArray name = use == Use::Read ? uriOf(path) : QFile::encodeName(path);
    const int flags = use == Use::Read ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
    const int code = sqlite3_open_v2(name.constData(), &handle, flags, nullptr);
    SqliteFile file(handle);
    if (code != SQLITE_OK)
        return file.failure();
    sqlite3_busy_timeout(handle, BusyPatienceMs);
    // What a stranger has put into a file is not run.
    if (use == Use::Read) {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    }
    if (use == Use::Make) {
        // A copy that is not finished is thrown away, so nothing has to be undone or to survive.
        for (const char *pragma : { "pragma journal_mode = off", "pragma synchronous = off" }) {
            if (const auto set = file.ask(pragma); !set)
                return set.error();
        }
    }
    return file;
}

Error SqliteFile::failure() const
{
    const int code = sqlite3_errcode(m_handle.get());
    if (code == SQLITE_INTERRUPT)
        return givenUp();
    const QString reason = QString::fromUtf8(sqlite3_errmsg(m_handle.get()));
    return { code == SQLITE_BUSY ? ErrorCode::Busy : ErrorCode::StorageUnavailable, reason, {}, { { QStringLiteral("reason"), reason } } };
}

Result<QString> SqliteFile::ask(const char *sql)
{
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(m_handle.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
        return failure();
    const int step = sqlite3_step(statement);
    QString said;
    if (step == SQLITE_ROW)
        said = QString::fromUtf8(reinterpret_cast<const char *>(sqlite3_column_text(statement, 0)));
    const std::optional<Error> failed = step == SQLITE_ROW || step == SQLITE_DONE ? std::nullopt : std::optional(failure());
    sqlite3_finalize(statement);
    return failed ? Result<QString>(*failed) : Result<QString>(said);
}

Result<qint64> SqliteFile::askNumber(const char *sql)
{
    const auto said = ask(sql);
    return said ? Result<qint64>(said->toLongLong()) : Result<qint64>(said.error());
}

void SqliteFile::askWhile(std::function<bool()> isWanted)
{
    m_isWanted = std::make_unique<std::function<bool()>>(std::move(isWanted));
    const auto isOver = [](void *asked) { return (*static_cast<std::function<bool()> *>(asked))() ? 0 : 1; };
    sqlite3_progress_handler(m_handle.get(), StepsBetweenQuestions, +isOver, m_isWanted.get());
}

Result<QString> SqliteFile::whatIsDamaged()
{
    const auto sound = ask("pragma integrity_check(1)");
    if (!sound)
        return sound.error();
    if (*sound != QLatin1StringView("ok"))
        return *sound;
    const auto broken = ask("select 'rows of ' || \"table\" || ' refer to rows of ' || parent || ' that are not there' from pragma_foreign_key_check limit 1");
    return broken;
}

Result<void> SqliteFile::copyTo(SqliteFile &target, const std::function<bool()> &isWanted)
{
    // With a snapshot of its own, what others write meanwhile is neither seen nor makes the copy begin again.
    for (const char *begin : { "begin", "select count(*) from sqlite_schema" }) {
        if (const auto begun = ask(begin); !begun)
            return begun.error();
    }
    sqlite3_backup *copying = sqlite3_backup_init(target.m_handle.get(), "main", m_handle.get(), "main");
    if (!copying)
        return target.failure();
    int step = SQLITE_OK;
    bool wanted = true;
    while (step == SQLITE_OK && wanted) {
        step = sqlite3_backup_step(copying, PagesInAPiece);
        wanted = isWanted();
    }
    const int outcome = sqlite3_backup_finish(copying);
    const auto ended = ask("rollback");
    if (!wanted)
        return givenUp();
    if (outcome != SQLITE_OK)
        return target.failure();
    return ended ? Result<void>() : Result<void>(ended.error());
}

} // namespace iwd
