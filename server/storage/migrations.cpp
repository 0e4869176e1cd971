// SPDX-License-Identifier: Apache-2.0
#include "migrations.h"

#include <base/clock.h>
#include <base/log.h>

#include <QCryptographicHash>

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
std::vector<Step> stepsOf(const QString &dialect)
{
    std::vector<Step> result;
    for (const QString &name : statementNames(dialect)) {
        if (!name.startsWith(QStringLiteral("migration/")))
            continue;
        const QString sql = statementText(dialect, name);
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
    // One statement a call. Our migrations hold no ';' inside a statement.
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
    const auto all = stepsOf(database.dialect());
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

} // namespace

Result<void> migrate(Database &database)
{
    // One transaction for all steps: nobody else migrates from the look at what is applied to the last step.
    Result<void> result = database.beginMigration() ? bringUp(database) : Result<void>(*database.failure());
    if (result)
        result = database.checkMigrated();
    if (result && database.endMigration(true))
        return {};
    const Error error = result ? *database.failure() : result.error();
    database.clearFailure();
    database.endMigration(false);
    database.clearFailure();
    return error;
}

} // namespace iwd
