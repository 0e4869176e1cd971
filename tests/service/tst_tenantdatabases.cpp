// SPDX-License-Identifier: Apache-2.0
#include <support/capturedlog.h>
#include <support/pipelinefixture.h>

#include <QTest>

#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr auto ccid = "6a2f41a3-c54c-fce8-32d2-0324e1c32e%1";

/// A server process's worth of store and pipeline on a directory of its own, with tenants here and there.
class Process
{
public:
    Process(QString directory, const Clock &clock, bool ownForNew)
        : m_directory(std::move(directory))
        , m_clock(clock)
    {
        PrivatePostgres::shared().letMakeDatabases(true);
        open(ownForNew);
    }

    void open(bool ownForNew, PipelineOptions intervals = { .dueWorkInterval = std::chrono::hours(24) })
    {
        pipeline.reset();
        store.reset();
        TenantDatabasesOptions options;
        options.postgres.url = PrivatePostgres::shared().url(m_directory);
        options.ownForNew = ownForNew;
        options.prefix = prefix();
        auto opened = TenantDatabases::open(options, m_clock);
        PipelineFixture::must(opened);
        store = *std::move(opened);
        pipeline = std::make_unique<Pipeline>(*store, m_clock, intervals);
    }

    [[nodiscard]] const QString &directory() const { return m_directory; }
    [[nodiscard]] QString prefix() const { return m_directory + u'-'; }

    TenantId add(const QString &id)
    {
        const auto tenant = store->createTenant(id, QString(u't' + id), QString::fromLatin1(ccid).arg(m_made++));
        PipelineFixture::must(tenant);
        const std::function<Result<bool>(Transaction &)> seed = [](Transaction &transaction) -> Result<bool> {
            seedConfiguration(transaction);
            return true;
        };
        const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
        PipelineFixture::must(await(pipeline->write<bool>({ *tenant, Actor::server() }, seed, nothing)));
        return *tenant;
    }

    Result<Answer> capture(TenantId tenant, const QString &key) { return capture(tenant, QJsonObject { { u"captureId"_s, key } }); }
    Result<Answer> capture(TenantId tenant, const QJsonObject &json)
    {
        const std::function<Result<bool>(Transaction &)> work = [json](Transaction &transaction) -> Result<bool> {
            const auto done = captureItem(transaction, *decodeItemInput(json, InputMode::Create), Actor::server());
            return done ? Result<bool>(true) : Result<bool>(done.error());
        };
        const std::function<Answer(const bool &)> encode = [](const bool &) { return Answer {}; };
        return await(pipeline->write<bool>({ tenant, Actor::server() }, work, encode));
    }

    Result<QStringList> keys(TenantId tenant)
    {
        const std::function<Result<QStringList>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<QStringList> {
            QStringList all;
            for (const ItemRecord &record : snapshot.items({}, 0, false, 1'000))
                all.append(record.item.captureId);
            return all;
        };
        return await(pipeline->read<QStringList>(tenant, Deadline::never(), work));
    }

    /// The captureIds that a key finds its tenant with.
    void addKey(TenantId tenant, const QByteArray &hash)
    {
        const std::function<Result<bool>(Transaction &)> work = [tenant, hash](Transaction &transaction) -> Result<bool> {
            transaction.insertApiKey({ QString::fromLatin1(hash), tenant, u"Key"_s, { u"source"_s }, {}, {} }, hash);
            return true;
        };
        const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
        PipelineFixture::must(await(pipeline->write<bool>({ tenant, Actor::server(), Deadline::never(), std::nullopt, {}, true }, work, nothing)));
    }

    std::optional<TenantId> tenantOfKey(const QByteArray &hash)
    {
        std::optional<TenantId> found;
        Delivery<bool> looked;
        store->lookUp(
            [&](Directory &directory) {
                if (const auto key = directory.apiKey(hash, {}))
                    found = key->tenant;
            },
            [looked](const std::optional<Error> &failure) { looked.deliver(!failure); }, Deadline::never());
        return await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(looked)) ? found : std::nullopt;
    }

    std::unique_ptr<TenantDatabases> store;
    std::unique_ptr<Pipeline> pipeline;

private:
    const QString m_directory;
    const Clock &m_clock;
    static inline std::atomic<int> m_made = 10; ///< the ids of no two tenants are the same
};

/// As superuser, who sees the rows of all tenants.
int count(const QString &database, const QString &table)
{
    return PrivatePostgres::shared().run(database, u"select count(*) from "_s + table)->toInt();
}

void admin(const QString &sql)
{
    PrivatePostgres::shared().run(u"postgres"_s, sql);
}

/// Nobody may be connected to a database that gets another name.
void rename(const QString &from, const QString &to)
{
    admin(u"alter database \"%1\" allow_connections false"_s.arg(from));
    admin(u"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '%1'"_s.arg(from));
    admin(u"alter database \"%1\" rename to \"%2\""_s.arg(from, to));
    admin(u"alter database \"%1\" allow_connections true"_s.arg(to));
}

bool exists(const QString &database)
{
    return PrivatePostgres::shared().run(u"postgres"_s, u"select count(*) from pg_database where datname = '%1'"_s.arg(database)) == u"1"_s;
}

} // namespace

/// Tenants that share a database, and tenants with one of their own.
class TestTenantDatabases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachTenantIsWhereTheDirectorySaysAndSeesItsOwnAlone();
    void aDatabaseThatIsAwayConcernsItsTenantAlone();
    void aServerStartsWithoutTheDatabaseOfATenant();
    void whoMayNotMakeDatabasesIsToldWhatToRun();
    void whatWasOnlyBegunIsFinished_data();
    void whatWasOnlyBegunIsFinished();
    void aDatabaseOfSomebodyElseIsLeftAsItIs_data();
    void aDatabaseOfSomebodyElseIsLeftAsItIs();
    void aLostDatabaseIsNotMadeAnew();
    void anyIdMakesAName();
    void anIdThatIsTooLongIsRefused();
    void severalProcessesMakeOneTenant();
    void aTenantThatAnotherProcessMadeIsFoundWhereItLives();
    void aTenantThatAnotherProcessMadeIsLookedAfter_data();
    void aTenantThatAnotherProcessMadeIsLookedAfter();
    void agentsWaitForWorkInEachDatabase();
};

void TestTenantDatabases::eachTenantIsWhereTheDirectorySaysAndSeesItsOwnAlone()
{
    PrivatePostgres &server = PrivatePostgres::shared();
    const ManualClock clock;
    const QString directory = server.newDatabase();
    Process process(directory, clock, false);
    const TenantId shared1 = process.add(u"100"_s);
    const TenantId shared2 = process.add(u"200"_s);
    process.open(true);
    const TenantId own1 = process.add(u"300"_s);
    const TenantId own2 = process.add(u"400"_s);
    const QString database1 = process.prefix() + u"300"_s;
    const QString database2 = process.prefix() + u"400"_s;
    QVERIFY(exists(database1) && exists(database2));
    for (const TenantId tenant : { shared1, shared2, own1, own2 }) {
        PipelineFixture::must(process.capture(tenant, u"of-%1"_s.arg(tenant.number)));
        PipelineFixture::must(process.capture(tenant, u"same"_s));
        process.addKey(tenant, QByteArray::number(tenant.number));
    }
    const auto sound = [&] {
        for (const TenantId tenant : { shared1, shared2, own1, own2 }) {
            QCOMPARE(*process.keys(tenant), QStringList({ u"of-%1"_s.arg(tenant.number), u"same"_s }));
            QCOMPARE(process.tenantOfKey(QByteArray::number(tenant.number)), tenant);
        }
    };
    sound();
    // Work is where its tenant lives, whatever a statement asks for; callers are in the directory.
    QCOMPARE(count(directory, u"item"_s), 4);
    QCOMPARE(count(directory, u"event where tenant_id in (%1, %2)"_s.arg(own1.number).arg(own2.number)), 0);
    QCOMPARE(count(directory, u"config_object where tenant_id in (%1, %2)"_s.arg(own1.number).arg(own2.number)), 0);
    QCOMPARE(count(directory, u"api_key"_s), 4);
    for (const auto &[database, tenant] : { std::pair(database1, own1), { database2, own2 } }) {
        QCOMPARE(count(database, u"item"_s), 2);
        QCOMPARE(count(database, u"tenant"_s), 1);
        QCOMPARE(count(database, u"event"_s), count(database, u"event where tenant_id = %1"_s.arg(tenant.number)));
        QCOMPARE(count(database, u"api_key"_s), 0);
        QCOMPARE(count(database, u"migration"_s), count(directory, u"migration"_s));
    }
    // Nor do numbers of one tenant find rows of another: each counts from one, and there is nothing else.
    for (const TenantId tenant : { own1, own2 }) {
        const std::function<Result<bool>(Snapshot &)> third = [](Snapshot &snapshot) -> Result<bool> { return snapshot.item({ 3 }).has_value(); };
        QCOMPARE(*await(process.pipeline->read<bool>(tenant, Deadline::never(), third)), false);
    }
    process.open(false); // where a tenant lives is not a matter of configuration
    sound();
    QVERIFY(process.store->tenantTroubles() == (std::map<TenantId, std::optional<QString>> { { own1, {} }, { own2, {} } }));
}

void TestTenantDatabases::aDatabaseThatIsAwayConcernsItsTenantAlone()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, false);
    const TenantId shared = process.add(u"100"_s);
    process.open(true);
    const TenantId lost = process.add(u"200"_s);
    const TenantId other = process.add(u"300"_s);
    const QString name = process.prefix() + u"200"_s;
    PipelineFixture::must(process.capture(lost, u"before"_s));
    rename(name, name + u"-away"_s);
    QTRY_COMPARE(process.capture(lost, u"while"_s).ok(), false);
    for (int i = 0; i < 3; ++i) {
        const auto refused = process.capture(lost, u"while"_s);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
        QVERIFY2(refused.error().text.contains(name), qPrintable(refused.error().text));
        QCOMPARE(process.keys(lost).error().code, ErrorCode::StorageUnavailable);
        PipelineFixture::must(process.capture(shared, u"shared-%1"_s.arg(i)));
        PipelineFixture::must(process.capture(other, u"other-%1"_s.arg(i)));
    }
    QCOMPARE(process.store->trouble(), std::nullopt);
    QVERIFY(process.store->tenantTroubles().at(lost).has_value());
    QCOMPARE(process.store->tenantTroubles().at(other), std::nullopt);
    // Callers are known meanwhile.
    process.addKey(lost, "known");
    QCOMPARE(process.tenantOfKey("known"), lost);
    rename(name + u"-away"_s, name);
    QTRY_VERIFY_WITH_TIMEOUT(process.capture(lost, u"after"_s).ok(), 10'000);
    const auto reading = [&] {
        const auto found = process.keys(lost);
        return found ? QString() : found.error().text;
    };
    QTRY_COMPARE(reading(), QString()); // readers come back by themselves as well
    QCOMPARE(*process.keys(lost), QStringList({ u"before"_s, u"after"_s }));
    QCOMPARE(process.store->tenantTroubles().at(lost), std::nullopt);
}

void TestTenantDatabases::aServerStartsWithoutTheDatabaseOfATenant()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, false);
    const TenantId shared = process.add(u"100"_s);
    process.open(true);
    const TenantId lost = process.add(u"200"_s);
    const QString name = process.prefix() + u"200"_s;
    PipelineFixture::must(process.capture(lost, u"before"_s));
    process.pipeline.reset();
    process.store.reset();
    rename(name, name + u"-away"_s);
    process.open(true);
    PipelineFixture::must(await(process.pipeline->start({ shared, lost })));
    PipelineFixture::must(process.capture(shared, u"1"_s));
    QCOMPARE(process.capture(lost, u"while"_s).error().code, ErrorCode::StorageUnavailable);
    QVERIFY2(process.store->tenantTroubles().at(lost)->contains(name), qPrintable(*process.store->tenantTroubles().at(lost)));
    rename(name + u"-away"_s, name);
    QTRY_VERIFY_WITH_TIMEOUT(process.capture(lost, u"after"_s).ok(), 10'000);
    QCOMPARE(*process.keys(lost), QStringList({ u"before"_s, u"after"_s }));
    // Figures, which are loaded when a server starts, come later, too.
    QTRY_COMPARE(process.pipeline->figures().figures(lost, clock.now()).queues[u"general"_s].byStatus[static_cast<size_t>(ItemStatus::Queued)], 2);
}

void TestTenantDatabases::whoMayNotMakeDatabasesIsToldWhatToRun()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, true);
    const QString name = process.prefix() + u"100"_s;
    PrivatePostgres::shared().letMakeDatabases(false);
    const auto refused = process.store->createTenant(u"100"_s, u"t100"_s, QString::fromLatin1(ccid).arg(10));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
    const QString statement = u"create database \"%1\" owner \"iwd\" template template0 encoding 'UTF8'"_s.arg(name);
    QVERIFY2(refused.error().text.contains(statement), qPrintable(refused.error().text));
    QVERIFY2(refused.error().text.contains(u"alter role \"iwd\" createdb"_s), qPrintable(refused.error().text));
    QVERIFY(!exists(name));
    // Doing as one is told is enough; nobody has to start anything again.
    admin(statement);
    QTRY_VERIFY(process.store->tenantTroubles().begin()->second == std::nullopt);
    const TenantId tenant = process.add(u"100"_s);
    PipelineFixture::must(process.capture(tenant, u"1"_s));
    QCOMPARE(count(name, u"item"_s), 1);
}

void TestTenantDatabases::whatWasOnlyBegunIsFinished_data()
{
    QTest::addColumn<int>("steps");
    QTest::addRow("the directory knows it") << 1;
    QTest::addRow("the database was made") << 2;
    QTest::addRow("it has its tables") << 3;
    QTest::addRow("it has its tenant") << 4;
}

void TestTenantDatabases::whatWasOnlyBegunIsFinished()
{
    QFETCH(int, steps);
    PrivatePostgres &server = PrivatePostgres::shared();
    const ManualClock clock;
    const QString directory = server.newDatabase();
    Process process(directory, clock, true);
    const QString name = process.prefix() + u"100"_s;
    process.pipeline.reset();
    process.store.reset();
    // As far as a process came before it died.
    const QString first = QString::fromLatin1(ccid).arg(77);
    server.run(directory, u"insert into tenant (name, title, ccid, created_ms, database_name, database_made) values ('100', 't100', '%1', 0, '%2', 0)"_s.arg(first, name));
    server.run(directory, u"insert into tenant_state (tenant_id) select id from tenant"_s);
    if (steps >= 2)
        admin(u"create database \"%1\" owner iwd"_s.arg(name));
    if (steps >= 3) {
        PostgresOptions options;
        options.url = server.url(directory);
        options.database = name;
        PipelineFixture::must(PostgresStore::open(options, clock));
    }
    if (steps >= 4)
        server.run(name, u"insert into tenant (id, name, title, ccid, created_ms) overriding system value values (%1, '100', 't100', '%2', 0)"_s.arg(server.run(directory, u"select id from tenant"_s)->toInt()).arg(first));
    process.open(true);
    const TenantId tenant = process.add(u"100"_s); // repeated by whoever set it up
    PipelineFixture::must(process.capture(tenant, u"1"_s));
    QCOMPARE(count(name, u"item"_s), 1);
    QCOMPARE(*server.run(name, u"select ccid from tenant"_s), first);
    QCOMPARE(*server.run(directory, u"select database_made from tenant"_s), u"1"_s);
}

void TestTenantDatabases::aDatabaseOfSomebodyElseIsLeftAsItIs_data()
{
    QTest::addColumn<bool>("ours");
    QTest::addRow("of another program") << false;
    QTest::addRow("of another installation") << true;
}

void TestTenantDatabases::aDatabaseOfSomebodyElseIsLeftAsItIs()
{
    QFETCH(bool, ours);
    PrivatePostgres &server = PrivatePostgres::shared();
    const ManualClock clock;
    Process process(server.newDatabase(), clock, true);
    const QString name = process.prefix() + u"100"_s;
    if (ours) {
        Process other(server.newDatabase(), clock, true);
        (void)other.add(u"100"_s);
        other.pipeline.reset();
        other.store.reset();
        rename(other.prefix() + u"100"_s, name);
    } else {
        admin(u"create database \"%1\" owner iwd"_s.arg(name));
        server.run(name, u"create table ledger (entry text)"_s);
    }
    const QString tables = u"(select 1 from pg_class where relnamespace = 'public'::regnamespace) found"_s;
    const int before = count(name, tables);
    const auto refused = process.store->createTenant(u"100"_s, u"t100"_s, QString::fromLatin1(ccid).arg(99));
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"holds something else"_s), qPrintable(refused.error().text));
    QCOMPARE(count(name, tables), before);
}

/// An empty one in its place would look as if there had never been any work.
void TestTenantDatabases::aLostDatabaseIsNotMadeAnew()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, true);
    const TenantId tenant = process.add(u"100"_s);
    const QString name = process.prefix() + u"100"_s;
    process.pipeline.reset();
    process.store.reset();
    admin(u"drop database \"%1\" with (force)"_s.arg(name));
    process.open(true);
    QVERIFY(!process.capture(tenant, u"1"_s));
    QVERIFY(!process.store->createTenant(u"100"_s, u"t100"_s, QString::fromLatin1(ccid).arg(10)));
    QVERIFY(!exists(name));
    // An empty one is not filled, either.
    admin(u"create database \"%1\" owner iwd"_s.arg(name));
    QTRY_VERIFY2(process.store->tenantTroubles().at(tenant)->contains(u"restore its backup"_s), qPrintable(*process.store->tenantTroubles().at(tenant)));
    QVERIFY(!process.capture(tenant, u"1"_s));
}

void TestTenantDatabases::anyIdMakesAName()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, true);
    for (const auto &id : { u"Ä \"; drop database postgres; --"_s, u"it's 100 %"_s, u"dbname=postgres host=/tmp"_s, u"postgresql://127.0.0.1/postgres"_s }) {
        const TenantId tenant = process.add(id);
        PipelineFixture::must(process.capture(tenant, u"1"_s));
        QCOMPARE(*process.keys(tenant), QStringList { u"1"_s });
        QCOMPARE(PrivatePostgres::shared().run(u"postgres"_s, u"select count(*) from pg_database where datname = $$%1%2$$"_s.arg(process.prefix(), id)), u"1"_s);
    }
}

void TestTenantDatabases::anIdThatIsTooLongIsRefused()
{
    const ManualClock clock;
    const QString directory = PrivatePostgres::shared().newDatabase();
    Process process(directory, clock, true);
    const auto refused = process.store->createTenant(QString(60, u'x'), u"t"_s, QString::fromLatin1(ccid).arg(10));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidField);
    QCOMPARE(count(directory, u"tenant"_s), 0);
}

void TestTenantDatabases::severalProcessesMakeOneTenant()
{
    const ManualClock clock;
    const QString directory = PrivatePostgres::shared().newDatabase();
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < 3; ++i)
        processes.push_back(std::make_unique<Process>(directory, clock, true));
    std::mutex mutex;
    std::set<qint64> numbers;
    QStringList errors;
    std::vector<std::thread> makers;
    for (const auto &process : processes) {
        makers.emplace_back([&, number = 10 + std::ssize(makers)] {
            const auto made = process->store->createTenant(u"100"_s, u"t100"_s, QString::fromLatin1(ccid).arg(number));
            const std::lock_guard lock(mutex);
            if (made)
                numbers.insert(made->number);
            else
                errors.append(made.error().text);
        });
    }
    for (std::thread &maker : makers)
        maker.join();
    QCOMPARE(errors, QStringList());
    QCOMPARE(numbers.size(), size_t(1));
    QCOMPARE(count(processes[0]->prefix() + u"100"_s, u"tenant"_s), 1);
}

void TestTenantDatabases::aTenantThatAnotherProcessMadeIsFoundWhereItLives()
{
    const ManualClock clock;
    const QString directory = PrivatePostgres::shared().newDatabase();
    Process early(directory, clock, false);
    Process late(directory, clock, true);
    const TenantId tenant = late.add(u"100"_s);
    QTRY_VERIFY(early.capture(tenant, u"1"_s).ok());
    QCOMPARE(*late.keys(tenant), QStringList { u"1"_s });
    QCOMPARE(count(directory, u"item"_s), 0);
}

void TestTenantDatabases::aTenantThatAnotherProcessMadeIsLookedAfter_data()
{
    QTest::addColumn<bool>("own");
    QTest::addRow("in the shared database") << false;
    QTest::addRow("in a database of its own") << true;
}

/// What sleeps wakes, and is counted, although the process that made the tenant is gone.
void TestTenantDatabases::aTenantThatAnotherProcessMadeIsLookedAfter()
{
    QFETCH(bool, own);
    ManualClock clock;
    Process early(PrivatePostgres::shared().newDatabase(), clock, false);
    PipelineOptions often;
    often.dueWorkInterval = often.tenantInterval = milliseconds(50);
    early.open(false, often);
    PipelineFixture::must(await(early.pipeline->start({ early.add(u"100"_s) })));
    QStringList found;
    connect(early.pipeline.get(), &Pipeline::tenantFound, this, [&](const TenantRecord &tenant) { found.append(tenant.id); });
    TenantId tenant;
    {
        Process late(early.directory(), clock, own);
        tenant = late.add(u"200"_s);
        PipelineFixture::must(late.capture(tenant, QJsonObject { { u"captureId"_s, u"1"_s }, { u"activationDateTime"_s, toIso(clock.now() + std::chrono::hours(1)) } }));
    }
    const auto counted = [&](ItemStatus status) { return early.pipeline->figures().figures(tenant, clock.now()).queues[u"general"_s].byStatus[static_cast<size_t>(status)]; };
    QTRY_COMPARE(counted(ItemStatus::Captured), 1);
    clock.advance(std::chrono::hours(1));
    QTRY_COMPARE(counted(ItemStatus::Queued), 1);
    QCOMPARE(counted(ItemStatus::Captured), 0);
    QCOMPARE(found, QStringList { u"200"_s });
}

/// Each database has a writing thread, and whoever waits is served by the one that writes for its tenant.
void TestTenantDatabases::agentsWaitForWorkInEachDatabase()
{
    const ManualClock clock;
    Process process(PrivatePostgres::shared().newDatabase(), clock, false);
    std::vector<TenantId> tenants { process.add(u"100"_s) };
    process.open(true);
    tenants.push_back(process.add(u"200"_s));
    tenants.push_back(process.add(u"300"_s));
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    std::map<qint64, QString> got;
    std::vector<Delivery<bool>> served;
    const auto wait = [&](TenantId tenant, Delivery<bool> done) -> QCoro::Task<> {
        const auto answer = co_await process.pipeline->next({ tenant, Actor::server() }, u"anna"_s, std::chrono::seconds(30), [&got, tenant](const NextOutcome &outcome) {
            got[tenant.number] = outcome.item ? outcome.item->record.item.captureId : u"nothing"_s;
            return Answer {};
        });
        done.deliver(answer.ok());
    };
    for (const TenantId tenant : tenants) {
        const std::function<Result<bool>(Transaction &)> hire = [](Transaction &transaction) -> Result<bool> {
            Agent agent;
            agent.id = agent.name = u"anna"_s;
            const auto put = putObject(transaction, { ConfigKind::Agent, agent.id, encodeAgent(agent), PutMode::Create, std::nullopt, false, Actor::server() });
            if (!put)
                return put.error();
            const auto set = setAgentState(transaction, { agent.id, {}, AgentState::Ready, {}, Actor::server() });
            return set ? Result<bool>(true) : Result<bool>(set.error());
        };
        PipelineFixture::must(await(process.pipeline->write<bool>({ tenant, Actor::server() }, hire, nothing)));
        served.emplace_back();
        wait(tenant, served.back());
    }
    for (const TenantId tenant : tenants)
        PipelineFixture::must(process.capture(tenant, u"for-%1"_s.arg(tenant.number)));
    for (const Delivery<bool> &one : served)
        QTRY_VERIFY(one.delivered());
    for (const TenantId tenant : tenants)
        QCOMPARE(got[tenant.number], u"for-%1"_s.arg(tenant.number));
}

QTEST_GUILESS_MAIN(TestTenantDatabases)
#include "tst_tenantdatabases.moc"
