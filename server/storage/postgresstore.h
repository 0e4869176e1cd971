// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqlstore.h"
#include "statementobserver.h"

namespace iwd {

struct PostgresOptions
{
    QString url; ///< postgresql://user@host:port/database?options
    QString password {}; ///< instead of one in the URL; empty: none
    QString database {}; ///< instead of the one in the URL; empty: none
    int readers = 2; ///< reading threads, each with a connection of its own
    int queueLimit = 20'000; ///< units that may wait; more are answered Busy
    int groupLimit = 512; ///< units in one transaction, so that one slow group does not keep everybody waiting
    StatementObserver observer {}; ///< called on every thread of the store
    int searchers = 1; ///< threads for searches, which may take long
    int searchQueueLimit = 100; ///< searches that may wait; more are answered Busy
    milliseconds searchLimit { 3'000 }; ///< after which a search is broken off
    milliseconds answerLimit { 30'000 }; ///< for a statement of a unit of work without a deadline
    milliseconds lockLimit { 5'000 }; ///< for another process to end its transaction
    milliseconds idleLimit { 5'000 }; ///< for this one to go on with its own; then the server ends it, so that the others can
    milliseconds lookInterval { 50 }; ///< how often to look for what other processes have written
    milliseconds maintenanceInterval { 600'000 }; ///< how often to look after partitions of the log, and after what is left of a migration
    int keepEventDays = 0; ///< days of the log that are kept, today not counted; 0: all
    int leastVersion = 140'000; ///< of the server
};

/// The store for production: a PostgreSQL server, shared by any number of processes.
///
/// Processes write a tenant's data one after the other, each under the tenant's lock; readers wait for nobody. While the server is away, units fail at once with
/// StorageUnavailable, and the store connects again by itself.
class PostgresStore final : public SqlStore
{
public:
    /// Connects, and brings the database to the current form. @p clock must outlive the store.
    [[nodiscard]] static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options, const Clock &clock);

private:
    using SqlStore::SqlStore;
};

} // namespace iwd
