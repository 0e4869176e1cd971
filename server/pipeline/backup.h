// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QByteArray>

#include <functional>
#include <memory>

namespace iwd {

/// What is known of a backup before it is sent.
struct BackupFacts
{
    Instant moment; ///< everything that was acknowledged before it is in the backup
    qint64 bytes = 0;
    QByteArray sha256; ///< the digest itself, 32 bytes
    qint64 items = 0; ///< of all tenants
    qint64 lastEvent = 0;
    int migration = 0; ///< the newest one of the database
};

/// A consistent copy of all data, which was found sound. It takes room until this object is gone, and leaves nothing behind then.
class Backup
{
public:
    virtual ~Backup() = default;
    [[nodiscard]] virtual const BackupFacts &facts() const = 0;
    /// @returns the next bytes, at most @p most; nothing at the end
    [[nodiscard]] virtual Result<QByteArray> read(qsizetype most) = 0;
};

/// Copies all data while the server works with it.
class BackupMaker
{
public:
    virtual ~BackupMaker() = default;

    /// Blocks for as long as it takes, which may be minutes; keeps nobody else waiting. One at a time.
    /// @param isWanted asked now and then, on this thread; false gives up with Draining
    /// @returns StorageUnavailable when there is no room, or when the data is found to be damaged
    [[nodiscard]] virtual Result<std::shared_ptr<Backup>> make(const std::function<bool()> &isWanted) = 0;
};

} // namespace iwd
