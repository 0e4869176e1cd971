// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "statementobserver.h"

#include <pipeline/store.h>

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

/// The embedded store: one file, one writing thread, a few reading threads.
///
/// Group commit: what arrives while a transaction is being written and synced shares the next one. No timer is needed for that, and
/// a lone write does not wait.
class SqliteStore final : public Store
{
public:
    /// Opens or creates the file and brings it to the current form. @p clock must outlive the store.
    [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options, const Clock &clock);
    /// Finishes what is queued.
    ~SqliteStore() override;

    void setHooks(Hooks hooks) override;
    bool write(WriteUnit unit) override;
    bool read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) override;
    std::optional<QString> trouble() const override;
    QString kind() const override { return QStringLiteral("sqlite"); }
    qint64 sizeBytes() const override;

private:
    class Private;
    explicit SqliteStore(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace iwd
