// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqltransaction.h"

namespace iwd {

using TenantCaches = std::map<TenantId, TenantCache>; ///< of one thread
using WritingViews = std::map<TenantId, std::unique_ptr<SqlTransaction>>;
using Configurations = std::map<TenantId, std::shared_ptr<const ConfigurationSnapshot>>;

/// A tenant whose data a transaction is going to write.
struct WrittenTenant
{
    TenantId id;
    QStringList captureIds; ///< see WriteUnit
};

/// What a database does its own way: how transactions begin and end, and what a new thread needs. Calls that take a Database come from the thread
/// of that connection; those about writing all come from the one writing thread.
class SqlBackend
{
public:
    virtual ~SqlBackend() = default;
    SqlBackend() = default;
    SqlBackend(const SqlBackend &) = delete;
    SqlBackend &operator=(const SqlBackend &) = delete;

    [[nodiscard]] virtual QString kind() const = 0; ///< "sqlite"
    [[nodiscard]] virtual qint64 sizeBytes() const = 0;
    /// A connection for the calling thread.
    [[nodiscard]] virtual Result<std::unique_ptr<Database>> connect() = 0;
    [[nodiscard]] virtual Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) = 0;

    /// Opens what is the installation's own, and hidden from tenants, to the transaction.
    virtual bool openInstallation(Database &database) { return !database.failure(); }

    /// Begins a transaction in which these tenants are written, and nobody else writes them. Drops from @p caches what others have changed.
    /// @param tenants in the order of their ids
    /// @param until when nobody waits for it any more
    virtual bool beginWriting(Database &database, const std::vector<WrittenTenant> &tenants, TenantCaches &caches, Deadline until) = 0;
    [[nodiscard]] virtual std::unique_ptr<SqlTransaction> writingView(Database &database, TenantId tenant, Instant now, TenantCache &cache) = 0;
    /// @param proof whether the commit has to show that the database takes writes, because it did not before
    virtual bool commit(Database &database, const WritingViews &views, bool proof) = 0;
    /// After the commit. @param changed configurations as the transaction left them
    virtual void committed(const WritingViews &views, const Configurations &changed) = 0;

    /// See Store::clockDeviation(). Thread-safe.
    [[nodiscard]] virtual std::optional<milliseconds> clockDeviation() const { return std::nullopt; }

    /// How often to look whether others have written; nothing: this process is alone with its database.
    [[nodiscard]] virtual std::optional<milliseconds> lookInterval() const { return std::nullopt; }
    /// Looks now, outside of a transaction. Drops from @p caches what others have changed.
    virtual void lookAtOthers(Database &database, TenantCaches &caches)
    {
        (void)database;
        (void)caches;
    }
    /// What beginWriting() and lookAtOthers() have found that others did.
    struct OthersWork
    {
        std::set<TenantId> tenants; ///< that they wrote
        std::vector<Event> events; ///< of each tenant in their order
    };
    [[nodiscard]] virtual OthersWork takeOthersWork() { return {}; }
    /// See Store::callersVersion(). Thread-safe.
    [[nodiscard]] virtual quint64 callersVersion() const = 0;

    /// Begins a snapshot. @returns null when the database failed
    [[nodiscard]] virtual std::unique_ptr<SqlTransaction> beginReading(Database &database, TenantId tenant, Instant now, TenantCache &cache, Deadline until, bool search) = 0;
    virtual void beginLookUp(Database &database, Deadline until) = 0;
    virtual void endReading(Database &database) = 0;

    /// Whether workInBackground() wants a thread and a connection.
    [[nodiscard]] virtual bool worksInBackground() const { return false; }
    /// Returns soon after stop().
    virtual void workInBackground(Database &database) { (void)database; }
    virtual void stop() { }
};

} // namespace iwd
