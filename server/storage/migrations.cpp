// SPDX-License-Identifier: Apache-2.0
#include "migrations.h"

#include <base/clock.h>
#include <base/log.h>

#include <QCryptographicHash>
#include <QSqlError>

namespace iwd {

namespace {

struct Step
{
    int number = 0;
    QString name;
    QString sql;
    QString checksum;
};

/// In order of number; names are "migration/0001_foundation".
std::vector<Step> steps()
{
    std::vector<Step> result;
    for (const QString &name : statementNames()) {
        if (!name.startsWith(QStringLiteral("migration/")))
            continue;
        const QString sql = statementText(name);
        const auto digest = QCryptographicHash::hash(sql.toUtf8(), QCryptographicHash::Sha256).toHex();
        result.push_back({ name.sliced(10, 4).toInt(), name, sql, QString::fromLatin1(digest) });
    }
    return result;
}

Error refused(const QString &text)
{
    return { ErrorCode::StorageUnavailable, text, {}, {} };
}

bool apply(Database &database, const Step &step)
{
    // The driver runs one statement a call. Our migrations hold no ';' inside a statement.
    for (const QString &statement : step.sql.split(u';')) {
        if (!statement.trimmed().isEmpty() && !database.execute(statement))
            return false;
    }
    auto record = database.systemStatement(QStringLiteral("system/record_migration"));
    record.bind(QStringLiteral(":number"), step.number).bind(QStringLiteral(":name"), step.name).bind(QStringLiteral(":checksum"), step.checksum);
    return record.bind(QStringLiteral(":applied_ms"), toMillis(SystemClock().now())).run();
}

Result<void> bringUp(Database &database)
{
    std::map<int, QString> applied;
    {
        auto known = database.systemStatement(QStringLiteral("system/migrations"));
        known.run();
        while (known.next())
            applied.emplace(static_cast<int>(known.integer(0)), known.text(1));
    }
    const auto all = steps();
    if (!applied.empty() && applied.rbegin()->first > all.back().number) {
        return refused(QStringLiteral("The database was last used by a newer version (migration %1, this version knows %2). Start that version, or restore a backup.")
                           .arg(applied.rbegin()->first)
                           .arg(all.back().number));
    }
    for (const Step &step : all) {
        const auto known = applied.find(step.number);
        if (known != applied.end() && known->second != step.checksum) {
            return refused(QStringLiteral("Migration %1 was applied with another text than this version has. The database was made by a different build; "
                                          "use that build or restore a backup.")
                               .arg(step.name));
        }
        if (known == applied.end()) {
            if (!apply(database, step))
                return refused(QStringLiteral("Migration %1 failed and was undone: %2").arg(step.name, database.failure()->text));
            log::info(u"Migrated the database", { { QLatin1StringView("migration"), step.name } });
        }
    }
    return {};
}

/// Whether every row still finds what it refers to.
Result<void> checkReferences(Database &database)
{
    auto broken = database.systemStatement(QStringLiteral("system/broken_references"));
    if (!broken.run())
        return *database.failure();
    if (broken.next())
        return refused(QStringLiteral("The migration was undone: rows of table \"%1\" refer to rows of \"%2\" that are not there.").arg(broken.text(0), broken.text(1)));
    return {};
}

} // namespace

Result<void> migrate(Database &database)
{
    // A step that rebuilds a table drops the old one, which references to it must survive; they are checked before the commit instead.
    // SQLite ignores this switch inside a transaction.
    if (!database.execute(QStringLiteral("pragma foreign_keys = off")))
        return *database.failure();
    // One transaction for all steps: the write lock is held from the look at what is applied to the last step.
    if (!database.execute(QStringLiteral("begin immediate")))
        return *database.failure();
    const bool ledger = database.execute(QStringLiteral(
        "create table if not exists migration (number integer primary key, name text not null, checksum text not null, applied_ms integer not null)"));
    Result<void> result = ledger ? bringUp(database) : Result<void>(*database.failure());
    if (result)
        result = checkReferences(database);
    if (result && database.execute(QStringLiteral("commit")) && database.execute(QStringLiteral("pragma foreign_keys = on")))
        return {};
    const Error error = result ? *database.failure() : result.error();
    database.clearFailure();
    database.execute(QStringLiteral("rollback"));
    database.execute(QStringLiteral("pragma foreign_keys = on"));
    database.clearFailure();
    return error;
}

} // namespace iwd
