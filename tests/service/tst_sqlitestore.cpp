// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <storage/migrations.h>
#include <storage/sqlitedatabase.h>
#include <storage/textindex.h>

#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// The embedded store by itself: what a commit means, who spoils whose work, and what the statements do.
class TestSqliteStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStatementIsBoundToATenant();
    void everyStatementCanBePrepared();
    void whatIsAskedAllTheTimeUsesItsIndex_data();
    void whatIsAskedAllTheTimeUsesItsIndex();
    void concurrentWritesShareATransaction();
    void aFailingWriteFailsAloneAndLeavesNothing();
    void aRefusedWriteThatHadWrittenIsUndone();
    void aWriteWhoseDeadlineHasPassedIsNotBegun();
    void aFullQueueRefusesInsteadOfGrowing();
    void oneTenantSeesNothingOfAnother();
    void aReaderSeesOneMoment();
    void whatWasAnsweredIsThereAfterARestart();
    void aFileOfANewerVersionIsRefused();
    void aChangedMigrationIsRefused();
    void listsOfOpenItemsAreFiltered();
    void aFolderThatCannotBeWrittenToIsExplained();
    void aReadOnlyDatabaseRefusesWritesAndSaysSo();
    void aDamagedFileIsNamedAndCalledDamaged();
    void aReadThatBreaksOffIsNotTakenForTheEnd();
    void aStatementThatCouldNotBePreparedIsTriedAgain();
    void howListsAreAskedForDoesNotFillTheMemory();
};

void TestSqliteStore::everyStatementIsBoundToATenant()
{
    QVERIFY(statementNames(u"sqlite"_s).size() > 50);
    for (const QString &name : statementNames(u"sqlite"_s)) {
        if (!name.startsWith(u"system/"_s) && !name.startsWith(u"migration/"_s))
            QVERIFY2(statementText(u"sqlite"_s, name).contains(u":tenant"_s), qPrintable(name));
    }
}

void TestSqliteStore::everyStatementCanBePrepared()
{
    PipelineFixture fixture;
    auto database = SqliteDatabase::open(fixture.folder.filePath(u"iwd.db"_s), {});
    QVERIFY(database.ok());
    QVERIFY(TextIndex::attach(**database, fixture.folder.filePath(u"other.db"_s)));
    for (const QString &name : statementNames(u"sqlite"_s)) {
        if (name.startsWith(u"migration/"_s))
            continue;
        if (name.startsWith(u"system/"_s))
            (void)(*database)->systemStatement(name);
        else
            (void)(*database)->statement(name, 1, name.startsWith(u"search/"_s)
                    ? QList<std::pair<QString, QString>> { { u"filter"_s, u"1"_s }, { u"order"_s, u"i.id"_s }, { u"keys"_s, {} }, { u"source"_s, u"item i"_s },
                          { u"candidates"_s, u"select 1 as item_id"_s } }
                    : QList<std::pair<QString, QString>> { { u"filter"_s, {} }, { u"order"_s, u"i.id"_s }, { u"index"_s, {} }, { u"more"_s, {} } });
        QVERIFY2(!(*database)->failure(), qPrintable(name + u": "_s + ((*database)->failure() ? (*database)->failure()->text : QString())));
    }
}

void TestSqliteStore::whatIsAskedAllTheTimeUsesItsIndex_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("plan");
    QTest::addRow("next of a class") << u"item/waiting"_s << u"item_waiting_idx (class_id=? AND anchor_ms>? AND anchor_ms<?)"_s;
    QTest::addRow("youngest of a class") << u"item/waiting_newest"_s << u"item_waiting_idx (class_id=? AND anchor_ms>? AND anchor_ms<?)"_s;
    QTest::addRow("known capture") << u"item/find_captured"_s << u"item_payload_capture_idx (tenant_id=? AND capture_id=? AND capture_point_id=?)"_s;
    QTest::addRow("due timers") << u"timer/due"_s << u"item_timer_due_idx (tenant_id=? AND at_ms<?)"_s;
    QTest::addRow("expired leases") << u"assignment/expired"_s << u"assignment_lease_idx (tenant_id=? AND lease_until_ms<?)"_s;
    QTest::addRow("history") << u"event/of_item"_s << u"event_item_idx (item_id=? AND id>?)"_s;
    QTest::addRow("errorheld") << u"item/errorheld"_s << u"item_open_idx (tenant_id=? AND status"_s;
    QTest::addRow("feed") << u"event/after"_s << u"SEARCH event USING INTEGER PRIMARY KEY (rowid>?)"_s;
}

void TestSqliteStore::whatIsAskedAllTheTimeUsesItsIndex()
{
    QFETCH(QString, name);
    QFETCH(QString, plan);
    PipelineFixture fixture;
    QStringList steps;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"plan"_s);
        database.setDatabaseName(fixture.folder.filePath(u"iwd.db"_s));
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY2(query.exec(u"explain query plan "_s + statementText(u"sqlite"_s, name).replace(QRegularExpression(u":[a-z_]+"_s), u"1"_s)), qPrintable(query.lastError().text()));
        while (query.next())
            steps.append(query.value(3).toString());
    }
    QSqlDatabase::removeDatabase(u"plan"_s);
    QVERIFY2(steps.join(u'\n').contains(plan), qPrintable(steps.join(u'\n')));
    QVERIFY2(!steps.join(u'\n').contains(u"TEMP B-TREE"_s), qPrintable(steps.join(u'\n')));
    for (const QString &step : steps)
        QVERIFY2(!step.startsWith(u"SCAN "_s), qPrintable(step));
}

void TestSqliteStore::concurrentWritesShareATransaction()
{
    PipelineFixture fixture;
    // All units of one transaction are given the same instant; a clock that moves with every look tells the transactions apart.
    std::atomic<int> running = 0;
    std::mutex mutex;
    std::set<const Transaction *> views;
    std::vector<Delivery<bool>> done(200);
    Delivery<bool> first;
    // The first one keeps the writer busy until the others are queued.
    std::mutex gate;
    gate.lock();
    std::atomic<bool> begun = false;
    fixture.store->write({ fixture.tenant,
        [&](Transaction &) {
            begun = true;
            const std::lock_guard wait(gate);
        },
        [first](const auto &) { first.deliver(true); } });
    while (!begun)
        std::this_thread::yield();
    for (auto &delivery : done) {
        fixture.store->write({ fixture.tenant,
            [&](Transaction &transaction) {
                ++running;
                const std::lock_guard lock(mutex);
                views.insert(&transaction);
            },
            [delivery](const std::optional<Error> &failure) { delivery.deliver(!failure); } });
    }
    gate.unlock();
    for (auto &delivery : done)
        QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(delivery)));
    QCOMPARE(running.load(), 200);
    QCOMPARE(views.size(), 1);
}

void TestSqliteStore::aFailingWriteFailsAloneAndLeavesNothing()
{
    PipelineFixture fixture;
    std::mutex gate;
    gate.lock();
    fixture.store->write({ fixture.tenant, [&](Transaction &) { const std::lock_guard wait(gate); }, [](const auto &) {} });
    std::vector<Delivery<bool>> done(5);
    for (int i = 0; i < 5; ++i) {
        fixture.store->write({ fixture.tenant,
            [&fixture, i](Transaction &transaction) {
                const auto input = decodeItemInput({ { u"captureId"_s, QString::number(i) } }, InputMode::Create);
                (void)captureItem(transaction, *input, fixture.actor);
                if (i == 2) { // a statement that the database refuses: the same capture again, past the check
                    ItemRecord twin;
                    twin.item.captureId = QString::number(i);
                    twin.item.capturePointId = u"default"_s;
                    transaction.insertItem(twin);
                }
            },
            [delivery = done[static_cast<size_t>(i)]](const std::optional<Error> &failure) { delivery.deliver(!failure); } });
    }
    gate.unlock();
    QList<bool> outcomes;
    for (auto &delivery : done)
        outcomes.append(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(delivery)));
    QCOMPARE(outcomes, QList<bool>({ true, true, false, true, true }));
    for (int i = 0; i < 5; ++i) {
        const auto ids = fixture.look<std::vector<ItemId>>([i](Snapshot &snapshot) -> Result<std::vector<ItemId>> { return snapshot.itemsCapturedAs(QString::number(i), {}); });
        QCOMPARE(ids->size(), size_t(i == 2 ? 0 : 1));
    }
    const auto figures = fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now());
    QCOMPARE(figures.queues.at(u"general"_s).byStatus[static_cast<size_t>(ItemStatus::Queued)], 4);
}

void TestSqliteStore::aRefusedWriteThatHadWrittenIsUndone()
{
    PipelineFixture fixture;
    const auto refused = fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"1"_s } }, InputMode::Create), fixture.actor);
        return invalidField(u"second"_s, u"something else"_s);
    });
    QCOMPARE(refused.error().field, u"second"_s);
    const auto ids = fixture.look<std::vector<ItemId>>([](Snapshot &snapshot) -> Result<std::vector<ItemId>> { return snapshot.itemsCapturedAs(u"1"_s, {}); });
    QVERIFY(ids->empty());
}

void TestSqliteStore::aWriteWhoseDeadlineHasPassedIsNotBegun()
{
    PipelineFixture fixture;
    std::atomic<bool> ran = false;
    const auto late = await(fixture.pipeline->write<bool>(
        { fixture.tenant, fixture.actor, Deadline::in(milliseconds(-1)), std::nullopt },
        [&ran](Transaction &) -> Result<bool> {
            ran = true;
            return true;
        },
        [](const bool &) { return Answer {}; }));
    QCOMPARE(late.error().code, ErrorCode::DeadlineExceeded);
    QVERIFY(!ran);
}

void TestSqliteStore::aFullQueueRefusesInsteadOfGrowing()
{
    QTemporaryDir folder;
    ManualClock clock;
    SqliteOptions options;
    options.path = folder.filePath(u"iwd.db"_s);
    options.queueLimit = 3;
    auto store = SqliteStore::open(options, clock);
    QVERIFY(store.ok());
    std::mutex gate;
    gate.lock();
    Delivery<bool> begun;
    QVERIFY((*store)->write({ { 1 }, [&](Transaction &) { begun.deliver(true); const std::lock_guard wait(gate); }, [](const auto &) {} }));
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(begun)));
    for (int i = 0; i < 3; ++i)
        QVERIFY((*store)->write({ { 1 }, [](Transaction &) {}, [](const auto &) {} }));
    QVERIFY(!(*store)->write({ { 1 }, [](Transaction &) {}, [](const auto &) {} }));
    gate.unlock();
}

void TestSqliteStore::oneTenantSeesNothingOfAnother()
{
    PipelineFixture fixture;
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const ItemId id = fixture.item(u"1"_s).item.id;
    const qint64 classId = *fixture.item(u"1"_s).classId;
    const auto seen = fixture.run<int>(other, [&](Transaction &transaction) -> Result<int> {
        int count = 0;
        count += transaction.item(id) ? 1 : 0;
        count += static_cast<int>(transaction.itemsCapturedAs(u"1"_s, {}).size());
        count += static_cast<int>(transaction.items({}, 0, true, 10).size());
        count += static_cast<int>(transaction.oldestWaiting().size());
        count += static_cast<int>(transaction.waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, 10).size());
        count += static_cast<int>(transaction.events(0, 10).size());
        count += static_cast<int>(transaction.history(id, 0, 10).size());
        count += static_cast<int>(transaction.countItems(Instant()).size());
        count += static_cast<int>(transaction.configRecords(ConfigKind::Queue, false).size());
        count += transaction.configuration()->queue(u"general"_s) ? 1 : 0;
        count += !transaction.workClass(classId).queueId.isEmpty() ? 1 : 0;
        return count;
    });
    QCOMPARE(*seen, 0);
}

void TestSqliteStore::aReaderSeesOneMoment()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    Delivery<bool> begun;
    std::mutex gate;
    gate.lock();
    std::atomic<int> before = 0;
    std::atomic<int> after = 0;
    Delivery<bool> finished;
    fixture.store->read(
        fixture.tenant,
        [&](Snapshot &snapshot) {
            before = static_cast<int>(snapshot.items({}, 0, true, 10).size());
            begun.deliver(true);
            const std::lock_guard wait(gate);
            after = static_cast<int>(snapshot.items({}, 0, true, 10).size());
        },
        [&](const auto &) { finished.deliver(true); }, Deadline::never());
    const auto wait = [](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; };
    QVERIFY(await(wait(begun)));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    gate.unlock();
    QVERIFY(await(wait(finished)));
    QCOMPARE(before.load(), 1);
    QCOMPARE(after.load(), 1);
}

void TestSqliteStore::whatWasAnsweredIsThereAfterARestart()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 3 } });
    for (int i = 0; i < 10; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"dueDateTime"_s, u"2026-03-02T00:00:00+02:00"_s }, { u"labels"_s, QJsonArray { u"a"_s } }, { u"x"_s, 1.5 } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const QString inHand = fixture.item(u"0"_s).item.id.toString();
    const WorkItem before = fixture.item(u"7"_s).item;
    fixture.restart();
    const WorkItem after = fixture.item(u"7"_s).item;
    QCOMPARE(after.due, before.due);
    QCOMPARE(after.labels, before.labels);
    QCOMPARE(after.custom, before.custom);
    QCOMPARE(after.version, before.version);
    QVERIFY(fixture.act(AgentAction::Complete, u"anna"_s, inHand, token).ok());
    QCOMPARE(fixture.next(u"anna"_s)->item->record.item.captureId, u"1"_s);
}

void TestSqliteStore::aFileOfANewerVersionIsRefused()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"iwd.db"_s);
    ManualClock clock;
    { QVERIFY(SqliteStore::open({ path, 1, 10, 10, {} }, clock).ok()); }
    {
        auto database = SqliteDatabase::open(path, {});
        QVERIFY((*database)->execute(u"insert into migration values (9999, 'migration/9999_future', 'x', 0)"_s));
    }
    const auto refused = SqliteStore::open({ path, 1, 10, 10, {} }, clock);
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"newer version"_s), qPrintable(refused.error().text));
}

void TestSqliteStore::aChangedMigrationIsRefused()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"iwd.db"_s);
    ManualClock clock;
    { QVERIFY(SqliteStore::open({ path, 1, 10, 10, {} }, clock).ok()); }
    {
        auto database = SqliteDatabase::open(path, {});
        QVERIFY((*database)->execute(u"update migration set checksum = 'other'"_s));
    }
    const auto refused = SqliteStore::open({ path, 1, 10, 10, {} }, clock);
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"0001_foundation"_s), qPrintable(refused.error().text));
}

void TestSqliteStore::listsOfOpenItemsAreFiltered()
{
    PipelineFixture fixture;
    for (int i = 0; i < 6; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"labels"_s, QJsonArray { i % 2 ? u"odd"_s : u"even"_s } } }));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"4"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, u"5"_s));
    const auto ids = [&](const ItemFilter &filter, qint64 after = 0, bool newestFirst = false, int limit = 10) {
        return *fixture.look<QStringList>([&](Snapshot &snapshot) -> Result<QStringList> {
            QStringList found;
            for (const ItemRecord &record : snapshot.items(filter, after, newestFirst, limit))
                found.append(record.item.captureId);
            return found;
        });
    };
    QCOMPARE(ids({ .statuses = { ItemStatus::Held } }), QStringList({ u"1"_s, u"4"_s }));
    QCOMPARE(ids({ .statuses = { ItemStatus::Held, ItemStatus::Canceled } }, 0, true), QStringList({ u"5"_s, u"4"_s, u"1"_s }));
    QCOMPARE(ids({ .statuses = { ItemStatus::Queued }, .label = u"odd"_s }), QStringList({ u"3"_s }));
    QCOMPARE(ids({ .captureId = u"2"_s }), QStringList({ u"2"_s }));
    QCOMPARE(ids({ .queueId = u"general"_s }, 0, true, 2), QStringList({ u"5"_s, u"4"_s }));
    QCOMPARE(ids({ .queueId = u"nowhere"_s }), QStringList());
}

void TestSqliteStore::aFolderThatCannotBeWrittenToIsExplained()
{
    ManualClock clock;
    const auto refused = SqliteStore::open({ u"/proc/nowhere/iwd.db"_s, 1, 10, 10, {} }, clock);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
    QVERIFY(refused.error().text.contains(u"/proc/nowhere/iwd.db"_s));
}

void TestSqliteStore::aReadOnlyDatabaseRefusesWritesAndSaysSo()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    // Another process that holds the write lock for good looks to a writer like a disk that takes nothing.
    auto database = SqliteDatabase::open(fixture.folder.filePath(u"iwd.db"_s), {});
    QVERIFY((*database)->execute(u"begin immediate"_s));
    const auto refused = fixture.capture({ { u"captureId"_s, u"2"_s } });
    QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
    QVERIFY(fixture.store->trouble().has_value());
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued); // reading goes on
    QVERIFY((*database)->execute(u"rollback"_s));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    QVERIFY(!fixture.store->trouble());
}

void TestSqliteStore::aDamagedFileIsNamedAndCalledDamaged()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"iwd.db"_s);
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly));
    file.write(QByteArray(8192, 'x'));
    file.close();
    const auto database = SqliteDatabase::open(path, {});
    QVERIFY(!database.ok());
    QCOMPARE(database.error().code, ErrorCode::StorageUnavailable);
    QVERIFY2(database.error().text.startsWith(path + u": The database is damaged: "_s), qPrintable(database.error().text));
    QVERIFY2(database.error().text.endsWith(u"restore the database from a backup."_s), qPrintable(database.error().text));
}

void TestSqliteStore::aReadThatBreaksOffIsNotTakenForTheEnd()
{
    PipelineFixture fixture;
    for (const auto &id : { u"damaged"_s, u"sound"_s })
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, id }, { u"labels"_s, QJsonArray { u"red"_s } } }));
    {
        auto database = SqliteDatabase::open(fixture.folder.filePath(u"iwd.db"_s), {});
        QVERIFY((*database)->execute(u"update item_payload set document = '{' where capture_id = 'damaged'"_s));
    }
    const auto list = fixture.look<int>([](Snapshot &snapshot) -> Result<int> { return static_cast<int>(snapshot.items({ .label = u"red"_s }, 0, true, 10).size()); });
    QVERIFY2(!list.ok(), "half of a list was taken for the whole");
}

void TestSqliteStore::aStatementThatCouldNotBePreparedIsTriedAgain()
{
    QTemporaryDir folder;
    auto database = SqliteDatabase::open(folder.filePath(u"iwd.db"_s), {});
    QVERIFY(database.ok());
    (void)(*database)->systemStatement(u"system/tenants"_s);
    QVERIFY((*database)->failure()); // there is no such table yet; a disk that cannot be read for a moment looks the same
    (*database)->clearFailure();
    QVERIFY(migrate(**database).ok());
    QVERIFY((*database)->systemStatement(u"system/tenants"_s).run());
}

void TestSqliteStore::howListsAreAskedForDoesNotFillTheMemory()
{
    QTemporaryDir folder;
    auto database = SqliteDatabase::open(folder.filePath(u"iwd.db"_s), {});
    QVERIFY(database.ok() && migrate(**database).ok());
    for (int i = 0; i < 1000; ++i) {
        const QString filter = u"and i.status in (2) and i.id <> %1"_s.arg(i);
        QVERIFY((*database)->statement(u"item/list"_s, 1, { { u"filter"_s, filter }, { u"order"_s, u"i.id"_s }, { u"index"_s, {} } }).bind(u":limit"_s, 1).run());
        (*database)->clearFailure(); // as at the beginning of every unit of work
    }
    QVERIFY2((*database)->keptStatements() <= 300, qPrintable(QString::number((*database)->keptStatements())));
}

QTEST_GUILESS_MAIN(TestSqliteStore)
#include "tst_sqlitestore.moc"
