// SPDX-License-Identifier: Apache-2.0
#include "postgresstore.h"

#include "configurationcache.h"
#include "eventpartitions.h"
#include "migrations.h"
#include "postgrestransaction.h"

#include <base/log.h>

#include <QUuid>

#include <condition_variable>

namespace iwd {

namespace {

constexpr qint64 daysAhead = 3; ///< that the log has partitions for
constexpr std::chrono::seconds maintenanceRetry { 5 };
constexpr int mostEventsRead = 5'000; ///< of other processes, at once
constexpr milliseconds lookLimit { 2'000 };
constexpr std::chrono::seconds analysisLimit { 3 }; ///< of tables that have grown; nobody looks for silence meanwhile
constexpr std::chrono::minutes analysisPause { 1 }; ///< after one that failed: the database looks at its tables by itself about as often

// A server that is silent: after how long it is asked whether it is there at all.
constexpr milliseconds watchInterval { 1'000 };
constexpr milliseconds longWait { 3'000 };
constexpr milliseconds longestSilence { 9'000 }; ///< when there is not even a connection to ask on

PostgresDatabase &postgres(Database &database)
{
    return static_cast<PostgresDatabase &>(database);
}

class PostgresBackend final : public SqlBackend
{
public:
    PostgresBackend(PostgresOptions options, PostgresAddress address, const Clock &clock)
        : m_options(std::move(options))
        , m_address(std::move(address))
        , m_clock(clock)
    {
        m_settings.answerLimit = m_options.answerLimit;
        m_settings.lockLimit = m_options.lockLimit;
        m_settings.idleLimit = m_options.idleLimit;
        m_settings.leastVersion = m_options.leastVersion;
    }

    /// For setting up, on the caller's thread.
    [[nodiscard]] Result<std::unique_ptr<PostgresDatabase>> open() { return PostgresDatabase::open(m_address, m_settings, m_options.observer); }
    [[nodiscard]] Result<void> prepareDatabase();

    QString kind() const override { return QStringLiteral("postgresql"); }
    qint64 sizeBytes() const override { return m_sizeBytes; }
    Result<std::unique_ptr<Database>> connect() override;
    Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) override;

    bool openInstallation(Database &database) override { return postgres(database).useDirectory(); }

    bool beginWriting(Database &database, const std::vector<WrittenTenant> &tenants, TenantCaches &caches, Deadline until) override;
    std::unique_ptr<SqlTransaction> writingView(Database &database, TenantId tenant, Instant now, TenantCache &cache) override;
    bool commit(Database &database, const WritingViews &views, bool proof) override;
    void committed(const WritingViews &views, const Configurations &changed) override;

    std::optional<milliseconds> lookInterval() const override { return m_options.lookInterval; }
    void lookAtOthers(Database &database, TenantCaches &caches) override;
    OthersWork takeOthersWork() override { return std::exchange(m_others, {}); }
    quint64 callersVersion() const override { return m_callersVersion; }
    std::optional<milliseconds> clockDeviation() const override { return milliseconds(m_clockDeviation); }

    std::unique_ptr<SqlTransaction> beginReading(Database &database, TenantId tenant, Instant now, TenantCache &cache, Deadline until, bool search) override;
    void beginLookUp(Database &database, Deadline until) override;
    void endReading(Database &database) override { postgres(database).endReading(); }

    bool worksInBackground() const override { return true; }
    void workInBackground(Database &database) override;
    void stop() override;

private:
    [[nodiscard]] bool lookAfterPartitions(PostgresDatabase &database);
    void lookForSilence(PostgresDatabase &database);
    [[nodiscard]] bool lookAfterPlans(PostgresDatabase &database);
    void finishMigration(PostgresDatabase &database);
    [[nodiscard]] bool maintain(PostgresDatabase &database);
    /// What this process knows of a tenant's row.
    struct Known
    {
        qint64 event = 0; ///< figures and signals have been told of all up to it
        qint64 writes = 0; ///< … and that the tenant was written so often; the caches of the writing thread agree with that
        qint64 callers = 0;
    };
    void learn(PostgresDatabase &database, TenantId tenant, const Known &now, TenantCache &cache);
    void noteCallers();
    void noteClock(Instant asked, Instant there);
    [[nodiscard]] Result<void> begin(PostgresDatabase &database);
    void measure(PostgresDatabase &database);

    const PostgresOptions m_options;
    const PostgresAddress m_address;
    const Clock &m_clock;
    PostgresSettings m_settings;
    const QString m_self = QUuid::createUuid().toString(QUuid::WithoutBraces); ///< by which this process knows its own writes
    ConfigurationCache m_configurations;
    std::atomic<qint64> m_sizeBytes = 0;

    // Of the writing thread
    std::map<TenantId, TenantState> m_states; ///< of the transaction
    std::map<TenantId, Known> m_known;
    OthersWork m_others; ///< that nobody has been told of yet
    std::atomic<quint64> m_callersVersion = 0;
    std::atomic<qint64> m_clockDeviation = 0; ///< milliseconds
    milliseconds m_toldDeviation { 0 };
    qint64 m_partitionsUntil = 0; ///< the last day of which this process knows that there is a partition
    qint64 m_partitionsFrom = 0;

    bool m_migrated = true; ///< all steps are done. Set before the threads start, then of the one in the background

    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_closing = false;
};

/// Whether this server can be worked on, and the current form of its tables.
Result<void> PostgresBackend::prepareDatabase()
{
    auto database = open();
    if (!database)
        return database.error();
    (*database)->begin(false, Deadline::never());
    {
        auto row = (*database)->systemStatement(QStringLiteral("system/role"));
        if (!row.run() || !row.next())
            return *(*database)->failure();
        if (row.text(1) == u't' || row.text(2) == u't') {
            return Error { ErrorCode::StorageUnavailable,
                QStringLiteral("%1 is a standby and takes no writes. Name the primary, or all hosts of the cluster separated by commas: the server finds the one that takes writes.")
                    .arg(m_address.description()),
                {}, {} };
        }
        if (row.text(0) == u't') {
            log::warning(u"The database user is a superuser or bypasses row-level security, so the second wall between tenants does not hold; let the server use a user without such rights",
                { { QLatin1StringView("user"), row.text(3) } });
        }
    }
    (*database)->endReading();
    log::info(u"Connected to the database", { { QLatin1StringView("database"), m_address.description() } });
    const auto migrated = migrate(**database);
    if (!migrated)
        return migrated.error();
    m_migrated = *migrated;
    if (!m_migrated)
        log::info(u"Servers of an older version are connected to the database; what only they need is removed when they are gone");
    if (!lookAfterPartitions(**database))
        return *(*database)->failure();
    measure(**database);
    (*database)->clearFailure();
    return begin(**database);
}

/// Where this process begins to follow the others: what is older is in the figures that it loads.
Result<void> PostgresBackend::begin(PostgresDatabase &database)
{
    database.begin(true, Deadline::never());
    database.useDirectory();
    {
        const Instant asked = m_clock.now();
        auto rows = database.systemStatement(QStringLiteral("system/states"));
        if (rows.run()) {
            for (bool first = true; rows.next(); first = false) {
                if (first)
                    noteClock(asked, fromMillis(rows.integer(4)));
                m_known[{ rows.integer(0) }] = { rows.integer(1), rows.integer(2), rows.integer(3) };
            }
        }
    }
    noteCallers();
    const auto failure = database.failure();
    database.endReading();
    return failure ? Result<void>(*failure) : Result<void>();
}

Result<std::unique_ptr<Database>> PostgresBackend::connect()
{
    auto database = open();
    if (!database)
        return database.error();
    return std::unique_ptr<Database>(std::move(database).value());
}

Result<TenantId> PostgresBackend::createTenant(const QString &id, const QString &name, const QString &ccid)
{
    auto opened = open();
    if (!opened)
        return opened.error();
    PostgresDatabase &database = **opened;
    TenantId tenant;
    database.begin(false, Deadline::never());
    database.useDirectory();
    {
        auto row = database.systemStatement(QStringLiteral("system/insert_tenant"));
        row.bind(QStringLiteral(":name"), id).bind(QStringLiteral(":title"), name).bind(QStringLiteral(":ccid"), ccid).bind(QStringLiteral(":database"), QStringLiteral("")).bind(QStringLiteral(":made"), 1);
        if (!row.bind(QStringLiteral(":created_ms"), toMillis(m_clock.now())).run() || !row.next())
            return *database.failure();
        tenant.number = row.integer(0);
    }
    database.statement(QStringLiteral("state/insert"), tenant.number).send();
    if (!database.commit())
        return *database.failure();
    return tenant;
}

bool PostgresBackend::beginWriting(Database &any, const std::vector<WrittenTenant> &tenants, TenantCaches &caches, Deadline until)
{
    PostgresDatabase &database = postgres(any);
    m_states.clear();
    // Mostly done days before by the background; but a clock may be set.
    const qint64 today = dayOf(m_clock.now());
    if (today < m_partitionsFrom || today > m_partitionsUntil) {
        if (!eventpartitions::make(database, today, today))
            return false;
        m_partitionsFrom = m_partitionsUntil = today;
    }
    if (!database.begin(false, until))
        return false;
    // All locks at once and in order, so that two processes do not wait for each other.
    for (const WrittenTenant &tenant : tenants)
        database.statement(QStringLiteral("state/lock"), tenant.id.number).send();
    for (const auto &[tenant, captureIds] : tenants) {
        TenantState &state = m_states[tenant] = PostgresTransaction::readState(database, tenant, captureIds);
        if (database.failure())
            return false;
        const Known now { state.lastEvent, state.writes, state.callersVersion };
        learn(database, tenant, now, caches[tenant]);
    }
    return !database.failure();
}

std::unique_ptr<SqlTransaction> PostgresBackend::writingView(Database &database, TenantId tenant, Instant now, TenantCache &cache)
{
    return std::make_unique<PostgresTransaction>(postgres(database), tenant, now, cache, &m_states[tenant], m_configurations, m_self);
}

bool PostgresBackend::commit(Database &any, const WritingViews &views, bool proof)
{
    PostgresDatabase &database = postgres(any);
    for (const auto &[tenant, view] : views) {
        TenantState &state = m_states[tenant];
        const bool changed = proof || state.changed || view->hasChangedWork();
        auto &transaction = static_cast<PostgresTransaction &>(*view);
        if (changed)
            state.writes += transaction.hasToldAll() ? 1 : 2;
        if (state.known && (changed || view->callersChanged() || state.workerChanged))
            transaction.writeRest();
    }
    return database.commit();
}

void PostgresBackend::committed(const WritingViews &views, const Configurations &changed)
{
    for (const auto &[tenant, view] : views) {
        const TenantState &state = m_states[tenant];
        m_known[tenant] = { state.lastEvent, state.writes, state.callersVersion };
    }
    noteCallers();
    for (const auto &[tenant, configuration] : changed)
        m_configurations.put(tenant, m_states[tenant].configurationVersion, configuration);
}

/// Reads what other processes have added to a tenant's log since this one looked last, and sees to it that what is remembered of rows still holds. The configuration has a
/// version of its own.
void PostgresBackend::learn(PostgresDatabase &database, TenantId tenant, const Known &now, TenantCache &cache)
{
    Known &known = m_known[tenant];
    if (known.writes != now.writes)
        m_others.tenants.insert(tenant);
    ToldChanges told;
    while (known.event < now.event) {
        std::vector<Event> events = PostgresTransaction::readFacts(database, tenant, known.event, now.event, mostEventsRead, told);
        // What could not be read now is read with the next look; but what it says of changes would not be whole then.
        if (database.failure()) {
            cache.forgetRows();
            return;
        }
        // What retention has dropped cannot be told any more.
        known.event = std::ssize(events) < mostEventsRead ? now.event : events.back().id;
        std::move(events.begin(), events.end(), std::back_inserter(m_others.events));
    }
    if (known.writes != now.writes) {
        // A number that is missing is that of a transaction of which the log does not tell all: of an earlier version of the server, or without an event.
        if (told.areReadable && std::ssize(told.writes) == now.writes - known.writes)
            cache.follow(told);
        else
            cache.forgetRows();
    }
    known.writes = now.writes;
    known.callers = now.callers;
    noteCallers();
}

void PostgresBackend::noteCallers()
{
    quint64 version = 0;
    for (const auto &[tenant, known] : m_known)
        version += static_cast<quint64>(known.callers);
    m_callersVersion = version;
}

/// @param asked by this process's clock, before the question was sent; the answer is just in. In between the database has looked at its own clock.
void PostgresBackend::noteClock(Instant asked, Instant there)
{
    const Instant now = m_clock.now();
    const milliseconds deviation = there > now ? now - there : there < asked ? asked - there : milliseconds(0);
    m_clockDeviation = deviation.count();
    const auto isMuch = [](milliseconds by) { return std::chrono::abs(by) > Store::MostClockDeviation; };
    // Once for each change, however often it is looked at.
    if (isMuch(deviation) && isMuch(deviation - m_toldDeviation)) {
        m_toldDeviation = deviation;
        log::warning(u"The clock of this machine is not that of the database's; due times and ages go by it. Let a time service (NTP) set both", { { QLatin1StringView("aheadMilliseconds"), qint64(deviation.count()) } });
    } else if (!isMuch(deviation) && isMuch(m_toldDeviation)) {
        m_toldDeviation = milliseconds(0);
        log::info(u"The clock of this machine and that of the database's agree again");
    }
}

void PostgresBackend::lookAtOthers(Database &any, TenantCaches &caches)
{
    PostgresDatabase &database = postgres(any);
    std::map<TenantId, Known> changed;
    const Instant asked = m_clock.now();
    if (!database.begin(true, Deadline::in(lookLimit)))
        return;
    database.useDirectory();
    {
        auto rows = database.systemStatement(QStringLiteral("system/states"));
        if (rows.run()) {
            for (bool first = true; rows.next(); first = false) {
                if (first)
                    noteClock(asked, fromMillis(rows.integer(4)));
                const TenantId tenant { rows.integer(0) };
                const Known now { rows.integer(1), rows.integer(2), rows.integer(3) };
                const Known &known = m_known[tenant];
                if (known.writes != now.writes || known.callers != now.callers)
                    changed[tenant] = now;
            }
        }
    }
    for (const auto &[tenant, now] : changed) {
        if (!database.failure())
            learn(database, tenant, now, caches[tenant]);
    }
    database.endReading();
}

std::unique_ptr<SqlTransaction> PostgresBackend::beginReading(Database &database, TenantId tenant, Instant now, TenantCache &cache, Deadline until, bool)
{
    if (!postgres(database).begin(true, until))
        return nullptr;
    return std::make_unique<PostgresTransaction>(postgres(database), tenant, now, cache, nullptr, m_configurations);
}

void PostgresBackend::beginLookUp(Database &database, Deadline until)
{
    if (postgres(database).begin(true, until))
        postgres(database).useDirectory();
}

bool PostgresBackend::lookAfterPartitions(PostgresDatabase &database)
{
    const qint64 today = dayOf(m_clock.now());
    if (!eventpartitions::make(database, today, today + daysAhead))
        return false;
    if (m_options.keepEventDays <= 0)
        return true;
    const auto dropped = eventpartitions::dropBefore(database, today - m_options.keepEventDays);
    if (dropped.value_or(0) > 0)
        log::info(u"Dropped days of the event log that are over", { { QLatin1StringView("days"), *dropped } });
    return dropped.has_value();
}

void PostgresBackend::measure(PostgresDatabase &database)
{
    database.begin(true, Deadline::never());
    {
        auto row = database.systemStatement(QStringLiteral("system/size"));
        if (row.run() && row.next())
            m_sizeBytes = row.integer(0);
    }
    database.endReading();
}

void PostgresBackend::workInBackground(Database &any)
{
    PostgresDatabase &database = postgres(any);
    Deadline next = Deadline::in(m_options.maintenanceInterval);
    Deadline nextAnalysis = Deadline::in(milliseconds(0));
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, watchInterval, [this] { return m_closing; })) {
        lock.unlock();
        database.clearFailure();
        if (database.isUsable())
            database.lookForEnd();
        if (!database.isUsable())
            database.reconnect();
        lookForSilence(database);
        database.clearFailure();
        if (nextAnalysis.passed() && !lookAfterPlans(database))
            nextAnalysis = Deadline::in(analysisPause);
        database.clearFailure();
        if (next.passed())
            next = maintain(database) ? Deadline::in(m_options.maintenanceInterval) : Deadline::in(maintenanceRetry);
        lock.lock();
    }
}

/// Statements are planned by what the database believes of its tables. It looks at them once a minute, in which a new one can grow a thousandfold, and plans for a small table read the large one as a whole.
/// @returns whether it may be called again soon
bool PostgresBackend::lookAfterPlans(PostgresDatabase &database)
{
    if (!database.isUsable())
        return true;
    database.begin(false, Deadline::in(analysisLimit));
    QStringList tables;
    {
        auto rows = database.systemStatement(QStringLiteral("system/outgrown_tables"));
        rows.run();
        while (!database.failure() && rows.next())
            tables.append(rows.text(0));
    }
    // A table that is locked, mostly by a vacuum, which would be broken off for us, is left for the next time.
    if (!tables.isEmpty() && !database.failure() && database.execute(QStringLiteral("analyze (skip_locked) ") + tables.join(QStringLiteral(", "))))
        return database.commit();
    database.endReading();
    return !database.failure();
}

/// When somebody has waited for long: whether the server answers at all. If not, nobody waits on.
void PostgresBackend::lookForSilence(PostgresDatabase &database)
{
    const milliseconds waited = m_settings.watch->longestWait();
    if (waited < longWait)
        return;
    bool silent = waited >= longestSilence;
    if (database.isUsable()) {
        database.begin(true, Deadline::in(milliseconds(0))); // whatever the server says then is a sign of life
        database.systemStatement(QStringLiteral("system/pulse")).run();
        silent = !database.isUsable();
        database.endReading();
    }
    if (!silent)
        return;
    log::warning(u"The database has not answered for a while, nor when it was asked for a sign of life; its connections are given up", { { QLatin1StringView("milliseconds"), qint64(waited.count()) } });
    m_settings.watch->cutAll();
}

/// What older servers need goes when the last of them is gone. It is not urgent: a failure is only told of.
void PostgresBackend::finishMigration(PostgresDatabase &database)
{
    if (m_migrated)
        return;
    const auto migrated = migrate(database);
    m_migrated = migrated && *migrated;
    if (!migrated)
        log::warning(u"The last step of the migration of the database could not be done; it is tried again", { { QLatin1StringView("reason"), migrated.error().text } });
}

bool PostgresBackend::maintain(PostgresDatabase &database)
{
    if (!database.isUsable())
        return false;
    finishMigration(database);
    const bool done = lookAfterPartitions(database);
    if (done)
        measure(database);
    else
        log::warning(u"The partitions of the event log could not be looked after; it is tried again", { { QLatin1StringView("reason"), database.failure() ? database.failure()->text : QString() } });
    return done;
}

void PostgresBackend::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_wake.notify_all();
}

} // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options, const Clock &clock)
{
    auto address = PostgresAddress::parse(options.url, options.password);
    if (!address)
        return address.error();
    if (!options.database.isEmpty())
        address = address->withDatabase(options.database);
    address = address->ofServer(newestMigration(QStringLiteral("postgresql")));
    const SqlStoreOptions shared { options.readers, options.queueLimit, options.groupLimit, options.searchers, options.searchQueueLimit, options.searchLimit };
    auto backend = std::make_unique<PostgresBackend>(std::move(options), std::move(address).value(), clock);
    if (const auto prepared = backend->prepareDatabase(); !prepared)
        return prepared.error();
    std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(backend), shared, clock));
    if (const auto started = store->start(); !started)
        return started.error();
    return store;
}

} // namespace iwd
