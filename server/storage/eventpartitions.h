// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "postgresdatabase.h"

#include <set>

/// The partitions of the event log in PostgreSQL, one a day. Several processes may make and drop them at once.
namespace iwd::eventpartitions {

/// Makes those of the days from @p first to @p last that are missing, in transactions of its own. @returns whether they are there
[[nodiscard]] bool make(PostgresDatabase &database, qint64 first, qint64 last);

/// Drops those of the days before @p first, together with what is in them. @returns how many; nothing: it failed
[[nodiscard]] std::optional<int> dropBefore(PostgresDatabase &database, qint64 first);

/// The days that there are partitions for.
[[nodiscard]] std::set<qint64> days(PostgresDatabase &database);

} // namespace iwd::eventpartitions
