// SPDX-License-Identifier: Apache-2.0
#include "privateredis.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QTcpServer>

#include <csignal>

#include <sys/prctl.h>
#include <unistd.h>

namespace iwd::test {

using namespace Qt::StringLiterals;

PrivateRedis::PrivateRedis(QStringList settings, const QByteArray &sentinel)
    : m_settings(std::move(settings))
    , m_sentinel(sentinel)
    , m_port(freePort())
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setChildProcessModifier([tester = ::getpid()] {
        if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != tester)
            ::_exit(125);
    });
    m_settings.replaceInStrings(u"{port}"_s, QString::number(m_port));
    start();
}

PrivateRedis::~PrivateRedis()
{
    kill();
}

quint16 PrivateRedis::freePort()
{
    QTcpServer probe;
    // A cluster's nodes talk to each other on their port plus 10,000.
    do {
        probe.close();
        if (!probe.listen(QHostAddress::LocalHost))
            qFatal("No port of loopback is free.");
    } while (probe.serverPort() > 55'000);
    return probe.serverPort();
}

QString PrivateRedis::url() const
{
    return u"redis://127.0.0.1:%1"_s.arg(m_port);
}

void PrivateRedis::start()
{
    QStringList arguments;
    if (!m_sentinel.isEmpty()) {
        QFile file(m_folder.filePath(u"sentinel.conf"_s));
        if (!file.exists() && (!file.open(QIODevice::WriteOnly) || file.write(m_sentinel) < 0))
            qFatal("%s cannot be written.", qPrintable(file.fileName()));
        file.close();
        arguments << file.fileName() << u"--sentinel"_s;
    }
    arguments << u"--bind"_s << u"127.0.0.1"_s << u"--dir"_s << m_folder.path();
    if (!m_settings.contains(u"--port"_s))
        arguments << u"--port"_s << QString::number(m_port);
    if (m_sentinel.isEmpty())
        arguments << u"--save"_s << QString() << u"--appendonly"_s << u"no"_s;
    m_process.start(u"redis-server"_s, arguments + m_settings);
    const QDeadlineTimer deadline(std::chrono::seconds(20));
    // A server that wants a password answers that it does, which is an answer as well.
    while (!ping().contains("PONG") && !ping().contains("NOAUTH")) {
        if (m_process.state() == QProcess::NotRunning || deadline.hasExpired())
            qFatal("redis-server does not start; it said:\n%s", m_process.readAll().constData());
        m_process.waitForReadyRead(50);
    }
}

void PrivateRedis::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void PrivateRedis::stop()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
}

void PrivateRedis::resume()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
}

QByteArray PrivateRedis::ping() const
{
    return cli({ u"PING"_s });
}

QByteArray PrivateRedis::cli(const QStringList &command) const
{
    QStringList arguments { u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port) };
    // The port for TLS takes the certificates that it was started with.
    if (const qsizetype at = m_settings.indexOf(u"--tls-ca-cert-file"_s); at >= 0)
        arguments << u"--tls"_s << u"--cacert"_s << m_settings[at + 1];
    QProcess client;
    client.setProcessChannelMode(QProcess::MergedChannels);
    client.start(u"redis-cli"_s, arguments + command);
    client.waitForFinished(10'000);
    return client.readAll().trimmed();
}

} // namespace iwd::test
