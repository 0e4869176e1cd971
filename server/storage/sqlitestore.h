// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqlstore.h"
#include "statementobserver.h"

namespace iwd {

struct SqliteOptions
{
    QString path;
    int readers = 2; ///< reading threads, each with a connection of its own
    int queueLimit = 20'000; ///< units that may wait; more are answered Busy
    int groupLimit = 512; ///< units in one transaction, so that one slow group does not keep everybody waiting
    StatementObserver observer; ///< called on every thread of the store
    int searchers = 1; ///< threads for searches, which may take long
    bool indexText = true; ///< keep the full-text index; without it such searches look at every item
    int searchQueueLimit = 100; ///< searches that may wait; more are answered Busy
    milliseconds searchLimit { 3'000 }; ///< after which a search is broken off
};

/// The embedded store: one file.
class SqliteStore final : public SqlStore
{
public:
    /// Opens or creates the file and brings it to the current form. @p clock must outlive the store.
    [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options, const Clock &clock);

private:
    using SqlStore::SqlStore;
};

} // namespace iwd
