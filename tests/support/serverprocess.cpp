// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"

#include "httpcaller.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>

#include <csignal>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace iwd::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds look { 2 }; ///< between two questions whether it is ready, which nothing announces

/// Outside of the range that the system takes ports of clients from: while the server is down, nobody else may get its port.
quint16 freePort()
{
    for (;;) {
        const auto port = static_cast<quint16>(QRandomGenerator::global()->bounded(12'000, 32'000));
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool free = ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
        ::close(descriptor);
        if (free)
            return port;
    }
}

} // namespace

std::vector<char *> execPointers(QList<QByteArray> &texts)
{
    std::vector<char *> result;
    for (QByteArray &text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

int openProcess(pid_t pid)
{
    // Not by <sys/pidfd.h>: before glibc 2.37 that is for C alone.
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

ServerProcess::ServerProcess(ServerSetup setup)
    : m_setup(std::move(setup))
    , m_port(freePort())
    , m_operationsPort(freePort())
{
}

ServerProcess::~ServerProcess()
{
    kill();
}

void ServerProcess::start()
{
    Q_ASSERT(m_pid < 0);
    const QString address = QStringLiteral("127.0.0.1:%1");
    const QStringList words = QStringList { m_setup.program, QStringLiteral("--data"), m_setup.data, QStringLiteral("--listen"), address.arg(m_port),
                                  QStringLiteral("--metrics"), address.arg(m_operationsPort), QStringLiteral("--bootstrap-file"),
                                  bootstrapPath() }
        + m_setup.arguments;
    QList<QByteArray> arguments;
    for (const QString &word : words)
        arguments.append(word.toLocal8Bit());
    QList<QByteArray> variables;
    for (char **variable = environ; *variable; ++variable)
        variables.append(*variable);
    for (const QString &variable : m_setup.environment)
        variables.append(variable.toLocal8Bit());
    const auto argumentPointers = execPointers(arguments);
    const auto variablePointers = execPointers(variables);
    const QByteArray logFile = QFile::encodeName(m_setup.data + QStringLiteral(".log"));

    const pid_t tester = ::getpid();
    m_pid = ::fork();
    if (m_pid != 0) {
        m_process = openProcess(m_pid);
        if (m_pid < 0 || m_process < 0)
            qFatal("A server process cannot be started and watched: errno %d", errno);
        return;
    }
    // The child of a program with threads: nothing but system calls from here.
    const int log = ::open(logFile.constData(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (m_setup.fileSizeLimit) {
        const rlimit limit { *m_setup.fileSizeLimit, RLIM_INFINITY };
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (m_setup.openFilesLimit) {
        rlimit limit {};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = *m_setup.openFilesLimit;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (m_setup.user != 0 && (::setgid(m_setup.user) != 0 || ::setuid(m_setup.user) != 0))
        ::_exit(126);
    // Last, because another user is another process in this respect. And the test may have ended before.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != tester)
        ::_exit(125);
    ::execve(argumentPointers[0], argumentPointers.data(), variablePointers.data());
    ::_exit(127);
}

bool ServerProcess::waitUntilEnded(milliseconds patience)
{
    pollfd process { m_process, POLLIN, 0 };
    return m_pid < 0 || ::poll(&process, 1, static_cast<int>(patience.count())) == 1;
}

bool ServerProcess::waitUntilReady(milliseconds patience)
{
    const auto until = steady_clock::now() + patience;
    HttpCaller caller(m_port);
    while (!waitUntilEnded(look) && steady_clock::now() < until) {
        const auto answer = caller.call("GET", "/health/ready", {}, {}, std::chrono::seconds(5));
        if (answer && answer->status == 200)
            return true;
    }
    return false;
}

void ServerProcess::kill()
{
    if (m_pid < 0)
        return;
    ::kill(m_pid, SIGKILL);
    bury();
}

/// Waits for the end of the process. @returns its status
int ServerProcess::bury()
{
    int status = 0;
    ::waitpid(m_pid, &status, 0);
    ::close(std::exchange(m_process, -1));
    m_pid = -1;
    return status;
}

int ServerProcess::waitForEnd(milliseconds patience)
{
    if (m_pid < 0)
        return -1;
    if (!waitUntilEnded(patience)) {
        kill();
        return -1;
    }
    const int status = bury();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ServerProcess::stop(milliseconds patience)
{
    if (m_pid >= 0)
        ::kill(m_pid, SIGTERM);
    return waitForEnd(patience);
}

void ServerProcess::limitFileSize(std::optional<quint64> bytes)
{
    const rlimit limit { bytes.value_or(RLIM_INFINITY), RLIM_INFINITY };
    ::prlimit(m_pid, RLIMIT_FSIZE, &limit, nullptr);
}

QByteArray ServerProcess::apiKey() const
{
    QFile file(bootstrapPath());
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("apiKey")).toString().toLatin1() : QByteArray();
}

QByteArray ServerProcess::log() const
{
    QFile file(m_setup.data + QStringLiteral(".log"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

qint64 ServerProcess::residentBytes() const
{
    QFile file(QStringLiteral("/proc/%1/statm").arg(m_pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
}

} // namespace iwd::test
