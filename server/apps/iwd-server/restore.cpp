// SPDX-License-Identifier: Apache-2.0
#include "restore.h"

#include <base/clock.h>
#include <runtime/datafolder.h>
#include <storage/sqliterestore.h>

namespace iwd {

Result<QString> restore(const ServerConfig &config, const QString &backup)
{
    const auto folder = DataFolder::open(config.data);
    if (!folder)
        return folder.error();
    const SystemClock clock;
    const auto done = restoreSqlite(backup, config.databaseFile, clock);
    if (!done)
        return done.error();
    QString said = QStringLiteral("Restored %1 to %2.\n\n"
                                  "  Items          %3\n"
                                  "  Newest event   %4, of %5\n"
                                  "  Sessions       %6 ended: everybody signs in again\n")
                       .arg(backup, config.databaseFile)
                       .arg(done->items)
                       .arg(done->lastEvent)
                       .arg(done->lastEvent > 0 ? toIso(done->moment) : QStringLiteral("no time"))
                       .arg(done->endedSessions);
    if (!done->keptAs.isEmpty())
        said += QStringLiteral("  Data before    kept as %1\n").arg(done->keptAs);
    said += QStringLiteral("\nPasswords, API keys and users are those of the backup: what was revoked since is valid again, so revoke it again. "
                           "Readers of the events are told (410) that what came after event %1 is gone. Now start the server.\n")
                .arg(done->lastEvent);
    return said;
}

} // namespace iwd
