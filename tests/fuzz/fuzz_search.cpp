// SPDX-License-Identifier: Apache-2.0
// A condition of a stranger -> compiled to SQL and run on an item: SQLite must take the statement, and say what memory says.
#include <storage/conditionsql.h>
#include <storage/itemdocument.h>
#include <storage/sqlitefunctions.h>

#include <domain/fulltext.h>
#include <domain/itemfields.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

using namespace iwd;

namespace {

const Instant now = fromMillis(1'772'352'300'000);

WorkItem sample()
{
    WorkItem item;
    item.id = { 1 };
    item.version = 3;
    item.status = ItemStatus::Held;
    item.captureId = QStringLiteral("INC-1");
    item.capturePointId = QStringLiteral("default");
    item.queueId = QStringLiteral("general");
    item.categoryId = QStringLiteral("12");
    item.channel = QStringLiteral("E-Mail");
    item.businessValue = -5;
    item.created = fromMillis(1'772'352'000'000);
    item.due = fromMillis(1'772'352'600'000);
    item.labels = { QStringLiteral("vip"), QStringLiteral("Straße"), QStringLiteral("5") };
    item.custom = { { QStringLiteral("region"), QStringLiteral("NORTH") }, { QStringLiteral("amount"), 12.5 }, { QStringLiteral("new"), true },
        { QStringLiteral("number"), QStringLiteral("0042") }, { QStringLiteral("a.b"), QStringLiteral("dotted") },
        { QStringLiteral("since"), QStringLiteral("2026-03-01T08:00:00Z") }, { QStringLiteral("empty"), QString() } };
    return item;
}

[[noreturn]] void stop(const char *what, const QString &sql)
{
    std::fprintf(stderr, "%s\n%s\n", what, qPrintable(sql));
    std::abort();
}

/// Only the columns that conditions are compiled to.
sqlite3 *makeDatabase(const WorkItem &item)
{
    sqlite3 *database = nullptr;
    sqlite3_open(":memory:", &database);
    const QString sql = QStringLiteral("create table item (id integer primary key, status integer, version integer, business_value integer, agent_id text, assigned_ms integer, "
                                       "held_ms integer, final_ms integer, error text);"
                                       "create table item_payload (item_id integer primary key, capture_id text, capture_point_id text, category_id text, queue_id text, "
                                       "created_ms integer, document text);"
                                       "insert into item values (1, 5, 3, -5, null, null, null, null, null);"
                                       "insert into item_payload values (1, 'INC-1', 'default', '12', 'general', 1772352000000, '%1');")
                            .arg(QString::fromUtf8(encodeItemDocument(item)));
    if (!registerSearchFunctions(database) || sqlite3_exec(database, sql.toUtf8().constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
        stop(sqlite3_errmsg(database), sql);
    return database;
}

void bind(sqlite3_stmt *statement, const QString &name, const QVariant &value)
{
    const int index = sqlite3_bind_parameter_index(statement, name.toUtf8().constData());
    if (value.typeId() == QMetaType::Double)
        sqlite3_bind_double(statement, index, value.toDouble());
    else if (value.typeId() == QMetaType::QString) {
        const QByteArray text = value.toString().toUtf8();
        sqlite3_bind_text(statement, index, text.constData(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    } else
        sqlite3_bind_int64(statement, index, value.toLongLong());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray input(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    // The words of a search come from the same strangers.
    if (const auto query = TextQuery::parse(QString::fromUtf8(input.left(TextQuery::MaxLength / 4))); query && query->isEmpty())
        stop("a query without words", {});
    const QJsonDocument document = QJsonDocument::fromJson(input);
    if (!document.isObject())
        return 0;
    const auto condition = Condition::parse(document.object());
    if (!condition)
        return 0;
    static const WorkItem item = sample();
    static sqlite3 *database = makeDatabase(item);
    SqlValues values;
    const QString sql = QStringLiteral("select count(*) from item i cross join item_payload p on p.item_id = i.id where ") + conditionSql(*condition, now, values);
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(database, sql.toUtf8().constData(), -1, &statement, nullptr) != SQLITE_OK)
        stop(sqlite3_errmsg(database), sql);
    for (const auto &[name, value] : values.all())
        bind(statement, name, value);
    if (sqlite3_step(statement) != SQLITE_ROW)
        stop(sqlite3_errmsg(database), sql);
    const bool found = sqlite3_column_int(statement, 0) == 1;
    sqlite3_finalize(statement);
    if (found != condition->matches(ItemAttributes(item), now))
        stop(found ? "SQL finds what memory does not" : "memory finds what SQL does not", sql);
    return 0;
}
