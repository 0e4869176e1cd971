// SPDX-License-Identifier: Apache-2.0
#include "database.h"

#include <QDirIterator>
#include <QFile>

namespace iwd {

namespace {

constexpr int MostKeptVariants = 100;
const QString root = QStringLiteral(":/sql/");
const QString common = QStringLiteral("common");

QString folderOf(const QString &dialect)
{
    return root + dialect + u'/';
}

} // namespace

/// Comments go, because an apostrophe in one would confuse the search for placeholders.
QString withoutComments(const QString &sql)
{
    QStringList lines;
    for (const QString &line : sql.split(u'\n')) {
        const auto comment = line.indexOf(QLatin1StringView("--"));
        const QString code = comment < 0 ? line : line.left(comment);
        if (!code.trimmed().isEmpty())
            lines.append(code);
    }
    return lines.join(u'\n');
}

QString statementText(const QString &dialect, const QString &name)
{
    return withoutComments(statementFile(dialect, name));
}

QString statementFile(const QString &dialect, const QString &name)
{
    for (const QString &folder : { dialect, common }) {
        QFile file(folderOf(folder) + name + QStringLiteral(".sql"));
        if (file.open(QIODevice::ReadOnly))
            return QString::fromUtf8(file.readAll());
    }
    return {};
}

QStringList statementNames(const QString &dialect)
{
    QStringList names;
    for (const QString &folder : { dialect, common }) {
        QDirIterator files(folderOf(folder), { QStringLiteral("*.sql") }, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext())
            names.append(files.next().sliced(folderOf(folder).size()).chopped(4));
    }
    names.sort();
    names.removeDuplicates();
    return names;
}

bool Statement::take(PreparedStatement::Step step, std::chrono::steady_clock::time_point start)
{
    const bool ok = step != PreparedStatement::Step::Failed;
    m_atFirstRow = step == PreparedStatement::Step::Row;
    m_ended = !m_atFirstRow;
    if (m_database->m_observer)
        m_database->m_observer(m_name, ok, std::chrono::steady_clock::now() - start);
    if (!ok)
        m_database->failWithLastError(m_name);
    return ok;
}

bool Statement::run()
{
    if (m_database->failure())
        return false;
    const auto start = std::chrono::steady_clock::now();
    return take(m_statement->run(), start);
}

bool Statement::send()
{
    if (m_database->failure())
        return false;
    const auto start = std::chrono::steady_clock::now();
    return take(m_statement->send(), start);
}

bool Statement::next()
{
    if (std::exchange(m_atFirstRow, false))
        return true;
    if (m_ended)
        return false;
    const auto step = m_statement->next();
    if (step == PreparedStatement::Step::Failed)
        m_database->failWithLastError(m_name);
    m_ended = step != PreparedStatement::Step::Row;
    return !m_ended;
}

Database::Database(QString dialect, StatementObserver observer)
    : m_dialect(std::move(dialect))
    , m_observer(std::move(observer))
{
}

void Database::dropStatements()
{
    m_prepared.clear();
    m_passing.clear();
    m_keptVariants = 0;
}

Statement Database::statement(const QString &name, qint64 tenant)
{
    return statement(name, tenant, {});
}

/// The text of a statement with its parts, after the check that it is bound to a tenant.
QString Database::tenantStatement(const QString &name, const QList<std::pair<QString, QString>> &parts)
{
    QString sql = statementText(m_dialect, name);
    for (const auto &[part, text] : parts)
        sql.replace(u'{' + part + u'}', text);
    Q_ASSERT_X(sql.contains(QStringLiteral(":tenant")), "Database::statement", "a statement must be bound to a tenant");
    if (!sql.contains(QStringLiteral(":tenant")))
        fail({ ErrorCode::Internal, QStringLiteral("The statement \"%1\" is not bound to a tenant and was refused.").arg(name), {}, {} });
    return sql;
}

Statement Database::statement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts)
{
    useTenant(tenant);
    QString key = name;
    for (const auto &part : parts)
        key += u'\n' + part.second;
    const auto known = m_prepared.find(key);
    PreparedStatement *statement = known != m_prepared.end() ? known->second.get() : prepared(key, tenantStatement(name, parts));
    statement->bindInteger(QStringLiteral(":tenant"), tenant);
    return Statement(*this, statement, name);
}

Statement Database::passingStatement(const QString &name, qint64 tenant, const QList<std::pair<QString, QString>> &parts)
{
    useTenant(tenant);
    PreparedStatement *statement = prepared(name, tenantStatement(name, parts), false);
    statement->bindInteger(QStringLiteral(":tenant"), tenant);
    return Statement(*this, statement, name);
}

Statement Database::systemStatement(const QString &name)
{
    Q_ASSERT(name.startsWith(QStringLiteral("system/")));
    const auto known = m_prepared.find(name);
    PreparedStatement *statement = known != m_prepared.end() ? known->second.get() : prepared(name, statementText(m_dialect, name));
    return Statement(*this, statement, name);
}

PreparedStatement *Database::prepared(const QString &key, const QString &sql, bool kept)
{
    // Callers choose the parts of lists, and not every choice is worth the memory.
    const bool variant = key.contains(u'\n');
    const bool worthKeeping = kept && (!variant || m_keptVariants < MostKeptVariants);
    auto [statement, sound] = prepare(sql, worthKeeping);
    if (!sound)
        failWithLastError(key);
    // One that could not be prepared is tried again next time.
    if (!sound || !worthKeeping) {
        m_passing.push_back(std::move(statement));
        return m_passing.back().get();
    }
    m_keptVariants += variant ? 1 : 0;
    return (m_prepared[key] = std::move(statement)).get();
}

Error searchTooBroad(std::chrono::milliseconds limit)
{
    return { ErrorCode::SearchTooBroad,
        QStringLiteral("The search would have to look at too many items and was broken off after %1 s. Narrow it by status, queue, category, customerId, assignedToUser or a range of "
                       "createdDateTime, or leave out the order.")
            .arg(double(limit.count()) / 1000),
        {}, { { QStringLiteral("limitMilliseconds"), qint64(limit.count()) } } };
}

bool Database::inTransaction(const std::function<bool()> &work)
{
    if (beginOwn() && work() && !m_failure && commitOwn())
        return true;
    const auto failure = m_failure;
    clearFailure();
    execute(QStringLiteral("rollback"));
    clearFailure();
    if (failure)
        fail(*failure);
    return false;
}

void Database::fail(Error error)
{
    if (!m_failure)
        m_failure = std::move(error);
}

} // namespace iwd
