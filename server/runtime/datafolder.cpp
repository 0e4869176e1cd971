// SPDX-License-Identifier: Apache-2.0
#include "datafolder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iwd {

namespace {

constexpr auto ServiceFolder = "/var/lib/iwd";

Error problem(const QString &path, const QString &what)
{
    return { ErrorCode::ConfigurationInvalid, QStringLiteral("The data folder %1 cannot be used: %2").arg(path, what),
        QStringLiteral("data"), { { QStringLiteral("file"), path } } };
}

Error systemProblem(const QString &path, int error)
{
    return problem(path,
        QString::fromLocal8Bit(std::strerror(error)) + QStringLiteral(". Name one that this user may write to (--data, or the key data)."));
}

/// What the holder of the lock wrote about itself.
QString holderOf(int lock)
{
    std::array<char, 32> content {};
    const ssize_t size = ::pread(lock, content.data(), content.size(), 0);
    const QString pid = QString::fromLatin1(content.data(), std::max<ssize_t>(size, 0)).trimmed();
    return pid.isEmpty() ? QStringLiteral("another process") : QStringLiteral("the server with process id ") + pid;
}

void sign(int lock)
{
    const QByteArray pid = QByteArray::number(::getpid()) + '\n';
    // The number only serves people; the lock itself holds without it.
    if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, pid.constData(), static_cast<size_t>(pid.size()), 0) != pid.size())
        return;
}

} // namespace

QString defaultDataFolder(const QMap<QString, QString> &environment, bool serviceFolderIsOurs)
{
    const QString given = environment.value(QStringLiteral("STATE_DIRECTORY")).section(u':', 0, 0);
    if (QDir::isAbsolutePath(given))
        return given;
    if (serviceFolderIsOurs)
        return QString::fromLatin1(ServiceFolder);
    const QString stateHome = environment.value(QStringLiteral("XDG_STATE_HOME"));
    if (QDir::isAbsolutePath(stateHome))
        return QDir::cleanPath(stateHome + QStringLiteral("/iwd"));
    return QDir::cleanPath(environment.value(QStringLiteral("HOME"), QDir::homePath()) + QStringLiteral("/.local/state/iwd"));
}

bool serviceFolderIsOurs()
{
    const QFileInfo folder(QString::fromLatin1(ServiceFolder));
    return ::geteuid() == 0 && folder.isDir() && folder.isWritable();
}

Result<DataFolder> DataFolder::open(const QString &path)
{
    const QString absolute = QDir::cleanPath(QDir::current().absoluteFilePath(path));
    const bool existed = QFileInfo::exists(absolute);
    if (!QDir().mkpath(absolute))
        return problem(absolute, QStringLiteral("it cannot be created. Name one that this user may write to (--data, or the key data)."));
    if (!existed && ::chmod(QFile::encodeName(absolute).constData(), 0700) != 0)
        return systemProblem(absolute, errno);

    const QString lockFile = absolute + QStringLiteral("/iwd-server.lock");
    const int lock = ::open(QFile::encodeName(lockFile).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        return systemProblem(absolute, errno);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        const QString holder = holderOf(lock);
        ::close(lock);
        if (error != EWOULDBLOCK)
            return systemProblem(absolute, error);
        return problem(
            absolute, QStringLiteral("%1 is using it. Stop that one first, or give this one a folder of its own (--data).").arg(holder));
    }
    sign(lock);
    return DataFolder(absolute, lock);
}

DataFolder::DataFolder(QString path, int lock)
    : m_path(std::move(path))
    , m_lock(lock)
{
}

DataFolder::DataFolder(DataFolder &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_lock(std::exchange(other.m_lock, -1))
{
}

DataFolder &DataFolder::operator=(DataFolder &&other) noexcept
{
    if (this != &other) {
        release();
        m_path = std::move(other.m_path);
        m_lock = std::exchange(other.m_lock, -1);
    }
    return *this;
}

DataFolder::~DataFolder()
{
    release();
}

void DataFolder::release()
{
    // The file stays: removing it would let two servers lock two different files of the same name.
    if (m_lock >= 0)
        ::close(std::exchange(m_lock, -1));
}

} // namespace iwd
