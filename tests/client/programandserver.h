// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/firststart.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace iwd::test {

/// iwdctl as a person or a script runs it, with a home of its own, against a server process of its own.
class ProgramAndServer
{
public:
    ProgramAndServer();

    /// @returns false when it did not become ready
    [[nodiscard]] bool startServer();
    /// By SIGTERM. @returns whether it ended as it should, leaks included
    [[nodiscard]] bool stopServer() { return m_server->stop() == 0; }
    /// From here on there are no profiles.
    void moveToNewHome() { m_home = std::make_unique<QTemporaryDir>(); }

    struct Said
    {
        int code = -1;
        QString out;
        QString err;
        [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
        /// What was printed as a JSON object in each line.
        [[nodiscard]] QList<QJsonObject> jsonLines() const;
    };
    /// Runs it to its end, and the event loop meanwhile: what the test fakes on this thread answers. @param environment further variables, NAME=value
    Said iwdctl(const QStringList &words, const QByteArray &input = {}, const QStringList &environment = {});

    [[nodiscard]] static QString program() { return QStringLiteral(IWDCTL); }
    /// All that the program finds there: nothing of the person who runs the tests.
    [[nodiscard]] QStringList environment() const;
    /// The same, with the server's address and the administrator's key.
    [[nodiscard]] QStringList administratorsEnvironment() const;
    [[nodiscard]] ServerProcess &server() { return *m_server; }
    [[nodiscard]] const QTemporaryDir &home() const { return *m_home; }
    [[nodiscard]] QString url() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_server->port()); }
    [[nodiscard]] QString bootstrapPath() const { return m_server->bootstrapPath(); }
    [[nodiscard]] QByteArray madePassword() const { return test::madePassword(*m_server); } ///< by the server, at its first start
    /// What the administrator chose.
    [[nodiscard]] QByteArray password() const;
    /// What the server answers to somebody who authenticates with this header.
    [[nodiscard]] int statusWith(const QByteArray &header, const QByteArray &value) const;

private:
    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_home = std::make_unique<QTemporaryDir>();
    std::unique_ptr<ServerProcess> m_server;
};

/// An iwdctl that goes on until somebody ends it. Blocks the thread that waits.
class RunningProgram
{
public:
    static constexpr int LongPatienceMs = 90'000; ///< more than a call of the client may take

    RunningProgram(const QStringList &words, const QStringList &environment);
    ~RunningProgram();

    /// Waits until it has printed @p text. @returns false when it ended before, or after a while
    [[nodiscard]] bool prints(const QString &text, int patienceMs = LongPatienceMs);
    [[nodiscard]] bool complains(const QString &text, int patienceMs = LongPatienceMs);
    void interrupt();
    /// Waits for its end.
    [[nodiscard]] ProgramAndServer::Said ended();

private:
    [[nodiscard]] bool comes(QByteArray &where, const QString &text, int patienceMs);
    void read();

    QProcess m_process;
    QByteArray m_out;
    QByteArray m_err;
};

} // namespace iwd::test
