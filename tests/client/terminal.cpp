// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <support/serverprocess.h>

#include <QList>

#include <csignal>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace iwd::test {

namespace {

constexpr std::chrono::seconds Patience { 30 };

QList<QByteArray> localTexts(const QStringList &texts)
{
    QList<QByteArray> result;
    for (const QString &text : texts)
        result.append(text.toLocal8Bit());
    return result;
}

} // namespace

Terminal::Terminal(const QString &program, const QStringList &arguments, const QStringList &environment, int width, int height)
{
    QList<QByteArray> words = localTexts(QStringList(program) + arguments);
    QList<QByteArray> variables = localTexts(environment);
    const auto wordPointers = execPointers(words);
    const auto variablePointers = execPointers(variables);
    const winsize size { static_cast<unsigned short>(height), static_cast<unsigned short>(width), 0, 0 };
    m_pid = ::forkpty(&m_master, nullptr, nullptr, &size);
    if (m_pid == 0) {
        ::execve(wordPointers[0], wordPointers.data(), variablePointers.data());
        ::_exit(127);
    }
}

Terminal::~Terminal()
{
    if (m_pid > 0) {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    ::close(m_master);
}

bool Terminal::readMore(std::chrono::steady_clock::time_point until)
{
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd master { m_master, POLLIN, 0 };
    if (left <= 0 || ::poll(&master, 1, static_cast<int>(left)) != 1)
        return false;
    char bytes[4096];
    const auto got = ::read(m_master, bytes, sizeof bytes);
    if (got > 0)
        m_seen.append(bytes, got);
    return got > 0;
}

bool Terminal::finds(const QByteArray &text)
{
    const auto until = std::chrono::steady_clock::now() + Patience;
    for (;;) {
        if (const auto at = m_seen.indexOf(text, m_found); at >= 0) {
            m_found = at + text.size();
            return true;
        }
        if (!readMore(until))
            return false;
    }
}

void Terminal::type(const QByteArray &keys)
{
    [[maybe_unused]] const auto written = ::write(m_master, keys.constData(), static_cast<size_t>(keys.size()));
}

void Terminal::resize(int width, int height)
{
    const winsize size { static_cast<unsigned short>(height), static_cast<unsigned short>(width), 0, 0 };
    ::ioctl(m_master, TIOCSWINSZ, &size);
}

int Terminal::exitCode()
{
    const auto until = std::chrono::steady_clock::now() + Patience;
    while (readMore(until)) { } // a full terminal would hold the program up; its end closes it
    int status = 0;
    // The terminal closes a moment before the process can be buried; one that is still there after all this time does not end by itself.
    if (std::chrono::steady_clock::now() >= until)
        ::kill(m_pid, SIGKILL);
    ::waitpid(std::exchange(m_pid, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace iwd::test
