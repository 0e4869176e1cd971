// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "processes.h"
#include "yardstick.h"

#include <support/privatepostgres.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTemporaryFile>

namespace iwd::bench {

namespace {

using test::PrivatePostgres;

/// pgbench takes from its script what one transaction does.
class PostgresYardstick final : public Yardstick
{
public:
    PostgresYardstick()
        : m_postgres({ false, { QStringLiteral("shared_buffers=512MB"), QStringLiteral("max_wal_size=4GB"), QStringLiteral("synchronous_commit=on") } })
    {
    }

    QString name() const override { return QStringLiteral("PostgreSQL"); }
    double aimOfSingles() const override { return 0.6; }
    double aimOfArrays() const override { return 0.4; }

    QStringList newDatabase() override
    {
        return { QStringLiteral("IWD_STORAGE_URL=") + newAddress() };
    }

    QString newAddress() override
    {
        if (!m_database.isEmpty())
            m_postgres.run(QStringLiteral("postgres"), QStringLiteral("drop database %1 with (force)").arg(m_database));
        m_database = m_postgres.newEmptyDatabase();
        return m_postgres.url(m_database);
    }

    double insertRows(const QByteArrayList &documents, int rowsPerTransaction, int connections, double seconds) override
    {
        const QString database = m_postgres.newEmptyDatabase();
        m_postgres.run(database, QStringLiteral("create table item (id bigint generated always as identity primary key, captured_ms bigint not null, capture_id text not null unique, document jsonb not null)"));
        m_postgres.run(database, QStringLiteral("grant all on item to iwd"));
        QString document = QString::fromUtf8(documents.front());
        document.replace(u'\'', QStringLiteral("''"));
        document.replace(u':', QStringLiteral(": ")); // pgbench takes ":name" for a variable of its own
        const QString sql = rowsPerTransaction == 1
            ? QStringLiteral("insert into item (captured_ms, capture_id, document) values (1, gen_random_uuid()::text, '%1');\n").arg(document)
            : QStringLiteral("insert into item (captured_ms, capture_id, document) select 1, gen_random_uuid()::text, '%1' from generate_series(1, %2);\n").arg(document).arg(rowsPerTransaction);
        QTemporaryFile script;
        if (!script.open() || script.write(sql.toUtf8()) < 0 || !script.flush())
            giveUp(QStringLiteral("A script for pgbench cannot be written."));
        QProcess pgbench;
        pgbench.setProcessChannelMode(QProcess::MergedChannels);
        const int clients = rowsPerTransaction == 1 ? connections : 2;
        pgbench.start(QStringLiteral("pgbench"),
            { QStringLiteral("-n"), QStringLiteral("-M"), QStringLiteral("prepared"), QStringLiteral("-c"), QString::number(clients), QStringLiteral("-T"), QString::number(std::max(1, static_cast<int>(seconds))),
                QStringLiteral("-f"), script.fileName(), m_postgres.url(database) });
        const bool ended = pgbench.waitForFinished(static_cast<int>(seconds * 1'000) + 60'000) && pgbench.exitCode() == 0;
        const QString output = QString::fromUtf8(pgbench.readAll());
        static const QRegularExpression form(QStringLiteral("tps = ([0-9.]+)"));
        const double rate = form.match(output).captured(1).toDouble();
        if (!ended || rate <= 0)
            giveUp(QStringLiteral("pgbench failed: %1").arg(output));
        return rate * rowsPerTransaction;
    }

    qint64 orderingRowsChecksum(const Server &) override
    {
        return m_postgres
            .run(m_database, QStringLiteral("select sum((id % 65521) * ((status + 1) * 31 + coalesce(class_id, 0) * 37 + anchor_ms % 1000003 + version * 41 + business_value * 43)) from item"))
            .value_or(QString())
            .toLongLong();
    }

    double databaseMib(const Server &) override
    {
        return m_postgres.run(m_database, QStringLiteral("select pg_database_size(current_database())")).value_or(QString()).toDouble() / 1'048'576.0;
    }

    std::vector<TableSample> tables(const Server &) override
    {
        // The partitions of the log count as one table.
        const auto json = m_postgres.run(m_database,
            QStringLiteral("select json_agg(t) from (select regexp_replace(relname, '^event_d[0-9]+$', 'event') as name, sum(n_live_tup) as live, sum(n_dead_tup) as dead, sum(n_tup_upd) as updated, "
                           "sum(n_tup_hot_upd) as hot, sum(vacuum_count + autovacuum_count) as vacuums, sum(pg_table_size(relid)) as size, sum(pg_indexes_size(relid)) as indexes "
                           "from pg_stat_user_tables group by 1 order by 1) t"));
        std::vector<TableSample> tables;
        const QJsonArray rows = QJsonDocument::fromJson(json.value_or(QString()).toUtf8()).array();
        for (const QJsonValue row : rows) {
            const auto number = [&row](const char *name) { return row[QLatin1StringView(name)].toInteger(); };
            tables.push_back({ row[u"name"].toString(), number("live"), number("dead"), number("updated"), number("hot"), number("vacuums"), static_cast<double>(number("size")) / 1'048'576.0,
                static_cast<double>(number("indexes")) / 1'048'576.0 });
        }
        return tables;
    }

private:
    PrivatePostgres m_postgres;
    QString m_database;
};

} // namespace

std::unique_ptr<Yardstick> postgresYardstick()
{
    return std::make_unique<PostgresYardstick>();
}

} // namespace iwd::bench
