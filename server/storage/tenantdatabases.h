// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "postgresstore.h"

namespace iwd {

struct TenantDatabasesOptions
{
    PostgresOptions postgres; ///< of the directory; but for the name of the database, of every other one as well
    bool ownForNew = false; ///< a new tenant gets a database of its own
    QString prefix = QStringLiteral("iwd-"); ///< of the names of such databases; the tenant's id follows
};

/// Tenants in PostgreSQL, each in the database that it shares with others (the directory) or in one of its own, on the same server.
///
/// The directory knows every tenant and where it lives. Keys, users and sessions are there, too, because they are what a tenant is found by; so is nothing else of a tenant that
/// lives elsewhere. Every database has threads, connections, migrations and partitions of its own, and one that is away keeps nobody waiting but its tenant, whose units fail at
/// once with StorageUnavailable. It is come back to by itself, also when it could not be reached at the start.
class TenantDatabases final : public Store
{
public:
    /// Connects to the directory, and to the other databases as far as they can be reached. @p clock must outlive the store.
    [[nodiscard]] static Result<std::unique_ptr<TenantDatabases>> open(TenantDatabasesOptions options, const Clock &clock);
    ~TenantDatabases() override;

    void setHooks(std::function<Hooks(int lane)> hooksOf) override;
    void removeHooks(const std::function<void(int lane)> &last) override;
    bool tellWriters(const std::function<void(int lane)> &tell) override;
    int laneOf(TenantId tenant) const override;
    bool write(WriteUnit unit) override;
    bool read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool readCallers(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    bool lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) override;
    quint64 callersVersion() const override;
    /// Fails when the tenant's own database cannot be made, and says what an administrator has to do; calling it again goes on where it ended.
    Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) override;
    Result<QByteArray> sharedSecret(const QString &name, const QByteArray &candidate) override;
    std::optional<QString> trouble() const override;
    std::map<TenantId, std::optional<QString>> tenantTroubles() const override;
    std::optional<milliseconds> clockDeviation() const override;
    QString kind() const override;
    qint64 sizeBytes() const override;

private:
    TenantDatabases();

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace iwd
