// SPDX-License-Identifier: Apache-2.0
#include "sqlitestore.h"

#include "migrations.h"
#include "sqlitetransaction.h"
#include "textindex.h"
#include "workqueue.h"

#include <base/log.h>

#include <QFile>
#include <QFileInfo>

#include <atomic>
#include <condition_variable>
#include <latch>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace iwd {

namespace {

constexpr int applicationId = 0x49574431; ///< "IWD1": by this, file(1) and people know whose database it is
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

class SqliteDirectory final : public Directory
{
public:
    explicit SqliteDirectory(Database &database)
        : m_database(database)
    {
    }

    std::vector<TenantRecord> tenants() override
    {
        auto rows = m_database.systemStatement(QStringLiteral("system/tenants"));
        std::vector<TenantRecord> tenants;
        if (rows.run()) {
            while (rows.next())
                tenants.push_back({ { rows.integer(0) }, rows.text(1), rows.text(2), rows.text(3) });
        }
        return tenants;
    }

    std::optional<ApiKeyRecord> apiKey(const QByteArray &hash) override
    {
        auto row = m_database.systemStatement(QStringLiteral("system/find_api_key"));
        row.bind(QStringLiteral(":hash"), hash);
        if (!row.run() || !row.next())
            return std::nullopt;
        ApiKeyRecord key { row.text(0), { row.integer(1) }, row.text(2), row.text(3).split(u' '), {}, {} };
        if (!row.isNull(4))
            key.expires = fromMillis(row.integer(4));
        return key;
    }

    std::optional<SessionRecord> session(const QByteArray &hash) override
    {
        auto row = m_database.systemStatement(QStringLiteral("system/find_session"));
        row.bind(QStringLiteral(":hash"), hash);
        if (!row.run() || !row.next())
            return std::nullopt;
        return SessionRecord { { row.integer(0) }, row.text(1), row.text(3).split(u' '), {}, fromMillis(row.integer(2)) };
    }

    std::optional<UserRecord> user(const QString &name) override
    {
        auto row = m_database.systemStatement(QStringLiteral("system/find_user"));
        row.bind(QStringLiteral(":name"), name);
        if (!row.run() || !row.next())
            return std::nullopt;
        return UserRecord { { row.integer(0) }, name, row.text(1), row.text(2).split(u' '), static_cast<int>(row.integer(3)), fromMillis(row.integer(4)), {} };
    }

private:
    Database &m_database;
};

/// How long the full-text index lets changes gather, so that it writes many at once.
constexpr milliseconds textIndexPause { 300 };
constexpr milliseconds textIndexRetry { 10'000 };
constexpr int textIndexPortion = 500; ///< items in a transaction of the index

Error deadlinePassed()
{
    return { ErrorCode::DeadlineExceeded, QStringLiteral("The server did not get to this request in time and did nothing. Try again."), {}, {} };
}

} // namespace

class SqliteStore::Private
{
public:
    Private(SqliteOptions options, const Clock &clock)
        : options(std::move(options))
        , clock(clock)
        , writes(this->options.queueLimit)
        , reads(this->options.queueLimit)
        , searches(this->options.searchQueueLimit)
    {
    }

    struct ReadUnit
    {
        std::function<void(Database &, std::map<TenantId, TenantCache> &)> run;
        std::function<void(const std::optional<Error> &)> done;
        Deadline deadline = Deadline::never();
    };

    std::function<void(Database &, std::map<TenantId, TenantCache> &)> inSnapshot(TenantId tenant, std::function<void(Snapshot &)> run, bool mayUseIndex);
    void textIndexLoop(Database &database);
    bool waitForChanges(milliseconds atLeast);
    void writeLoop(Database &database);
    void readLoop(Database &database);
    void searchLoop(Database &database);
    void writeGroup(Database &database, std::vector<WriteUnit> &units);
    bool runUnits(Database &database, std::vector<WriteUnit> &units, std::vector<Event> &events);
    bool provesWritable(Database &database);
    void undo(Database &database);
    std::shared_ptr<const ConfigurationSnapshot> configurationFor(Database &database, TenantId tenant);
    void startReading(Database &database, ReadUnit &unit, std::map<TenantId, TenantCache> &caches);
    void noteTrouble(const std::optional<Error> &failure);

    SqliteOptions options;
    const Clock &clock;
    Hooks hooks;
    WorkQueue<WriteUnit> writes;
    WorkQueue<ReadUnit> reads;
    WorkQueue<ReadUnit> searches;
    std::vector<std::thread> threads;

    std::mutex indexMutex;
    std::condition_variable indexWake;
    bool somethingChanged = true;
    bool closing = false;
    std::atomic<bool> textIndexed = false; ///< the index is there and its state can be read

    std::mutex configurationMutex;
    std::map<TenantId, std::shared_ptr<const ConfigurationSnapshot>> configurations;

    mutable std::mutex troubleMutex;
    std::optional<QString> trouble;

    // Of the writing thread
    std::map<TenantId, TenantCache> caches;
    std::map<TenantId, std::shared_ptr<const ConfigurationSnapshot>> changedConfigurations;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options, const Clock &clock)
{
    {
        auto database = Database::open(options.path, {});
        if (!database)
            return database.error();
        if (const auto migrated = migrate(**database); !migrated)
            return migrated.error();
        // SQLite opens a file that it may only read without a word, and would be ready to refuse every write.
        if (!(*database)->execute(QStringLiteral("pragma application_id = %1").arg(applicationId))) {
            const QString reason = (*database)->failure()->args.value(QStringLiteral("reason")).toString();
            return Error { ErrorCode::StorageUnavailable,
                QStringLiteral("The database %1 cannot be written to: %2. Give this user the right to write to the file and to its folder.").arg(options.path, reason), {},
                { { QStringLiteral("reason"), reason } } };
        }
    }
    auto d = std::make_unique<Private>(std::move(options), clock);
    // Every thread opens its own connection; the store is there when all are.
    std::latch opened(1 + d->options.readers + d->options.searchers + (d->options.indexText ? 1 : 0));
    std::mutex mutex;
    std::optional<Error> failure;
    const auto start = [&](const char *name, auto loop) {
        d->threads.emplace_back([&opened, &mutex, &failure, name, loop, d = d.get()] {
            ::pthread_setname_np(::pthread_self(), name); // as top -H and perf show it
            auto database = Database::open(d->options.path, d->options.observer);
            if (!database) {
                const std::lock_guard lock(mutex);
                failure = database.error();
            }
            const bool ok = database.ok();
            opened.count_down();
            if (ok)
                (d->*loop)(**database);
        });
    };
    start("store-write", &Private::writeLoop);
    for (int i = 0; i < d->options.readers; ++i)
        start("store-read", &Private::readLoop);
    for (int i = 0; i < d->options.searchers; ++i)
        start("store-search", &Private::searchLoop);
    if (d->options.indexText)
        start("text-index", &Private::textIndexLoop);
    opened.wait();
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(d)));
    if (failure)
        return *failure;
    return store;
}

SqliteStore::SqliteStore(std::unique_ptr<Private> d)
    : d(std::move(d))
{
}

SqliteStore::~SqliteStore()
{
    d->writes.close();
    d->reads.close();
    d->searches.close();
    {
        const std::lock_guard lock(d->indexMutex);
        d->closing = true;
    }
    d->indexWake.notify_all();
    for (auto &thread : d->threads)
        thread.join();
}

void SqliteStore::setHooks(Hooks hooks)
{
    d->hooks = std::move(hooks);
}

bool SqliteStore::write(WriteUnit unit)
{
    return d->writes.push(std::move(unit));
}

bool SqliteStore::read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->reads.push({ d->inSnapshot(tenant, std::move(run), false), std::move(done), deadline });
}

bool SqliteStore::search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->searches.push({ d->inSnapshot(tenant, std::move(run), true), std::move(done), deadline });
}

bool SqliteStore::lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    const auto inSnapshot = [run = std::move(run)](Database &database, std::map<TenantId, TenantCache> &) {
        database.execute(QStringLiteral("begin"));
        SqliteDirectory directory(database);
        run(directory);
    };
    return d->reads.push({ inSnapshot, std::move(done), deadline });
}

Result<TenantId> SqliteStore::createTenant(const QString &id, const QString &name, const QString &ccid)
{
    // Rare, and before anybody is served, so a connection of its own does.
    auto database = Database::open(d->options.path, {});
    if (!database)
        return database.error();
    auto row = (*database)->systemStatement(QStringLiteral("system/insert_tenant"));
    row.bind(QStringLiteral(":name"), id).bind(QStringLiteral(":title"), name).bind(QStringLiteral(":ccid"), ccid);
    if (!row.bind(QStringLiteral(":created_ms"), toMillis(d->clock.now())).run())
        return *(*database)->failure();
    return TenantId { row.insertedId() };
}

std::optional<QString> SqliteStore::trouble() const
{
    const std::lock_guard lock(d->troubleMutex);
    return d->trouble;
}

qint64 SqliteStore::sizeBytes() const
{
    return QFileInfo(d->options.path).size() + QFileInfo(d->options.path + QStringLiteral("-wal")).size();
}

std::shared_ptr<const ConfigurationSnapshot> SqliteStore::Private::configurationFor(Database &database, TenantId tenant)
{
    {
        const std::lock_guard lock(configurationMutex);
        if (const auto known = configurations.find(tenant); known != configurations.end())
            return known->second;
    }
    // Loaded here only before the first change; from then on the writing thread puts each new one in.
    auto loaded = loadConfiguration(database, tenant);
    if (!loaded)
        return nullptr;
    const std::lock_guard lock(configurationMutex);
    return configurations.try_emplace(tenant, std::move(loaded)).first->second;
}

void SqliteStore::Private::noteTrouble(const std::optional<Error> &failure)
{
    if (failure && failure->code != ErrorCode::StorageUnavailable)
        return;
    const std::lock_guard lock(troubleMutex);
    if (failure && !trouble)
        log::error(u"The database does not accept writes", { { QLatin1StringView("reason"), failure->args.value(QStringLiteral("reason")) } });
    if (!failure && trouble)
        log::info(u"The database accepts writes again");
    trouble = failure ? std::optional(failure->text) : std::nullopt;
}

void SqliteStore::Private::readLoop(Database &database)
{
    std::map<TenantId, TenantCache> caches;
    while (auto units = reads.take(1)) {
        for (ReadUnit &unit : *units)
            startReading(database, unit, caches);
    }
}

void SqliteStore::Private::searchLoop(Database &database)
{
    std::map<TenantId, TenantCache> caches;
    bool attached = false;
    while (auto units = searches.take(1)) {
        for (ReadUnit &unit : *units) {
            if (!attached && textIndexed) {
                database.clearFailure();
                attached = TextIndex::attachForReading(database, options.path);
                database.clearFailure();
            }
            database.limitWork(std::min(unit.deadline.at(), std::chrono::steady_clock::now() + options.searchLimit), options.searchLimit);
            startReading(database, unit, caches);
            database.limitWork({}, {});
        }
    }
}

std::function<void(Database &, std::map<TenantId, TenantCache> &)> SqliteStore::Private::inSnapshot(TenantId tenant, std::function<void(Snapshot &)> run, bool mayUseIndex)
{
    return [this, tenant, run = std::move(run), mayUseIndex](Database &database, std::map<TenantId, TenantCache> &caches) {
        TenantCache &cache = caches[tenant];
        cache.forgetRows();
        database.execute(QStringLiteral("begin"));
        // The look at the index comes first, so that the items that are read after it are never older than it.
        const bool useIndex = mayUseIndex && textIndexed && TextIndex::beginReading(database);
        SqliteTransaction snapshot(database, tenant, clock.now(), configurationFor(database, tenant), cache);
        snapshot.useTextIndex(useIndex);
        if (!snapshot.failed())
            run(snapshot);
    };
}

/// @returns false when the store closes
bool SqliteStore::Private::waitForChanges(milliseconds atLeast)
{
    std::unique_lock lock(indexMutex);
    if (indexWake.wait_for(lock, atLeast, [this] { return closing; }))
        return false;
    indexWake.wait(lock, [this] { return closing || somethingChanged; });
    somethingChanged = false;
    return !closing;
}

/// Follows the items with the full-text index. What goes wrong here costs speed, never an answer, so it is said and tried again.
void SqliteStore::Private::textIndexLoop(Database &database)
{
    bool attached = false;
    milliseconds pause = textIndexPause;
    do {
        if (!attached) {
            database.clearFailure();
            attached = TextIndex::attach(database, options.path);
            textIndexed = attached;
        }
        std::optional<bool> more = attached ? std::optional(true) : std::nullopt;
        while (more && *more) {
            more = TextIndex::catchUp(database, textIndexPortion);
            const std::lock_guard lock(indexMutex);
            if (closing)
                return;
        }
        if (!more && pause == textIndexPause) {
            log::warning(u"The full-text index could not be brought up to date; it is tried again, and searches for words take longer meanwhile",
                { { QLatin1StringView("reason"), database.failure() ? database.failure()->text : QString() } });
        }
        pause = more ? textIndexPause : textIndexRetry;
        if (!more) {
            const std::lock_guard lock(indexMutex);
            somethingChanged = true;
        }
    } while (waitForChanges(pause));
}

void SqliteStore::Private::startReading(Database &database, ReadUnit &unit, std::map<TenantId, TenantCache> &caches)
{
    if (unit.deadline.passed())
        return unit.done(deadlinePassed());
    database.clearFailure();
    unit.run(database, caches);
    const auto failure = database.failure();
    database.clearFailure();
    database.execute(QStringLiteral("rollback"));
    unit.done(failure);
}

void SqliteStore::Private::writeLoop(Database &database)
{
    while (auto units = writes.take(options.groupLimit))
        writeGroup(database, *units);
}

/// Runs the units one after the other in the open transaction. @returns false when one of them failed
bool SqliteStore::Private::runUnits(Database &database, std::vector<WriteUnit> &units, std::vector<Event> &events)
{
    // Units of one tenant share a view of it. The order among them is that of their arrival.
    std::map<TenantId, std::unique_ptr<SqliteTransaction>> views;
    const Instant now = clock.now();
    for (WriteUnit &unit : units) {
        auto &view = views[unit.tenant];
        if (!view)
            view = std::make_unique<SqliteTransaction>(database, unit.tenant, now, configurationFor(database, unit.tenant), caches[unit.tenant]);
        unit.run(*view);
        if (database.failure())
            return false;
    }
    for (auto &[tenant, view] : views) {
        if (hooks.beforeCommit)
            hooks.beforeCommit(*view);
        if (auto changed = view->changedConfiguration())
            changedConfigurations[tenant] = std::move(changed);
        std::vector<Event> &appended = view->appended();
        std::move(appended.begin(), appended.end(), std::back_inserter(events));
    }
    return !database.failure();
}

/// After trouble, a transaction that has nothing to write proves nothing: a full disk accepts it. So each one writes a page until one holds, and
/// until there is room for more: a disk with one free page would be ready and in trouble by turns.
bool SqliteStore::Private::provesWritable(Database &database)
{
    {
        const std::lock_guard lock(troubleMutex);
        if (!trouble)
            return true;
    }
    if (!database.execute(QStringLiteral("update tenant set created_ms = created_ms")))
        return false;
    if (hasRoom(options.path))
        return true;
    const QString reason = QStringLiteral("less than %1 MiB are free").arg(roomBytes / (1024 * 1024));
    database.fail({ ErrorCode::StorageUnavailable, QStringLiteral("The disk of the database is full: %1. Nothing was stored; make room, and the server goes on by itself.").arg(reason), {},
        { { QStringLiteral("reason"), reason } } });
    return false;
}

void SqliteStore::Private::undo(Database &database)
{
    database.clearFailure();
    database.execute(QStringLiteral("rollback"));
    database.clearFailure();
    caches.clear();
    changedConfigurations.clear();
    if (hooks.rolledBack)
        hooks.rolledBack();
}

void SqliteStore::Private::writeGroup(Database &database, std::vector<WriteUnit> &all)
{
    std::vector<WriteUnit> units;
    for (WriteUnit &unit : all) {
        if (unit.deadline.passed())
            unit.done(deadlinePassed());
        else
            units.push_back(std::move(unit));
    }
    if (units.empty())
        return;

    std::vector<Event> events;
    database.clearFailure();
    const bool committed = database.execute(QStringLiteral("begin immediate")) && runUnits(database, units, events) && provesWritable(database)
        && database.execute(QStringLiteral("commit"));
    if (!committed) {
        const Error failure = *database.failure();
        undo(database);
        // One unit spoiled the work of all, so each goes alone. What the disk refuses it would refuse every one of them.
        if (units.size() > 1 && failure.code != ErrorCode::StorageUnavailable) {
            for (WriteUnit &unit : units) {
                std::vector<WriteUnit> alone;
                alone.push_back(std::move(unit));
                writeGroup(database, alone);
            }
            return;
        }
        noteTrouble(failure);
        for (const WriteUnit &unit : units)
            unit.done(failure);
        return;
    }
    noteTrouble(std::nullopt);
    if (options.indexText) {
        const std::lock_guard lock(indexMutex);
        somethingChanged = true;
    }
    indexWake.notify_one();
    for (auto &[tenant, configuration] : std::exchange(changedConfigurations, {})) {
        const std::lock_guard lock(configurationMutex);
        configurations[tenant] = configuration;
    }
    std::stable_sort(events.begin(), events.end(), [](const Event &left, const Event &right) { return left.id < right.id; });
    if (hooks.committed)
        hooks.committed(events);
    for (const WriteUnit &unit : units)
        unit.done(std::nullopt);
}

} // namespace iwd
