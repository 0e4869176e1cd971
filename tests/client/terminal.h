// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QStringList>

#include <chrono>

#include <sys/types.h>

namespace iwd::test {

/// A terminal with one program in it, and a person who reads and types. Blocks the thread that waits. The program ends with it.
class Terminal
{
public:
    /// @param environment the whole of it, NAME=value
    Terminal(const QString &program, const QStringList &arguments, const QStringList &environment, int width = 80, int height = 24);
    ~Terminal();
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    /// Reads until @p text has come since the last find. @returns false when the program ended before, or after a while
    [[nodiscard]] bool finds(const QByteArray &text);
    void type(const QByteArray &keys);
    void resize(int width, int height);
    /// @returns the exit code; -1 when a signal ended it, or nothing did
    [[nodiscard]] int exitCode();
    /// Everything that the program has written.
    [[nodiscard]] const QByteArray &seen() const { return m_seen; }
    [[nodiscard]] pid_t pid() const { return m_pid; }

private:
    [[nodiscard]] bool readMore(std::chrono::steady_clock::time_point until);

    int m_master = -1;
    pid_t m_pid = -1;
    QByteArray m_seen;
    qsizetype m_found = 0;
};

} // namespace iwd::test
