// SPDX-License-Identifier: Apache-2.0
#include "sqlitebackup.h"

#include "sqlitefile.h"

#include <base/log.h>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>
#include <QUuid>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace iwd {

namespace {

/// Left free beside a copy, so that the server can go on writing.
constexpr qint64 RoomBytes = 64 * 1024 * 1024;
constexpr qsizetype HashedAtOnce = 1024 * 1024;
const QString prefix = QStringLiteral("iwd-backup-");
const QString suffix = QStringLiteral(".tmp"); ///< by which it is told from a backup that somebody has put there

Error notMade(const QString &reason)
{
    return { ErrorCode::StorageUnavailable, QStringLiteral("The backup could not be made: %1.").arg(reason), {}, { { QStringLiteral("reason"), reason } } };
}

Error notMade(const Error &failure)
{
    return failure.code == ErrorCode::Draining ? failure : notMade(failure.text);
}

/// A file without a name, once it is finished: so nothing is left of it, however this process ends.
class CopyFile final : public Backup
{
public:
    ~CopyFile() override { forgetName(); }

    [[nodiscard]] bool create(const QString &folder)
    {
        m_path = folder + u'/' + prefix + QUuid::createUuid().toString(QUuid::WithoutBraces) + suffix;
        const int descriptor = ::open(QFile::encodeName(m_path).constData(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return descriptor >= 0 && m_file.open(descriptor, QIODevice::ReadWrite, QFileDevice::AutoCloseHandle);
    }
    [[nodiscard]] const QString &path() const { return m_path; }
    void forgetName()
    {
        if (!m_path.isEmpty())
            ::unlink(QFile::encodeName(m_path).constData());
        m_path.clear();
    }

    /// The copy says that a write-ahead log belongs to it, as the original does. It has none, and whoever only looks at it is not to make one.
    [[nodiscard]] bool endWriteAhead() { return m_file.seek(18) && m_file.write("\x01\x01", 2) == 2 && m_file.flush(); }
    [[nodiscard]] Result<void> measure(const std::function<bool()> &isWanted);

    const BackupFacts &facts() const override { return m_facts; }
    [[nodiscard]] BackupFacts &facts() { return m_facts; }
    Result<QByteArray> read(qsizetype most) override;

private:
    QFile m_file;
    QString m_path; ///< empty once it has no name
    BackupFacts m_facts;
};

Result<void> CopyFile::measure(const std::function<bool()> &isWanted)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    m_file.seek(0);
    for (QByteArray piece = m_file.read(HashedAtOnce); !piece.isEmpty(); piece = m_file.read(HashedAtOnce)) {
        if (!isWanted())
            return Error { ErrorCode::Draining, QStringLiteral("The server stops, and makes no backup any more."), {}, {} };
        hash.addData(piece);
        m_facts.bytes += piece.size();
    }
    if (m_file.error() != QFileDevice::NoError || m_facts.bytes != m_file.size())
        return notMade(m_file.errorString());
    m_facts.sha256 = hash.result();
    m_file.seek(0);
    return {};
}

Result<QByteArray> CopyFile::read(qsizetype most)
{
    const QByteArray piece = m_file.read(most);
    if (piece.isEmpty() && m_file.error() != QFileDevice::NoError)
        return notMade(m_file.errorString());
    return piece;
}

/// Whether there is room for a copy. A disk that is full would keep everybody from writing.
Result<void> checkRoom(const QString &database, const QString &folder)
{
    const qint64 needed = QFileInfo(database).size() + QFileInfo(database + QStringLiteral("-wal")).size() + RoomBytes;
    const qint64 free = QStorageInfo(folder).bytesAvailable();
    if (free >= needed)
        return {};
    constexpr qint64 MiB = 1024 * 1024;
    return notMade(QStringLiteral("the disk of %1 has %2 MiB free, and %3 MiB are needed for a copy").arg(folder).arg(free / MiB).arg(needed / MiB));
}

Result<void> lookInto(CopyFile &copy, const std::function<bool()> &isWanted)
{
    auto file = SqliteFile::open(copy.path(), SqliteFile::Use::Read);
    if (!file)
        return notMade(file.error());
    file->askWhile(isWanted);
    const auto damage = file->whatIsDamaged();
    if (!damage)
        return notMade(damage.error());
    if (!damage->isEmpty())
        return notMade(QStringLiteral("the database is damaged (%1). Restore the latest backup that you have").arg(*damage));
    const auto items = file->askNumber("select count(*) from item");
    const auto event = file->askNumber("select coalesce(max(id), 0) from event");
    const auto migration = file->askNumber("select max(number) from migration");
    for (const auto *number : { &items, &event, &migration }) {
        if (!*number)
            return notMade(number->error());
    }
    copy.facts().items = *items;
    copy.facts().lastEvent = *event;
    copy.facts().migration = static_cast<int>(*migration);
    return {};
}

} // namespace

SqliteBackupMaker::SqliteBackupMaker(QString database, QString folder, const Clock &clock)
    : m_database(std::move(database))
    , m_folder(std::move(folder))
    , m_clock(clock)
{
    const QStringList left = QDir(m_folder).entryList({ prefix + u'*' + suffix }, QDir::Files | QDir::Hidden);
    for (const QString &name : left) {
        if (QFile::remove(m_folder + u'/' + name))
            log::info(u"Removed a backup that was not finished when the server ended", { { QLatin1StringView("file"), name } });
    }
}

Result<std::shared_ptr<Backup>> SqliteBackupMaker::make(const std::function<bool()> &isWanted)
{
    if (const auto room = checkRoom(m_database, m_folder); !room)
        return room.error();
    const auto copy = std::make_shared<CopyFile>();
    if (!copy->create(m_folder))
        return notMade(QStringLiteral("no file can be made in %1: %2").arg(m_folder, QString::fromLocal8Bit(std::strerror(errno))));
    copy->facts().moment = m_clock.now();
    {
        auto source = SqliteFile::open(m_database, SqliteFile::Use::Shared);
        if (!source)
            return notMade(source.error());
        auto target = SqliteFile::open(copy->path(), SqliteFile::Use::Make);
        if (!target)
            return notMade(target.error());
        if (const auto copied = source->copyTo(*target, isWanted); !copied)
            return notMade(copied.error());
    }
    if (!copy->endWriteAhead())
        return notMade(QStringLiteral("the copy cannot be written to"));
    if (const auto sound = lookInto(*copy, isWanted); !sound)
        return sound.error();
    copy->forgetName();
    if (const auto measured = copy->measure(isWanted); !measured)
        return measured.error();
    return std::shared_ptr<Backup>(copy);
}

} // namespace iwd
