// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report.h"

#include <QByteArrayList>
#include <QString>
#include <QStringList>

#include <memory>

namespace iwd::bench {

class Server;

/// The database that a server stores in, by itself: what it does without the server is the measure for what the server does with it.
class Yardstick
{
public:
    virtual ~Yardstick() = default;

    [[nodiscard]] virtual QString name() const = 0; ///< "SQLite"
    /// Inserts documents, one row each with its key in a unique index, as durably as the server does.
    /// @param connections that work at once, where the database has several
    /// @returns rows a second
    [[nodiscard]] virtual double insertRows(const QByteArrayList &documents, int rowsPerTransaction, int connections, double seconds) = 0;
    /// Of the rate of insertRows(): what the server should reach with single items and with arrays.
    [[nodiscard]] virtual double aimOfSingles() const = 0;
    [[nodiscard]] virtual double aimOfArrays() const = 0;

    /// The environment in which a server stores in a new, empty database of this kind. The one before goes, so that its remains do not disturb.
    [[nodiscard]] virtual QStringList newDatabase() = 0;
    /// The same for programs other than our server. @returns its URL; empty: other programs cannot use it
    [[nodiscard]] virtual QString newAddress() { return {}; }
    /// A number that changes with any column of any ordering row of that server's database.
    [[nodiscard]] virtual qint64 orderingRowsChecksum(const Server &server) = 0;
    [[nodiscard]] virtual double databaseMib(const Server &server) = 0;
    /// What the parts of that server's database take, and what lies dead in them. PostgreSQL knows all that happened once the server has ended, or some ten seconds later.
    [[nodiscard]] virtual std::vector<TableSample> tables(const Server &server) = 0;
};

/// @param folder for files
[[nodiscard]] std::unique_ptr<Yardstick> sqliteYardstick(const QString &folder);
/// Starts a PostgreSQL server of its own.
[[nodiscard]] std::unique_ptr<Yardstick> postgresYardstick();

} // namespace iwd::bench
