// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include "failure.h"
#include "httpload.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>

#include <thread>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::bench {

namespace {

constexpr int startTimeoutMs = 20'000;
constexpr int stopTimeoutMs = 60'000; ///< a large write-ahead log is written back when the last connection closes

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void start(QProcess &process, const QString &program, const QStringList &arguments)
{
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForStarted(startTimeoutMs))
        giveUp(QStringLiteral("%1 cannot be started: %2.").arg(program, process.errorString()));
}

} // namespace

quint16 freePort()
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool ok = ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), size) == 0
        && ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size) == 0;
    ::close(descriptor);
    if (!ok)
        giveUp(QStringLiteral("There is no free port on 127.0.0.1."));
    return ntohs(address.sin_port);
}

double cpuSeconds(qint64 process)
{
    // After the name in parentheses: the state is field 3, user and system time are fields 14 and 15, in clock ticks (proc(5)).
    const QByteArray stat = readAll(QStringLiteral("/proc/%1/stat").arg(process));
    const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    return (fields.value(11).toDouble() + fields.value(12).toDouble()) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double residentMib(qint64 process)
{
    const QByteArrayList fields = readAll(QStringLiteral("/proc/%1/statm").arg(process)).split(' ');
    return fields.value(1).toDouble() * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1'048'576.0;
}

int openDescriptors(qint64 process)
{
    return static_cast<int>(QDir(QStringLiteral("/proc/%1/fd").arg(process)).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size());
}

double ownCpuSeconds()
{
    rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Server::Server(const QString &program, const QString &folder, const QStringList &environment)
    : m_folder(folder + QStringLiteral("/iwd-bench-XXXXXX"))
    , m_port(freePort())
    , m_metricsPort(freePort())
{
    if (!m_folder.isValid())
        giveUp(QStringLiteral("No folder can be made in %1: %2.").arg(folder, m_folder.errorString()));
    m_process.setEnvironment(QProcess::systemEnvironment() + environment);
    m_process.setStandardOutputFile(m_folder.filePath(QStringLiteral("server.log")));
    start(m_process, program,
        { QStringLiteral("--data"), m_folder.filePath(QStringLiteral("data")), QStringLiteral("--listen"), QStringLiteral("127.0.0.1:%1").arg(m_port),
            QStringLiteral("--metrics"), QStringLiteral("127.0.0.1:%1").arg(m_metricsPort), QStringLiteral("--bootstrap-file"),
            m_folder.filePath(QStringLiteral("first")) });
    waitUntilReady();
}

Server::~Server()
{
    stop();
}

void Server::stop()
{
    m_process.terminate();
    if (!m_process.waitForFinished(stopTimeoutMs))
        m_process.kill();
    m_process.waitForFinished();
}

void Server::waitUntilReady()
{
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::milliseconds(startTimeoutMs);
    while (Clock::now() < end && !m_process.waitForFinished(50)) {
        m_key = QJsonDocument::fromJson(readAll(m_folder.filePath(QStringLiteral("first")))).object().value(QStringLiteral("apiKey")).toString().toLatin1();
        if (!m_key.isEmpty() && readAll(m_folder.filePath(QStringLiteral("server.log"))).contains("Ready"))
            return;
    }
    giveUp(QStringLiteral("The server did not get ready:\n") + QString::fromUtf8(readAll(m_folder.filePath(QStringLiteral("server.log")))));
}

QByteArray Server::request(const char *method, const QByteArray &path, const QByteArray &body) const
{
    return ask(httpRequest(method, path, m_key, body));
}

QByteArray Server::ask(const QByteArray &request) const
{
    HttpConnections connection(m_port, 1);
    QByteArray answer;
    int status = 0;
    connection.onAnswer([&](const HttpConnections::Answer &got) {
        status = got.status;
        answer = got.body.toByteArray();
    });
    connection.send(0, request);
    while (connection.busy() > 0)
        connection.poll(std::chrono::seconds(1));
    if (status < 200 || status > 299)
        giveUp(QStringLiteral("%1 was answered %2: %3").arg(QString::fromUtf8(request.left(request.indexOf('\r')))).arg(status).arg(QString::fromUtf8(answer)));
    return answer;
}

std::map<QString, qint64> Server::statementCounts() const
{
    static const QByteArray metric = "iwdTenantDB_db_request_duration_milliseconds_count{";
    std::map<QString, qint64> counts;
    for (const QByteArray &line : request("GET", "/iwd/v3/metrics").split('\n')) {
        if (!line.startsWith(metric))
            continue;
        const qsizetype at = line.indexOf("method=\"") + 8;
        counts[QString::fromUtf8(line.mid(at, line.indexOf('"', at) - at))] = line.mid(line.lastIndexOf(' ') + 1).toLongLong();
    }
    return counts;
}

Edge::Edge(const QString &program)
    : m_port(freePort())
{
    start(m_process, program, { QStringLiteral("1"), QString::number(m_port) });
    if (!m_process.waitForReadyRead(startTimeoutMs))
        giveUp(QStringLiteral("%1 did not get ready.").arg(program));
}

Edge::~Edge()
{
    m_process.terminate();
    m_process.waitForFinished();
}

} // namespace iwd::bench
