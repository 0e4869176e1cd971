// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <support/firststart.h>
#include <support/httpcaller.h>

#include <QDeadlineTimer>
#include <QFile>
#include <QTest>

#include <csignal>

namespace iwd::test {

using namespace Qt::StringLiterals;

ProgramAndServer::ProgramAndServer()
{
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = m_folder.filePath(u"data"_s);
    m_server = std::make_unique<ServerProcess>(setup);
}

bool ProgramAndServer::startServer()
{
    m_server->start();
    return m_server->waitUntilReady() && choosePassword(*m_server, password());
}

QList<QJsonObject> ProgramAndServer::Said::jsonLines() const
{
    QList<QJsonObject> lines;
    for (const QString &line : out.split(u'\n', Qt::SkipEmptyParts))
        lines.append(QJsonDocument::fromJson(line.toUtf8()).object());
    return lines;
}

ProgramAndServer::Said ProgramAndServer::iwdctl(const QStringList &words, const QByteArray &input, const QStringList &further)
{
    QProcess process;
    process.setEnvironment(environment() + further);
    process.start(program(), words);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = process.waitForStarted() && QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, RunningProgram::LongPatienceMs);
    if (!ended || process.exitStatus() != QProcess::NormalExit)
        return { -1, {}, process.errorString() + QString::fromUtf8(process.readAllStandardError()) };
    return { process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError()) };
}

QStringList ProgramAndServer::environment() const
{
    QStringList variables;
    const QStringList all = QProcessEnvironment::systemEnvironment().toStringList();
    const auto isOurs = [](const QString &variable) {
        return variable.startsWith("IWD_"_L1) || variable.startsWith("XDG_CONFIG_HOME="_L1) || variable.startsWith("TERM="_L1) || variable.startsWith("LC_ALL="_L1)
            || variable.startsWith("NO_COLOR="_L1);
    };
    std::copy_if(all.begin(), all.end(), std::back_inserter(variables), [&isOurs](const QString &variable) { return !isOurs(variable); });
    return variables + QStringList { u"XDG_CONFIG_HOME="_s + m_home->path(), u"TERM=xterm"_s, u"LC_ALL=C.UTF-8"_s };
}

QStringList ProgramAndServer::administratorsEnvironment() const
{
    return environment() + QStringList { u"IWD_URL="_s + url(), u"IWD_API_KEY="_s + QString::fromUtf8(m_server->apiKey()) };
}

QByteArray ProgramAndServer::password() const
{
    return "eleven quiet marble engines";
}

int ProgramAndServer::statusWith(const QByteArray &header, const QByteArray &value) const
{
    HttpCaller caller(m_server->port());
    const auto answer = caller.call("GET", "/iwd/v3/me", {}, { { header, value } });
    return answer ? answer->status : 0;
}

RunningProgram::RunningProgram(const QStringList &words, const QStringList &environment)
{
    m_process.setEnvironment(environment);
    m_process.start(ProgramAndServer::program(), words);
    m_process.closeWriteChannel();
}

RunningProgram::~RunningProgram()
{
    m_process.kill();
    m_process.waitForFinished();
}

void RunningProgram::read()
{
    m_out += m_process.readAllStandardOutput();
    m_err += m_process.readAllStandardError();
}

bool RunningProgram::comes(QByteArray &where, const QString &text, int patienceMs)
{
    const QDeadlineTimer patience(patienceMs);
    const QByteArray wanted = text.toUtf8();
    for (;;) {
        read();
        if (where.contains(wanted))
            return true;
        if (patience.hasExpired() || m_process.state() == QProcess::NotRunning)
            return false;
        m_process.waitForFinished(20); // reads both channels meanwhile, which waitForReadyRead() does for one alone
    }
}

bool RunningProgram::prints(const QString &text, int patienceMs)
{
    return comes(m_out, text, patienceMs);
}

bool RunningProgram::complains(const QString &text, int patienceMs)
{
    return comes(m_err, text, patienceMs);
}

void RunningProgram::interrupt()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGINT);
}

ProgramAndServer::Said RunningProgram::ended()
{
    const bool ended = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(LongPatienceMs);
    read();
    return { ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1, QString::fromUtf8(m_out), QString::fromUtf8(m_err) };
}

} // namespace iwd::test
