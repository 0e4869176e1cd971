// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqlbackend.h"

namespace iwd {

struct SqlStoreOptions
{
    int readers = 2; ///< reading threads, each with a connection of its own
    int queueLimit = 20'000; ///< units that may wait; more are answered Busy
    int groupLimit = 512; ///< units in one transaction, so that one slow group does not keep everybody waiting
    int searchers = 1; ///< threads for searches, which may take long
    int searchQueueLimit = 100; ///< searches that may wait; more are answered Busy
    milliseconds searchLimit { 3'000 }; ///< after which a search is broken off
};

/// A store in a database that speaks SQL: one writing thread, a few reading threads, each with a connection of its own.
///
/// Group commit: what arrives while a transaction is being written and synced shares the next one. No timer is needed for that, and
/// a lone write does not wait.
class SqlStore : public Store
{
public:
    /// Finishes what is queued.
    ~SqlStore() override;

    void setHooks(std::function<Hooks(int lane)> hooksOf) override;
    void removeHooks(const std::function<void(int lane)> &last) override;
    bool tellWriters(const std::function<void(int lane)> &tell) override;
    bool write(WriteUnit unit) override;
    bool read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    quint64 callersVersion() const override;
    Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) override;
    Result<QByteArray> sharedSecret(const QString &name, const QByteArray &candidate) override;
    std::optional<QString> trouble() const override;
    std::optional<milliseconds> clockDeviation() const override;
    QString kind() const override;
    qint64 sizeBytes() const override;

protected:
    /// @p clock must outlive the store.
    SqlStore(std::unique_ptr<SqlBackend> backend, SqlStoreOptions options, const Clock &clock);
    /// Starts the threads; the store is ready when all are connected.
    [[nodiscard]] Result<void> start();

private:
    void onTheWritingThread(const std::function<void()> &run);

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace iwd
