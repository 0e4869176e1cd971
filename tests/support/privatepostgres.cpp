// SPDX-License-Identifier: Apache-2.0
#include "privatepostgres.h"

#include "manualclock.h"

#include <storage/postgresdatabase.h>
#include <storage/postgresstore.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTcpServer>

#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace iwd::test {

namespace {

using namespace Qt::StringLiterals;

constexpr auto patience = std::chrono::seconds(60);

/// Debian keeps the server's programs out of the path.
QString findBinaries()
{
    QStringList folders;
    const QDir versions(u"/usr/lib/postgresql"_s);
    for (const QString &version : versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        folders.append(versions.filePath(version) + u"/bin"_s);
    std::sort(folders.begin(), folders.end(), [](const QString &left, const QString &right) { return left.section(u'/', 4, 4).toInt() > right.section(u'/', 4, 4).toInt(); });
    QProcess ask;
    ask.start(u"pg_config"_s, { u"--bindir"_s });
    if (ask.waitForFinished() && ask.exitCode() == 0)
        folders.append(QString::fromLocal8Bit(ask.readAllStandardOutput()).trimmed());
    for (const QString &folder : folders) {
        if (QFile::exists(folder + u"/initdb"_s) && QFile::exists(folder + u"/postgres"_s))
            return folder;
    }
    qFatal("There is no PostgreSQL server on this machine; install the package postgresql");
}

quint16 freePort()
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost))
        qFatal("No free port on this machine");
    return probe.serverPort();
}

} // namespace

PrivatePostgres &PrivatePostgres::shared()
{
    static PrivatePostgres server;
    return server;
}

PrivatePostgres::PrivatePostgres(Setup setup)
    : m_setup(std::move(setup))
    , m_binaries(findBinaries())
{
    m_user = ::getuid();
    m_group = ::getgid();
    if (m_user == 0) { // which the server refuses to run as
        const passwd *user = ::getpwnam("postgres");
        if (!user)
            user = ::getpwnam("nobody");
        if (!user)
            qFatal("PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
        m_user = user->pw_uid;
        m_group = user->pw_gid;
    }
    if (m_setup.tcp)
        m_port = freePort();
    initialize();
    start();
    run(u"postgres"_s, u"create role iwd login password '%1'"_s.arg(QLatin1StringView(Password)));
}

PrivatePostgres::~PrivatePostgres()
{
    if (m_process > 0)
        stop(SIGQUIT);
}

void PrivatePostgres::give(const QString &path) const
{
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | (QDir(path).exists() ? QFile::ExeOwner : QFile::Permissions()));
    if (::getuid() == 0 && ::chown(QFile::encodeName(path).constData(), m_user, m_group) != 0)
        qFatal("A file of the private PostgreSQL cannot be given to its user");
}

void PrivatePostgres::initialize()
{
    give(m_folder.path());
    QProcess initdb;
    initdb.setWorkingDirectory(u"/"_s);
    initdb.setProcessChannelMode(QProcess::MergedChannels);
    initdb.setChildProcessModifier([user = m_user, group = m_group] {
        if (::getuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0))
            ::_exit(126);
    });
    initdb.start(m_binaries + u"/initdb"_s,
        { u"-D"_s, m_folder.filePath(u"data"_s), u"-U"_s, u"postgres"_s, u"--auth-local=trust"_s, u"--auth-host=scram-sha-256"_s, u"-E"_s, u"UTF8"_s, u"--locale=C"_s, u"--no-sync"_s });
    if (!initdb.waitForFinished(60'000) || initdb.exitCode() != 0)
        qFatal("initdb failed: %s", initdb.readAllStandardOutput().constData());
}

void PrivatePostgres::start()
{
    QStringList arguments { m_binaries + u"/postgres"_s, u"-D"_s, m_folder.filePath(u"data"_s), u"-k"_s, m_folder.path(), u"-p"_s, QString::number(m_port == 0 ? 5432 : m_port) };
    for (const QString &setting : QStringList { u"listen_addresses="_s + (m_setup.tcp ? u"127.0.0.1"_s : QString()), u"shared_buffers=64MB"_s, u"max_connections=100"_s, u"fsync=on"_s } + m_setup.settings)
        arguments << u"-c"_s << setting;
    std::vector<QByteArray> texts;
    for (const QString &argument : arguments)
        texts.push_back(QFile::encodeName(argument));
    std::vector<char *> pointers;
    for (QByteArray &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    const QByteArray log = QFile::encodeName(m_folder.filePath(u"log"_s));

    const pid_t parent = ::getpid();
    m_process = ::fork();
    if (m_process < 0)
        qFatal("The private PostgreSQL cannot be started: no process can be made");
    if (m_process == 0) {
        if (::getuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(m_group) != 0 || ::setuid(m_user) != 0))
            ::_exit(126);
        // After the change of user, which clears it. SIGQUIT ends the server's other processes as well, which SIGKILL would not.
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (::getppid() != parent)
            ::_exit(0);
        const int output = ::open(log.constData(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(output, 1);
        ::dup2(output, 2);
        ::close(0);
        ::execv(pointers.front(), pointers.data());
        ::_exit(127);
    }
    waitUntilReady();
}

void PrivatePostgres::waitUntilReady()
{
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto address = PostgresAddress::parse(adminUrl(u"postgres"_s), {});
    QString reason;
    while (std::chrono::steady_clock::now() < end) {
        const auto database = PostgresDatabase::open(*address, {}, {});
        if (database)
            return;
        reason = database.error().text;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    QFile log(m_folder.filePath(u"log"_s));
    (void)log.open(QFile::ReadOnly);
    qFatal("The private PostgreSQL does not start: %s\n%s", qPrintable(reason), log.readAll().right(4000).constData());
}

void PrivatePostgres::stop(int signal)
{
    ::kill(m_process, signal);
    const auto end = std::chrono::steady_clock::now() + patience;
    int status = 0;
    while (::waitpid(m_process, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > end)
            ::kill(m_process, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    m_process = 0;
}

/// The server's processes each lead a group of their own, so they are found by their parent.
void PrivatePostgres::signalAll(int signal) const
{
    ::kill(m_process, signal);
    for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
        QFile status(u"/proc/%1/stat"_s.arg(entry));
        if (entry.toInt() <= 0 || !status.open(QFile::ReadOnly))
            continue;
        const QByteArray text = status.readAll();
        const auto fields = text.sliced(text.lastIndexOf(')') + 1).split(' ');
        if (fields.value(2).toInt() == m_process)
            ::kill(entry.toInt(), signal);
    }
}

void PrivatePostgres::freeze()
{
    signalAll(SIGSTOP);
}

void PrivatePostgres::thaw()
{
    signalAll(SIGCONT);
}

QString PrivatePostgres::adminUrl(const QString &database) const
{
    return u"postgresql:///%1?host=%2&port=%3&user=postgres&application_name=test&target_session_attrs=any"_s.arg(database, m_folder.path()).arg(m_port == 0 ? 5432 : m_port);
}

QString PrivatePostgres::url(const QString &database, const QString &options) const
{
    return u"postgresql:///%1?host=%2&port=%3&user=iwd%4"_s.arg(database, m_folder.path()).arg(m_port == 0 ? 5432 : m_port).arg(options.isEmpty() ? QString() : QString(u'&' + options));
}

QString PrivatePostgres::tcpUrl(const QString &database, const QString &options) const
{
    return u"postgresql://iwd:%1@127.0.0.1:%2/%3%4"_s.arg(QLatin1StringView(Password)).arg(m_port).arg(database, options.isEmpty() ? QString() : QString(u'?' + options));
}

std::optional<QString> PrivatePostgres::run(const QString &database, const QString &sql)
{
    const auto address = PostgresAddress::parse(adminUrl(database), {});
    auto connection = PostgresDatabase::open(*address, {}, {});
    if (!connection)
        qFatal("%s", qPrintable(connection.error().text));
    (*connection)->waitUntil(std::chrono::steady_clock::now() + patience); // a database is not made in no time
    (*connection)->execute(u"set default_transaction_read_only = off"_s); // as a server may be started that plays a standby
    PostgresStatement statement(**connection, sql, false);
    const auto step = statement.run();
    if (step == PreparedStatement::Step::Failed) {
        (*connection)->failNow(sql);
        qFatal("%s", qPrintable((*connection)->failure()->text));
    }
    const std::optional<QString> value = step == PreparedStatement::Step::Row ? std::optional(statement.text(0)) : std::nullopt;
    statement.finish();
    if (!(*connection)->synchronize())
        qFatal("%s: %s", qPrintable(sql), qPrintable((*connection)->failure()->text));
    return value;
}

void PrivatePostgres::letMakeDatabases(bool may)
{
    run(u"postgres"_s, may ? u"alter role iwd createdb"_s : u"alter role iwd nocreatedb"_s);
}

QString PrivatePostgres::newEmptyDatabase()
{
    const QString name = u"iwd_%1"_s.arg(++m_databases);
    run(u"postgres"_s, u"create database %1 owner iwd"_s.arg(name));
    return name;
}

QString PrivatePostgres::newDatabase()
{
    if (!m_hasTemplate) {
        run(u"postgres"_s, u"create database iwd_template owner iwd"_s);
        const ManualClock clock;
        PostgresOptions options;
        options.url = url(u"iwd_template"_s);
        const auto store = PostgresStore::open(options, clock);
        if (!store)
            qFatal("%s", qPrintable(store.error().text));
        m_hasTemplate = true;
    }
    const QString name = u"iwd_%1"_s.arg(++m_databases);
    run(u"postgres"_s, u"create database %1 template iwd_template owner iwd"_s.arg(name));
    return name;
}

} // namespace iwd::test
