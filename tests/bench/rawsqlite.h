// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>
#include <QString>

namespace iwd::bench {

/// What SQLite alone does on this disk with the server's settings (write-ahead log, synchronous = FULL): the yardstick for the server's writes.
struct RawOutcome
{
    qint64 rows = 0;
    double seconds = 0;
    [[nodiscard]] double perSecond() const { return seconds > 0 ? static_cast<double>(rows) / seconds : 0; }
};

/// Inserts items, one row each with its key in a unique index, @p rowsPerTransaction at a time.
/// @param file must not exist; is removed afterwards
[[nodiscard]] RawOutcome insertRows(const QString &file, const QByteArrayList &documents, int rowsPerTransaction, double seconds);

/// A number that changes with any column of any ordering row of a server's database, which may be running.
[[nodiscard]] qint64 orderingRowsChecksum(const QString &databaseFile);

} // namespace iwd::bench
