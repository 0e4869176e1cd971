// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/report/eventfeed.h>
#include <storage/migrations.h>
#include <storage/sqlitebackup.h>
#include <storage/sqlitedatabase.h>
#include <storage/sqlitefile.h>
#include <storage/sqliterestore.h>

#include <QCryptographicHash>
#include <QDir>
#include <QTest>

#include <thread>

#include <sys/stat.h>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

bool always()
{
    return true;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("%s cannot be written", qPrintable(path));
}

/// Runs @p sql on a database that nobody else has open, and leaves one file.
void edit(const QString &path, const QStringList &sql)
{
    const auto database = SqliteDatabase::open(path, {});
    for (const QString &statement : sql + QStringList { u"pragma wal_checkpoint(truncate)"_s }) {
        if (!database || !(*database)->execute(statement))
            qFatal("%s: %s", qPrintable(path), qPrintable(statement));
    }
}

/// What is in a folder, by name. The lock and what SQLite keeps beside an open file do not count.
QMap<QString, QByteArray> filesIn(const QString &folder)
{
    QMap<QString, QByteArray> files;
    for (const QString &name : QDir(folder).entryList(QDir::Files | QDir::Hidden))
        files.insert(name, contentOf(folder + u'/' + name));
    return files;
}

} // namespace

/// Copies of the embedded store while it works, and what becomes of them when they are restored.
class TestBackup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<PipelineFixture>(SqliteOptions {}, StoreKind::Sqlite);
        m_maker = std::make_unique<SqliteBackupMaker>(database(), m->folder.path(), m->clock);
        m_elsewhere = std::make_unique<QTemporaryDir>();
    }
    void cleanup()
    {
        m_maker.reset();
        m.reset();
    }

    void aBackupIsAWholeDatabaseAndSaysWhatItIs()
    {
        capture(u"A"_s, 30);
        const auto backup = m_maker->make(always);
        QVERIFY2(backup.ok(), qPrintable(backup ? QString() : backup.error().text));
        const BackupFacts facts = (*backup)->facts();
        const QByteArray content = read(**backup);
        QCOMPARE(facts.bytes, content.size());
        QCOMPARE(facts.sha256, QCryptographicHash::hash(content, QCryptographicHash::Sha256));
        QCOMPARE(facts.items, 30);
        QCOMPARE(facts.migration, newestMigration(u"sqlite"_s));
        QCOMPARE(facts.moment, m->clock.now());
        QVERIFY(facts.lastEvent >= 30);
        QVERIFY(content.startsWith("SQLite format 3"));
    }

    void nothingOfABackupIsLeft()
    {
        const auto backup = m_maker->make(always);
        QVERIFY(backup.ok());
        QCOMPARE(temporaryFiles(), QStringList()); // it has no name from now on
        const auto givenUp = m_maker->make([] { return false; });
        QVERIFY(!givenUp.ok());
        QCOMPARE(givenUp.error().code, ErrorCode::Draining);
        QCOMPARE(temporaryFiles(), QStringList());
    }

    void theFileIsForItsOwnerAloneWhileItIsMade()
    {
        int mode = 0;
        const auto look = [&] {
            for (const QString &name : temporaryFiles()) {
                struct stat info
                {
                };
                if (::stat(QFile::encodeName(m->folder.filePath(name)).constData(), &info) == 0)
                    mode = info.st_mode & 0777;
            }
            return true;
        };
        QVERIFY(m_maker->make(look).ok());
        QCOMPARE(mode, 0600);
    }

    void whatAnEarlierProcessLeftIsRemovedAtTheStart()
    {
        write(m->folder.filePath(u"iwd-backup-1.tmp"_s), "half");
        const QString mine = m->folder.filePath(u"iwd-backup-2026-03-01.db"_s); // somebody's own
        write(mine, "kept");
        const SqliteBackupMaker next(database(), m->folder.path(), m->clock);
        QCOMPARE(temporaryFiles(), QStringList());
        QCOMPARE(contentOf(mine), QByteArray("kept"));
    }

    void aBackupUnderLoadHasAllThatWasAcknowledgedBeforeAndIsSound()
    {
        capture(u"before"_s, 50);
        std::atomic<bool> writing = true;
        std::atomic<int> written = 0;
        std::thread writer([&] {
            // A connection of its own, as the store's writing thread has one.
            const auto connection = SqliteDatabase::open(database(), {});
            while (writing) {
                if ((*connection)->execute(u"update tenant set created_ms = created_ms + 1"_s))
                    ++written;
            }
        });
        const auto stop = qScopeGuard([&] {
            writing = false;
            writer.join();
        });
        QTRY_VERIFY(written > 10);
        const int before = written;
        const auto backup = m_maker->make([&] { return written > before || QTest::qWaitFor([&] { return written > before; }); }); // writers go on meanwhile
        QVERIFY2(backup.ok(), qPrintable(backup ? QString() : backup.error().text));
        QVERIFY(written > before);
        QCOMPARE((*backup)->facts().items, 50);
    }

    void aDamagedDatabaseIsNotPassedOffAsABackup()
    {
        capture(u"A"_s, 200);
        edit(database(), { u"pragma wal_checkpoint(truncate)"_s });
        // An index that misses rows: nothing that reads pages notices.
        edit(database(), { u"pragma writable_schema = on"_s, u"update sqlite_schema set sql = replace(sql, 'status in (0, 1', 'status in (0, 1, 2') where name = 'item_open_idx'"_s });
        const auto backup = m_maker->make(always);
        QVERIFY(!backup.ok());
        QCOMPARE(backup.error().code, ErrorCode::StorageUnavailable);
        QVERIFY2(backup.error().text.contains(u"damaged"_s), qPrintable(backup.error().text));
        QCOMPARE(temporaryFiles(), QStringList());
    }

    void aRestoredServerHasWhatTheBackupHas()
    {
        capture(u"A"_s, 20);
        const QString backup = saved();
        capture(u"B"_s, 5);
        closeServer();
        const auto done = restoreSqlite(backup, database(), m->clock);
        QVERIFY2(done.ok(), qPrintable(done ? QString() : done.error().text));
        QCOMPARE(done->items, 20);
        m->restart();
        QCOMPARE(m->item(u"A-20"_s).item.captureId, u"A-20"_s);
        QVERIFY(!has(u"B-1"_s));

        // What was there before is there still, under another name.
        QVERIFY(!done->keptAs.isEmpty());
        const auto kept = SqliteStore::open({ .path = done->keptAs, .observer = {} }, m->clock);
        QVERIFY(kept.ok());
        auto items = SqliteFile::open(done->keptAs, SqliteFile::Use::Shared);
        QCOMPARE(*items->askNumber("select count(*) from item"), 25);
    }

    void aRestoreNeedsNoDataOfBefore()
    {
        capture(u"A"_s, 3);
        const QString backup = saved();
        const QString fresh = m_elsewhere->filePath(u"iwd.db"_s);
        const auto done = restoreSqlite(backup, fresh, m->clock);
        QVERIFY2(done.ok(), qPrintable(done ? QString() : done.error().text));
        QCOMPARE(done->keptAs, QString());
        QCOMPARE(QDir(m_elsewhere->path()).entryList(QDir::Files), (QStringList { u"backup.db"_s, u"iwd.db"_s }));
        struct stat info
        {
        };
        QCOMPARE(::stat(QFile::encodeName(fresh).constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
    }

    void allSessionsEnd()
    {
        edit(database(), { u"insert into user_account (tenant_id, name, password_hash, scopes, created_ms) values (1, 'dana', '', '', 0)"_s,
                             u"insert into session (hash, tenant_id, user_name, created_ms, expires_ms) values (x'01', 1, 'dana', 0, 9999999999999)"_s });
        const QString backup = saved();
        closeServer();
        const auto done = restoreSqlite(backup, database(), m->clock);
        QVERIFY(done.ok());
        QCOMPARE(done->endedSessions, 1);
        QCOMPARE(count(u"session"_s), 0);
    }

    void noNumberIsGivenTwice()
    {
        capture(u"A"_s, 3);
        const QString backup = saved();
        capture(u"B"_s, 4);
        const qint64 lostItem = m->item(u"B-4"_s).item.id.number;
        const qint64 lostEvent = lastEvent();
        closeServer();
        QVERIFY(restoreSqlite(backup, database(), m->clock).ok());
        m->restart();
        capture(u"C"_s, 1);
        QVERIFY(m->item(u"C-1"_s).item.id.number > lostItem);
        QVERIFY(lastEvent() > lostEvent);
        // Tokens too, of which none was given so far.
        m->addAgent(u"alice"_s);
        const auto taken = m->next(u"alice"_s);
        QVERIFY(taken.ok() && taken->item);
        QVERIFY(taken->item->assignment->token > 1'000'000);
    }

    /// However much the log has grown since.
    void aReaderFromTheUndoneTimeIsToldForEver()
    {
        capture(u"A"_s, 3);
        const qint64 end = lastEvent();
        const QString backup = saved();
        capture(u"B"_s, 4);
        const qint64 undone = lastEvent();
        closeServer();
        QVERIFY(restoreSqlite(backup, database(), m->clock).ok());
        m->restart();
        capture(u"C"_s, 30);
        for (const qint64 after : { end + 1, undone }) {
            const auto told = feed(after);
            QVERIFY(!told.ok());
            QCOMPARE(told.error().code, ErrorCode::FeedRestarted);
            QCOMPARE(told.error().args.value(u"last"_s).toInteger(), end);
        }
        // Going on from where it says misses nothing.
        const auto events = feed(end);
        QVERIFY(events.ok());
        const QJsonObject first = QJsonDocument::fromJson(events->front().json()).object();
        QCOMPARE(first.value(u"type"_s).toString(), u"server.restored"_s);
        QCOMPARE(first.value(u"after"_s)[u"lastEvent"_s].toInteger(), end);
        QVERIFY(feed(0).ok());
        QVERIFY(feed(lastEvent()).ok());
    }

    void theAuditTellsOfTheRestore()
    {
        const QString backup = saved();
        closeServer();
        QVERIFY(restoreSqlite(backup, database(), m->clock).ok());
        m->restart();
        AuditFilter filter;
        filter.kind = u"backup"_s;
        const auto entries = m->look<std::vector<AuditRecord>>(
            [filter](Snapshot &snapshot) -> Result<std::vector<AuditRecord>> { return snapshot.audit(filter, std::numeric_limits<qint64>::max(), 10); });
        QVERIFY(entries.ok());
        QCOMPARE(entries->size(), size_t(1));
        QCOMPARE(entries->front().action, u"restore"_s);
    }

    void aBackupOfAnOlderFormIsBroughtToThePresentOne()
    {
        std::vector<Migration> older = migrationsOf(u"sqlite"_s);
        older.resize(3);
        const QString backup = m_elsewhere->filePath(u"old.db"_s);
        {
            const auto database = SqliteDatabase::open(backup, {});
            QVERIFY(migrate(**database, older).ok());
        }
        edit(backup, { u"pragma application_id = %1"_s.arg(0x49574431) });
        const QString fresh = m_elsewhere->filePath(u"iwd.db"_s);
        const auto done = restoreSqlite(backup, fresh, m->clock);
        QVERIFY2(done.ok(), qPrintable(done ? QString() : done.error().text));
        QVERIFY(SqliteStore::open({ .path = fresh, .observer = {} }, m->clock).ok());
    }

    void whatIsNoBackupIsRefusedAndNothingIsChanged_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("says");
        QTest::newRow("no file") << u"missing"_s << u"no such file"_s;
        QTest::newRow("a folder") << u"folder"_s << u"not a file"_s;
        QTest::newRow("an empty file") << u"empty"_s << u"empty"_s;
        QTest::newRow("a text") << u"text"_s << u"not a database of SQLite"_s;
        QTest::newRow("a file that was cut off") << u"truncated"_s << u"not whole"_s;
        QTest::newRow("a file with a few bytes left") << u"stump"_s << u"not a database of SQLite"_s;
        QTest::newRow("another program's database") << u"foreign"_s << u"of another program"_s;
        QTest::newRow("ours without its tables") << u"hollow"_s << u"not a database of iwd-server"_s;
        QTest::newRow("of a newer version") << u"newer"_s << u"newer version"_s;
        QTest::newRow("of a different build") << u"different"_s << u"different build"_s;
        QTest::newRow("with overwritten pages") << u"overwritten"_s << u"damaged"_s;
        QTest::newRow("with rows that refer to nothing") << u"broken references"_s << u"damaged"_s;
        QTest::newRow("copied by hand with a log beside it") << u"log"_s << u"write-ahead log"_s;
        QTest::newRow("the database itself") << u"itself"_s << u"the database itself"_s;
    }
    void whatIsNoBackupIsRefusedAndNothingIsChanged()
    {
        QFETCH(QString, what);
        QFETCH(QString, says);
        capture(u"A"_s, 200);
        const QString sound = saved();
        closeServer();
        const QString backup = spoilt(sound, what);
        const auto before = filesIn(m->folder.path());
        const auto done = restoreSqlite(backup, database(), m->clock);
        QVERIFY(!done.ok());
        QCOMPARE(done.error().code, ErrorCode::InvalidReference);
        QVERIFY2(done.error().text.contains(says), qPrintable(done.error().text));
        QVERIFY2(done.error().text.contains(backup), qPrintable(done.error().text));
        QCOMPARE(filesIn(m->folder.path()), before);
        m->restart();
        QVERIFY(has(u"A-200"_s));
    }

    void aDatabaseThatSomebodyWorksWithIsNotReplaced()
    {
        const QString backup = saved();
        const auto done = restoreSqlite(backup, database(), m->clock); // the fixture's store is open
        QVERIFY(!done.ok());
        QCOMPARE(done.error().code, ErrorCode::StorageUnavailable);
        QVERIFY2(done.error().text.contains(u"another program is using it"_s), qPrintable(done.error().text));
        capture(u"A"_s, 1);
        QVERIFY(has(u"A-1"_s));
    }

    void aDamagedDatabaseIsKeptAndReplaced()
    {
        capture(u"A"_s, 3);
        const QString backup = saved();
        closeServer();
        write(database(), "this was a database once");
        const auto done = restoreSqlite(backup, database(), m->clock);
        QVERIFY2(done.ok(), qPrintable(done ? QString() : done.error().text));
        QCOMPARE(contentOf(done->keptAs), QByteArray("this was a database once"));
        m->restart();
        QVERIFY(has(u"A-3"_s));
    }

    void whatAKilledRestoreLeftIsNotInTheWay()
    {
        const QString backup = saved();
        closeServer();
        write(database() + u"-restoring"_s, "half a copy");
        write(database() + u"-restoring-wal"_s, "its log");
        QVERIFY(restoreSqlite(backup, database(), m->clock).ok());
        QVERIFY(!QFileInfo::exists(database() + u"-restoring"_s));
        QVERIFY(!QFileInfo::exists(database() + u"-restoring-wal"_s));
    }

private:
    [[nodiscard]] QString database() const { return m->folder.filePath(u"iwd.db"_s); }
    void closeServer()
    {
        m->pipeline.reset();
        m->store.reset();
    }
    void capture(const QString &prefix, int items)
    {
        for (int i = 1; i <= items; ++i)
            PipelineFixture::must(m->capture({ { u"captureId"_s, u"%1-%2"_s.arg(prefix).arg(i) } }));
    }
    bool has(const QString &captureId)
    {
        return m->look<ItemRecord>([captureId](Snapshot &snapshot) { return findItem(snapshot, { captureId, {} }); }).ok();
    }
    qint64 lastEvent()
    {
        return *m->look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
    }
    Result<std::vector<StoredEvent>> feed(qint64 after)
    {
        return m->look<std::vector<StoredEvent>>([after](Snapshot &snapshot) { return readFeed(snapshot, after, 1'000); });
    }
    qint64 count(const QString &table)
    {
        auto file = SqliteFile::open(database(), SqliteFile::Use::Read);
        const QByteArray sql = "select count(*) from " + table.toUtf8();
        return *file->askNumber(sql.constData());
    }
    static QByteArray read(Backup &backup)
    {
        QByteArray content;
        for (auto piece = backup.read(100'000); piece && !piece->isEmpty(); piece = backup.read(100'000))
            content += *piece;
        return content;
    }
    QString saved()
    {
        const auto backup = m_maker->make(always);
        if (!backup)
            qFatal("%s", qPrintable(backup.error().text));
        const QString path = m_elsewhere->filePath(u"backup.db"_s);
        write(path, read(**backup));
        return path;
    }
    QStringList temporaryFiles() { return QDir(m->folder.path()).entryList({ u"iwd-backup-*.tmp"_s }, QDir::Files | QDir::Hidden); }

    QString spoilt(const QString &sound, const QString &what)
    {
        const QString path = m_elsewhere->filePath(u"spoilt.db"_s);
        const QByteArray content = contentOf(sound);
        if (what == u"missing"_s)
            return path;
        if (what == u"folder"_s)
            return m_elsewhere->path();
        if (what == u"itself"_s)
            return database();
        if (what == u"empty"_s)
            write(path, {});
        else if (what == u"text"_s)
            write(path, QByteArray("id,captureId\n").repeated(5'000));
        else if (what == u"truncated"_s)
            write(path, content.chopped(4'096));
        else if (what == u"stump"_s)
            write(path, content.first(60));
        else if (what == u"overwritten"_s)
            write(path, QByteArray(content).replace(content.size() / 2, 3 * 4'096, QByteArray(3 * 4'096, 'x')));
        else
            write(path, content);
        if (what == u"foreign"_s)
            edit(path, { u"pragma application_id = 7"_s });
        if (what == u"hollow"_s)
            edit(path, { u"drop table migration"_s });
        if (what == u"newer"_s)
            edit(path, { u"insert into migration (number, name, checksum, applied_ms) values (9000, 'migration/9000_future', 'abc', 0)"_s });
        if (what == u"different"_s)
            edit(path, { u"update migration set checksum = 'abc' where number = 3"_s });
        if (what == u"broken references"_s)
            edit(path, { u"pragma foreign_keys = off"_s, u"insert into item_payload (item_id, tenant_id, capture_point_id, created_ms, document) values (77777, 1, 'default', 0, '{}')"_s });
        if (what == u"log"_s)
            write(path + u"-wal"_s, "frames");
        return path;
    }

    std::unique_ptr<PipelineFixture> m;
    std::unique_ptr<SqliteBackupMaker> m_maker;
    std::unique_ptr<QTemporaryDir> m_elsewhere;
};

QTEST_GUILESS_MAIN(TestBackup)
#include "tst_backup.moc"
