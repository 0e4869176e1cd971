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

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// What the embedded store has by itself: its file, its statements and their plans. What every store does is in tst_store.
class TestSqliteStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStatementIsBoundToATenant();
    void everyStatementCanBePrepared();
    void whatIsAskedAllTheTimeUsesItsIndex_data();
    void whatIsAskedAllTheTimeUsesItsIndex();
    void aFileOfANewerVersionIsRefusedWhenThatSaysSo();
    void aChangedMigrationIsRefused();
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
    PipelineFixture fixture({}, StoreKind::Sqlite);
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
                    : QList<std::pair<QString, QString>> { { u"filter"_s, {} }, { u"order"_s, u"i.id"_s }, { u"index"_s, {} }, { u"more"_s, {} }, { u"conditions"_s, {} }, { u"categories"_s, u"in (:element_0)"_s } });
        QVERIFY2(!(*database)->failure(), qPrintable(name + u": "_s + ((*database)->failure() ? (*database)->failure()->text : QString())));
    }
}

void TestSqliteStore::whatIsAskedAllTheTimeUsesItsIndex_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("plan");
    QTest::addRow("next of a class") << u"item/waiting"_s << u"item_waiting_idx (class_id=? AND anchor_ms>? AND anchor_ms<?)"_s;
    QTest::addRow("youngest of a class") << u"item/waiting_newest"_s << u"item_waiting_idx (class_id=? AND anchor_ms>? AND anchor_ms<?)"_s;
    QTest::addRow("known capture") << u"capture/find"_s << u"item_payload_capture_idx (tenant_id=? AND capture_id=? AND capture_point_id=?)"_s;
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
    PipelineFixture fixture({}, StoreKind::Sqlite);
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

void TestSqliteStore::aFileOfANewerVersionIsRefusedWhenThatSaysSo()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"iwd.db"_s);
    ManualClock clock;
    { QVERIFY(SqliteStore::open({ path, 1, 10, 10, {} }, clock).ok()); }
    {
        auto database = SqliteDatabase::open(path, {});
        QVERIFY((*database)->execute(u"insert into migration (number, name, checksum, applied_ms) values (9998, 'migration/9998_future', 'x', 0)"_s));
    }
    { QVERIFY(SqliteStore::open({ path, 1, 10, 10, {} }, clock).ok()); } // it says that older versions can work with it
    {
        auto database = SqliteDatabase::open(path, {});
        QVERIFY((*database)->execute(u"insert into migration (number, name, checksum, applied_ms, least_known) values (9999, 'migration/9999_future', 'x', 0, 9998)"_s));
    }
    const auto refused = SqliteStore::open({ path, 1, 10, 10, {} }, clock);
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"This server is older than the database"_s), qPrintable(refused.error().text));
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
    PipelineFixture fixture({}, StoreKind::Sqlite);
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
    PipelineFixture fixture({}, StoreKind::Sqlite);
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
