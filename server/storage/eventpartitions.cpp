// SPDX-License-Identifier: Apache-2.0
#include "eventpartitions.h"

namespace iwd::eventpartitions {

namespace {

/// One process at a time looks what there is and changes it.
const QString lock = QStringLiteral("select pg_advisory_xact_lock(1230455812, -1)");

QString nameOf(qint64 day)
{
    return QStringLiteral("event_d%1").arg(day);
}

/// Attached after it was made, and not made as a partition: that takes a lock which keeps writers and readers of the log away.
bool makeOne(PostgresDatabase &database, qint64 day)
{
    const QString name = nameOf(day);
    return database.execute(QStringLiteral("create table %1 (like event including defaults including constraints)").arg(name))
        && database.execute(QStringLiteral("alter table %1 enable row level security").arg(name)) && database.execute(QStringLiteral("alter table %1 force row level security").arg(name))
        && database.execute(
            QStringLiteral("create policy of_the_tenant on %1 using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint))").arg(name))
        && database.execute(QStringLiteral("alter table event attach partition %1 for values from (%2) to (%3)").arg(name).arg(day).arg(day + 1));
}

} // namespace

std::set<qint64> days(PostgresDatabase &database)
{
    std::set<qint64> known;
    auto rows = database.systemStatement(QStringLiteral("system/event_partitions"));
    rows.run();
    while (!database.failure() && rows.next())
        known.insert(rows.integer(0));
    return known;
}

bool make(PostgresDatabase &database, qint64 first, qint64 last)
{
    return database.inTransaction([&] {
        if (!database.execute(lock))
            return false;
        const std::set<qint64> known = days(database);
        for (qint64 day = first; day <= last && !database.failure(); ++day) {
            if (!known.contains(day) && !makeOne(database, day))
                return false;
        }
        return true;
    });
}

std::optional<int> dropBefore(PostgresDatabase &database, qint64 first)
{
    int dropped = 0;
    const bool done = database.inTransaction([&] {
        if (!database.execute(lock))
            return false;
        for (const qint64 day : days(database)) {
            if (day >= first)
                break;
            if (!database.execute(QStringLiteral("drop table ") + nameOf(day)))
                return false;
            ++dropped;
        }
        return true;
    });
    return done ? std::optional(dropped) : std::nullopt;
}

} // namespace iwd::eventpartitions
