// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QByteArray>
#include <QList>
#include <QString>

#include <utility>
#include <vector>

namespace iwd {

/// Where a PostgreSQL server is and how to get in: everything that libpq takes in a URL or as key=value pairs (several hosts, target_session_attrs, sslmode,
/// sslrootcert …), with our defaults for what it leaves open.
class PostgresAddress
{
public:
    /// @param url postgresql://user@host:port/database?options
    /// @param password empty: the one in the URL, or what libpq finds by itself (~/.pgpass)
    [[nodiscard]] static Result<PostgresAddress> parse(const QString &url, const QString &password);

    /// The same server with another database.
    [[nodiscard]] PostgresAddress withDatabase(const QString &name) const;

    /// The same for a server that knows the migrations up to @p migration, which its sessions tell others: "iwd-server knows 7".
    [[nodiscard]] PostgresAddress ofServer(int migration) const;

    /// Keywords and values for libpq.
    [[nodiscard]] const QList<std::pair<QByteArray, QByteArray>> &parameters() const { return m_parameters; }
    /// One address for each try to connect, in the order in which to try them: of each host, each of its addresses. target_session_attrs and load_balance_hosts have the meaning that libpq
    /// gives them. Asks for the addresses of names, which may take a while.
    [[nodiscard]] std::vector<PostgresAddress> tries() const;
    /// For people, without any secret: PostgreSQL at "db1:5432, db2:5432", database "iwd", user "iwd".
    [[nodiscard]] const QString &description() const { return m_description; }
    /// @p text of libpq as one line without the password.
    [[nodiscard]] QString withoutSecrets(const char *text) const;

private:
    [[nodiscard]] QByteArray value(const char *keyword) const;
    [[nodiscard]] QList<QByteArray> values(const char *keyword) const;
    [[nodiscard]] PostgresAddress with(const QByteArray &keyword, const QByteArray &value) const;
    [[nodiscard]] std::vector<PostgresAddress> places() const;
    void describe();

    QList<std::pair<QByteArray, QByteArray>> m_parameters;
    QString m_description;
};

} // namespace iwd
