// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

namespace iwd {

class TextQuery;

/// The full-text index: an SQLite file of its own beside the database ("iwd.db-search"), so that capturing an item neither waits for it nor grows by it. It
/// holds nothing that the database does not: it may be deleted while the server is down, and is built again from the items.
///
/// It lags behind by a moment, and words that an item no longer has stay in it. Neither shows: a search takes what the index names, what was
/// captured or changed since the index's state, and looks at the words of each of these items itself.
class TextIndex
{
public:
    /// Attaches the index to a connection, and makes or renews it when it is missing, of another form or not of this database.
    [[nodiscard]] static bool attach(Database &database, const QString &databasePath);

    /// Attaches what attach() made, for searching.
    [[nodiscard]] static bool attachForReading(Database &database, const QString &databasePath);

    /// At the beginning of a read transaction on a connection with the index: fixes which state of it the transaction sees.
    /// @returns false when there is no index to see
    [[nodiscard]] static bool beginReading(Database &database);

    /// Takes in up to @p limit items that are new, and what was changed meanwhile, in a transaction of its own.
    /// @returns whether there may be more; nothing: it failed, and Database::failure() says why
    [[nodiscard]] static std::optional<bool> catchUp(Database &database, int limit);

    /// What the index is asked for a query: every word, or its beginning.
    [[nodiscard]] static QString matchText(const TextQuery &query);

    /// A statement that yields item_id for every item that the query can find; @p match is the placeholder of matchText().
    [[nodiscard]] static QString candidates(const QString &match);
};

} // namespace iwd
