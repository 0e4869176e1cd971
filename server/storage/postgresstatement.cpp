// SPDX-License-Identifier: Apache-2.0
#include "postgresstatement.h"

#include "postgresdatabase.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <libpq-fe.h>

#include <charconv>

namespace iwd {

namespace {

// Numbers of types in every PostgreSQL.
constexpr Oid ByteaType = 17;
constexpr Oid BigintType = 20;
constexpr Oid TextType = 25;

bool isNameCharacter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'_';
}

struct Translated
{
    QByteArray sql;
    std::vector<QByteArray> names { QByteArray() };
};

/// ":name" becomes "$1", each name one number; "::type" and what is in quotes stays.
Translated translated(const QString &sql)
{
    Translated result;
    QString text;
    text.reserve(sql.size());
    bool quoted = false;
    for (qsizetype i = 0; i < sql.size(); ++i) {
        const QChar c = sql[i];
        quoted = quoted != (c == u'\'');
        const bool begins = c == u':' && !quoted && i + 1 < sql.size() && isNameCharacter(sql[i + 1]) && (i == 0 || sql[i - 1] != u':');
        if (!begins) {
            text += c;
            continue;
        }
        qsizetype end = i + 1;
        while (end < sql.size() && isNameCharacter(sql[end]))
            ++end;
        const QByteArray name = QStringView(sql).sliced(i, end - i).toLatin1();
        auto known = std::find(result.names.begin() + 1, result.names.end(), name);
        if (known == result.names.end())
            known = result.names.insert(result.names.end(), name);
        text += u'$' + QString::number(known - result.names.begin());
        i = end - 1;
    }
    result.sql = text.toUtf8();
    return result;
}

} // namespace

PostgresStatement::PostgresStatement(PostgresDatabase &database, const QString &sql, bool keep)
    : m_database(database)
{
    Translated made = translated(sql);
    m_sql = std::move(made.sql);
    // The same name always means the same text, whoever prepared it: a pooler may hand us a session that somebody else has used.
    if (keep)
        m_name = "iwd_" + QCryptographicHash::hash(m_sql, QCryptographicHash::Sha1).toHex().first(24);
    m_values.values.resize(made.names.size());
    setNames(std::move(made.names));
}

PostgresValues::Value *PostgresStatement::at(int index)
{
    return index > 0 ? &m_values.values[static_cast<size_t>(index)] : nullptr;
}

void PostgresStatement::setInteger(int index, qint64 value)
{
    if (auto *to = at(index))
        *to = { QByteArray::number(value), false, false };
}

void PostgresStatement::setReal(int index, double value)
{
    if (auto *to = at(index))
        *to = { QByteArray::number(value, 'g', 17), false, false };
}

void PostgresStatement::setNull(int index)
{
    if (auto *to = at(index))
        *to = {};
}

void PostgresStatement::setText(int index, const QByteArray &utf8)
{
    // Texts are sent up to their first zero, so one inside would cut the rest off without a word. The server refuses what is no UTF-8 at all.
    if (auto *to = at(index))
        *to = { utf8.contains('\0') ? QByteArray("\xff") : utf8, false, false };
}

void PostgresStatement::setBytes(int index, const QByteArray &bytes)
{
    if (auto *to = at(index))
        *to = { bytes, false, true };
}

PreparedStatement::Step PostgresStatement::run()
{
    m_row = 0;
    m_result = m_database.ask(*this);
    if (!m_result)
        return Step::Failed;
    return PQntuples(m_result.get()) > 0 ? Step::Row : Step::Done;
}

PreparedStatement::Step PostgresStatement::send()
{
    return m_database.tell(*this) ? Step::Done : Step::Failed;
}

PreparedStatement::Step PostgresStatement::next()
{
    return ++m_row < PQntuples(m_result.get()) ? Step::Row : Step::Done;
}

void PostgresStatement::finish()
{
    m_result.reset();
    for (auto &value : m_values.values)
        value = {};
}

qint64 PostgresStatement::integer(int column) const
{
    const char *text = PQgetvalue(m_result.get(), m_row, column);
    qint64 value = 0;
    std::from_chars(text, text + PQgetlength(m_result.get(), m_row, column), value);
    return value;
}

QByteArray PostgresStatement::bytes(int column) const
{
    const QByteArray text(PQgetvalue(m_result.get(), m_row, column), PQgetlength(m_result.get(), m_row, column));
    return PQftype(m_result.get(), column) == ByteaType ? QByteArray::fromHex(text.sliced(std::min<qsizetype>(2, text.size()))) : text; // "\x6a…"
}

QString PostgresStatement::text(int column) const
{
    return QString::fromUtf8(PQgetvalue(m_result.get(), m_row, column), PQgetlength(m_result.get(), m_row, column));
}

bool PostgresStatement::isNull(int column) const
{
    return PQgetisnull(m_result.get(), m_row, column) == 1;
}

bool PostgresStatement::isText(int column) const
{
    return PQftype(m_result.get(), column) == TextType;
}

qint64 PostgresStatement::insertedId() const
{
    Q_ASSERT_X(false, "PostgresStatement", "rows are numbered by the program, or told by \"returning\"");
    return 0;
}

int PostgresStatement::changedRows() const
{
    return m_result ? QByteArray(PQcmdTuples(m_result.get())).toInt() : 0;
}

namespace postgresarray {

namespace {

void add32(QByteArray &to, qint32 value)
{
    const qint32 bigEndian = qToBigEndian(value);
    to.append(reinterpret_cast<const char *>(&bigEndian), sizeof bigEndian);
}

QByteArray header(qsizetype count, bool hasNulls, Oid type)
{
    QByteArray array;
    add32(array, count == 0 ? 0 : 1); // dimensions
    add32(array, hasNulls ? 1 : 0);
    add32(array, static_cast<qint32>(type));
    if (count > 0) {
        add32(array, static_cast<qint32>(count));
        add32(array, 1); // the first index
    }
    return array;
}

} // namespace

QByteArray ofIntegers(std::span<const std::optional<qint64>> values)
{
    const bool hasNulls = std::any_of(values.begin(), values.end(), [](const auto &value) { return !value; });
    QByteArray array = header(std::ssize(values), hasNulls, BigintType);
    array.reserve(array.size() + std::ssize(values) * 12);
    for (const auto &value : values) {
        add32(array, value ? 8 : -1);
        if (value) {
            const qint64 bigEndian = qToBigEndian(*value);
            array.append(reinterpret_cast<const char *>(&bigEndian), sizeof bigEndian);
        }
    }
    return array;
}

QByteArray ofTexts(std::span<const QByteArray> utf8)
{
    const bool hasNulls = std::any_of(utf8.begin(), utf8.end(), [](const QByteArray &text) { return text.isNull(); });
    QByteArray array = header(std::ssize(utf8), hasNulls, TextType);
    qsizetype size = array.size();
    for (const QByteArray &text : utf8)
        size += 4 + text.size();
    array.reserve(size);
    for (const QByteArray &text : utf8) {
        add32(array, text.isNull() ? -1 : static_cast<qint32>(text.size()));
        array.append(text);
    }
    return array;
}

} // namespace postgresarray

} // namespace iwd
