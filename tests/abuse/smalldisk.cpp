// SPDX-License-Identifier: Apache-2.0
#include "smalldisk.h"

#include <QDir>
#include <QFile>
#include <QStorageInfo>

#include <cerrno>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace iwd::test {

namespace {

bool writeAll(const char *path, const QByteArray &text)
{
    const int descriptor = ::open(path, O_WRONLY | O_CLOEXEC);
    const bool written = ::write(descriptor, text.constData(), static_cast<size_t>(text.size())) == text.size();
    ::close(descriptor);
    return written;
}

/// Whoever is not root may mount as the root of a user namespace. In it we stay who we are, so that files keep their owner.
bool enterUserNamespace()
{
    const QByteArray user = QByteArray::number(::geteuid());
    const QByteArray group = QByteArray::number(::getegid());
    return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && writeAll("/proc/self/setgroups", "deny") && writeAll("/proc/self/uid_map", user + ' ' + user + " 1")
        && writeAll("/proc/self/gid_map", group + ' ' + group + " 1");
}

bool enter()
{
    return (::unshare(CLONE_NEWNS) == 0 || enterUserNamespace()) && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Some systems let everybody into a user namespace and then refuse all that it is good for; there is no way back out of it.
bool succeedsInAnotherProcess()
{
    const pid_t probe = ::fork();
    if (probe == 0)
        ::_exit(enter() && ::mount("none", "/tmp", "tmpfs", 0, "size=1m") == 0 ? 0 : 1);
    int status = 0;
    return ::waitpid(probe, &status, 0) == probe && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

bool enterOwnMounts()
{
    return succeedsInAnotherProcess() && enter();
}

SmallDisk::SmallDisk(int mebibytes)
{
    const QByteArray options = "mode=700,size=" + QByteArray::number(mebibytes) + 'm';
    if (!QDir().mkpath(path()) || ::mount("none", QFile::encodeName(path()).constData(), "tmpfs", 0, options.constData()) != 0)
        qFatal("A small file system cannot be mounted: errno %d", errno);
}

SmallDisk::~SmallDisk()
{
    ::umount2(QFile::encodeName(path()).constData(), MNT_DETACH);
}

bool SmallDisk::fillUpTo(qint64 bytes)
{
    QFile filler(fillerPath());
    return filler.open(QIODevice::WriteOnly) && ::posix_fallocate(filler.handle(), 0, QStorageInfo(path()).bytesAvailable() - bytes) == 0;
}

void SmallDisk::makeRoom()
{
    QFile::remove(fillerPath());
}

} // namespace iwd::test
