// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace iwd::test {

/// What a server is started with.
struct ServerSetup
{
    QString program;
    QString data; ///< its data folder
    QStringList arguments; ///< further ones
    QStringList environment; ///< further ones, NAME=value
    std::optional<quint64> fileSizeLimit; ///< bytes that a file of the process may grow to; raised or lowered later by limitFileSize()
    std::optional<quint64> openFilesLimit; ///< soft limit at start
    uid_t user = 0; ///< 0: whoever runs the test
};

/// A descriptor that becomes readable when the process ends; to be closed. @returns -1 when there is no such process
[[nodiscard]] int openProcess(pid_t pid);

/// What execve() takes for @p texts, which must outlive it.
[[nodiscard]] std::vector<char *> execPointers(QList<QByteArray> &texts);

/// A real iwd-server on free ports of this machine, which a test may stop, kill and start again on the same data and ports. Needs no event loop.
///
/// It does not outlive the test: the system kills it together with the thread that called start(), however that ends. So start it on a thread that stays.
class ServerProcess
{
public:
    explicit ServerProcess(ServerSetup setup);
    /// Kills what still runs.
    ~ServerProcess();
    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;

    /// Starts and does not wait.
    void start();
    /// Waits until it answers that it is ready. @returns false when it has ended, or @p patience has passed
    [[nodiscard]] bool waitUntilReady(std::chrono::milliseconds patience = std::chrono::seconds(60));
    /// SIGKILL, in the middle of whatever it does.
    void kill();
    /// SIGTERM. @returns the exit code; -1: it did not end in time and was killed, or a signal ended it
    int stop(std::chrono::milliseconds patience = std::chrono::seconds(60));
    /// Waits for an end that comes by itself. @returns as stop()
    int waitForEnd(std::chrono::milliseconds patience = std::chrono::seconds(60));
    [[nodiscard]] bool running() { return m_pid >= 0 && !waitUntilEnded(std::chrono::milliseconds(0)); }
    /// Waits for an end that comes by itself, and leaves the dead process to stop(), waitForEnd() or kill(). @returns whether it came
    [[nodiscard]] bool waitUntilEnded(std::chrono::milliseconds patience);

    /// Bytes that a file of the running process may grow to from now on; nothing: as many as the disk holds. This fills the disk for one process alone.
    void limitFileSize(std::optional<quint64> bytes);

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] quint16 operationsPort() const { return m_operationsPort; }
    [[nodiscard]] pid_t pid() const { return m_pid; }
    /// Where it writes down what it makes for the administrator at its first start.
    [[nodiscard]] QString bootstrapPath() const { return m_setup.data + QStringLiteral(".bootstrap.json"); }
    /// The administrator's key of the first start.
    [[nodiscard]] QByteArray apiKey() const;
    /// All it has said so far, in all its lives.
    [[nodiscard]] QByteArray log() const;
    [[nodiscard]] const ServerSetup &setup() const { return m_setup; }
    [[nodiscard]] ServerSetup &setup() { return m_setup; }
    /// Resident memory in bytes.
    [[nodiscard]] qint64 residentBytes() const;

private:
    int bury();

    ServerSetup m_setup;
    quint16 m_port;
    quint16 m_operationsPort;
    pid_t m_pid = -1;
    int m_process = -1; ///< a descriptor that becomes readable when the process ends
};

} // namespace iwd::test
