// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace iwd::bench {

[[nodiscard]] quint16 freePort();

/// CPU time that a process has used so far, user and system, in seconds.
[[nodiscard]] double cpuSeconds(qint64 process);
/// Resident memory of a process, in MiB.
[[nodiscard]] double residentMib(qint64 process);
/// How many files and sockets a process has open.
[[nodiscard]] int openDescriptors(qint64 process);
/// CPU time of this process, in seconds.
[[nodiscard]] double ownCpuSeconds();

/// A server of ours with an empty data folder; ends with the object.
class Server
{
public:
    /// @param environment further variables, NAME=value
    Server(const QString &program, const QString &folder, const QStringList &environment);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// Ends it in order; its files stay until the object goes.
    void stop();

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] const QByteArray &key() const { return m_key; }
    [[nodiscard]] qint64 process() const { return m_process.processId(); }
    [[nodiscard]] QString databaseFile() const { return m_folder.filePath(QStringLiteral("data/iwd.db")); }
    /// One request on a connection of its own; gives up unless it is answered with success.
    QByteArray request(const char *method, const QByteArray &path, const QByteArray &body = {}) const;
    /// The same with a request's whole bytes.
    QByteArray ask(const QByteArray &request) const;
    /// How often each statement ran, by name.
    [[nodiscard]] std::map<QString, qint64> statementCounts() const;

private:
    void waitUntilReady();

    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port;
    quint16 m_metricsPort;
    QByteArray m_key;
};

/// The bare HTTP edge on one thread.
class Edge
{
public:
    explicit Edge(const QString &program);
    ~Edge();
    Edge(const Edge &) = delete;
    Edge &operator=(const Edge &) = delete;
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] qint64 process() const { return m_process.processId(); }

private:
    QProcess m_process;
    quint16 m_port;
};

} // namespace iwd::bench
