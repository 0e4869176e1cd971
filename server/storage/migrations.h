// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

namespace iwd {

/// A numbered step of the form of a database.
struct Migration
{
    int number = 0;
    QString name; ///< "migration/0001_foundation"
    QString sql; ///< without comments
    QString checksum; ///< of that
    /// A server can work with a database that was brought here when it knows the migration with this number. 0: every server before can. Stands in the file as "-- contract: 0005", because only
    /// a step that takes away what older servers need has to say so.
    int leastKnown = 0;
};

/// @param name "migration/0001_foundation"
[[nodiscard]] Migration migrationFrom(const QString &name, const QString &text);
/// Those of this version, in order.
[[nodiscard]] std::vector<Migration> migrationsOf(const QString &dialect);
/// The number of the last of them.
[[nodiscard]] int newestMigration(const QString &dialect);

/// Its statements, one after the other.
[[nodiscard]] QStringList statementsOf(const Migration &migration);

/// Brings the database to the current form: forward only, in one transaction that others wait for, so that several servers that start at once do it once. A step
/// that was applied and has another text now stops the start with an explanation. So does a database that a newer version has brought to a form which this
/// version is too old for; with any other newer form it works on, so that old and new servers run beside each other while they are replaced.
///
/// A step that takes away what older servers need (see Migration::leastKnown) is put off while one is connected; no later step relies on it.
/// @returns whether all is done; if not, it is called again later
[[nodiscard]] Result<bool> migrate(Database &database, const std::vector<Migration> &migrations);
[[nodiscard]] Result<bool> migrate(Database &database);

} // namespace iwd
