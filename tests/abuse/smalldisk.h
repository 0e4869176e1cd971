// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTemporaryDir>

namespace iwd::test {

/// Gives this process, and those that it will start, mounts of their own, so that nobody else sees what it mounts: as root, or in a user namespace.
/// Call it before the process has threads. @returns false where the system allows neither, as in most containers
[[nodiscard]] bool enterOwnMounts();

/// A file system of some MiB in memory, which can be full. Needs enterOwnMounts(). Ends the program when it cannot be mounted.
class SmallDisk
{
public:
    explicit SmallDisk(int mebibytes);
    ~SmallDisk();
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;

    /// Where it is mounted. What lies beside that is on the usual disk.
    [[nodiscard]] QString path() const { return m_folder.filePath(QStringLiteral("disk")); }
    /// Takes all but @p bytes of what is free. @returns false when it could not
    [[nodiscard]] bool fillUpTo(qint64 bytes);
    /// Gives back what fillUpTo() took.
    void makeRoom();

private:
    [[nodiscard]] QString fillerPath() const { return path() + QStringLiteral("/filler"); }

    QTemporaryDir m_folder;
};

} // namespace iwd::test
