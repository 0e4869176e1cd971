// SPDX-License-Identifier: Apache-2.0
#include "sqliterestore.h"

#include "migrations.h"
#include "sqlitedatabase.h"
#include "sqlitefile.h"

#include <base/log.h>
#include <pipeline/report/eventwriter.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>

#include <QtEndian>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iwd {

namespace {

constexpr qsizetype CopiedAtOnce = 1024 * 1024;

/// Far above what can have been given between a backup and its restore, where nobody knows what was: a thousand a second for eleven days.
constexpr qint64 SkippedNumbers = 1'000'000'000;
/// Of items less, because some work goes through all their numbers.
constexpr qint64 SkippedItems = 1'000'000;

/// Numbers that must not be given twice.
struct Numbering
{
    QString table;
    const char *highest;
    qint64 skipped;
};
const std::vector<Numbering> &numberings()
{
    static const std::vector<Numbering> all {
        { QStringLiteral("event"), "select coalesce((select seq from sqlite_sequence where name = 'event'), 0)", SkippedNumbers },
        { QStringLiteral("assignment"), "select coalesce((select seq from sqlite_sequence where name = 'assignment'), 0)", SkippedNumbers }, // fencing tokens
        { QStringLiteral("item"), "select coalesce((select seq from sqlite_sequence where name = 'item'), 0)", SkippedItems },
    };
    return all;
}

Error unfit(const QString &backup, const QString &what)
{
    return { ErrorCode::InvalidReference, QStringLiteral("%1 cannot be restored: %2 Nothing was changed.").arg(backup, what), QStringLiteral("restore"), { { QStringLiteral("file"), backup } } };
}

Error diskTrouble(const QString &path, const QString &reason)
{
    return { ErrorCode::StorageUnavailable, QStringLiteral("The backup was not restored, and nothing was changed: %1: %2.").arg(path, reason), {}, { { QStringLiteral("reason"), reason } } };
}

Error systemTrouble(const QString &path)
{
    return diskTrouble(path, QString::fromLocal8Bit(std::strerror(errno)));
}

bool sync(const QString &path, int flags)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool done = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return done;
}

/// The files that SQLite keeps beside one.
QStringList companionsOf(const QString &database)
{
    return { database + QStringLiteral("-wal"), database + QStringLiteral("-shm"), database + QStringLiteral("-journal") };
}

bool rename(const QString &from, const QString &to)
{
    return ::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) == 0;
}

/// Whoever is root here runs the server as another user, as a rule.
void giveToOwnerOfFolder(int descriptor, const QString &path)
{
    struct stat folder
    {
    };
    if (::geteuid() != 0 || ::stat(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), &folder) != 0)
        return;
    if (::fchown(descriptor, folder.st_uid, folder.st_gid) != 0)
        log::warning(u"The restored database belongs to root; give it to the user of the server", { { QLatin1StringView("file"), path } });
}

/// The copy that everything is done with; gone with this object unless it took its place.
class Draft
{
public:
    explicit Draft(const QString &database)
        : m_path(database + QStringLiteral("-restoring"))
    {
        remove(); // of a restore that was killed
    }
    ~Draft() { remove(); }
    Draft(const Draft &) = delete;
    Draft &operator=(const Draft &) = delete;

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] Result<void> fill(const QString &from) const;

private:
    void remove() const
    {
        QFile::remove(m_path);
        for (const QString &companion : companionsOf(m_path))
            QFile::remove(companion);
    }

    const QString m_path;
};

Result<void> Draft::fill(const QString &from) const
{
    QFile source(from);
    if (!source.open(QIODevice::ReadOnly))
        return unfit(from, QStringLiteral("%1.").arg(source.errorString()));
    const int descriptor = ::open(QFile::encodeName(m_path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    QFile target;
    if (descriptor < 0 || !target.open(descriptor, QIODevice::WriteOnly, QFileDevice::AutoCloseHandle))
        return systemTrouble(m_path);
    giveToOwnerOfFolder(descriptor, m_path);
    for (QByteArray piece = source.read(CopiedAtOnce); !piece.isEmpty(); piece = source.read(CopiedAtOnce)) {
        if (target.write(piece) != piece.size())
            return diskTrouble(m_path, target.errorString());
    }
    if (source.error() != QFileDevice::NoError)
        return unfit(from, QStringLiteral("%1.").arg(source.errorString()));
    return target.flush() ? Result<void>() : Result<void>(diskTrouble(m_path, target.errorString()));
}

/// Whether the file is as long as its first page says; "The Database File Format", 1.3.
Result<void> checkLength(const QString &backup, const QString &copy)
{
    QFile file(copy);
    if (!file.open(QIODevice::ReadOnly))
        return diskTrouble(copy, file.errorString());
    const QByteArray head = file.read(100);
    if (head.isEmpty())
        return unfit(backup, QStringLiteral("it is empty."));
    if (head.size() < 100 || !head.startsWith(QByteArray("SQLite format 3\0", 16)))
        return unfit(backup, QStringLiteral("it is not a database of SQLite, so no backup of iwdctl backup."));
    const auto number16 = qFromBigEndian<quint16>(head.constData() + 16);
    const qint64 pageSize = number16 == 1 ? 65'536 : number16;
    const qint64 expected = pageSize * qFromBigEndian<quint32>(head.constData() + 28);
    if (file.size() != expected)
        return unfit(backup, QStringLiteral("it has %1 bytes instead of %2, so it is not whole. Copy it again, or take another backup.").arg(file.size()).arg(expected));
    return {};
}

/// Whether this program knows each step that made the database what it is.
Result<void> checkMigrations(const QString &backup, SqliteFile &file)
{
    const std::vector<Migration> known = migrationsOf(QStringLiteral("sqlite"));
    const auto newest = file.askNumber("select coalesce(max(number), 0) from migration");
    if (!newest)
        return unfit(backup, QStringLiteral("it is not a database of iwd-server (%1).").arg(newest.error().text));
    if (*newest > known.back().number) {
        return unfit(backup,
            QStringLiteral("it is of a newer version: its form is %1, and this program knows the forms up to %2. Restore it with the version that made it, or a newer one.").arg(*newest).arg(known.back().number));
    }
    for (const Migration &step : known) {
        const QByteArray ask = "select coalesce((select checksum from migration where number = " + QByteArray::number(step.number) + "), '')";
        const auto checksum = file.ask(ask.constData());
        if (!checksum)
            return unfit(backup, QStringLiteral("it is damaged: %1.").arg(checksum.error().text));
        if (!checksum->isEmpty() && *checksum != step.checksum)
            return unfit(backup, QStringLiteral("it was made by a different build of iwd-server (%1 is another one there). Restore it with that build.").arg(step.name));
    }
    return {};
}

/// Looks at the copy without changing it.
Result<void> check(const QString &backup, const QString &copy)
{
    if (const auto whole = checkLength(backup, copy); !whole)
        return whole;
    auto file = SqliteFile::open(copy, SqliteFile::Use::Read);
    if (!file)
        return unfit(backup, QStringLiteral("%1.").arg(file.error().text));
    const auto application = file->askNumber("pragma application_id");
    if (!application)
        return unfit(backup, QStringLiteral("it is damaged: %1.").arg(application.error().text));
    if (*application != SqliteApplicationId)
        return unfit(backup, QStringLiteral("it is a database of another program."));
    if (const auto known = checkMigrations(backup, *file); !known)
        return known;
    const auto damage = file->whatIsDamaged();
    if (!damage || !damage->isEmpty())
        return unfit(backup, QStringLiteral("it is damaged: %1.").arg(damage ? *damage : damage.error().text));
    return {};
}

QByteArray restoredEvent(Instant now, qint64 lastEvent)
{
    const Actor actor = Actor::server();
    const QJsonValue null;
    return QJsonDocument(QJsonObject { { QStringLiteral("time"), toIso(now) }, { QStringLiteral("type"), eventTypeName(EventType::ServerRestored) }, { QStringLiteral("item"), null },
                             { QStringLiteral("captureId"), null },
                             { QStringLiteral("actor"),
                                 QJsonObject { { QStringLiteral("kind"), actor.kind }, { QStringLiteral("id"), actor.id }, { QStringLiteral("name"), actor.name } } },
                             { QStringLiteral("class"), null }, { QStringLiteral("times"), null }, { QStringLiteral("before"), null },
                             { QStringLiteral("after"),
                                 QJsonObject { { QStringLiteral("kind"), QStringLiteral("server") }, { QStringLiteral("id"), QStringLiteral("restore") }, { QStringLiteral("lastEvent"), lastEvent } } },
                             { QStringLiteral("reason"), QStringLiteral("The server was restored from a backup.") } })
        .toJson(QJsonDocument::Compact);
}

using HighestNumbers = std::vector<qint64>; ///< in the order of numberings()

/// As far as the file can be read; 0 for what cannot.
HighestNumbers highestIn(const QString &database)
{
    HighestNumbers highest;
    auto file = SqliteFile::open(database, SqliteFile::Use::Read);
    for (const Numbering &numbering : numberings()) {
        const auto number = file ? file->askNumber(numbering.highest) : Result<qint64>(0);
        highest.push_back(number ? *number : 0);
    }
    return highest;
}

/// Tells each tenant's log and audit of the restore.
void tellTenants(SqliteDatabase &database, const RestoreOutcome &outcome, Instant now)
{
    std::vector<qint64> tenants;
    {
        auto rows = database.systemStatement(QStringLiteral("system/tenants"));
        for (rows.run(); rows.next();)
            tenants.push_back(rows.integer(0));
    }
    const Actor actor = Actor::server();
    for (const qint64 tenant : tenants) {
        auto event = database.statement(QStringLiteral("event/append"), tenant, { { QStringLiteral("more"), QString() } });
        event.bind(QStringLiteral(":item0"), QVariant(QMetaType::fromType<qint64>())).bind(QStringLiteral(":at0"), toMillis(now));
        event.bind(QStringLiteral(":type0"), static_cast<int>(EventType::ServerRestored)).bindUtf8(QStringLiteral(":body0"), restoredEvent(now, outcome.lastEvent)).run();
        auto entry = database.statement(QStringLiteral("audit/add"), tenant);
        entry.bind(QStringLiteral(":area"), 1).bind(QStringLiteral(":at_ms"), toMillis(now)).bind(QStringLiteral(":actor_kind"), actor.kind).bind(QStringLiteral(":actor_id"), actor.id);
        entry.bind(QStringLiteral(":actor_name"), actor.name).bind(QStringLiteral(":address"), QStringLiteral("")).bind(QStringLiteral(":action"), QStringLiteral("restore"));
        entry.bind(QStringLiteral(":kind"), QStringLiteral("backup")).bind(QStringLiteral(":object_id"), toIso(outcome.moment)).bind(QStringLiteral(":version"), 0);
        const QJsonObject after { { QStringLiteral("items"), outcome.items }, { QStringLiteral("lastEvent"), outcome.lastEvent }, { QStringLiteral("endedSessions"), outcome.endedSessions } };
        entry.bind(QStringLiteral(":old_value"), QString()).bind(QStringLiteral(":new_value"), QString::fromUtf8(QJsonDocument(after).toJson(QJsonDocument::Compact))).run();
    }
}

/// Brings the copy to the current form and makes it one that is worked on after a restore.
Result<RestoreOutcome> prepare(const QString &copy, const HighestNumbers &highest, Instant now)
{
    auto opened = SqliteDatabase::open(copy, {});
    if (!opened)
        return opened.error();
    SqliteDatabase &database = **opened;
    if (const auto migrated = migrate(database); !migrated)
        return migrated.error();
    RestoreOutcome outcome;
    const bool done = database.inTransaction([&] {
        {
            auto row = database.systemStatement(QStringLiteral("system/restored_state"));
            if (!row.run() || !row.next())
                return false;
            outcome.items = row.integer(0);
            outcome.lastEvent = row.integer(1);
            outcome.moment = fromMillis(row.integer(2));
        }
        auto sessions = database.systemStatement(QStringLiteral("system/end_all_sessions"));
        if (!sessions.run())
            return false;
        outcome.endedSessions = sessions.changedRows();
        for (size_t i = 0; i < highest.size(); ++i) {
            const Numbering &numbering = numberings()[i];
            for (const char *statement : { "system/forget_numbering", "system/set_numbering" }) {
                auto row = database.systemStatement(QString::fromLatin1(statement));
                row.bind(QStringLiteral(":table_name"), numbering.table);
                if (row.names(QStringLiteral(":highest")))
                    row.bind(QStringLiteral(":highest"), highest[i] + numbering.skipped);
                if (!row.run())
                    return false;
            }
        }
        tellTenants(database, outcome, now);
        return true;
    });
    if (!done || !database.execute(QStringLiteral("pragma wal_checkpoint(truncate)")))
        return *database.failure();
    return outcome;
}

/// Writes what is in the log of the database into the database, so that the one file is all of it; which SQLite does only for who is alone with it. One that is too damaged is kept as
/// it is.
Result<void> gather(const QString &database)
{
    auto file = SqliteFile::open(database, SqliteFile::Use::Shared);
    const auto gathered = file ? file->ask("pragma journal_mode = delete") : Result<QString>(file.error());
    if (gathered)
        return {};
    if (gathered.error().code == ErrorCode::Busy)
        return diskTrouble(database, QStringLiteral("another program is using it. Stop that one first"));
    log::warning(u"The data of before cannot be read; it is kept as it is", { { QLatin1StringView("reason"), gathered.error().text } });
    return {};
}

QString nameForKept(const QString &database, Instant now)
{
    const QString time = toIso(now).left(19).remove(u'-').remove(u':') + u'Z';
    QString name = database + QStringLiteral(".before-restore-") + time;
    for (int number = 2; QFileInfo::exists(name); ++number)
        name = database + QStringLiteral(".before-restore-%1-%2").arg(time).arg(number);
    return name;
}

const QStringList &ownLogs()
{
    static const QStringList suffixes { QStringLiteral("-wal"), QStringLiteral("-journal") };
    return suffixes;
}

/// Undoes keep().
void letGo(const QString &database, const QString &name)
{
    for (const QString &suffix : ownLogs()) {
        if (QFileInfo::exists(name + suffix))
            rename(name + suffix, database + suffix);
    }
    QFile::remove(name);
}

/// Gives the contents of @p database a second name, so that there is one under its own at every moment.
Result<void> keep(const QString &database, const QString &name)
{
    if (::link(QFile::encodeName(database).constData(), QFile::encodeName(name).constData()) != 0)
        return systemTrouble(name);
    // A log that could not be gathered belongs to them, and would be taken for the new database's.
    for (const QString &suffix : ownLogs()) {
        if (QFileInfo(database + suffix).size() > 0 && !rename(database + suffix, name + suffix)) {
            const Error trouble = systemTrouble(database + suffix);
            letGo(database, name);
            return trouble;
        }
    }
    return {};
}

Result<void> putInPlace(const Draft &draft, const QString &database)
{
    const QString search = database + QStringLiteral("-search"); // the full-text index, which the server makes again
    for (const QString &companion : companionsOf(database) + companionsOf(search) + QStringList { search })
        QFile::remove(companion);
    const QString folder = QFileInfo(database).absolutePath();
    if (!sync(draft.path(), O_RDWR) || !sync(folder, O_RDONLY | O_DIRECTORY) || !rename(draft.path(), database))
        return systemTrouble(database);
    sync(folder, O_RDONLY | O_DIRECTORY);
    return {};
}

bool isSameFile(const QString &one, const QString &other)
{
    struct stat first
    {
    };
    struct stat second
    {
    };
    return ::stat(QFile::encodeName(one).constData(), &first) == 0 && ::stat(QFile::encodeName(other).constData(), &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

} // namespace

Result<RestoreOutcome> restoreSqlite(const QString &backup, const QString &database, const Clock &clock)
{
    if (!QFileInfo(backup).isFile())
        return unfit(backup, QFileInfo::exists(backup) ? QStringLiteral("it is not a file.") : QStringLiteral("there is no such file."));
    if (isSameFile(backup, database))
        return unfit(backup, QStringLiteral("it is the database itself."));
    if (QFileInfo(backup + QStringLiteral("-wal")).size() > 0)
        return unfit(backup, QStringLiteral("a write-ahead log lies beside it, so it was copied from a data folder by hand and is not whole. Take one that iwdctl backup made."));

    const Draft draft(database);
    if (const auto filled = draft.fill(backup); !filled)
        return filled.error();
    if (const auto fit = check(backup, draft.path()); !fit)
        return fit.error();
    const bool replaces = QFileInfo::exists(database);
    if (replaces) {
        if (const auto gathered = gather(database); !gathered)
            return gathered.error();
    }
    const Instant now = clock.now();
    HighestNumbers highest = highestIn(draft.path());
    if (replaces) {
        const HighestNumbers given = highestIn(database);
        std::transform(highest.begin(), highest.end(), given.begin(), highest.begin(), [](qint64 one, qint64 other) { return std::max(one, other); });
    }
    auto prepared = prepare(draft.path(), highest, now);
    if (!prepared)
        return diskTrouble(draft.path(), prepared.error().text);
    if (replaces) {
        prepared->keptAs = nameForKept(database, now);
        if (const auto kept = keep(database, prepared->keptAs); !kept)
            return kept.error();
    }
    if (const auto put = putInPlace(draft, database); !put) {
        if (replaces)
            letGo(database, prepared->keptAs);
        return put.error();
    }
    return prepared;
}

} // namespace iwd
