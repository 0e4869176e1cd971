// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <optional>

#include <sys/types.h>

namespace iwd::test {

/// A PostgreSQL server of this test program alone: in a temporary folder, on a socket in it (and on a loopback port when asked for), syncing to disk like a
/// real one. It ends with the program, however that ends. What cannot be set up ends the program with an explanation.
class PrivatePostgres
{
public:
    struct Setup
    {
        bool tcp = false; ///< listen on 127.0.0.1 as well, where a password is asked for
        QStringList settings; ///< further ones, name=value
    };
    static constexpr const char *Password = "sesame-7731"; ///< of the user "iwd"

    explicit PrivatePostgres(Setup setup);
    PrivatePostgres()
        : PrivatePostgres(Setup())
    {
    }
    ~PrivatePostgres();
    PrivatePostgres(const PrivatePostgres &) = delete;
    PrivatePostgres &operator=(const PrivatePostgres &) = delete;

    /// The one that tests share which do nothing to the server itself; started when it is first asked for.
    [[nodiscard]] static PrivatePostgres &shared();

    /// A database with all tables and no tenant. @returns its name
    [[nodiscard]] QString newDatabase();
    /// A database without anything, of the user "iwd".
    [[nodiscard]] QString newEmptyDatabase();
    /// For the user "iwd", over the socket. @param options "sslmode=disable&…"
    [[nodiscard]] QString url(const QString &database, const QString &options = {}) const;
    /// The same over TCP.
    [[nodiscard]] QString tcpUrl(const QString &database, const QString &options = {}) const;
    /// A program of the PostgreSQL that this server is of.
    [[nodiscard]] QString program(const QString &name) const { return m_binaries + u'/' + name; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString folder() const { return m_folder.path(); } ///< readable by the server
    /// Gives a file in folder() to the user that the server runs as, alone.
    void give(const QString &path) const;

    /// Whether the user "iwd" may make databases; at first it may not.
    void letMakeDatabases(bool may);

    /// Runs a statement as superuser. @returns the first column of the first row; nothing: there is no row
    std::optional<QString> run(const QString &database, const QString &sql);

    /// SIGINT: it throws out everybody and ends in order. SIGQUIT: as if the machine had lost power, nearly.
    void stop(int signal);
    void start();
    /// Stops and continues all of its processes: like a network that carries nothing.
    void freeze();
    void thaw();

private:
    void initialize();
    void waitUntilReady();
    [[nodiscard]] QString adminUrl(const QString &database) const;
    void signalAll(int signal) const;

    const Setup m_setup;
    QTemporaryDir m_folder;
    QString m_binaries;
    uid_t m_user = 0; ///< that the server runs as
    gid_t m_group = 0;
    quint16 m_port = 0;
    pid_t m_process = 0;
    int m_databases = 0;
    bool m_hasTemplate = false;
};

} // namespace iwd::test
