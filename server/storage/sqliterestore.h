// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <base/result.h>

#include <QString>

namespace iwd {

/// What became of a restore.
struct RestoreOutcome
{
    QString keptAs; ///< where the data of before is; empty: there was none
    Instant moment; ///< of the newest event of the backup
    qint64 items = 0;
    qint64 lastEvent = 0; ///< of the backup; what comes from now on has far higher ids
    qint64 endedSessions = 0;
};

/// Puts a backup in the place of the database of an SqliteStore that nobody has open: the caller holds the data folder's lock.
///
/// Everything is done with a copy first: it is looked through, brought to the current form, its sessions are ended, and the numbers of items, events and tokens are raised above all
/// that may have been given since, so that none is given twice and whoever reads on from an event of the undone time is told (readFeed()). Then it takes the place of the database in
/// one step; the one of before keeps its contents under another name. So a restore that fails, or that is killed, has changed nothing.
///
/// @param backup not changed
/// @param database the file to restore to
/// @returns InvalidReference when @p backup is not what it should be; StorageUnavailable when the disk is in the way
[[nodiscard]] Result<RestoreOutcome> restoreSqlite(const QString &backup, const QString &database, const Clock &clock);

} // namespace iwd
