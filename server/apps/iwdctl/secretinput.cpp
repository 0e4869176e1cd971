// SPDX-License-Identifier: Apache-2.0
#include "secretinput.h"

#include <csignal>
#include <cstdio>

#include <cerrno>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr qsizetype LongestLine = 4096;

void onSignal(int) { }

/// Lets Ctrl+C end waitForInput() instead of the program, which would leave the terminal without its echo. Only there do signals arrive: one that came just
/// before the waiting would otherwise be lost.
class EndingInput
{
public:
    EndingInput()
    {
        sigset_t both;
        ::sigemptyset(&both);
        ::sigaddset(&both, SIGINT);
        ::sigaddset(&both, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &both, &m_mask);
        struct sigaction action {};
        action.sa_handler = onSignal; // without SA_RESTART
        ::sigaction(SIGINT, &action, &m_interrupt);
        ::sigaction(SIGTERM, &action, &m_terminate);
    }
    ~EndingInput()
    {
        ::sigaction(SIGINT, &m_interrupt, nullptr);
        ::sigaction(SIGTERM, &m_terminate, nullptr);
        ::sigprocmask(SIG_SETMASK, &m_mask, nullptr);
    }
    EndingInput(const EndingInput &) = delete;
    EndingInput &operator=(const EndingInput &) = delete;

    /// @returns false when a signal came
    [[nodiscard]] bool waitForInput() const
    {
        pollfd input { STDIN_FILENO, POLLIN, 0 };
        return ::ppoll(&input, 1, nullptr, &m_mask) >= 0 || errno != EINTR;
    }

private:
    sigset_t m_mask {};
    struct sigaction m_interrupt {};
    struct sigaction m_terminate {};
};

/// The terminal shows nothing of what is typed, while this lives.
class WithoutEcho
{
public:
    WithoutEcho()
        : m_isTerminal(::tcgetattr(STDIN_FILENO, &m_before) == 0)
    {
        termios silent = m_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_cc[VSUSP] = _POSIX_VDISABLE; // a shell in between would get the terminal without echo
        if (m_isTerminal)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~WithoutEcho()
    {
        if (m_isTerminal)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
    }
    WithoutEcho(const WithoutEcho &) = delete;
    WithoutEcho &operator=(const WithoutEcho &) = delete;

private:
    termios m_before {};
    bool m_isTerminal;
};

/// Byte by byte, because what follows the line belongs to whoever reads next.
Result<QString> nextLine(const EndingInput &ending)
{
    QByteArray line;
    for (;;) {
        if (!ending.waitForInput())
            return Error { ErrorCode::InvalidField, u"Interrupted."_s, {}, { { u"signal"_s, SIGINT } } };
        char byte = 0;
        const auto got = ::read(STDIN_FILENO, &byte, 1);
        if (got <= 0 && line.isEmpty())
            return Error { ErrorCode::InvalidField, u"Standard input ended before anything was read."_s, {}, {} };
        if (got <= 0 || byte == '\n')
            return QString::fromUtf8(line.endsWith('\r') ? line.chopped(1) : line);
        if (line.size() == LongestLine)
            return Error { ErrorCode::InvalidField, u"A line of more than %1 bytes is too long."_s.arg(LongestLine), {}, {} };
        line.append(byte);
    }
}

void ask(const QString &prompt)
{
    // To standard error: what a command prints may be going to a file.
    if (::isatty(STDIN_FILENO) == 1)
        std::fputs(prompt.toLocal8Bit().constData(), stderr);
}

} // namespace

Result<QString> readLine(const QString &prompt)
{
    const EndingInput ending;
    ask(prompt);
    return nextLine(ending);
}

Result<QString> readSecret(const QString &prompt)
{
    const EndingInput ending;
    const WithoutEcho silent;
    ask(prompt);
    const auto line = nextLine(ending);
    ask(u"\n"_s); // the one that was typed was not shown either
    return line;
}

bool wasInterrupted(const Error &error)
{
    return error.args.contains("signal"_L1);
}

} // namespace iwd
