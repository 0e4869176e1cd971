// SPDX-License-Identifier: Apache-2.0
#include "sqlitestore.h"

#include "configurationcache.h"
#include "migrations.h"
#include "sqlitedatabase.h"
#include "sqlitefile.h"
#include "sqlitetransaction.h"
#include "textindex.h"

#include <base/log.h>

#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>

#include <atomic>
#include <condition_variable>

#include <fcntl.h>
#include <unistd.h>

namespace iwd {

namespace {

constexpr off_t roomBytes = 8 * 1024 * 1024; ///< free again after trouble: enough that the next write does not meet the same

/// Whether the disk of @p path has room for more than the next page.
bool hasRoom(const QString &path)
{
    const QByteArray probe = QFile::encodeName(path + QStringLiteral("-room"));
    const int file = ::open(probe.constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    const int error = ::posix_fallocate(file, 0, roomBytes);
    ::close(file);
    ::unlink(probe.constData());
    return error == 0 || error == EOPNOTSUPP || error == EINVAL;
}

/// How long the full-text index lets changes gather, so that it writes many at once.
constexpr milliseconds textIndexPause { 300 };
constexpr milliseconds textIndexRetry { 10'000 };
constexpr int textIndexPortion = 500; ///< items in a transaction of the index


/// SQLite has no versions of a configuration to compare: this process is the only one that changes it.
constexpr qint64 onlyVersion = 0;

class SqliteBackend final : public SqlBackend
{
public:
    SqliteBackend(SqliteOptions options, const Clock &clock)
        : m_options(std::move(options))
        , m_clock(clock)
    {
    }

    QString kind() const override { return QStringLiteral("sqlite"); }
    qint64 sizeBytes() const override { return QFileInfo(m_options.path).size() + QFileInfo(m_options.path + QStringLiteral("-wal")).size(); }
    Result<std::unique_ptr<Database>> connect() override;
    Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) override;

    bool beginWriting(Database &database, const std::vector<WrittenTenant> &, TenantCaches &, Deadline) override { return database.execute(QStringLiteral("begin immediate")); }
    std::unique_ptr<SqlTransaction> writingView(Database &database, TenantId tenant, Instant now, TenantCache &cache) override { return view(database, tenant, now, cache); }
    bool commit(Database &database, const WritingViews &, bool proof) override { return (!proof || provesWritable(database)) && database.execute(QStringLiteral("commit")); }
    void committed(const WritingViews &views, const Configurations &changed) override;
    quint64 callersVersion() const override { return m_callersVersion; }

    std::unique_ptr<SqlTransaction> beginReading(Database &database, TenantId tenant, Instant now, TenantCache &cache, Deadline until, bool search) override;
    void beginLookUp(Database &database, Deadline) override { database.execute(QStringLiteral("begin")); }
    void endReading(Database &database) override { database.execute(QStringLiteral("rollback")); }

    bool worksInBackground() const override { return m_options.indexText; }
    void workInBackground(Database &database) override;
    void stop() override;

private:
    std::unique_ptr<SqliteTransaction> view(Database &database, TenantId tenant, Instant now, TenantCache &cache);
    bool provesWritable(Database &database);
    bool waitForChanges(milliseconds atLeast);

    const SqliteOptions m_options;
    const Clock &m_clock;
    ConfigurationCache m_configurations;
    /// Begins anywhere, so that what an earlier process has left in a shared cache is not believed.
    std::atomic<quint64> m_callersVersion = QRandomGenerator::system()->generate64();

    std::mutex m_indexMutex;
    std::condition_variable m_indexWake;
    bool m_somethingChanged = true;
    bool m_closing = false;
    std::atomic<bool> m_textIndexed = false; ///< the index is there and its state can be read
};

Result<std::unique_ptr<Database>> SqliteBackend::connect()
{
    auto database = SqliteDatabase::open(m_options.path, m_options.observer);
    if (!database)
        return database.error();
    return std::unique_ptr<Database>(std::move(database).value());
}

Result<TenantId> SqliteBackend::createTenant(const QString &id, const QString &name, const QString &ccid)
{
    // Rare, and before anybody is served, so a connection of its own does.
    auto database = SqliteDatabase::open(m_options.path, {});
    if (!database)
        return database.error();
    auto row = (*database)->systemStatement(QStringLiteral("system/insert_tenant"));
    row.bind(QStringLiteral(":name"), id).bind(QStringLiteral(":title"), name).bind(QStringLiteral(":ccid"), ccid);
    if (!row.bind(QStringLiteral(":created_ms"), toMillis(m_clock.now())).run() || !row.next())
        return *(*database)->failure();
    return TenantId { row.integer(0) };
}

std::unique_ptr<SqliteTransaction> SqliteBackend::view(Database &database, TenantId tenant, Instant now, TenantCache &cache)
{
    auto configuration = m_configurations.find(tenant, onlyVersion);
    const bool known = configuration != nullptr;
    auto view = std::make_unique<SqliteTransaction>(database, tenant, now, std::move(configuration), cache);
    // Loaded here only before the first change; from then on the writing thread puts each new one in.
    if (!known) {
        if (auto loaded = view->configuration(); !database.failure())
            m_configurations.put(tenant, onlyVersion, std::move(loaded));
    }
    return view;
}

void SqliteBackend::committed(const WritingViews &views, const Configurations &changed)
{
    if (std::any_of(views.begin(), views.end(), [](const auto &view) { return view.second->callersChanged(); }))
        ++m_callersVersion;
    for (const auto &[tenant, configuration] : changed)
        m_configurations.put(tenant, onlyVersion, configuration);
    if (m_options.indexText) {
        const std::lock_guard lock(m_indexMutex);
        m_somethingChanged = true;
    }
    m_indexWake.notify_one();
}

std::unique_ptr<SqlTransaction> SqliteBackend::beginReading(Database &database, TenantId tenant, Instant now, TenantCache &cache, Deadline, bool search)
{
    auto &connection = static_cast<SqliteDatabase &>(database);
    if (search && !connection.textIndexAttached && m_textIndexed) {
        connection.textIndexAttached = TextIndex::attachForReading(database, m_options.path);
        database.clearFailure();
    }
    database.execute(QStringLiteral("begin"));
    // The look at the index comes first, so that the items that are read after it are never older than it.
    const bool useIndex = search && m_textIndexed && TextIndex::beginReading(database);
    auto snapshot = view(database, tenant, now, cache);
    snapshot->useTextIndex(useIndex);
    return snapshot;
}

/// @returns false when the store closes
bool SqliteBackend::waitForChanges(milliseconds atLeast)
{
    std::unique_lock lock(m_indexMutex);
    if (m_indexWake.wait_for(lock, atLeast, [this] { return m_closing; }))
        return false;
    m_indexWake.wait(lock, [this] { return m_closing || m_somethingChanged; });
    m_somethingChanged = false;
    return !m_closing;
}

/// Follows the items with the full-text index. What goes wrong here costs speed, never an answer, so it is said and tried again.
void SqliteBackend::workInBackground(Database &database)
{
    bool attached = false;
    milliseconds pause = textIndexPause;
    do {
        if (!attached) {
            database.clearFailure();
            attached = TextIndex::attach(database, m_options.path);
            m_textIndexed = attached;
        }
        std::optional<bool> more = attached ? std::optional(true) : std::nullopt;
        while (more && *more) {
            more = TextIndex::catchUp(database, textIndexPortion);
            const std::lock_guard lock(m_indexMutex);
            if (m_closing)
                return;
        }
        if (!more && pause == textIndexPause) {
            log::warning(u"The full-text index could not be brought up to date; it is tried again, and searches for words take longer meanwhile",
                { { QLatin1StringView("reason"), database.failure() ? database.failure()->text : QString() } });
        }
        pause = more ? textIndexPause : textIndexRetry;
        if (!more) {
            const std::lock_guard lock(m_indexMutex);
            m_somethingChanged = true;
        }
    } while (waitForChanges(pause));
}

void SqliteBackend::stop()
{
    {
        const std::lock_guard lock(m_indexMutex);
        m_closing = true;
    }
    m_indexWake.notify_all();
}

/// After trouble, a transaction that has nothing to write proves nothing: a full disk accepts it. So each one writes a page until one holds, and
/// until there is room for more: a disk with one free page would be ready and in trouble by turns.
bool SqliteBackend::provesWritable(Database &database)
{
    if (!database.execute(QStringLiteral("update tenant set created_ms = created_ms")))
        return false;
    if (hasRoom(m_options.path))
        return true;
    const QString reason = QStringLiteral("less than %1 MiB are free").arg(roomBytes / (1024 * 1024));
    database.fail({ ErrorCode::StorageUnavailable, QStringLiteral("The disk of the database is full: %1. Nothing was stored; make room, and the server goes on by itself.").arg(reason), {},
        { { QStringLiteral("reason"), reason } } });
    return false;
}

} // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options, const Clock &clock)
{
    {
        auto database = SqliteDatabase::open(options.path, {});
        if (!database)
            return database.error();
        if (const auto migrated = migrate(**database); !migrated)
            return migrated.error();
        // SQLite opens a file that it may only read without a word, and would be ready to refuse every write.
        if (!(*database)->execute(QStringLiteral("pragma application_id = %1").arg(SqliteApplicationId))) {
            const QString reason = (*database)->failure()->args.value(QStringLiteral("reason")).toString();
            return Error { ErrorCode::StorageUnavailable,
                QStringLiteral("The database %1 cannot be written to: %2. Give this user the right to write to the file and to its folder.").arg(options.path, reason), {},
                { { QStringLiteral("reason"), reason } } };
        }
    }
    const SqlStoreOptions shared { options.readers, options.queueLimit, options.groupLimit, options.searchers, options.searchQueueLimit, options.searchLimit };
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::make_unique<SqliteBackend>(std::move(options), clock), shared, clock));
    if (const auto started = store->start(); !started)
        return started.error();
    return store;
}

} // namespace iwd
