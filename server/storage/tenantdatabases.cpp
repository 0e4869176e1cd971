// SPDX-License-Identifier: Apache-2.0
#include "tenantdatabases.h"

#include "migrations.h"
#include "postgresdatabase.h"

#include <base/log.h>

#include <condition_variable>
#include <shared_mutex>
#include <thread>

#include <pthread.h>

namespace iwd {

namespace {

constexpr qsizetype longestName = 63; ///< bytes; PostgreSQL cuts off the rest
constexpr std::chrono::milliseconds firstPause { 200 }; ///< between tries to open a database, doubled up to the longest
constexpr std::chrono::milliseconds longestPause { 3'000 };

Error unavailable(const QString &text)
{
    return { ErrorCode::StorageUnavailable, text, {}, { { QStringLiteral("reason"), text } } };
}

Error busy()
{
    return { ErrorCode::Busy, QStringLiteral("The server has more work than it can queue. Nothing was done; try again in a moment."), {}, { { QStringLiteral("retryAfterSeconds"), 1 } } };
}

/// A database of one tenant's own. The store is there once it could be opened, and then stays, whatever becomes of its connections.
class OwnDatabase
{
public:
    OwnDatabase(TenantRecord tenant, int lane)
        : m_tenant(std::move(tenant))
        , m_lane(lane)
    {
    }

    [[nodiscard]] const TenantRecord &tenant() const { return m_tenant; }
    [[nodiscard]] int lane() const { return m_lane; }
    /// Null: it could not be opened yet.
    [[nodiscard]] PostgresStore *store() const { return m_published; }
    void publish(std::unique_ptr<PostgresStore> store)
    {
        m_store = std::move(store);
        m_published = m_store.get();
    }
    void setFailure(const Error &failure)
    {
        const std::lock_guard lock(m_mutex);
        m_failure = failure;
        m_tried = true;
    }
    /// Whether it is open, or at least one try to open it has failed.
    [[nodiscard]] bool wasTried() const { return m_published || m_tried; }
    /// Why it cannot be worked on, or nothing.
    [[nodiscard]] std::optional<Error> failure() const
    {
        if (const PostgresStore *store = m_published) {
            const auto trouble = store->trouble();
            return trouble ? std::optional(unavailable(*trouble)) : std::nullopt;
        }
        const std::lock_guard lock(m_mutex);
        return m_failure;
    }

private:
    const TenantRecord m_tenant;
    const int m_lane;
    std::unique_ptr<PostgresStore> m_store;
    std::atomic<PostgresStore *> m_published = nullptr;
    std::atomic<bool> m_tried = false;
    mutable std::mutex m_mutex;
    Error m_failure = unavailable(QStringLiteral("The tenant's database was not opened yet."));
};

/// Tells whoever asks for tenants, and remembers where they live.
class ObservedDirectory final : public Directory
{
public:
    ObservedDirectory(Directory &directory, std::function<void(const std::vector<TenantRecord> &)> seen)
        : m_directory(directory)
        , m_seen(std::move(seen))
    {
    }

    std::vector<TenantRecord> tenants() override
    {
        auto found = m_directory.tenants();
        m_seen(found);
        return found;
    }
    std::optional<ApiKeyRecord> apiKey(const QByteArray &hash, Instant now) override { return m_directory.apiKey(hash, now); }
    std::optional<SignedIn> session(const QByteArray &hash) override { return m_directory.session(hash); }
    std::vector<UserRecord> users(const QString &name) override { return m_directory.users(name); }
    std::vector<RoleRecord> roles(TenantId tenant) override { return m_directory.roles(tenant); }

private:
    Directory &m_directory;
    std::function<void(const std::vector<TenantRecord> &)> m_seen;
};

} // namespace

class TenantDatabases::Private
{
public:
    Private(TenantDatabasesOptions options, PostgresAddress address, const Clock &clock)
        : options(std::move(options))
        , address(std::move(address))
        , clock(clock)
    {
    }

    [[nodiscard]] Result<void> openKnown();
    void learn(const std::vector<TenantRecord> &tenants);
    void opening(OwnDatabase &own);
    [[nodiscard]] Result<void> open(OwnDatabase &own);
    [[nodiscard]] Result<void> make(const TenantRecord &tenant);
    [[nodiscard]] Result<bool> belongsTo(const TenantRecord &tenant);
    [[nodiscard]] Result<void> finish(const TenantRecord &tenant);
    [[nodiscard]] Result<std::unique_ptr<PostgresDatabase>> connect(const PostgresAddress &to) { return PostgresDatabase::open(to, {}, options.postgres.observer); }
    [[nodiscard]] Result<TenantRecord> record(const QString &id, const QString &name, const QString &ccid);

    /// Where a tenant's work is.
    struct Place
    {
        bool known = false;
        OwnDatabase *own = nullptr; ///< null: the directory
    };
    [[nodiscard]] Place placeOf(TenantId tenant) const;
    [[nodiscard]] std::vector<OwnDatabase *> all() const;
    template <typename Done, typename Work>
    bool at(TenantId tenant, const Done &done, Deadline deadline, Work work);

    const TenantDatabasesOptions options;
    const PostgresAddress address;
    const Clock &clock;
    std::unique_ptr<PostgresStore> directory;

    mutable std::shared_mutex placesMutex;
    std::map<TenantId, std::unique_ptr<OwnDatabase>> places; ///< of every tenant that was ever seen; null: the directory
    std::vector<std::thread> openers; ///< of databases that are still to be opened
    int lanes = 1;

    std::mutex hooksMutex; ///< a database is published with its hooks, or has them set afterwards
    std::function<Hooks(int lane)> hooksOf;

    std::mutex closingMutex;
    std::condition_variable wake;
    bool closing = false;
};

TenantDatabases::TenantDatabases() = default;

TenantDatabases::~TenantDatabases()
{
    {
        const std::lock_guard lock(d->closingMutex);
        d->closing = true;
    }
    d->wake.notify_all();
    // What the directory still looks up may begin to open another database; afterwards there is nobody left who could.
    d->directory.reset();
    for (std::thread &opener : d->openers)
        opener.join();
}

Result<std::unique_ptr<TenantDatabases>> TenantDatabases::open(TenantDatabasesOptions options, const Clock &clock)
{
    auto address = PostgresAddress::parse(options.postgres.url, options.postgres.password);
    if (!address)
        return address.error();
    auto directory = PostgresStore::open(options.postgres, clock);
    if (!directory)
        return directory.error();
    std::unique_ptr<TenantDatabases> store(new TenantDatabases);
    store->d = std::make_unique<Private>(std::move(options), address->ofServer(newestMigration(QStringLiteral("postgresql"))), clock);
    store->d->directory = *std::move(directory);
    if (const auto opened = store->d->openKnown(); !opened)
        return opened.error();
    return store;
}

/// What the directory knows, each tried once now, all at the same time, and those that are away again and again.
Result<void> TenantDatabases::Private::openKnown()
{
    auto database = connect(address);
    if (!database)
        return database.error();
    (*database)->begin(true, Deadline::never());
    (*database)->useDirectory();
    std::vector<TenantRecord> tenants;
    {
        auto rows = (*database)->systemStatement(QStringLiteral("system/tenants"));
        if (rows.run()) {
            while (rows.next())
                tenants.push_back({ { rows.integer(0) }, rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.integer(5) != 0 });
        }
    }
    if ((*database)->failure())
        return *(*database)->failure();
    learn(tenants);
    // Whoever asks at once does not meet databases that only had no time yet.
    const Deadline patience = Deadline::in(longestPause);
    for (const OwnDatabase *own : all()) {
        std::unique_lock lock(closingMutex);
        wake.wait_until(lock, patience.at(), [own] { return own->wasTried(); });
    }
    return {};
}

void TenantDatabases::Private::learn(const std::vector<TenantRecord> &tenants)
{
    {
        const std::shared_lock lock(placesMutex);
        if (std::all_of(tenants.begin(), tenants.end(), [this](const TenantRecord &tenant) { return places.contains(tenant.number); }))
            return;
    }
    const std::unique_lock lock(placesMutex);
    for (const TenantRecord &tenant : tenants) {
        if (!places.try_emplace(tenant.number).second || tenant.database.isEmpty())
            continue;
        auto &own = places[tenant.number] = std::make_unique<OwnDatabase>(tenant, lanes++);
        openers.emplace_back([this, opened = own.get()] { opening(*opened); });
    }
}

TenantDatabases::Private::Place TenantDatabases::Private::placeOf(TenantId tenant) const
{
    const std::shared_lock lock(placesMutex);
    const auto known = places.find(tenant);
    return { tenant.number <= 0 || known != places.end(), known == places.end() ? nullptr : known->second.get() };
}

std::vector<OwnDatabase *> TenantDatabases::Private::all() const
{
    const std::shared_lock lock(placesMutex);
    std::vector<OwnDatabase *> found;
    for (const auto &[tenant, own] : places) {
        if (own)
            found.push_back(own.get());
    }
    return found;
}

/// Tries until the database is open, or the store closes.
void TenantDatabases::Private::opening(OwnDatabase &own)
{
    ::pthread_setname_np(::pthread_self(), "store-open");
    std::chrono::milliseconds pause = firstPause;
    QString told;
    std::unique_lock lock(closingMutex);
    while (!closing) {
        lock.unlock();
        const auto opened = open(own);
        if (!opened) {
            const QString &reason = opened.error().text;
            own.setFailure(opened.error());
            if (std::exchange(told, reason) != reason)
                log::error(u"The database of a tenant cannot be opened; it is tried again", { { QLatin1StringView("tenant"), own.tenant().id }, { QLatin1StringView("reason"), reason } });
        }
        lock.lock();
        wake.notify_all();
        if (opened) {
            log::info(u"Opened the database of a tenant", { { QLatin1StringView("tenant"), own.tenant().id }, { QLatin1StringView("database"), own.tenant().database } });
            return;
        }
        wake.wait_for(lock, pause, [this] { return closing; });
        pause = std::min(pause * 2, longestPause);
    }
}

Result<void> TenantDatabases::Private::open(OwnDatabase &own)
{
    const TenantRecord &tenant = own.tenant();
    if (!tenant.databaseMade) {
        if (const auto made = make(tenant); !made)
            return made.error();
    }
    const auto sound = belongsTo(tenant);
    if (!sound)
        return sound.error();
    PostgresOptions its = options.postgres;
    its.database = tenant.database;
    auto store = PostgresStore::open(its, clock);
    if (!store)
        return store.error();
    if (!*sound || !tenant.databaseMade) {
        if (const auto finished = finish(tenant); !finished)
            return finished.error();
    }
    const std::lock_guard lock(hooksMutex);
    if (hooksOf)
        (*store)->setHooks([this, lane = own.lane()](int) { return hooksOf(lane); });
    own.publish(*std::move(store));
    return {};
}

/// Makes the database of a tenant unless it is there.
Result<void> TenantDatabases::Private::make(const TenantRecord &tenant)
{
    auto opened = connect(address);
    if (!opened)
        return opened.error();
    PostgresDatabase &database = **opened;
    const auto exists = [&] {
        bool found = false;
        database.begin(true, Deadline::never());
        {
            auto row = database.systemStatement(QStringLiteral("system/has_database"));
            found = row.bind(QStringLiteral(":name"), tenant.database).run() && row.next() && row.integer(0) > 0;
        }
        database.endReading();
        return found;
    };
    if (exists() || database.makeDatabase(tenant.database))
        return {};
    const Error failure = database.failure().value_or(unavailable(QStringLiteral("The connection was lost.")));
    const bool notAllowed = database.lastSqlState() == "42501";
    database.clearFailure();
    if (exists()) // another process was faster
        return {};
    if (!notAllowed)
        return unavailable(QStringLiteral("The database \"%1\" of tenant %2 could not be made: %3").arg(tenant.database, tenant.id, failure.args.value(QStringLiteral("reason")).toString(failure.text)));
    QString user;
    database.begin(true, Deadline::never());
    {
        auto row = database.systemStatement(QStringLiteral("system/role"));
        if (row.run() && row.next())
            user = row.text(3);
    }
    database.endReading();
    return unavailable(QStringLiteral("The database \"%1\" of tenant %2 is missing, and the user \"%3\" may not make databases. Let an administrator of PostgreSQL run either: "
                                      "create database %4 owner %5 template template0 encoding 'UTF8'; or: alter role %5 createdb; The server goes on by itself then.")
                           .arg(tenant.database, tenant.id, user, PostgresDatabase::quoted(tenant.database), PostgresDatabase::quoted(user)));
}

/// Looks into the tenant's own database before anything is changed in it. @returns whether it is complete, or only begun; an error when it is somebody else's
Result<bool> TenantDatabases::Private::belongsTo(const TenantRecord &tenant)
{
    auto opened = connect(address.withDatabase(tenant.database));
    if (!opened)
        return opened.error();
    PostgresDatabase &database = **opened;
    qint64 tables = 0;
    bool ours = false;
    bool same = false;
    int tenants = 0;
    database.begin(true, Deadline::never());
    database.useDirectory();
    {
        auto row = database.systemStatement(QStringLiteral("system/owner_of_database"));
        if (row.run() && row.next()) {
            tables = row.integer(0);
            ours = row.integer(1) > 0;
        }
    }
    if (ours) {
        auto rows = database.systemStatement(QStringLiteral("system/own_tenant"));
        if (rows.run()) {
            for (; rows.next(); ++tenants)
                same = rows.integer(0) == tenant.number.number && rows.text(1) == tenant.ccid;
        }
    }
    if (database.failure())
        return *database.failure();
    if (tenants == 1 && same)
        return true;
    const bool begun = tables == 0 || (ours && tenants == 0);
    if (!tenant.databaseMade && begun)
        return false;
    return unavailable(begun ? QStringLiteral("The database \"%1\" of tenant %2 is empty: restore its backup. The server does not fill it by itself, because it held the tenant's work before.")
                                   .arg(tenant.database, tenant.id)
                             : QStringLiteral("The database \"%1\" is not that of tenant %2 of this installation but holds something else. Rename it, or give this installation another "
                                              "storage.tenantDatabasePrefix for tenants to come.")
                                   .arg(tenant.database, tenant.id));
}

/// The tables are there: now the tenant, and then the directory may know.
Result<void> TenantDatabases::Private::finish(const TenantRecord &tenant)
{
    const auto inDirectoryOf = [this](const PostgresAddress &where, const std::function<void(PostgresDatabase &)> &work) -> Result<void> {
        auto database = connect(where);
        if (!database)
            return database.error();
        (*database)->begin(false, Deadline::never());
        (*database)->useDirectory();
        work(**database);
        if (!(*database)->commit())
            return *(*database)->failure();
        return {};
    };
    const auto there = inDirectoryOf(address.withDatabase(tenant.database), [&](PostgresDatabase &database) {
        database.systemStatement(QStringLiteral("system/insert_own_tenant"))
            .bind(QStringLiteral(":id"), tenant.number.number)
            .bind(QStringLiteral(":name"), tenant.id)
            .bind(QStringLiteral(":title"), tenant.name)
            .bind(QStringLiteral(":ccid"), tenant.ccid)
            .bind(QStringLiteral(":created_ms"), toMillis(clock.now()))
            .send();
        database.statement(QStringLiteral("state/insert"), tenant.number.number).send();
    });
    if (!there)
        return there;
    return inDirectoryOf(
        address, [&](PostgresDatabase &database) { database.systemStatement(QStringLiteral("system/tenant_made")).bind(QStringLiteral(":id"), tenant.number.number).send(); });
}

/// The directory's record of a tenant; a new one is made, with a database of its own that is still to be made.
Result<TenantRecord> TenantDatabases::Private::record(const QString &id, const QString &name, const QString &ccid)
{
    auto opened = connect(address);
    if (!opened)
        return opened.error();
    PostgresDatabase &database = **opened;
    TenantRecord tenant;
    database.begin(false, Deadline::never());
    database.useDirectory();
    {
        auto row = database.systemStatement(QStringLiteral("system/insert_tenant"));
        row.bind(QStringLiteral(":name"), id).bind(QStringLiteral(":title"), name).bind(QStringLiteral(":ccid"), ccid).bind(QStringLiteral(":created_ms"), toMillis(clock.now()));
        if (!row.bind(QStringLiteral(":database"), QString(options.prefix + id)).bind(QStringLiteral(":made"), 0).run() || !row.next())
            return *database.failure();
        tenant = { { row.integer(0) }, row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5) != 0 };
    }
    database.statement(QStringLiteral("state/insert"), tenant.number.number).send();
    if (!database.commit())
        return *database.failure();
    return tenant;
}

/// Runs @p work on the store that has the tenant's work, or tells @p done why it cannot be. @returns false when a queue is full
template <typename Done, typename Work>
bool TenantDatabases::Private::at(TenantId tenant, const Done &done, Deadline deadline, Work work)
{
    const Place place = placeOf(tenant);
    if (place.known && !place.own)
        return work(*directory);
    if (place.own) {
        if (PostgresStore *store = place.own->store())
            return work(*store);
        done(place.own->failure().value_or(unavailable(QStringLiteral("The tenant's database is being opened."))));
        return true;
    }
    // Another process has made the tenant: first it has to be known where it lives.
    const auto look = [this](Directory &from) { learn(from.tenants()); };
    const auto then = [this, main = directory.get(), tenant, done, work](const std::optional<Error> &failure) {
        if (failure)
            return done(failure);
        const Place now = placeOf(tenant);
        PostgresStore *store = now.own ? now.own->store() : main;
        if (!store)
            done(now.own->failure().value_or(unavailable(QStringLiteral("The tenant's database is being opened."))));
        else if (!work(*store))
            done(busy());
    };
    return directory->lookUp(look, then, deadline);
}

void TenantDatabases::setHooks(std::function<Hooks(int lane)> hooksOf)
{
    const std::lock_guard lock(d->hooksMutex);
    d->hooksOf = std::move(hooksOf);
    d->directory->setHooks([this](int lane) {
        Hooks hooks = d->hooksOf(lane);
        // What is written here of a tenant that lives elsewhere concerns its callers, and none of its work.
        const auto lives = [d = d.get()](TenantId tenant) { return !d->placeOf(tenant).own; };
        if (hooks.beforeCommit) {
            hooks.beforeCommit = [lives, match = std::move(hooks.beforeCommit)](Transaction &transaction) {
                if (lives(transaction.tenant()))
                    match(transaction);
            };
        }
        if (hooks.othersWrote) {
            hooks.othersWrote = [lives, wrote = std::move(hooks.othersWrote)](TenantId tenant) {
                if (lives(tenant))
                    wrote(tenant);
            };
        }
        return hooks;
    });
    for (OwnDatabase *own : d->all()) {
        if (PostgresStore *store = own->store())
            store->setHooks([this, lane = own->lane()](int) { return d->hooksOf(lane); });
    }
}

void TenantDatabases::removeHooks(const std::function<void(int lane)> &last)
{
    {
        const std::lock_guard lock(d->hooksMutex);
        d->hooksOf = nullptr;
    }
    d->directory->removeHooks(last);
    for (OwnDatabase *own : d->all()) {
        if (PostgresStore *store = own->store())
            store->removeHooks([&last, lane = own->lane()](int) { last(lane); });
    }
}

bool TenantDatabases::tellWriters(const std::function<void(int lane)> &tell)
{
    bool told = d->directory->tellWriters(tell);
    for (OwnDatabase *own : d->all()) {
        if (PostgresStore *store = own->store())
            told = store->tellWriters([tell, lane = own->lane()](int) { tell(lane); }) && told;
    }
    return told;
}

int TenantDatabases::laneOf(TenantId tenant) const
{
    const OwnDatabase *own = d->placeOf(tenant).own;
    return own ? own->lane() : 0;
}

bool TenantDatabases::write(WriteUnit unit)
{
    if (unit.aboutCallers)
        return d->directory->write(std::move(unit));
    const TenantId tenant = unit.tenant;
    const Deadline deadline = unit.deadline;
    const auto done = unit.done;
    return d->at(tenant, done, deadline, [unit = std::move(unit)](PostgresStore &store) { return store.write(unit); });
}

bool TenantDatabases::read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->at(tenant, done, deadline, [=](PostgresStore &store) { return store.read(tenant, run, done, deadline); });
}

bool TenantDatabases::readCallers(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->directory->read(tenant, std::move(run), std::move(done), deadline);
}

bool TenantDatabases::search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    return d->at(tenant, done, deadline, [=](PostgresStore &store) { return store.search(tenant, run, done, deadline); });
}

bool TenantDatabases::lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
{
    const auto observed = [d = d.get(), run = std::move(run)](Directory &directory) {
        ObservedDirectory observing(directory, [d](const std::vector<TenantRecord> &tenants) { d->learn(tenants); });
        run(observing);
    };
    return d->directory->lookUp(observed, std::move(done), deadline);
}

quint64 TenantDatabases::callersVersion() const
{
    return d->directory->callersVersion();
}

Result<QByteArray> TenantDatabases::sharedSecret(const QString &name, const QByteArray &candidate)
{
    return d->directory->sharedSecret(name, candidate);
}

Result<TenantId> TenantDatabases::createTenant(const QString &id, const QString &name, const QString &ccid)
{
    if (!d->options.ownForNew)
        return d->directory->createTenant(id, name, ccid);
    const QString database = d->options.prefix + id;
    if (id.isEmpty() || database.toUtf8().size() > longestName || database.contains(QChar(0))) {
        return Error { ErrorCode::InvalidField,
            QStringLiteral("The tenant \"%1\" cannot have a database of its own: with \"%2\" in front its id has to fit into %3 bytes.").arg(id, d->options.prefix).arg(longestName), {}, {} };
    }
    const auto tenant = d->record(id, name, ccid);
    if (!tenant)
        return tenant.error();
    d->learn({ *tenant });
    const OwnDatabase *own = d->placeOf(tenant->number).own;
    if (!own)
        return tenant->number;
    std::unique_lock lock(d->closingMutex);
    d->wake.wait(lock, [own] { return own->wasTried(); });
    if (const auto failure = own->failure(); failure && !own->store())
        return *failure;
    return tenant->number;
}

std::optional<QString> TenantDatabases::trouble() const
{
    return d->directory->trouble();
}

std::map<TenantId, std::optional<QString>> TenantDatabases::tenantTroubles() const
{
    std::map<TenantId, std::optional<QString>> troubles;
    for (const OwnDatabase *own : d->all()) {
        const auto failure = own->failure();
        troubles[own->tenant().number] = failure ? std::optional(failure->text) : std::nullopt;
    }
    return troubles;
}

std::optional<milliseconds> TenantDatabases::clockDeviation() const
{
    return d->directory->clockDeviation(); // all databases are on one server
}

QString TenantDatabases::kind() const
{
    return d->directory->kind();
}

qint64 TenantDatabases::sizeBytes() const
{
    qint64 bytes = d->directory->sizeBytes();
    for (const OwnDatabase *own : d->all())
        bytes += own->store() ? own->store()->sizeBytes() : 0;
    return bytes;
}

} // namespace iwd
