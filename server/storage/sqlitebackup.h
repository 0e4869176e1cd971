// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <pipeline/backup.h>

#include <QString>

namespace iwd {

/// Copies the file of an SqliteStore while it is worked with, by SQLite's own backup: page by page, from one snapshot, on a connection of its own. Writers go on; only the
/// write-ahead log is not shortened meanwhile.
class SqliteBackupMaker final : public BackupMaker
{
public:
    /// Removes what an earlier process has left, so @p folder has to be this process's own by then.
    /// @param database its file
    /// @param folder where copies are kept while they are made and sent, for the owner alone
    /// @param clock must outlive this
    SqliteBackupMaker(QString database, QString folder, const Clock &clock);

    Result<std::shared_ptr<Backup>> make(const std::function<bool()> &isWanted) override;

private:
    const QString m_database;
    const QString m_folder;
    const Clock &m_clock;
};

} // namespace iwd
