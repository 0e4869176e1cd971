// SPDX-License-Identifier: Apache-2.0
#include <support/capturedlog.h>
#include <support/pipelinefixture.h>

#include <base/log.h>
#include <pipeline/report/eventfeed.h>
#include <storage/eventpartitions.h>
#include <storage/postgresdatabase.h>

#include <QProcess>
#include <QTcpServer>
#include <QTest>

#include <csignal>
#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// A connection of the server's own user, for plain statements.
class Connection
{
public:
    explicit Connection(const QString &url)
    {
        auto opened = PostgresDatabase::open(*PostgresAddress::parse(url, {}), {}, {});
        PipelineFixture::must(opened);
        m_database = *std::move(opened);
    }

    PostgresDatabase *operator->() { return m_database.get(); }

    /// @returns the first column of each row; a failed statement fails the connection
    QStringList rows(const QString &sql, int column = 0)
    {
        QStringList found;
        PostgresStatement statement(*m_database, sql, false);
        auto step = statement.run();
        for (; step == PreparedStatement::Step::Row; step = statement.next())
            found.append(statement.text(column));
        if (step == PreparedStatement::Step::Failed)
            m_database->failNow(sql);
        return found;
    }
    bool fails(const QString &sql)
    {
        const bool failed = !m_database->execute(sql);
        m_database->clearFailure();
        return failed;
    }

private:
    std::unique_ptr<PostgresDatabase> m_database;
};

/// Several servers on one database: each a store and a pipeline of its own.
class Process
{
public:
    Process(const QString &url, const Clock &clock, TenantId tenant, PostgresOptions options = {})
        : m_tenant(tenant)
    {
        options.url = url;
        auto opened = PostgresStore::open(options, clock);
        PipelineFixture::must(opened);
        store = *std::move(opened);
        PipelineOptions rare;
        rare.dueWorkInterval = std::chrono::hours(24);
        pipeline = std::make_unique<Pipeline>(*store, clock, rare);
        PipelineFixture::must(await(pipeline->start({ tenant })));
    }

    Result<Answer> capture(const QString &key, Deadline deadline = Deadline::never())
    {
        const Actor actor = Actor::server();
        const std::function<Result<bool>(Transaction &)> work = [key, actor](Transaction &transaction) -> Result<bool> {
            const auto done = captureItem(transaction, *decodeItemInput({ { u"captureId"_s, key } }, InputMode::Create), actor);
            return done ? Result<bool>(true) : Result<bool>(done.error());
        };
        const std::function<Answer(const bool &)> encode = [](const bool &) { return Answer {}; };
        return await(pipeline->write<bool>({ m_tenant, actor, deadline, std::nullopt }, work, encode));
    }

    template <typename T>
    T look(const std::function<Result<T>(Snapshot &)> &work)
    {
        const auto found = await(pipeline->read<T>(m_tenant, Deadline::never(), work));
        PipelineFixture::must(found);
        return *found;
    }

    size_t itemsCapturedAs(const QString &key)
    {
        return look<size_t>([key](Snapshot &snapshot) -> Result<size_t> { return snapshot.itemsCapturedAs(key, {}).size(); });
    }

    std::unique_ptr<PostgresStore> store;
    std::unique_ptr<Pipeline> pipeline;

private:
    TenantId m_tenant;
};

/// A tenant with its configuration in a new database.
TenantId seed(const QString &url, const Clock &clock)
{
    PostgresOptions options;
    options.url = url;
    auto store = PostgresStore::open(options, clock);
    PipelineFixture::must(store);
    const TenantId tenant = *(*store)->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s);
    Delivery<bool> seeded;
    (*store)->write({ tenant, [](Transaction &transaction) { seedConfiguration(transaction); }, [seeded](const std::optional<Error> &failure) { seeded.deliver(!failure); } });
    if (!await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(seeded)))
        qFatal("The configuration could not be seeded");
    return tenant;
}

/// A new database of one tenant with its configuration, and the clock of those who serve it.
template <typename ClockType = ManualClock>
struct Installation
{
    explicit Installation(PrivatePostgres &server = PrivatePostgres::shared())
        : database(server.newDatabase())
        , url(server.url(database))
        , tenant(seed(url, clock))
    {
    }

    [[nodiscard]] Process process(const PostgresOptions &options = {}) const { return { url, clock, tenant, options }; }

    ClockType clock;
    const QString database;
    const QString url;
    const TenantId tenant;
};

} // namespace

/// What the store in PostgreSQL has by itself: the walls between tenants, several processes at once, and a server that goes away.
class TestPostgresStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStatementIsBoundToATenant();
    void everyStatementCanBePrepared();
    void whatIsAskedAllTheTimeUsesItsIndex_data();
    void whatIsAskedAllTheTimeUsesItsIndex();
    void aTableThatGrowsIsPlannedFor();
    void rowsThatWereNotCommittedWhenPlansWereMadeAreLookedAtAgain();
    void aStatementWithoutTheRightTenantFindsNothing();
    void severalProcessesMayStartAtOnce();
    void processesSeeWhatTheOthersWrote();
    void noReaderMissesAnEventThatCommitsLate();
    void whatCouldNotBeReadOfOthersIsReadLater();
    void aHeldLockDelaysItsTenantAloneAndNotForEver();
    void aProcessThatHangsLosesItsLock();
    void whatTheDatabaseGaveUpForAnotherTransactionIsTriedAgain();
    void aRestartOfTheDatabaseLosesNothingThatWasAnswered_data();
    void aRestartOfTheDatabaseLosesNothingThatWasAnswered();
    void aCommitThatNobodyAnsweredIsNotCalledDone();
    void aPoolerThatChangesSessionsIsNoticed();
    void oldDaysOfTheLogAreDropped();
    void theStateOfATenantIsUpdatedInPlace();
    void aClockThatDiffersFromTheDatabasesIsToldOnce();
};

void TestPostgresStore::everyStatementIsBoundToATenant()
{
    const QString dialect = u"postgresql"_s;
    QVERIFY(statementNames(dialect).size() > 50);
    for (const QString &name : statementNames(dialect)) {
        if (!name.startsWith(u"system/"_s) && !name.startsWith(u"migration/"_s))
            QVERIFY2(statementText(dialect, name).contains(u":tenant"_s), qPrintable(name));
    }
}

void TestPostgresStore::everyStatementCanBePrepared()
{
    PrivatePostgres &server = PrivatePostgres::shared();
    Connection connection(server.url(server.newDatabase()));
    for (const QString &name : statementNames(u"postgresql"_s)) {
        if (name.startsWith(u"migration/"_s))
            continue;
        QString sql = statementText(u"postgresql"_s, name);
        for (const auto &[part, text] : { std::pair(u"{filter}"_s, name == u"item/list"_s ? QString() : u"true"_s), { u"{order}"_s, name == u"item/list"_s ? u"i.id"_s : QString() }, { u"{index}"_s, QString() },
                 { u"{conditions}"_s, QString() }, { u"{categories}"_s, u"in (:element_0)"_s } })
            sql.replace(part, text);
        const PostgresStatement statement(*connection.operator->(), sql, false);
        // A cursor cannot be prepared by name; its query can.
        QString text = QString::fromUtf8(statement.sql());
        if (text.startsWith(u"declare"_s))
            text = text.sliced(text.indexOf(u"select"_s));
        QVERIFY2(connection->execute(u"prepare probe as "_s + text), qPrintable(name + u": "_s + (connection->failure() ? connection->failure()->text : QString())));
        QVERIFY(connection->execute(u"deallocate probe"_s));
    }
}

void TestPostgresStore::whatIsAskedAllTheTimeUsesItsIndex_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("index");
    QTest::addRow("next of a class") << u"item/waiting"_s << u"waiting_order_idx"_s;
    QTest::addRow("youngest of a class") << u"item/waiting_newest"_s << u"waiting_order_idx"_s;
    QTest::addRow("heads of all classes") << u"item/oldest_waiting"_s << u"waiting_order_idx"_s;
    QTest::addRow("known capture") << u"capture/find"_s << u"item_payload_capture_idx"_s;
    QTest::addRow("an item") << u"item/get_many"_s << u"item_pkey"_s;
    QTest::addRow("due timers") << u"timer/due"_s << u"item_timer_due_idx"_s;
    QTest::addRow("expired leases") << u"assignment/expired"_s << u"assignment_lease_idx"_s;
    QTest::addRow("in whose hands") << u"assignment/get"_s << u"assignment_item_idx"_s;
    QTest::addRow("errorheld") << u"item/errorheld"_s << u"item_aside_idx"_s;
    QTest::addRow("history") << u"event/of_item"_s << u"_item_id_id_idx"_s;
    QTest::addRow("feed") << u"event/after"_s << u"_pkey"_s;
}

void TestPostgresStore::whatIsAskedAllTheTimeUsesItsIndex()
{
    QFETCH(QString, name);
    QFETCH(QString, index);
    PrivatePostgres &server = PrivatePostgres::shared();
    Connection connection(server.url(server.newDatabase()));
    // Tables are empty, and an empty table is read as a whole unless that is forbidden: the question is whether the index can serve.
    connection->begin(false, Deadline::never());
    connection->execute(u"set local enable_seqscan = off"_s);
    connection->execute(u"set local enable_bitmapscan = off"_s);
    connection->execute(u"set local iwd.tenant = '1'"_s);
    connection->execute(u"set local plan_cache_mode = force_generic_plan"_s);
    connection->execute(u"insert into event (tenant_id, day, id, item_id, at_ms, type, facts, body) select 1, 20513, n, n % 1000, 0, 1, '', '' from generate_series(1, 5000) n"_s);
    connection->execute(u"analyze event"_s);
    const QString sql = QString::fromUtf8(PostgresStatement(*connection.operator->(), statementText(u"postgresql"_s, name), false).sql());
    QVERIFY2(connection->execute(u"prepare probe as "_s + sql), qPrintable(connection->failure() ? connection->failure()->text : QString()));
    QStringList values;
    for (int parameter = 1; sql.contains(u"$%1"_s.arg(parameter)); ++parameter)
        values.append(sql.contains(u"$%1::bigint[]"_s.arg(parameter)) ? u"'{1}'"_s : u"'1'"_s);
    const QString plan = connection.rows(u"explain execute probe(%1)"_s.arg(values.join(u','))).join(u'\n');
    QVERIFY2(!connection->failure(), qPrintable(connection->failure() ? connection->failure()->text : QString()));
    QVERIFY2(plan.contains(index), qPrintable(plan));
    QVERIFY2(!plan.contains(u"Seq Scan on item"_s) && !plan.contains(u"Seq Scan on waiting"_s) && !plan.contains(u"Seq Scan on event"_s), qPrintable(plan));
}

/// Long before the database would look at it by itself.
void TestPostgresStore::aTableThatGrowsIsPlannedFor()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PrivatePostgres &server = PrivatePostgres::shared();
    server.run(fixture.database, u"alter table item_timer set (autovacuum_enabled = off)"_s);
    const QString believed = u"select reltuples::bigint from pg_class where relname = 'item_timer'"_s;
    for (const int rows : { 20'000, 200'000 }) {
        server.run(fixture.database, u"insert into item_timer select %1, n + %2, 0, 0 from generate_series(1, %2) n"_s.arg(fixture.tenant.number).arg(rows));
        QTRY_VERIFY_WITH_TIMEOUT(server.run(fixture.database, believed)->toLongLong() >= rows, 30'000);
    }
}

void TestPostgresStore::rowsThatWereNotCommittedWhenPlansWereMadeAreLookedAtAgain()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PrivatePostgres &server = PrivatePostgres::shared();
    server.run(fixture.database, u"alter table item_timer set (autovacuum_enabled = off)"_s);
    Connection connection(server.url(fixture.database));
    connection->begin(false, Deadline::never());
    QVERIFY(connection->execute(u"set local iwd.tenant = '%1'"_s.arg(fixture.tenant.number)));
    QVERIFY(connection->execute(u"insert into item_timer select %1, n, 0, 0 from generate_series(1, 20000) n"_s.arg(fixture.tenant.number)));
    // All of its pages, and none of its rows.
    server.run(fixture.database, u"analyze item_timer"_s);
    const QString believed = u"select reltuples::bigint from pg_class where relname = 'item_timer'"_s;
    QCOMPARE(server.run(fixture.database, believed)->toLongLong(), 0);
    QVERIFY(connection->commit());
    QTRY_VERIFY_WITH_TIMEOUT(server.run(fixture.database, believed)->toLongLong() >= 20'000, 30'000);
}

/// The second wall: even a statement that forgot its tenant, or names another one, sees and changes nothing.
void TestPostgresStore::aStatementWithoutTheRightTenantFindsNothing()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"expirationDateTime"_s, u"2027-01-01T00:00:00Z"_s } }));
    QVERIFY(fixture.next(u"anna"_s)->item);
    Connection connection(PrivatePostgres::shared().url(fixture.database));
    const QStringList tables = connection.rows(u"select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
                                               "where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1"_s);
    QVERIFY2(tables.size() >= 20, qPrintable(tables.join(u' ')));
    QVERIFY(tables.contains(u"event_d20513"_s)); // a partition by itself, too
    QStringList filled;
    for (const QString &table : tables) {
        const auto seen = [&](const QString &tenant) {
            connection->begin(false, Deadline::never());
            if (!tenant.isEmpty())
                connection->execute(u"set local iwd.tenant = '%1'"_s.arg(tenant));
            const int count = connection.rows(u"select count(*) from "_s + table).value(0).toInt();
            connection->execute(u"rollback"_s);
            return count;
        };
        QCOMPARE(seen({}), 0);
        QCOMPARE(seen(QString::number(other.number)), table == u"tenant_state"_s ? 1 : 0);
        if (seen(QString::number(fixture.tenant.number)) > 0)
            filled.append(table);
        // Nor does a change of everything reach another tenant's rows.
        connection->begin(false, Deadline::never());
        connection->execute(u"set local iwd.tenant = '%1'"_s.arg(other.number));
        PostgresStatement change(*connection.operator->(), u"delete from "_s + table, false);
        if (table == u"audit"_s) {
            QVERIFY(change.run() == PreparedStatement::Step::Failed); // whoever's rows they are
        } else {
            QVERIFY(change.run() != PreparedStatement::Step::Failed);
            QCOMPARE(change.changedRows(), table == u"tenant_state"_s ? 1 : 0);
        }
        connection->execute(u"rollback"_s);
    }
    for (const auto &table : { u"item"_s, u"item_payload"_s, u"event"_s, u"event_d20513"_s, u"event_day"_s, u"config_object"_s, u"work_class"_s, u"item_timer"_s, u"assignment"_s, u"agent_status"_s, u"audit"_s })
        QVERIFY2(filled.contains(table), qPrintable(table));
    // A row of another tenant cannot be written, either.
    connection->begin(false, Deadline::never());
    connection->execute(u"set local iwd.tenant = '%1'"_s.arg(other.number));
    QVERIFY(connection.fails(u"insert into item_timer (tenant_id, item_id, kind, at_ms) values (%1, 1, 0, 0)"_s.arg(fixture.tenant.number)));
    connection->execute(u"rollback"_s);
    // Nor can the owner of the tables look around: the walls hold for him, too.
    QCOMPARE(connection.rows(u"select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
                             "where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)"_s),
        QStringList { u"0"_s });
}

void TestPostgresStore::severalProcessesMayStartAtOnce()
{
    PrivatePostgres &server = PrivatePostgres::shared();
    const QString url = server.url(server.newEmptyDatabase());
    const ManualClock clock;
    std::vector<std::thread> starts;
    std::atomic<int> started = 0;
    std::mutex mutex;
    std::set<qint64> tenants;
    QStringList errors;
    for (int i = 0; i < 4; ++i) {
        starts.emplace_back([&] {
            PostgresOptions options;
            options.url = url;
            auto store = PostgresStore::open(options, clock);
            const std::lock_guard lock(mutex);
            if (!store) {
                errors.append(store.error().text);
                return;
            }
            ++started;
            tenants.insert((*store)->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e2%1"_s.arg(started.load()))->number);
        });
    }
    for (auto &start : starts)
        start.join();
    QCOMPARE(errors, QStringList());
    QCOMPARE(started.load(), 4);
    QCOMPARE(tenants.size(), size_t(1)); // whoever comes second finds the tenant of the first
}

void TestPostgresStore::processesSeeWhatTheOthersWrote()
{
    PipelineFixture one({}, StoreKind::Postgresql);
    one.addAgent(u"anna"_s, {}, { { QString(), 10 } });
    Process two(PrivatePostgres::shared().url(one.database), one.clock, one.tenant);
    // Both remember the heads of classes and what agents hold; each time the other one has changed them.
    QStringList taken;
    for (int i = 0; i < 5; ++i) {
        PipelineFixture::must(two.capture(u"two-%1"_s.arg(i)));
        one.clock.advance(milliseconds(1));
        PipelineFixture::must(one.capture({ { u"captureId"_s, u"one-%1"_s.arg(i) } }));
        one.clock.advance(milliseconds(1));
        const auto next = await(two.pipeline->next({ one.tenant, one.actor, Deadline::never(), std::nullopt }, u"anna"_s, milliseconds(0), [&](const NextOutcome &outcome) {
            taken.append(outcome.item->record.item.captureId);
            return Answer {};
        }));
        PipelineFixture::must(next);
        taken.append(one.next(u"anna"_s)->item->record.item.captureId);
    }
    QCOMPARE(taken, QStringList({ u"two-0"_s, u"one-0"_s, u"two-1"_s, u"one-1"_s, u"two-2"_s, u"one-2"_s, u"two-3"_s, u"one-3"_s, u"two-4"_s, u"one-4"_s }));
    // A changed configuration counts in the other process at once, for readers and writers.
    one.addQueue(u"printers"_s);
    one.addCategory(u"printers"_s, { { u"attribute"_s, u"captureId"_s }, { u"operator"_s, u"startsWith"_s }, { u"value"_s, u"P"_s } }, u"printers"_s, -1);
    QVERIFY(two.look<bool>([](Snapshot &snapshot) -> Result<bool> { return snapshot.configuration()->queue(u"printers"_s) != nullptr; }));
    PipelineFixture::must(two.capture(u"P1"_s));
    QCOMPARE(one.item(u"P1"_s).item.queueId, u"printers"_s);
    // Numbers never repeat, whoever gives them.
    const auto ids = one.look<std::vector<ItemRecord>>([](Snapshot &snapshot) -> Result<std::vector<ItemRecord>> { return snapshot.items({}, 0, false, 100); });
    for (size_t i = 0; i < ids->size(); ++i)
        QCOMPARE(ids->at(i).item.id.number, qint64(i + 1));
}

/// A transaction is held open after it has given out its event's number, while another process wants to write and a reader reads on.
void TestPostgresStore::noReaderMissesAnEventThatCommitsLate()
{
    PipelineFixture one({}, StoreKind::Postgresql);
    Process two(PrivatePostgres::shared().url(one.database), one.clock, one.tenant);
    qint64 cursor = 0;
    QStringList seen;
    const auto readOn = [&] {
        const auto page = one.look<std::vector<StoredEvent>>([cursor](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(cursor, 1'000); });
        for (const StoredEvent &event : *page) {
            cursor = event.id;
            const QJsonObject body = QJsonDocument::fromJson(event.body).object();
            if (body.value(u"type"_s) == u"item.created"_s)
                seen.append(body.value(u"captureId"_s).toString());
        }
    };
    readOn();
    QStringList expected;
    for (int round = 0; round < 20; ++round) {
        std::mutex gate;
        gate.lock();
        Delivery<bool> held;
        std::atomic<int> done = 0;
        one.store->write({ one.tenant,
            [&, round](Transaction &transaction) {
                (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"held-%1"_s.arg(round) } }, InputMode::Create), Actor::server());
                (void)transaction.lastEvent(); // the number is given
                held.deliver(true);
                const std::lock_guard wait(gate);
            },
            [&](const std::optional<Error> &failure) { done += failure ? 100 : 1; } });
        QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(held)));
        two.store->write({ one.tenant,
            [&, round](Transaction &transaction) {
                (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"quick-%1"_s.arg(round) } }, InputMode::Create), Actor::server());
            },
            [&](const std::optional<Error> &failure) { done += failure ? 100 : 1; } });
        readOn();
        readOn();
        gate.unlock();
        QTRY_COMPARE(done.load(), 2);
        readOn();
        expected << u"held-%1"_s.arg(round) << u"quick-%1"_s.arg(round);
    }
    QCOMPARE(seen, expected);
}

/// The database may fail just when a process reads what another one wrote; here it waits for a lock on the log in vain.
void TestPostgresStore::whatCouldNotBeReadOfOthersIsReadLater()
{
    const Installation place;
    PostgresOptions options;
    options.lockLimit = milliseconds(200);
    options.lookInterval = std::chrono::hours(1); // it learns of others when it writes
    Process follower = place.process(options);
    Process writer = place.process();
    PipelineFixture::must(writer.capture(u"1"_s));
    {
        Connection stranger(place.url);
        stranger->begin(false, Deadline::never());
        QVERIFY(stranger->execute(u"lock table event in access exclusive mode"_s));
        const auto refused = follower.capture(u"2"_s);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
        stranger->execute(u"rollback"_s);
    }
    PipelineFixture::must(follower.capture(u"3"_s));
    const auto figures = follower.pipeline->figures().figures(place.tenant, place.clock.now());
    QCOMPARE(figures.queues.at(u"general"_s).arrivedToday, 2);
}

void TestPostgresStore::aHeldLockDelaysItsTenantAloneAndNotForEver()
{
    const Installation place;
    PostgresOptions options;
    options.lockLimit = milliseconds(200);
    Process process = place.process(options);
    const TenantId other = *process.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    Connection stranger(place.url);
    stranger->begin(false, Deadline::never());
    stranger->execute(u"select pg_advisory_xact_lock(1230455812, %1)"_s.arg(place.tenant.number));
    const auto late = process.capture(u"1"_s);
    QVERIFY(!late);
    QCOMPARE(late.error().code, ErrorCode::StorageUnavailable);
    QVERIFY(process.store->trouble());
    QCOMPARE(process.itemsCapturedAs(u"1"_s), size_t(0)); // reading goes on
    Delivery<bool> written;
    process.store->write({ other, [](Transaction &transaction) { seedConfiguration(transaction); }, [written](const std::optional<Error> &failure) { written.deliver(!failure); } });
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(written)));
    stranger->execute(u"rollback"_s);
    PipelineFixture::must(process.capture(u"1"_s));
    QVERIFY(!process.store->trouble());
}

/// As when its machine is suspended in the middle of a transaction.
void TestPostgresStore::aProcessThatHangsLosesItsLock()
{
    const Installation place;
    PostgresOptions options;
    options.idleLimit = milliseconds(300);
    Process hanging = place.process(options);
    Process other = place.process();
    std::mutex gate;
    gate.lock();
    Delivery<bool> held;
    Delivery<std::optional<Error>> told;
    hanging.store->write({ place.tenant,
        [&](Transaction &transaction) {
            (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"held"_s } }, InputMode::Create), Actor::server());
            (void)transaction.itemsCapturedAs(u"held"_s, {}); // written, and answered
            held.deliver(true);
            const std::lock_guard wait(gate);
        },
        [told](const std::optional<Error> &failure) { told.deliver(failure); } });
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(held)));
    PipelineFixture::must(other.capture(u"other"_s)); // waits for the lock, and gets it
    gate.unlock();
    const auto failure = await([](Delivery<std::optional<Error>> one) -> QCoro::Task<std::optional<Error>> { co_return co_await one; }(told));
    QVERIFY(failure);
    QCOMPARE(failure->code, ErrorCode::StorageUnavailable);
    QCOMPARE(other.itemsCapturedAs(u"held"_s), size_t(0));
    QCOMPARE(other.itemsCapturedAs(u"other"_s), size_t(1));
    QTRY_VERIFY(hanging.capture(u"again"_s));
}

void TestPostgresStore::whatTheDatabaseGaveUpForAnotherTransactionIsTriedAgain()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    Connection connection(PrivatePostgres::shared().url(fixture.database));
    // A sequence counts on although its transaction is undone.
    QVERIFY(connection->execute(u"create sequence tries"_s));
    QVERIFY(connection->execute(u"create function refuse() returns trigger language plpgsql as $$ begin "
                                "if nextval('tries') <= 2 then raise exception 'deadlock detected' using errcode = '40P01'; end if; return new; end $$"_s));
    QVERIFY(connection->execute(u"create trigger refuse before insert on item for each row execute function refuse()"_s));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QCOMPARE(connection.rows(u"select last_value from tries"_s), QStringList { u"3"_s });
    QCOMPARE(fixture.item(u"1"_s).item.id.number, qint64(1));
    // One that never gets through is given up, and what came with it is not.
    connection->synchronize();
    QVERIFY(connection->execute(u"alter sequence tries minvalue -1000000 restart with -1000000"_s));
    const auto refused = fixture.capture({ { u"captureId"_s, u"2"_s } });
    QVERIFY(!refused);
}

void TestPostgresStore::aRestartOfTheDatabaseLosesNothingThatWasAnswered_data()
{
    QTest::addColumn<int>("signal");
    QTest::addRow("in order") << int(SIGINT);
    QTest::addRow("at once") << int(SIGQUIT);
}

void TestPostgresStore::aRestartOfTheDatabaseLosesNothingThatWasAnswered()
{
    QFETCH(int, signal);
    PrivatePostgres server;
    const Installation place(server);
    Process process = place.process();
    std::mutex mutex;
    std::set<int> answered;
    std::set<ErrorCode> refusals;
    std::atomic<bool> stop = false;
    std::atomic<int> outstanding = 0;
    std::thread load([&] {
        for (int i = 0; !stop; ++i) {
            ++outstanding;
            const bool queued = process.store->write({ place.tenant,
                [i](Transaction &transaction) {
                    (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, QString::number(i) } }, InputMode::Create), Actor::server());
                },
                [&, i](const std::optional<Error> &failure) {
                    const std::lock_guard lock(mutex);
                    if (failure)
                        refusals.insert(failure->code);
                    else
                        answered.insert(i);
                    --outstanding;
                } });
            if (!queued)
                --outstanding;
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    });
    const auto count = [&] {
        const std::lock_guard lock(mutex);
        return answered.size();
    };
    for (int round = 0; round < 3; ++round) {
        const size_t before = count();
        QTRY_VERIFY(count() > before + 100);
        server.stop(signal);
        QTRY_VERIFY(process.store->trouble());
        const auto refused = process.capture(u"down"_s);
        QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
        server.start();
        QTRY_VERIFY(!process.store->trouble());
        const size_t after = count();
        QTRY_VERIFY(count() > after + 100);
    }
    stop = true;
    load.join();
    QTRY_COMPARE(outstanding.load(), 0);
    QCOMPARE(refusals, std::set<ErrorCode> { ErrorCode::StorageUnavailable });
    // What was answered is there, once; readers have come back as well.
    const auto keys = process.look<QStringList>([](Snapshot &snapshot) -> Result<QStringList> {
        QStringList all;
        for (const ItemRecord &record : snapshot.items({}, 0, false, 1'000'000))
            all.append(record.item.captureId);
        return all;
    });
    const QSet<QString> there(keys.begin(), keys.end());
    QCOMPARE(there.size(), keys.size());
    for (const int i : answered)
        QVERIFY2(there.contains(QString::number(i)), qPrintable(QString::number(i)));
}

void TestPostgresStore::aCommitThatNobodyAnsweredIsNotCalledDone()
{
    PrivatePostgres server;
    const Installation place(server);
    PostgresOptions options;
    options.answerLimit = milliseconds(300);
    Process process = place.process(options);
    PipelineFixture::must(process.capture(u"1"_s));
    // The database stops answering between the last statement and the commit.
    Delivery<std::optional<Error>> told;
    process.store->write({ place.tenant,
        [&](Transaction &transaction) {
            (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"2"_s } }, InputMode::Create), Actor::server());
            (void)transaction.item({ 1 });
            server.freeze();
        },
        [told](const std::optional<Error> &failure) { told.deliver(failure); } });
    const auto failure = await([](Delivery<std::optional<Error>> one) -> QCoro::Task<std::optional<Error>> { co_return co_await one; }(told));
    QVERIFY(failure);
    QCOMPARE(failure->code, ErrorCode::StorageUnavailable);
    QVERIFY2(failure->text.contains(u"may have been stored or not"_s), qPrintable(failure->text));
    server.thaw();
    QTRY_VERIFY(!process.store->trouble() || process.capture(u"3"_s).ok());
    // Repeating is safe, whatever became of it.
    QTRY_VERIFY(process.capture(u"2"_s).ok());
    QCOMPARE(process.itemsCapturedAs(u"2"_s), size_t(1));
}

/// pgbouncer in transaction mode: each transaction may run in another session.
void TestPostgresStore::aPoolerThatChangesSessionsIsNoticed()
{
    PrivatePostgres server({ .tcp = true, .settings = {} });
    const Installation place(server);
    QTcpServer probe;
    QVERIFY(probe.listen(QHostAddress::LocalHost));
    const quint16 port = probe.serverPort();
    probe.close();
    const auto writeFile = [&](const QString &name, const QString &text) {
        QFile file(server.folder() + u'/' + name);
        if (!file.open(QFile::WriteOnly))
            qFatal("A file of the pooler cannot be written");
        file.write(text.toUtf8());
        file.close();
        server.give(file.fileName());
        return file.fileName();
    };
    const QString users = writeFile(u"users.txt"_s, u"\"iwd\" \"%1\"\n"_s.arg(QLatin1StringView(PrivatePostgres::Password)));
    const QString settings = writeFile(u"pgbouncer.ini"_s,
        u"[databases]\n%1 = host=127.0.0.1 port=%2 dbname=%1\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %3\nunix_socket_dir =\nauth_type = plain\nauth_file = %4\n"
        "pool_mode = transaction\ndefault_pool_size = 3\nserver_round_robin = 1\nignore_startup_parameters = extra_float_digits\n"_s.arg(place.database)
            .arg(server.port())
            .arg(port)
            .arg(users));
    QProcess pooler;
    pooler.setProcessChannelMode(QProcess::MergedChannels);
    QStringList arguments { settings };
    if (::getuid() == 0) // which it refuses to run as
        arguments = QStringList { u"-u"_s, u"postgres"_s } + arguments;
    pooler.start(u"/usr/sbin/pgbouncer"_s, arguments);
    QVERIFY2(pooler.waitForStarted(), "install the package pgbouncer");
    const QString url = u"postgresql://iwd:%1@127.0.0.1:%2/%3"_s.arg(QLatin1StringView(PrivatePostgres::Password)).arg(port).arg(place.database);
    const auto address = PostgresAddress::parse(url, {});
    QTRY_VERIFY2(PostgresDatabase::open(*address, {}, {}).ok(), pooler.readAll().constData());
    {
        Process process(url, place.clock, place.tenant);
        std::vector<std::thread> readers;
        for (int i = 0; i < 200; ++i) {
            PipelineFixture::must(process.capture(QString::number(i)));
            QCOMPARE(process.itemsCapturedAs(QString::number(i)), size_t(1));
        }
        const auto events = process.look<size_t>([](Snapshot &snapshot) -> Result<size_t> { return snapshot.events(0, 10'000).size(); });
        QVERIFY(events >= 600);
        QVERIFY(!process.store->trouble());
    }
    pooler.terminate();
    QVERIFY(pooler.waitForFinished());
}

void TestPostgresStore::oldDaysOfTheLogAreDropped()
{
    Installation place;
    for (int day = 0; day < 6; ++day) {
        Process process = place.process();
        PipelineFixture::must(process.capture(QString::number(day)));
        place.clock.advance(std::chrono::hours(24));
    }
    Connection connection(place.url);
    const auto partitions = [&] { return eventpartitions::days(*connection.operator->()); };
    const qint64 today = std::chrono::floor<std::chrono::days>(place.clock.now().time_since_epoch()).count();
    QVERIFY(partitions().contains(today - 6));
    QVERIFY(partitions().contains(today + 2)); // made ahead
    PostgresOptions options;
    options.keepEventDays = 3;
    Process process = place.process(options);
    QCOMPARE(*partitions().begin(), today - 3);
    // The log goes on where it was, and reading from the beginning begins with what is left.
    PipelineFixture::must(process.capture(u"last"_s));
    const auto types = process.look<QStringList>([](Snapshot &snapshot) -> Result<QStringList> {
        QStringList keys;
        for (const StoredEvent &event : snapshot.events(0, 10'000)) {
            const QJsonObject body = QJsonDocument::fromJson(event.body).object();
            if (body.value(u"type"_s) == u"item.created"_s)
                keys.append(body.value(u"captureId"_s).toString());
        }
        return keys;
    });
    QCOMPARE(types, QStringList({ u"3"_s, u"4"_s, u"5"_s, u"last"_s }));
    // Of a tenant in which nothing happens for long nothing is left; a reader that had read all has missed nothing.
    place.clock.advance(std::chrono::hours(24 * 10));
    Process later = place.process(options);
    const auto feed = [&](qint64 beforeTheEnd) {
        return later.look<QString>([beforeTheEnd](Snapshot &snapshot) -> Result<QString> {
            const auto events = readFeed(snapshot, snapshot.lastEvent() - beforeTheEnd, 100);
            return events ? u"%1 events"_s.arg(events->size()) : errorKey(events.error().code);
        });
    };
    QCOMPARE(later.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.firstEvent() - snapshot.lastEvent(); }), 1);
    QCOMPARE(feed(0), u"0 events"_s);
    QCOMPARE(feed(1), u"events.restarted"_s);
}

void TestPostgresStore::theStateOfATenantIsUpdatedInPlace()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    for (int i = 0; i < 100; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    Connection connection(PrivatePostgres::shared().url(fixture.database));
    const auto figures = [&] {
        const QString found = connection.rows(u"select n_tup_upd || ' ' || n_tup_hot_upd from pg_stat_user_tables where relname = 'tenant_state'"_s).value(0);
        connection->synchronize();
        return found;
    };
    // Statistics come late.
    QTRY_VERIFY_WITH_TIMEOUT(figures().section(u' ', 0, 0).toInt() >= 100, 30'000);
    QCOMPARE(figures().section(u' ', 0, 0), figures().section(u' ', 1, 1));
}

void TestPostgresStore::aClockThatDiffersFromTheDatabasesIsToldOnce()
{
    /// The system's, wrong by as much as the test says.
    class WrongClock final : public Clock
    {
    public:
        Instant now() const override { return SystemClock().now() + by.load(); }
        std::atomic<milliseconds> by { milliseconds(0) };
    };
    Installation<WrongClock> place;
    CapturedLog log;
    const auto told = [&] { return log.text().count("The clock of this machine is not that of the database's"); };
    const auto agreed = [&] { return log.text().count("agree again"); };
    Process process = place.process();
    const auto seconds = [&] { return std::chrono::round<std::chrono::seconds>(*process.store->clockDeviation()).count(); };
    QTRY_VERIFY(process.capture(u"1"_s).ok());
    QCOMPARE(seconds(), 0);
    QCOMPARE(told(), 0);
    place.clock.by = milliseconds(2'500); // what happens
    QTRY_COMPARE(std::chrono::ceil<std::chrono::seconds>(*process.store->clockDeviation()).count(), 3);
    QCOMPARE(told(), 0);
    place.clock.by = milliseconds(60'000);
    QTRY_COMPARE(seconds(), 60);
    place.clock.by = milliseconds(61'000); // the same, nearly
    QTRY_COMPARE(seconds(), 61);
    QCOMPARE(told(), 1);
    place.clock.by = milliseconds(-30'000);
    QTRY_COMPARE(seconds(), -30);
    QCOMPARE(told(), 2);
    place.clock.by = milliseconds(0);
    QTRY_COMPARE(agreed(), 1);
    QCOMPARE(seconds(), 0);
    // One that is wrong from the beginning is told at the start.
    place.clock.by = milliseconds(-3'600'000);
    Process another = place.process();
    QVERIFY(log.text().contains("aheadMilliseconds=-3600"));
    QCOMPARE(std::chrono::round<std::chrono::minutes>(*another.store->clockDeviation()).count(), -60);
}

QTEST_GUILESS_MAIN(TestPostgresStore)
#include "tst_postgresstore.moc"
