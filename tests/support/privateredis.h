// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <chrono>

namespace iwd::test {

/// A real redis-server of the test's own, on a free port of loopback, with nothing written to disk but its configuration. It ends with the test.
class PrivateRedis
{
public:
    /// @param settings as on redis-server's command line: "--requirepass", "secret"; "{port}" becomes its port. @param sentinel the configuration's text when it is to be a Sentinel
    explicit PrivateRedis(QStringList settings = {}, const QByteArray &sentinel = {});
    ~PrivateRedis();

    /// Starts it, again on the same port, and waits until it accepts commands. Ends the program when it does not.
    void start();
    /// Kills it at once.
    void kill();
    /// It keeps its connections, but does nothing until it is resumed.
    void stop();
    void resume();

    /// What redis-cli prints for a command; errors too.
    QByteArray cli(const QStringList &command) const;

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString url() const;

    /// A port of loopback that nobody listens on at the moment.
    [[nodiscard]] static quint16 freePort();

private:
    [[nodiscard]] QByteArray ping() const;

    QTemporaryDir m_folder;
    QStringList m_settings;
    QByteArray m_sentinel;
    quint16 m_port;
    QProcess m_process;
};

} // namespace iwd::test
