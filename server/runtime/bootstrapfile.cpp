// SPDX-License-Identifier: Apache-2.0
#include "bootstrapfile.h"

#include "secrets.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iwd {

namespace {

Error problem(const QString &path, const QString &what)
{
    return { ErrorCode::ConfigurationInvalid,
        QStringLiteral(
            "The bootstrap file %1 cannot be written: %2. Name a file that does not exist, in a folder that this user may write to.")
            .arg(path, what),
        QStringLiteral("bootstrap-file"), { { QStringLiteral("file"), path } } };
}

QString reason(int error)
{
    return error == EEXIST ? QStringLiteral("it exists already") : QString::fromLocal8Bit(std::strerror(error));
}

/// Whether anything is there, a dangling link included.
bool exists(const QString &path)
{
    struct stat info
    {
    };
    return ::lstat(QFile::encodeName(path).constData(), &info) == 0;
}

bool writeAll(int descriptor, const QByteArray &data)
{
    qsizetype done = 0;
    while (done < data.size()) {
        const ssize_t written = ::write(descriptor, data.constData() + done, static_cast<size_t>(data.size() - done));
        if (written < 0 && errno != EINTR)
            return false;
        done += std::max<ssize_t>(written, 0);
    }
    return true;
}

/// Gives @p draft its name unless that name is taken. Most file systems rename without replacing; the rest can link.
bool moveWithoutReplacing(const QByteArray &draft, const QByteArray &path)
{
    if (::renameat2(AT_FDCWD, draft.constData(), AT_FDCWD, path.constData(), RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    return ::link(draft.constData(), path.constData()) == 0 && ::unlink(draft.constData()) == 0;
}

void syncFolderOf(const QString &path)
{
    const int folder = ::open(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return; // The folder may be written to but not read; the file itself is safe.
    ::fsync(folder);
    ::close(folder);
}

} // namespace

Result<BootstrapFile> BootstrapFile::reserve(const QString &path)
{
    if (path.isEmpty() || path.endsWith(u'/'))
        return problem(path, QStringLiteral("it is not the name of a file"));
    if (exists(path))
        return problem(path, reason(EEXIST));
    const QString draft = path + QStringLiteral(".%1.new").arg(secrets::newApiKey());
    const int descriptor = ::open(QFile::encodeName(draft).constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return problem(path, reason(errno));
    return BootstrapFile(path, draft, descriptor);
}

BootstrapFile::BootstrapFile(QString path, QString draft, int descriptor)
    : m_path(std::move(path))
    , m_draft(std::move(draft))
    , m_descriptor(descriptor)
{
}

BootstrapFile::BootstrapFile(BootstrapFile &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_draft(std::move(other.m_draft))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

BootstrapFile &BootstrapFile::operator=(BootstrapFile &&other) noexcept
{
    if (this != &other) {
        discard();
        m_path = std::move(other.m_path);
        m_draft = std::move(other.m_draft);
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

BootstrapFile::~BootstrapFile()
{
    discard();
}

void BootstrapFile::discard()
{
    if (m_descriptor < 0)
        return;
    ::close(std::exchange(m_descriptor, -1));
    ::unlink(QFile::encodeName(m_draft).constData());
}

Result<void> BootstrapFile::publish(const BootstrapCredentials &credentials)
{
    Q_ASSERT(m_descriptor >= 0);
    const QJsonObject json { { QStringLiteral("user"), credentials.user }, { QStringLiteral("password"), credentials.password },
        { QStringLiteral("apiKey"), credentials.apiKey }, { QStringLiteral("tenant"), credentials.tenant } };
    const bool written = writeAll(m_descriptor, QJsonDocument(json).toJson()) && ::fchmod(m_descriptor, 0600) == 0
        && ::fsync(m_descriptor) == 0 && moveWithoutReplacing(QFile::encodeName(m_draft), QFile::encodeName(m_path));
    if (!written) {
        const int error = errno;
        discard();
        return problem(m_path, reason(error));
    }
    ::close(std::exchange(m_descriptor, -1));
    syncFolderOf(m_path);
    return {};
}

} // namespace iwd
