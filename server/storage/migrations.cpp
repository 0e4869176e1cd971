// SPDX-License-Identifier: Apache-2.0
#include "migrations.h"

#include <base/clock.h>
#include <base/log.h>

#include <QCryptographicHash>
#include <QRegularExpression>

namespace iwd {

namespace {

Error refused(const QString &text)
{
    return { ErrorCode::StorageUnavailable, text, {}, { { QStringLiteral("reason"), text } } };
}

bool apply(Database &database, const Migration &step)
{
    for (const QString &statement : statementsOf(step)) {
        if (!database.execute(statement))
            return false;
    }
    auto record = database.systemStatement(QStringLiteral("system/record_migration"));
    record.bind(QStringLiteral(":number"), step.number).bind(QStringLiteral(":name"), step.name).bind(QStringLiteral(":checksum"), step.checksum).bind(QStringLiteral(":least_known"), step.leastKnown);
    return record.bind(QStringLiteral(":applied_ms"), toMillis(SystemClock().now())).run();
}

struct Applied
{
    QString checksum;
    int leastKnown = 0;
};

/// Whether a server that knows the migrations up to @p known can work with what newer ones have made of the database.
Result<void> checkNewer(const std::map<int, Applied> &applied, int known)
{
    const int newest = applied.empty() ? 0 : applied.rbegin()->first;
    if (newest <= known)
        return {};
    int needed = 0;
    for (const auto &[number, migration] : applied)
        needed = std::max(needed, migration.leastKnown);
    if (needed > known) {
        return refused(QStringLiteral("This server is older than the database: a newer version has brought the database to migration %1, with which only servers work that know migration %2, and this one knows %3. "
                                      "Start the newer version, or restore a backup from before the upgrade.")
                           .arg(newest)
                           .arg(needed)
                           .arg(known));
    }
    log::warning(u"The database was brought to a newer form by a newer version; this server works with it, and is to be replaced soon",
        { { QLatin1StringView("migration"), newest }, { QLatin1StringView("known"), known } });
    return {};
}

Result<bool> bringUp(Database &database, const std::vector<Migration> &migrations)
{
    std::map<int, Applied> applied;
    {
        auto known = database.systemStatement(QStringLiteral("system/migrations"));
        known.run();
        while (known.next())
            applied[static_cast<int>(known.integer(0))] = { known.text(1), static_cast<int>(known.integer(2)) };
    }
    if (database.failure())
        return *database.failure();
    if (const auto fits = checkNewer(applied, migrations.back().number); !fits)
        return fits.error();
    bool complete = true;
    for (const Migration &step : migrations) {
        const auto known = applied.find(step.number);
        if (known != applied.end() && known->second.checksum != step.checksum) {
            return refused(QStringLiteral("Migration %1 was applied with another text than this version has. The database was made by a different build; "
                                          "use that build or restore a backup.")
                               .arg(step.name));
        }
        if (known == applied.end()) {
            // Nobody was here before: a new database.
            const bool othersNeedIt = step.leastKnown > 0 && !applied.empty() && database.isUsedByServersBefore(step.leastKnown);
            if (database.failure())
                return *database.failure();
            if (othersNeedIt) {
                complete = false;
                continue;
            }
            if (!apply(database, step)) {
                return refused(QStringLiteral("Migration %1 failed and was undone; the database is as it was, and servers of the version before go on with it: %2 "
                                              "Start this version again when the reason is gone.")
                                   .arg(step.name, database.failure()->text));
            }
            log::info(u"Migrated the database", { { QLatin1StringView("migration"), step.name } });
        }
    }
    return complete;
}

} // namespace

/// A statement ends with the line that its semicolon ends: a trigger may have one inside. Bodies of functions stand between two $body$, and have statements of their own.
QStringList statementsOf(const Migration &migration)
{
    static const QRegularExpression end(QStringLiteral(";[ \\t]*(?=\\n|$)"));
    static const QString quote = QStringLiteral("$body$");
    QStringList statements { QString() };
    bool quoted = false;
    for (const QString &part : migration.sql.split(quote)) {
        const QStringList pieces = quoted ? QStringList { quote + part + quote } : part.split(end);
        statements.last() += pieces.first();
        statements.append(pieces.sliced(1));
        quoted = !quoted;
    }
    statements.removeIf([](const QString &statement) { return statement.trimmed().isEmpty(); });
    return statements;
}

Migration migrationFrom(const QString &name, const QString &text)
{
    static const QRegularExpression contract(QStringLiteral("^--\\s*contract:\\s*(\\d{4})\\b"), QRegularExpression::MultilineOption);
    Migration migration;
    migration.number = name.sliced(10, 4).toInt();
    migration.name = name;
    migration.sql = withoutComments(text);
    migration.checksum = QString::fromLatin1(QCryptographicHash::hash(migration.sql.toUtf8(), QCryptographicHash::Sha256).toHex());
    migration.leastKnown = contract.match(text).captured(1).toInt();
    return migration;
}

std::vector<Migration> migrationsOf(const QString &dialect)
{
    std::vector<Migration> result;
    for (const QString &name : statementNames(dialect)) {
        if (name.startsWith(QStringLiteral("migration/")))
            result.push_back(migrationFrom(name, statementFile(dialect, name)));
    }
    return result;
}

int newestMigration(const QString &dialect)
{
    return migrationsOf(dialect).back().number;
}

Result<bool> migrate(Database &database, const std::vector<Migration> &migrations)
{
    // One transaction for all steps: nobody else migrates from the look at what is applied to the last step.
    Result<bool> result = database.beginMigration() ? bringUp(database, migrations) : Result<bool>(*database.failure());
    if (result) {
        if (const auto sound = database.checkMigrated(); !sound)
            result = sound.error();
    }
    if (result && database.endMigration(true))
        return result;
    const Error error = result ? *database.failure() : result.error();
    database.clearFailure();
    database.endMigration(false);
    database.clearFailure();
    return error;
}

Result<bool> migrate(Database &database)
{
    return migrate(database, migrationsOf(database.dialect()));
}

} // namespace iwd
