// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "processes.h"
#include "yardstick.h"

#include <QFile>
#include <QFileInfo>
#include <QUuid>

#include <chrono>
#include <memory>

#include <sqlite3.h>

namespace iwd::bench {

namespace {

struct Closer
{
    void operator()(sqlite3 *database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Closer>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

Database open(const QString &file, int flags)
{
    sqlite3 *handle = nullptr;
    const int opened = sqlite3_open_v2(QFile::encodeName(file).constData(), &handle, flags, nullptr);
    Database database(handle);
    if (opened != SQLITE_OK)
        giveUp(QStringLiteral("Cannot open the database %1: %2.").arg(file, QString::fromUtf8(sqlite3_errmsg(handle))));
    sqlite3_busy_timeout(handle, 10'000);
    return database;
}

void execute(const Database &database, const char *sql)
{
    if (sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        giveUp(QStringLiteral("SQLite refused \"%1\": %2.").arg(QString::fromUtf8(sql), QString::fromUtf8(sqlite3_errmsg(database.get()))));
}

Statement prepare(const Database &database, const char *sql)
{
    sqlite3_stmt *handle = nullptr;
    if (sqlite3_prepare_v2(database.get(), sql, -1, &handle, nullptr) != SQLITE_OK)
        giveUp(QStringLiteral("SQLite refused \"%1\": %2.").arg(QString::fromUtf8(sql), QString::fromUtf8(sqlite3_errmsg(database.get()))));
    return Statement(handle);
}

void insert(const Database &database, const Statement &statement, qint64 number, const QByteArray &document)
{
    const QByteArray key = "raw-" + QByteArray::number(number);
    sqlite3_bind_int64(statement.get(), 1, number);
    sqlite3_bind_text(statement.get(), 2, key.constData(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_text(statement.get(), 3, document.constData(), static_cast<int>(document.size()), SQLITE_STATIC);
    if (sqlite3_step(statement.get()) != SQLITE_DONE)
        giveUp(QStringLiteral("SQLite refused a row: %1.").arg(QString::fromUtf8(sqlite3_errmsg(database.get()))));
    sqlite3_reset(statement.get());
}

class SqliteYardstick final : public Yardstick
{
public:
    explicit SqliteYardstick(QString folder)
        : m_folder(std::move(folder))
    {
    }

    QString name() const override { return QStringLiteral("SQLite"); }
    double aimOfSingles() const override { return 10; }
    double aimOfArrays() const override { return 0.6; }
    QStringList newDatabase() override { return {}; }

    /// With the server's settings: write-ahead log, synchronous = FULL. One connection, because SQLite has one writer.
    double insertRows(const QByteArrayList &documents, int rowsPerTransaction, int, double seconds) override
    {
        using Clock = std::chrono::steady_clock;
        const QString file = m_folder + QStringLiteral("/iwd-bench-raw-") + QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".db");
        qint64 rows = 0;
        double took = 0;
        {
            const Database database = open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
            execute(database, "pragma journal_mode = wal");
            execute(database, "pragma synchronous = full");
            execute(database, "pragma cache_size = -32768");
            execute(database, "pragma wal_autocheckpoint = 4000");
            execute(database,
                "create table item (id integer primary key autoincrement, captured_ms integer not null, capture_id text not null unique, document text not null)");
            const Statement statement = prepare(database, "insert into item (captured_ms, capture_id, document) values (?, ?, ?)");
            const auto start = Clock::now();
            while (took < seconds) {
                execute(database, "begin immediate");
                for (int row = 0; row < rowsPerTransaction; ++row, ++rows)
                    insert(database, statement, rows, documents[rows % documents.size()]);
                execute(database, "commit");
                took = std::chrono::duration<double>(Clock::now() - start).count();
            }
        }
        for (const auto &suffix : { QString(), QStringLiteral("-wal"), QStringLiteral("-shm") })
            QFile::remove(file + suffix);
        return static_cast<double>(rows) / took;
    }

    qint64 orderingRowsChecksum(const Server &server) override
    {
        const QString file = server.databaseFile();
        const Database database = open(file, SQLITE_OPEN_READONLY);
        const Statement statement = prepare(database,
            "select sum((id % 65521) * ((status + 1) * 31 + coalesce(class_id, 0) * 37 + anchor_ms % 1000003 + version * 41 + business_value * 43)) from item");
        if (sqlite3_step(statement.get()) != SQLITE_ROW)
            giveUp(QStringLiteral("The items of %1 cannot be read: %2.").arg(file, QString::fromUtf8(sqlite3_errmsg(database.get()))));
        return sqlite3_column_int64(statement.get(), 0);
    }

    double databaseMib(const Server &server) override { return static_cast<double>(QFileInfo(server.databaseFile()).size()) / 1'048'576.0; }

    /// Its files: SQLite tells nothing of single tables.
    std::vector<TableSample> tables(const Server &server) override
    {
        std::vector<TableSample> files;
        for (const auto &suffix : { QString(), QStringLiteral("-wal"), QStringLiteral("-search"), QStringLiteral("-search-wal") }) {
            const QFileInfo file(server.databaseFile() + suffix);
            files.push_back({ file.fileName(), 0, 0, 0, 0, 0, static_cast<double>(file.size()) / 1'048'576.0, 0 });
        }
        return files;
    }

private:
    QString m_folder;
};

} // namespace

std::unique_ptr<Yardstick> sqliteYardstick(const QString &folder)
{
    return std::make_unique<SqliteYardstick>(folder);
}

} // namespace iwd::bench
