// SPDX-License-Identifier: Apache-2.0
#include "sqlitestatement.h"

#include <sqlite3.h>

namespace iwd {

SqliteStatement::SqliteStatement(sqlite3 *database, const QString &sql)
    : m_database(database)
{
    const QByteArray text = sql.toUtf8();
    sqlite3_prepare_v3(database, text.constData(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &m_statement, nullptr);
    if (!m_statement)
        return;
    std::vector<QByteArray> names(1);
    const int parameters = sqlite3_bind_parameter_count(m_statement);
    for (int index = 1; index <= parameters; ++index)
        names.emplace_back(sqlite3_bind_parameter_name(m_statement, index));
    m_held.resize(names.size());
    setNames(std::move(names));
}

SqliteStatement::~SqliteStatement()
{
    sqlite3_finalize(m_statement);
}

void SqliteStatement::setInteger(int index, qint64 value)
{
    sqlite3_bind_int64(m_statement, index, value);
}

void SqliteStatement::setReal(int index, double value)
{
    sqlite3_bind_double(m_statement, index, value);
}

void SqliteStatement::setNull(int index)
{
    sqlite3_bind_null(m_statement, index);
}

void SqliteStatement::setText(int index, const QByteArray &utf8)
{
    if (index <= 0)
        return;
    const QByteArray &held = m_held[static_cast<size_t>(index)] = utf8;
    sqlite3_bind_text(m_statement, index, held.constData(), static_cast<int>(held.size()), SQLITE_STATIC);
}

void SqliteStatement::setBytes(int index, const QByteArray &bytes)
{
    if (index <= 0)
        return;
    const QByteArray &held = m_held[static_cast<size_t>(index)] = bytes;
    sqlite3_bind_blob(m_statement, index, held.constData(), static_cast<int>(held.size()), SQLITE_STATIC);
}

SqliteStatement::Step SqliteStatement::step()
{
    switch (sqlite3_step(m_statement)) {
    case SQLITE_ROW:
        return Step::Row;
    case SQLITE_DONE:
        sqlite3_reset(m_statement);
        return Step::Done;
    default:
        return Step::Failed; // not reset before the connection was asked why, see finish()
    }
}

SqliteStatement::Step SqliteStatement::run()
{
    if (!m_statement)
        return Step::Failed;
    sqlite3_reset(m_statement);
    return step();
}

SqliteStatement::Step SqliteStatement::next()
{
    return m_statement ? step() : Step::Failed;
}

void SqliteStatement::finish()
{
    if (!m_statement)
        return;
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
    for (QByteArray &held : m_held)
        held = QByteArray();
}

QByteArrayView SqliteStatement::view(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return { data, sqlite3_column_bytes(m_statement, column) };
}

qint64 SqliteStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

QByteArray SqliteStatement::bytes(int column) const
{
    return view(column).toByteArray();
}

QString SqliteStatement::text(int column) const
{
    return QString::fromUtf8(view(column));
}

bool SqliteStatement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

bool SqliteStatement::isText(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_TEXT;
}

qint64 SqliteStatement::insertedId() const
{
    return sqlite3_last_insert_rowid(m_database);
}

int SqliteStatement::changedRows() const
{
    return sqlite3_changes(m_database);
}

} // namespace iwd
