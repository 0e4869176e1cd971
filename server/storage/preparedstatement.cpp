// SPDX-License-Identifier: Apache-2.0
#include "preparedstatement.h"

#include <sqlite3.h>

namespace iwd {

PreparedStatement::PreparedStatement(sqlite3 *database, const QString &sql)
    : m_database(database)
{
    const QByteArray text = sql.toUtf8();
    sqlite3_prepare_v3(database, text.constData(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &m_statement, nullptr);
    const int parameters = m_statement ? sqlite3_bind_parameter_count(m_statement) : 0;
    m_names.emplace_back();
    for (int index = 1; index <= parameters; ++index)
        m_names.emplace_back(sqlite3_bind_parameter_name(m_statement, index));
    m_held.resize(m_names.size());
}

PreparedStatement::~PreparedStatement()
{
    sqlite3_finalize(m_statement);
}

/// @returns 0 when there is no such placeholder. What was found is the first to be tried next time.
int PreparedStatement::find(const QString &placeholder)
{
    for (size_t tried = 1; tried < m_names.size(); ++tried, ++m_guess) {
        if (m_guess >= m_names.size())
            m_guess = 1;
        if (QLatin1StringView(m_names[m_guess]) == placeholder)
            return static_cast<int>(m_guess);
    }
    return 0;
}

int PreparedStatement::indexOf(const QString &placeholder)
{
    const int index = find(placeholder);
    Q_ASSERT_X(index > 0 || !m_statement, "PreparedStatement", "the statement has no such placeholder");
    m_guess += index > 0 ? 1 : 0;
    return index;
}

void PreparedStatement::bindInteger(const QString &placeholder, qint64 value)
{
    sqlite3_bind_int64(m_statement, indexOf(placeholder), value);
}

void PreparedStatement::bindText(const QString &placeholder, const QByteArray &utf8)
{
    const int index = indexOf(placeholder);
    if (index <= 0)
        return;
    if (utf8.isNull()) {
        sqlite3_bind_null(m_statement, index);
        return;
    }
    const QByteArray &held = m_held[static_cast<size_t>(index)] = utf8;
    sqlite3_bind_text(m_statement, index, held.constData(), static_cast<int>(held.size()), SQLITE_STATIC);
}

void PreparedStatement::bindBytes(const QString &placeholder, const QByteArray &bytes)
{
    const int index = indexOf(placeholder);
    if (index <= 0)
        return;
    if (bytes.isNull()) {
        sqlite3_bind_null(m_statement, index);
        return;
    }
    const QByteArray &held = m_held[static_cast<size_t>(index)] = bytes;
    sqlite3_bind_blob(m_statement, index, held.constData(), static_cast<int>(held.size()), SQLITE_STATIC);
}

void PreparedStatement::bindValue(const QString &placeholder, const QVariant &value)
{
    if (value.isNull())
        sqlite3_bind_null(m_statement, indexOf(placeholder));
    else if (value.typeId() == QMetaType::QString)
        bindText(placeholder, value.toString().toUtf8());
    else if (value.typeId() == QMetaType::QByteArray)
        bindBytes(placeholder, value.toByteArray());
    else if (value.typeId() == QMetaType::Double)
        sqlite3_bind_double(m_statement, indexOf(placeholder), value.toDouble());
    else
        bindInteger(placeholder, value.toLongLong());
}

PreparedStatement::Step PreparedStatement::step()
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

PreparedStatement::Step PreparedStatement::run()
{
    if (!m_statement)
        return Step::Failed;
    sqlite3_reset(m_statement);
    return step();
}

PreparedStatement::Step PreparedStatement::next()
{
    return m_statement ? step() : Step::Failed;
}

void PreparedStatement::finish()
{
    if (!m_statement)
        return;
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
    for (QByteArray &held : m_held)
        held = QByteArray();
}

QByteArrayView PreparedStatement::view(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return { data, sqlite3_column_bytes(m_statement, column) };
}

qint64 PreparedStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

QByteArray PreparedStatement::bytes(int column) const
{
    return view(column).toByteArray();
}

QString PreparedStatement::text(int column) const
{
    return QString::fromUtf8(view(column));
}

bool PreparedStatement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

bool PreparedStatement::isText(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_TEXT;
}

qint64 PreparedStatement::insertedId() const
{
    return sqlite3_last_insert_rowid(m_database);
}

int PreparedStatement::changedRows() const
{
    return sqlite3_changes(m_database);
}

} // namespace iwd
