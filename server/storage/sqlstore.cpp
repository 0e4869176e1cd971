// SPDX-License-Identifier: Apache-2.0
#include "sqlstore.h"

#include "callercolumns.h"

#include "workqueue.h"

#include <base/log.h>

#include <atomic>
#include <latch>
#include <thread>

#include <pthread.h>

namespace iwd {

namespace {

constexpr int MostTries = 4; ///< of a transaction that the database gave up for the sake of another one
constexpr milliseconds patienceForConnection { 500 }; ///< for one that turns out to be lost when it is needed
constexpr milliseconds lookForConnection { 20 }; ///< between two looks whether a connection is back; meanwhile what arrives is refused

class SqlDirectory final : public Directory
{
public:
    explicit SqlDirectory(Database &database)
        : m_database(database)
    {
    }

    std::vector<TenantRecord> tenants() override
    {
        auto rows = m_database.systemStatement(QStringLiteral("system/tenants"));
        std::vector<TenantRecord> tenants;
        if (rows.run()) {
            while (rows.next())
                tenants.push_back({ { rows.integer(0) }, rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.integer(5) != 0 });
        }
        return tenants;
    }

    std::optional<ApiKeyRecord> apiKey(const QByteArray &hash, Instant now) override
    {
        auto row = m_database.systemStatement(QStringLiteral("system/find_api_key"));
        row.bind(QStringLiteral(":hash"), hash).bind(QStringLiteral(":now_ms"), toMillis(now));
        return row.run() && row.next() ? std::optional(callercolumns::readKey(row)) : std::nullopt;
    }

    std::optional<SignedIn> session(const QByteArray &hash) override
    {
        auto row = m_database.systemStatement(QStringLiteral("system/find_session"));
        row.bind(QStringLiteral(":hash"), hash);
        if (!row.run() || !row.next())
            return std::nullopt;
        const TenantId tenant { row.integer(0) };
        return SignedIn { callercolumns::readSession(row, tenant, 1), callercolumns::readUser(row, tenant, 9) };
    }

    std::vector<UserRecord> users(const QString &name) override
    {
        auto rows = m_database.systemStatement(QStringLiteral("system/find_users"));
        rows.bind(QStringLiteral(":name"), name);
        std::vector<UserRecord> users;
        rows.run();
        while (!m_database.failure() && rows.next())
            users.push_back(callercolumns::readUser(rows, { rows.integer(0) }, 1));
        return users;
    }

    std::vector<RoleRecord> roles(TenantId tenant) override
    {
        auto rows = m_database.systemStatement(QStringLiteral("system/find_roles"));
        rows.bind(QStringLiteral(":tenant_number"), tenant.number);
        std::vector<RoleRecord> roles;
        rows.run();
        while (!m_database.failure() && rows.next())
            roles.push_back(callercolumns::readRole(rows));
        return roles;
    }

private:
    Database &m_database;
};

Error deadlinePassed()
{
    return { ErrorCode::DeadlineExceeded, QStringLiteral("The server did not get to this request in time and did nothing. Try again."), {}, {} };
}

} // namespace

class SqlStore::Private
{
public:
    Private(std::unique_ptr<SqlBackend> backend, SqlStoreOptions options, const Clock &clock)
        : backend(std::move(backend))
        , options(options)
        , clock(clock)
        , writes(options.queueLimit)
        , reads(options.queueLimit)
        , searches(options.searchQueueLimit)
    {
    }

    struct ReadUnit
    {
        std::function<void(Database &, TenantCaches &, const ReadUnit &)> run;
        std::function<void(const std::optional<Error> &)> done;
        Deadline deadline = Deadline::never();
    };

    std::function<void(Database &, TenantCaches &, const ReadUnit &)> inSnapshot(TenantId tenant, std::function<void(Snapshot &)> run, bool search);
    void writeLoop(Database &database);
    void readLoop(Database &database) { readFrom(reads, database, false); }
    void searchLoop(Database &database) { readFrom(searches, database, true); }
    void backgroundLoop(Database &database) { backend->workInBackground(database); }
    void readFrom(WorkQueue<ReadUnit> &queue, Database &database, bool search);
    template <typename Unit>
    bool waitForConnection(Database &database, WorkQueue<Unit> &queue, std::atomic<int> &connected);
    template <typename Unit>
    bool standsBy(Database &database, std::vector<Unit> &units);
    void writeGroup(Database &database, std::vector<WriteUnit> &units);
    bool tryGroup(Database &database, std::vector<WriteUnit> &units, WritingViews &views, std::vector<Event> &events);
    void tellOfOthers();
    std::unique_ptr<SqlTransaction> viewForWriting(Database &database, TenantId tenant, Instant now);
    bool runUnits(Database &database, std::vector<WriteUnit> &units, WritingViews &views, std::vector<Event> &events);
    void undo(Database &database);
    void startReading(Database &database, ReadUnit &unit, TenantCaches &caches);
    void noteTrouble(const std::optional<Error> &failure);
    bool inTrouble() const
    {
        const std::lock_guard lock(troubleMutex);
        return trouble.has_value();
    }

    const std::unique_ptr<SqlBackend> backend;
    const SqlStoreOptions options;
    const Clock &clock;
    Hooks hooks;
    WorkQueue<WriteUnit> writes;
    WorkQueue<ReadUnit> reads;
    WorkQueue<ReadUnit> searches;
    std::atomic<int> connectedWriters = 1; ///< threads of each queue that have a connection
    std::atomic<int> connectedReaders = options.readers;
    std::atomic<int> connectedSearchers = options.searchers;
    std::vector<std::thread> threads;

    mutable std::mutex troubleMutex;
    std::optional<QString> trouble;

    // Of the writing thread
    TenantCaches caches;
    Configurations changedConfigurations;
};

SqlStore::SqlStore(std::unique_ptr<SqlBackend> backend, SqlStoreOptions options, const Clock &clock)
    : d(std::make_unique<Private>(std::move(backend), options, clock))
{
}

SqlStore::~SqlStore()
{
    d->writes.close();
    d->reads.close();
    d->searches.close();
    d->backend->stop();
    for (auto &thread : d->threads)
        thread.join();
}

Result<void> SqlStore::start()
{
    // Every thread opens its own connection; the store is there when all are.
    std::latch opened(1 + d->options.readers + d->options.searchers + (d->backend->worksInBackground() ? 1 : 0));
    std::mutex mutex;
    std::optional<Error> failure;
    const auto startThread = [&](const char *name, auto loop) {
        d->threads.emplace_back([&opened, &mutex, &failure, name, loop, d = d.get()] {
            ::pthread_setname_np(::pthread_self(), name); // as top and debuggers show it
            auto database = d->backend->connect();
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
    startThread("store-write", &Private::writeLoop);
    for (int i = 0; i < d->options.readers; ++i)
        startThread("store-read", &Private::readLoop);
    for (int i = 0; i < d->options.searchers; ++i)
        startThread("store-search", &Private::searchLoop);
    if (d->backend->worksInBackground())
        startThread("store-index", &Private::backgroundLoop);
    opened.wait();
    return failure ? Result<void>(*failure) : Result<void>();
}

void SqlStore::setHooks(std::function<Hooks(int lane)> hooksOf)
{
    // The writing thread may be telling of what others wrote just now.
    onTheWritingThread([this, hooks = hooksOf(0)] { d->hooks = hooks; });
}

bool SqlStore::tellWriters(const std::function<void(int lane)> &tell)
{
    return d->writes.push({ {}, [](Transaction &) {}, [tell](const std::optional<Error> &) { tell(0); } });
}

void SqlStore::removeHooks(const std::function<void(int lane)> &last)
{
    onTheWritingThread([this, &last] {
        last(0);
        d->hooks = {};
    });
}

/// Blocks until @p run has returned.
void SqlStore::onTheWritingThread(const std::function<void()> &run)
{
    std::latch done(1);
    const auto runAndTell = [&](int) {
        run();
        done.count_down();
    };
    while (!tellWriters(runAndTell))
        std::this_thread::sleep_for(milliseconds(1));
    done.wait();
}

bool SqlStore::write(WriteUnit unit)
{
    return d->writes.push(std::move(unit));
}

bool SqlStore::read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->reads.push({ d->inSnapshot(tenant, std::move(run), false), std::move(done), deadline });
}

bool SqlStore::search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->searches.push({ d->inSnapshot(tenant, std::move(run), true), std::move(done), deadline });
}

bool SqlStore::lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    const auto inSnapshot = [d = d.get(), run = std::move(run)](Database &database, TenantCaches &, const Private::ReadUnit &unit) {
        d->backend->beginLookUp(database, unit.deadline);
        SqlDirectory directory(database);
        run(directory);
    };
    return d->reads.push({ inSnapshot, std::move(done), deadline });
}

quint64 SqlStore::callersVersion() const
{
    return d->backend->callersVersion();
}

Result<TenantId> SqlStore::createTenant(const QString &id, const QString &name, const QString &ccid)
{
    return d->backend->createTenant(id, name, ccid);
}

Result<QByteArray> SqlStore::sharedSecret(const QString &name, const QByteArray &candidate)
{
    auto connected = d->backend->connect();
    if (!connected)
        return connected.error();
    Database &database = **connected;
    QByteArray kept;
    const bool done = database.inTransaction([&] {
        if (!d->backend->openInstallation(database))
            return false;
        {
            auto row = database.systemStatement(QStringLiteral("system/add_secret"));
            row.bind(QStringLiteral(":name"), name).bind(QStringLiteral(":value"), candidate);
            if (!row.bind(QStringLiteral(":created_ms"), toMillis(d->clock.now())).run())
                return false;
        }
        auto row = database.systemStatement(QStringLiteral("system/get_secret"));
        if (!row.bind(QStringLiteral(":name"), name).run() || !row.next())
            return false;
        kept = row.bytes(0);
        return true;
    });
    if (!done)
        return *database.failure();
    return kept;
}

std::optional<QString> SqlStore::trouble() const
{
    const std::lock_guard lock(d->troubleMutex);
    return d->trouble;
}

std::optional<milliseconds> SqlStore::clockDeviation() const
{
    return d->backend->clockDeviation();
}

QString SqlStore::kind() const
{
    return d->backend->kind();
}

qint64 SqlStore::sizeBytes() const
{
    return d->backend->sizeBytes();
}

void SqlStore::Private::noteTrouble(const std::optional<Error> &failure)
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

/// While all connections of a queue are away, what arrives is refused at once; while only this one is, it is left to the others. @returns false when the store closes
template <typename Unit>
bool SqlStore::Private::waitForConnection(Database &database, WorkQueue<Unit> &queue, std::atomic<int> &connected)
{
    if (database.isUsable())
        return true;
    --connected;
    const struct Return
    {
        std::atomic<int> &connected;
        ~Return() { ++connected; }
    } whenDone { connected };
    while (!database.isUsable()) {
        database.reconnect();
        if (database.isUsable())
            break;
        if (connected > 0) {
            std::this_thread::sleep_for(lookForConnection);
            if (queue.isClosed())
                return false;
            continue;
        }
        const Error away = database.whyUnusable();
        if constexpr (std::is_same_v<Unit, WriteUnit>)
            noteTrouble(away);
        auto units = queue.takeWithin(options.queueLimit, lookForConnection);
        if (!units)
            return false;
        for (Unit &unit : *units)
            unit.done(away);
    }
    return true;
}

/// A server that was restarted meanwhile is there again as a rule: then units that have come do not have to suffer for it. @returns false when they did
template <typename Unit>
bool SqlStore::Private::standsBy(Database &database, std::vector<Unit> &units)
{
    database.lookForEnd();
    const auto end = std::chrono::steady_clock::now() + patienceForConnection;
    while (!database.isUsable() && std::chrono::steady_clock::now() < end) {
        database.reconnect();
        if (!database.isUsable())
            std::this_thread::sleep_for(milliseconds(2));
    }
    if (database.isUsable())
        return true;
    const Error away = database.whyUnusable();
    if constexpr (std::is_same_v<Unit, WriteUnit>)
        noteTrouble(away);
    for (Unit &unit : units)
        unit.done(away);
    return false;
}

void SqlStore::Private::readFrom(WorkQueue<ReadUnit> &queue, Database &database, bool search)
{
    TenantCaches caches;
    std::atomic<int> &connected = search ? connectedSearchers : connectedReaders;
    while (waitForConnection(database, queue, connected)) {
        auto units = queue.take(1);
        if (!units)
            return;
        if (!standsBy(database, *units))
            continue;
        for (ReadUnit &unit : *units) {
            if (search)
                database.limitWork(std::min(unit.deadline.at(), std::chrono::steady_clock::now() + options.searchLimit), options.searchLimit);
            startReading(database, unit, caches);
            if (search)
                database.limitWork({}, {});
        }
    }
}

std::function<void(Database &, TenantCaches &, const SqlStore::Private::ReadUnit &)> SqlStore::Private::inSnapshot(TenantId tenant, std::function<void(Snapshot &)> run, bool search)
{
    return [this, tenant, run = std::move(run), search](Database &database, TenantCaches &caches, const ReadUnit &unit) {
        TenantCache &cache = caches[tenant];
        cache.forgetRows();
        const auto snapshot = backend->beginReading(database, tenant, clock.now(), cache, unit.deadline, search);
        if (snapshot && !snapshot->failed())
            run(*snapshot);
    };
}

void SqlStore::Private::startReading(Database &database, ReadUnit &unit, TenantCaches &caches)
{
    if (unit.deadline.passed())
        return unit.done(deadlinePassed());
    std::optional<Error> failure;
    for (int tries = 1;; ++tries) {
        database.clearFailure();
        unit.run(database, caches, unit);
        failure = database.failure();
        const bool again = failure && database.mayBeTriedAgain() && tries < MostTries;
        database.clearFailure();
        backend->endReading(database);
        if (!again)
            break;
    }
    unit.done(failure);
}

void SqlStore::Private::writeLoop(Database &database)
{
    const auto interval = backend->lookInterval();
    Deadline nextLook = interval ? Deadline::in(*interval) : Deadline::never();
    while (waitForConnection(database, writes, connectedWriters)) {
        auto units = interval ? writes.takeWithin(options.groupLimit, *interval) : writes.take(options.groupLimit);
        if (!units)
            return;
        // Whoever writes learns of others at the beginning of the transaction; but not of tenants that it does not write.
        if (nextLook.passed()) {
            database.clearFailure();
            backend->lookAtOthers(database, caches);
            tellOfOthers();
            nextLook = Deadline::in(*interval);
        }
        if (!units->empty() && standsBy(database, *units))
            writeGroup(database, *units);
    }
}

/// What others have committed holds, whatever becomes of the transaction that is open.
void SqlStore::Private::tellOfOthers()
{
    const SqlBackend::OthersWork work = backend->takeOthersWork();
    if (!work.events.empty() && hooks.committed)
        hooks.committed(work.events);
    for (const TenantId tenant : work.tenants) {
        if (hooks.othersWrote)
            hooks.othersWrote(tenant);
    }
}

std::unique_ptr<SqlTransaction> SqlStore::Private::viewForWriting(Database &database, TenantId tenant, Instant now)
{
    TenantCache &cache = caches[tenant];
    cache.remembersItems = true;
    return backend->writingView(database, tenant, now, cache);
}

/// Runs the units one after the other in the open transaction. @returns false when one of them failed
bool SqlStore::Private::runUnits(Database &database, std::vector<WriteUnit> &units, WritingViews &views, std::vector<Event> &events)
{
    // Units of one tenant share a view of it. The order among them is that of their arrival.
    const Instant now = clock.now();
    for (WriteUnit &unit : units) {
        auto &view = views[unit.tenant];
        if (!view)
            view = viewForWriting(database, unit.tenant, now);
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

void SqlStore::Private::undo(Database &database)
{
    database.clearFailure();
    database.execute(QStringLiteral("rollback"));
    database.clearFailure();
    caches.clear();
    changedConfigurations.clear();
    if (hooks.rolledBack)
        hooks.rolledBack();
}

/// One transaction. @returns false when nothing of it was stored, or nobody knows: Database::failure() says it
bool SqlStore::Private::tryGroup(Database &database, std::vector<WriteUnit> &units, WritingViews &views, std::vector<Event> &events)
{
    events.clear();
    views.clear();
    database.clearFailure();
    std::map<TenantId, QStringList> captureIds;
    auto until = std::chrono::steady_clock::time_point::min();
    for (const WriteUnit &unit : units) {
        captureIds[unit.tenant] += unit.captureIds;
        until = std::max(until, unit.deadline.at());
    }
    std::vector<WrittenTenant> tenants;
    for (auto &[tenant, ids] : captureIds)
        tenants.push_back({ tenant, std::move(ids) });
    const bool begun = backend->beginWriting(database, tenants, caches, Deadline::at(until));
    tellOfOthers();
    return begun && runUnits(database, units, views, events) && backend->commit(database, views, inTrouble());
}

void SqlStore::Private::writeGroup(Database &database, std::vector<WriteUnit> &all)
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
    WritingViews views;
    bool committed = tryGroup(database, units, views, events);
    for (int tries = 1; !committed && database.mayBeTriedAgain() && tries < MostTries; ++tries) {
        views.clear();
        undo(database);
        committed = tryGroup(database, units, views, events);
    }
    if (!committed) {
        const Error failure = *database.failure();
        views.clear();
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
    backend->committed(views, std::exchange(changedConfigurations, {}));
    views.clear();
    std::stable_sort(events.begin(), events.end(), [](const Event &left, const Event &right) { return left.id < right.id; });
    if (hooks.committed)
        hooks.committed(events);
    for (const WriteUnit &unit : units)
        unit.done(std::nullopt);
}

} // namespace iwd
