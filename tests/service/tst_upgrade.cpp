// SPDX-License-Identifier: Apache-2.0
#include <support/capturedlog.h>
#include <support/pipelinefixture.h>

#include <storage/migrations.h>
#include <storage/postgresdatabase.h>
#include <storage/sqlitedatabase.h>

#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <numeric>
#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString folder = QStringLiteral(IWD_TEST_DATA) + u"/release-1/"_s;
const QString postgresql = u"postgresql"_s;
const QString sqlite = u"sqlite"_s;
constexpr int patience = 30'000; ///< milliseconds that something may take on a busy machine
constexpr int lastOfRelease1 = 1; ///< its last migration of PostgreSQL

QString textOf(const QString &name)
{
    QFile file(folder + name);
    if (!file.open(QFile::ReadOnly))
        qFatal("%s cannot be read", qPrintable(file.fileName()));
    return QString::fromUtf8(file.readAll());
}

/// Every statement that release 1 sends, by name.
std::map<QString, QString> statementsOfRelease1(const QString &dialect)
{
    std::map<QString, QString> statements;
    for (const QString &part : textOf(dialect + u"-statements.sql"_s).split(u"-- name: "_s).sliced(1))
        statements[part.section(u'\n', 0, 0)] = withoutComments(part.section(u'\n', 1));
    return statements;
}

/// A database as release 1 left it. @returns its name
QString databaseOfRelease1()
{
    PrivatePostgres &server = PrivatePostgres::shared();
    const QString name = server.newEmptyDatabase();
    QProcess psql;
    psql.setProcessChannelMode(QProcess::MergedChannels);
    psql.start(server.program(u"psql"_s), { u"-X"_s, u"-q"_s, u"-v"_s, u"ON_ERROR_STOP=1"_s, u"-d"_s, server.url(name), u"-f"_s, folder + u"postgresql.sql"_s });
    if (!psql.waitForFinished() || psql.exitCode() != 0)
        qFatal("The database of release 1 cannot be restored: %s", psql.readAll().constData());
    // A session of whoever restored it might pass for an old server.
    const auto others = [&] { return server.run(name, u"select count(*) from pg_stat_activity where datname = current_database() and usename = 'iwd'"_s).value_or(QString()); };
    if (!QTest::qWaitFor([&] { return others() == u"0"_s; }, patience))
        qFatal("psql has ended, but its session has not");
    return name;
}

std::unique_ptr<PostgresDatabase> connectTo(const QString &database)
{
    auto opened = PostgresDatabase::open(*PostgresAddress::parse(PrivatePostgres::shared().url(database), {}), {}, {});
    PipelineFixture::must(opened);
    return *std::move(opened);
}

int count(const QString &database, const QString &table)
{
    return PrivatePostgres::shared().run(database, u"select count(*) from "_s + table)->toInt();
}

/// A server of this version.
class Server
{
public:
    Server(const QString &database, const Clock &clock)
    {
        PostgresOptions options;
        options.url = PrivatePostgres::shared().url(database);
        auto opened = TenantDatabases::open({ options, false, u"iwd-"_s }, clock);
        PipelineFixture::must(opened);
        store = *std::move(opened);
        PipelineOptions rare;
        rare.dueWorkInterval = std::chrono::hours(24);
        pipeline = std::make_unique<Pipeline>(*store, clock, rare);
        PipelineFixture::must(await(pipeline->start({ tenant })));
    }

    Result<Answer> capture(const QString &key)
    {
        const std::function<Result<bool>(Transaction &)> work = [key](Transaction &transaction) -> Result<bool> {
            const auto done = captureItem(transaction, *decodeItemInput({ { u"captureId"_s, key } }, InputMode::Create), Actor::server());
            return done ? Result<bool>(true) : Result<bool>(done.error());
        };
        const std::function<Answer(const bool &)> encode = [](const bool &) { return Answer {}; };
        return await(pipeline->write<bool>({ tenant, Actor::server() }, work, encode));
    }

    template <typename T>
    T look(const std::function<Result<T>(Snapshot &)> &work)
    {
        const auto found = await(pipeline->read<T>(tenant, Deadline::never(), work));
        PipelineFixture::must(found);
        return *found;
    }
    size_t captured(const QString &key)
    {
        return look<size_t>([key](Snapshot &snapshot) -> Result<size_t> { return snapshot.itemsCapturedAs(key, {}).size(); });
    }
    qint64 figured()
    {
        qint64 items = 0;
        for (const auto &[queue, figures] : pipeline->figures().figures(tenant, fromMillis(0)).queues)
            items += std::accumulate(figures.byStatus.begin(), figures.byStatus.end(), qint64(0));
        return items;
    }

    static constexpr TenantId tenant { 1 };
    std::unique_ptr<TenantDatabases> store;
    std::unique_ptr<Pipeline> pipeline;
};

/// What a server of release 1 sends to capture an item and to look one up, statement by statement, on a connection that it opened before the upgrade. What it stores is
/// like an item that it stored before.
class ServerOfRelease1
{
public:
    explicit ServerOfRelease1(const QString &database)
        : m_statements(statementsOfRelease1(postgresql))
        , m_connection(connectTo(database))
        , m_template(database)
    {
    }

    void capture(const QString &key)
    {
        begin(u"begin"_s);
        run(u"state/lock"_s, {});
        const QStringList state = run(u"state/get"_s, {}, 9);
        const QString event = QString::number(state[0].toLongLong() + 1);
        const QString item = QString::number(state[2].toLongLong() + 1);
        const auto array = [](const QString &value) { return value.isEmpty() ? u"{NULL}"_s : QString(u'{' + value + u'}'); };
        const auto texts = [](QString value) { return QString(u"{\""_s + value.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u"\"}"_s); };
        const QString none = u"{NULL}"_s;
        run(u"new/items"_s,
            { { u":ids"_s, array(item) }, { u":statuses"_s, array(m_template.of(u"status"_s)) }, { u":class_ids"_s, array(m_template.of(u"class_id"_s)) },
                { u":anchors"_s, array(m_template.of(u"anchor_ms"_s)) }, { u":captured"_s, array(m_template.of(u"captured_ms"_s)) }, { u":business_values"_s, u"{0}"_s }, { u":assigned"_s, none },
                { u":held"_s, none }, { u":final"_s, none }, { u":sla_met"_s, none }, { u":agent_ids"_s, none }, { u":errors"_s, none } });
        run(u"new/payloads"_s,
            { { u":ids"_s, array(item) }, { u":created"_s, array(m_template.of(u"created_ms"_s)) }, { u":capture_point_ids"_s, texts(u"default"_s) }, { u":capture_ids"_s, texts(key) },
                { u":category_ids"_s, texts(m_template.of(u"category_id"_s)) }, { u":queue_ids"_s, texts(m_template.of(u"queue_id"_s)) }, { u":customer_keys"_s, none },
                { u":documents"_s, texts(m_template.of(u"document"_s)) } });
        run(u"event/append"_s,
            { { u":day"_s, state[1] }, { u":first_id"_s, event }, { u":items"_s, array(item) }, { u":at"_s, array(m_template.of(u"captured_ms"_s)) }, { u":types"_s, array(m_template.of(u"type"_s)) },
                { u":facts"_s, texts(m_template.of(u"facts"_s)) }, { u":bodies"_s, texts(m_template.of(u"body"_s)) } });
        run(u"state/put"_s,
            { { u":last_event"_s, event }, { u":last_day"_s, state[1] }, { u":last_item"_s, item }, { u":last_token"_s, state[3] }, { u":configuration_version"_s, state[4] },
                { u":callers_version"_s, state[5] }, { u":writes"_s, QString::number(state[6].toLongLong() + 1) }, { u":worker"_s, state[7] }, { u":worker_until_ms"_s, state[8] } });
        run(u"commit"_s);
    }

    /// @returns the document of the item, or nothing
    QString find(const QString &key)
    {
        begin(u"begin isolation level repeatable read read only"_s);
        const QStringList found = run(u"capture/find"_s, { { u":capture_id"_s, key }, { u":capture_point_id"_s, u"default"_s } }, 1);
        const QString item = found.isEmpty() ? QString() : run(u"item/get"_s, { { u":id"_s, found[0] } }, 19).value(18);
        run(u"rollback"_s);
        return item;
    }

    /// The tenants that a server of that release finds, as it does when it looks up callers.
    QStringList tenants()
    {
        begin(u"begin isolation level repeatable read read only"_s);
        run(u"system/use_directory"_s, {});
        const QStringList found = run(u"system/tenants"_s, {}, 4);
        run(u"rollback"_s);
        return found;
    }

    QString scopesOfKey(const QByteArray &hash)
    {
        begin(u"begin isolation level repeatable read read only"_s);
        run(u"system/use_directory"_s, {});
        const QStringList found = run(u"system/find_api_key"_s, { { u":hash"_s, u"\\x"_s + QString::fromLatin1(hash.toHex()) } }, 5);
        run(u"rollback"_s);
        if (found.isEmpty())
            qFatal("The key is not found");
        return found[3];
    }

private:
    /// An item and its event of before.
    class Template
    {
    public:
        explicit Template(const QString &database)
            : m_database(database)
        {
        }
        QString of(const QString &column) const
        {
            return PrivatePostgres::shared()
                .run(m_database,
                    u"select %1 from item i join item_payload p on p.item_id = i.id join event e on e.item_id = i.id where i.status = 2 order by i.id, e.id limit 1"_s.arg(
                        column))
                .value_or(QString());
        }

    private:
        const QString m_database;
    };

    void run(const QString &sql)
    {
        if (!m_connection->execute(sql))
            qFatal("%s: %s", qPrintable(sql), qPrintable(m_connection->failure()->text));
    }
    void begin(const QString &how)
    {
        run(how);
        run(u"system/use_tenant"_s, { { u":number"_s, u"1"_s } });
    }
    /// @returns the first @p columns of the first row
    QStringList run(const QString &name, const QList<std::pair<QString, QString>> &values, int columns = 0)
    {
        const QString sql = m_statements.at(name);
        PostgresStatement statement(*m_connection, sql, false);
        if (sql.contains(u":tenant"_s))
            statement.bindText(u":tenant"_s, "1");
        for (const auto &[placeholder, value] : values) {
            if (sql.contains(placeholder))
                statement.bindText(placeholder, value.toUtf8());
        }
        const auto step = statement.run();
        QStringList row;
        for (int column = 0; step == PreparedStatement::Step::Row && column < columns; ++column)
            row.append(statement.text(column));
        if (step == PreparedStatement::Step::Failed) {
            m_connection->failNow(name);
            qFatal("%s: %s", qPrintable(name), qPrintable(m_connection->failure()->text));
        }
        statement.finish();
        if (!m_connection->synchronize())
            qFatal("%s: %s", qPrintable(name), qPrintable(m_connection->failure()->text));
        return row;
    }

    const std::map<QString, QString> m_statements;
    const std::unique_ptr<PostgresDatabase> m_connection;
    const Template m_template;
};

/// What servers of the version before may still need, when a step does it.
QStringList takings(const Migration &migration)
{
    static const QList<std::pair<QRegularExpression, QString>> rules {
        { QRegularExpression(u"\\bdrop\\s+(table|column|view|function|constraint|index|policy)\\b"_s), u"drops something"_s },
        { QRegularExpression(u"\\brename\\b"_s), u"renames something"_s },
        { QRegularExpression(u"\\bset\\s+not\\s+null\\b"_s), u"forbids null in a column that allowed it"_s },
        { QRegularExpression(u"\\bdrop\\s+default\\b"_s), u"takes a default away"_s },
        { QRegularExpression(u"\\balter\\s+column\\s+\\S+\\s+(set\\s+data\\s+)?type\\b"_s), u"changes the type of a column"_s },
        { QRegularExpression(u"\\balter\\s+table\\b.*\\badd\\s+(constraint|unique|check|primary|foreign)\\b"_s), u"adds a rule that stored or coming rows may break"_s },
        { QRegularExpression(u"\\bcreate\\s+unique\\s+index\\b"_s), u"adds a rule that stored or coming rows may break"_s },
        { QRegularExpression(u"\\badd\\s+(column\\s+)?\\w+\\b(?=.*\\bnot\\s+null\\b)(?!.*\\bdefault\\b)"_s), u"adds a column that has to be filled, without a default"_s },
    };
    QStringList found;
    for (const QString &statement : statementsOf(migration)) {
        const bool ofNewTable = statement.contains(u"create table"_s, Qt::CaseInsensitive);
        for (const auto &[rule, what] : rules) {
            if (!ofNewTable && rule.match(statement.toLower().simplified()).hasMatch())
                found.append(what);
        }
    }
    return found;
}

} // namespace

/// Servers of the version before and of this one on one database, from the start of the upgrade to its end.
class TestUpgrade : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oldAndNewServersWorkBesideEachOther();
    void whatAnOldServerStoresIsWaitingForNewOnes();
    void whatOldServersNeedGoesWhenTheyAreGone();
    void anOldServerLetsAKeyOfAnAgentDoNothing();
    void everyStatementOfTheReleaseBeforeStillFits_data();
    void everyStatementOfTheReleaseBeforeStillFits();
    void aFileOfTheReleaseBeforeIsTakenOver();
    void serversThatStartAtOnceMigrateOnce();
    void aMigrationThatFailsLeavesNothingBehind();
    void aMigrationDoesNotKeepEverybodyWaiting();
    void aNewerFormIsWorkedWithUnlessItSaysOtherwise();
    void noMigrationTakesWhatServersOfTheVersionBeforeNeed();
    void takingIsRecognized_data();
    void takingIsRecognized();
};

void TestUpgrade::oldAndNewServersWorkBesideEachOther()
{
    const QString database = databaseOfRelease1();
    const int items = count(database, u"item"_s);
    const int events = count(database, u"event"_s);
    QVERIFY(items >= 3 && events >= 5);
    ServerOfRelease1 old(database);
    old.capture(u"old before"_s);
    const ManualClock clock;
    Server one(database, clock); // migrates
    const auto all = migrationsOf(postgresql);
    QCOMPARE(count(database, u"migration"_s), std::count_if(all.begin(), all.end(), [](const Migration &step) { return step.leastKnown == 0; }));
    QVERIFY(!old.tenants().isEmpty());
    Server two(database, clock);
    QStringList keys;
    for (int round = 0; round < 5; ++round) {
        keys << u"old-%1"_s.arg(round) << u"new-%1"_s.arg(round);
        old.capture(keys[keys.size() - 2]);
        PipelineFixture::must((round % 2 == 0 ? one : two).capture(keys.last()));
        // Each sees the other's work at once, whoever has stored it.
        for (const QString &key : keys) {
            QVERIFY2(one.captured(key) == 1, qPrintable(key));
            QVERIFY2(!old.find(key).isEmpty(), qPrintable(key));
        }
        // Figures of servers that did not store it follow.
        QTRY_COMPARE(one.figured(), items + 1 + keys.size());
        QTRY_COMPARE(two.figured(), items + 1 + keys.size());
    }
    // Numbers were given once each, and the log has no gap.
    QCOMPARE(count(database, u"item"_s), items + 1 + keys.size());
    const auto ids = one.look<QList<qint64>>([](Snapshot &snapshot) -> Result<QList<qint64>> {
        QList<qint64> all;
        for (const StoredEvent &event : snapshot.events(0, 10'000))
            all.append(event.id);
        return all;
    });
    for (qsizetype i = 0; i < ids.size(); ++i)
        QCOMPARE(ids[i], i + 1);
    QCOMPARE(one.captured(u"before the upgrade"_s), size_t(1));
}

/// It knows nothing of the table that new ones find it by.
void TestUpgrade::whatAnOldServerStoresIsWaitingForNewOnes()
{
    const QString database = databaseOfRelease1();
    const QString places = u"select string_agg(id::text, ' ' order by class_id, anchor_ms, id) from %1"_s;
    const auto list = [&](const QString &from) { return PrivatePostgres::shared().run(database, places.arg(from)).value_or(QString()); };
    ServerOfRelease1 old(database);
    old.capture(u"before"_s);
    const ManualClock clock;
    Server server(database, clock);
    const QString waiting = list(u"item where status = 2"_s);
    QVERIFY(!waiting.isEmpty());
    QCOMPARE(list(u"waiting"_s), waiting);
    old.capture(u"after"_s);
    QVERIFY(list(u"item where status = 2"_s).size() > waiting.size());
    QCOMPARE(list(u"waiting"_s), list(u"item where status = 2"_s));
    // What it takes no longer waits, whoever takes it.
    PrivatePostgres::shared().run(database, u"update item set status = 4 where id = (select min(id) from item where status = 2)"_s);
    QCOMPARE(list(u"waiting"_s), list(u"item where status = 2"_s));
    const auto seen = server.look<QStringList>([](Snapshot &snapshot) -> Result<QStringList> {
        QStringList ids;
        for (const auto &[classId, first] : snapshot.oldestWaiting()) {
            for (const Waiting &place : snapshot.waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, 100))
                ids.append(QString::number(place.id.number));
        }
        return ids;
    });
    QCOMPARE(seen.join(u' '), list(u"waiting"_s));
}

/// Two indexes that cost new servers something with each change of an item.
void TestUpgrade::whatOldServersNeedGoesWhenTheyAreGone()
{
    const QString database = databaseOfRelease1();
    const QString indexes = u"pg_indexes where indexname in ('item_waiting_idx', 'item_open_idx')"_s;
    const ManualClock clock;
    PostgresOptions options;
    options.url = PrivatePostgres::shared().url(database, u"application_name=a-name-that-is-much-longer-than-the-63-bytes-the-server-keeps"_s);
    options.maintenanceInterval = std::chrono::milliseconds(1);
    auto old = std::make_unique<ServerOfRelease1>(database);
    CapturedLog log;
    const auto started = PostgresStore::open(options, clock);
    PipelineFixture::must(started);
    QVERIFY2(log.text().contains("removed when they are gone"), log.text().constData());
    QCOMPARE(count(database, indexes), 2);
    old->capture(u"goes on"_s);
    old.reset();
    // A server that runs sees to it, and another one at its start.
    QTRY_COMPARE_WITH_TIMEOUT(count(database, indexes), 0, patience);
    QTRY_VERIFY2_WITH_TIMEOUT(log.text().contains("0007"), log.text().constData(), patience);
    PipelineFixture::must(PostgresStore::open(options, clock));
}

/// It does not know that a key can belong to an agent, and must not take it for one that may act for all.
void TestUpgrade::anOldServerLetsAKeyOfAnAgentDoNothing()
{
    const QString database = databaseOfRelease1();
    ServerOfRelease1 old(database);
    const ManualClock clock;
    Server server(database, clock);
    const std::function<Result<bool>(Transaction &)> admit = [](Transaction &transaction) -> Result<bool> {
        transaction.insertApiKey({ u"tied"_s, Server::tenant, u"Desktop"_s, { u"agent"_s }, {}, {}, u"anna"_s }, "tied");
        transaction.insertApiKey({ u"untied"_s, Server::tenant, u"Source"_s, { u"source"_s }, {}, {} }, "untied");
        return true;
    };
    WriteContext context { Server::tenant, Actor::server() };
    context.aboutCallers = true;
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    PipelineFixture::must(await(server.pipeline->write<bool>(context, admit, nothing)));
    QCOMPARE(old.scopesOfKey("untied"), u"source"_s);
    QCOMPARE(old.scopesOfKey("tied"), QString());
}

void TestUpgrade::everyStatementOfTheReleaseBeforeStillFits_data()
{
    QTest::addColumn<QString>("dialect");
    QTest::addRow("PostgreSQL") << postgresql;
    QTest::addRow("SQLite") << sqlite;
}

void TestUpgrade::everyStatementOfTheReleaseBeforeStillFits()
{
    QFETCH(QString, dialect);
    const auto statements = statementsOfRelease1(dialect);
    QVERIFY(statements.size() > 60);
    QTemporaryDir files;
    const ManualClock clock;
    std::unique_ptr<Database> database;
    if (dialect == postgresql) {
        database = connectTo(PrivatePostgres::shared().newDatabase());
    } else {
        const QString path = files.filePath(u"iwd.db"_s);
        { QVERIFY(SqliteStore::open({ path, 1, 10, 10, {} }, clock).ok()); }
        auto opened = SqliteDatabase::open(path, {});
        PipelineFixture::must(opened);
        database = *std::move(opened);
    }
    for (const auto &[name, text] : statements) {
        // Those of the full-text index are about another file, whose form this version makes anew.
        if (name.startsWith(u"system/text_"_s))
            continue;
        QString sql = text;
        for (const auto &[part, value] : { std::pair(u"{filter}"_s, name == u"item/list"_s ? QString() : u"true"_s), { u"{order}"_s, name == u"item/list"_s ? u"i.id"_s : QString() }, { u"{index}"_s, QString() },
                 { u"{place}"_s, u"1"_s }, { u"{condition}"_s, u"true"_s } })
            sql.replace(part, value);
        if (dialect == postgresql) {
            sql = QString::fromUtf8(PostgresStatement(static_cast<PostgresDatabase &>(*database), sql, false).sql());
            if (sql.startsWith(u"declare"_s))
                sql = sql.sliced(sql.indexOf(u"select"_s));
            QVERIFY2(database->execute(u"prepare probe as "_s + sql), qPrintable(name + u": "_s + (database->failure() ? database->failure()->text : QString())));
            QVERIFY(database->execute(u"deallocate probe"_s));
        } else if (!sql.contains(u'{')) {
            QVERIFY2(database->execute(u"explain "_s + QString(sql).replace(QRegularExpression(u":[a-z_]+"_s), u"null"_s)), qPrintable(name + u": "_s + (database->failure() ? database->failure()->text : QString())));
        }
    }
}

/// SQLite has one server at a time; what release 1 has stored goes on in this one.
void TestUpgrade::aFileOfTheReleaseBeforeIsTakenOver()
{
    QTemporaryDir files;
    const QString path = files.filePath(u"iwd.db"_s);
    {
        auto database = SqliteDatabase::open(path, {});
        PipelineFixture::must(database);
        QVERIFY((*database)->execute(u"pragma foreign_keys = off"_s));
        // A statement ends with a ';' at the end of a line.
        for (const QString &statement : textOf(u"sqlite.sql"_s).split(u";\n"_s)) {
            if (!statement.trimmed().isEmpty())
                QVERIFY2((*database)->execute(statement), qPrintable(statement.left(200) + u": "_s + ((*database)->failure() ? (*database)->failure()->text : QString())));
        }
    }
    const ManualClock clock;
    auto store = SqliteStore::open({ path, 1, 10, 10, {} }, clock);
    PipelineFixture::must(store);
    Pipeline pipeline(**store, clock);
    PipelineFixture::must(await(pipeline.start({ { 1 } })));
    const std::function<Result<QStringList>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<QStringList> {
        QStringList keys;
        for (const ItemRecord &record : snapshot.items({}, 0, false, 100))
            keys.append(record.item.captureId);
        return keys;
    };
    const auto keys = await(pipeline.read<QStringList>({ 1 }, Deadline::never(), work));
    PipelineFixture::must(keys);
    QVERIFY2(keys->size() >= 3 && keys->contains(u"before the upgrade"_s), qPrintable(keys->join(u' ')));
}

void TestUpgrade::serversThatStartAtOnceMigrateOnce()
{
    const QString database = databaseOfRelease1();
    const ManualClock clock;
    CapturedLog log;
    std::vector<std::thread> starts;
    std::mutex mutex;
    QStringList errors;
    for (int i = 0; i < 4; ++i) {
        starts.emplace_back([&] {
            PostgresOptions options;
            options.url = PrivatePostgres::shared().url(database);
            const auto store = PostgresStore::open(options, clock);
            const std::lock_guard lock(mutex);
            if (!store)
                errors.append(store.error().text);
        });
    }
    for (std::thread &start : starts)
        start.join();
    QCOMPARE(errors, QStringList());
    QCOMPARE(log.text().count("Migrated the database"), migrationsOf(postgresql).size() - lastOfRelease1);
}

void TestUpgrade::aMigrationThatFailsLeavesNothingBehind()
{
    const QString database = databaseOfRelease1();
    const auto connection = connectTo(database);
    auto steps = migrationsOf(postgresql);
    steps.push_back(migrationFrom(u"migration/9001_good"_s, u"create table extra (a integer);"_s));
    steps.push_back(migrationFrom(u"migration/9002_bad"_s, u"create table further (a integer);\nalter table nowhere add column b integer;"_s));
    const auto failed = migrate(*connection, steps);
    QVERIFY(!failed);
    for (const auto &part : { u"9002_bad"_s, u"was undone"_s, u"\"nowhere\" does not exist"_s, u"Start this version again"_s })
        QVERIFY2(failed.error().text.contains(part), qPrintable(failed.error().text));
    QCOMPARE(count(database, u"migration"_s), lastOfRelease1); // not the sound ones before it, either
    QCOMPARE(count(database, u"pg_class where relname in ('extra', 'further')"_s), 0);
    ServerOfRelease1(database).capture(u"goes on"_s);
    steps.back() = migrationFrom(u"migration/9002_bad"_s, u"create table further (a integer);"_s);
    QVERIFY(migrate(*connection, steps));
    QCOMPARE(count(database, u"pg_class where relname in ('extra', 'further')"_s), 2);
}

/// A backup that runs holds a lock on every table. Who waits for it with a stronger one has everybody else wait behind.
void TestUpgrade::aMigrationDoesNotKeepEverybodyWaiting()
{
    const QString database = databaseOfRelease1();
    const auto backup = connectTo(database);
    QVERIFY(backup->execute(u"begin"_s) && backup->execute(u"lock table tenant in access share mode"_s));
    const ManualClock clock;
    PostgresOptions options;
    options.url = PrivatePostgres::shared().url(database);
    const auto refused = PostgresStore::open(options, clock);
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"lock timeout"_s) && refused.error().text.contains(u"Start this version again"_s), qPrintable(refused.error().text));
    ServerOfRelease1(database).capture(u"goes on"_s);
    QVERIFY(backup->execute(u"rollback"_s));
    PipelineFixture::must(PostgresStore::open(options, clock));
}

void TestUpgrade::aNewerFormIsWorkedWithUnlessItSaysOtherwise()
{
    const QString database = databaseOfRelease1();
    const ManualClock clock;
    const int known = migrationsOf(postgresql).back().number;
    auto running = std::make_unique<Server>(database, clock);
    // A version to come adds something …
    auto next = migrationsOf(postgresql);
    next.push_back(migrationFrom(u"migration/9001_more"_s, u"alter table item add column more integer not null default 0;"_s));
    QVERIFY(*migrate(*connectTo(database), next));
    PipelineFixture::must(running->capture(u"running"_s));
    CapturedLog log;
    auto started = std::make_unique<Server>(database, clock);
    QVERIFY2(log.text().contains("is to be replaced soon"), log.text().constData());
    PipelineFixture::must(started->capture(u"started"_s));
    QCOMPARE(running->captured(u"started"_s), size_t(1));
    // … and the one after it takes what only servers before that needed.
    next.push_back(migrationFrom(u"migration/9002_less"_s, u"-- contract: 9001\nalter table item drop column more;"_s));
    QVERIFY(!*migrate(*connectTo(database), next)); // not as long as they are there
    PipelineFixture::must(started->capture(u"goes on"_s));
    running.reset();
    started.reset();
    QTRY_VERIFY_WITH_TIMEOUT(*migrate(*connectTo(database), next), patience);
    PostgresOptions options;
    options.url = PrivatePostgres::shared().url(database);
    const auto refused = PostgresStore::open(options, clock);
    QVERIFY(!refused);
    for (const auto &part : { u"This server is older than the database"_s, u"migration 9002"_s, u"know migration 9001"_s, u"this one knows %1"_s.arg(known), u"Start the newer version"_s })
        QVERIFY2(refused.error().text.contains(part), qPrintable(refused.error().text));
    // A server that knows it is let in.
    QVERIFY(*migrate(*connectTo(database), next));
}

void TestUpgrade::noMigrationTakesWhatServersOfTheVersionBeforeNeed()
{
    // Older ones were written before servers of two versions could run beside each other; nobody starts from there any more.
    for (const auto &[dialect, first] : { std::pair(postgresql, 2), { sqlite, 6 } }) {
        for (const Migration &migration : migrationsOf(dialect)) {
            if (migration.number >= first && migration.leastKnown == 0)
                QVERIFY2(takings(migration).isEmpty(), qPrintable(migration.name + u": "_s + takings(migration).join(u", "_s)));
            QVERIFY2(migration.leastKnown < migration.number, qPrintable(migration.name)); // the version before has to go on
        }
    }
}

void TestUpgrade::takingIsRecognized_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<bool>("takes");
    QTest::addRow("a new table") << u"create table new (a integer not null, unique (a));"_s << false;
    QTest::addRow("a column that may be null") << u"alter table item add column note text;"_s << false;
    QTest::addRow("a column with a default") << u"alter table item add column note text not null default '';"_s << false;
    QTest::addRow("an index") << u"create index item_note_idx on item (note);"_s << false;
    QTest::addRow("a column to be filled") << u"alter table item add column note text not null;"_s << true;
    QTest::addRow("the same without the word") << u"alter table item add note text not null;"_s << true;
    QTest::addRow("a dropped column") << u"alter table item\n  drop column error;"_s << true;
    QTest::addRow("a dropped table") << u"DROP TABLE refusal;"_s << true;
    QTest::addRow("a renamed column") << u"alter table item rename column error to reason;"_s << true;
    QTest::addRow("null forbidden") << u"alter table item alter column error set not null;"_s << true;
    QTest::addRow("another type") << u"alter table item alter column status type text;"_s << true;
    QTest::addRow("a default gone") << u"alter table item alter column status drop default;"_s << true;
    QTest::addRow("a rule") << u"alter table item add constraint positive check (id > 0);"_s << true;
    QTest::addRow("a unique index") << u"create unique index item_agent_idx on item (agent_id);"_s << true;
}

void TestUpgrade::takingIsRecognized()
{
    QFETCH(QString, sql);
    QFETCH(bool, takes);
    QCOMPARE(!takings(migrationFrom(u"migration/9001_probe"_s, sql)).isEmpty(), takes);
}

QTEST_GUILESS_MAIN(TestUpgrade)
#include "tst_upgrade.moc"
