// SPDX-License-Identifier: Apache-2.0
#include "backupcommand.h"

#include "connection.h"
#include "console.h"
#include "interrupt.h"
#include "printing.h"
#include "table.h"

#include <QElapsedTimer>
#include <QSaveFile>

#include <cstdio>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr milliseconds PatienceForACopy { 3'600'000 }; ///< as long as the server takes before it gives up
constexpr qint64 ProgressEveryMs = 200;
constexpr int BarWidth = 40;

QString megabytes(qint64 bytes)
{
    return u"%1 MB"_s.arg(static_cast<double>(bytes) / 1'000'000, 0, 'f', 1);
}

/// A file for its owner alone, which is there as a whole or not at all.
class BackupFile
{
public:
    explicit BackupFile(const QString &name)
        : m_shows(isatty(STDERR_FILENO) == 1)
    {
        m_file.setFileName(name);
        m_sinceShown.start();
    }

    [[nodiscard]] bool open()
    {
        // Not a moment readable by others, whatever has the name now.
        const mode_t before = ::umask(077);
        const bool opened = m_file.open(QIODevice::WriteOnly) && m_file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
        ::umask(before);
        if (opened && m_shows)
            std::fprintf(stderr, "The server makes a copy …");
        return opened;
    }
    [[nodiscard]] bool write(const QByteArray &piece, qint64 size)
    {
        m_bytes += piece.size();
        if (m_shows && m_sinceShown.hasExpired(ProgressEveryMs))
            show(size);
        m_failed = m_failed || m_file.write(piece) != piece.size();
        return !m_failed;
    }
    [[nodiscard]] bool keep() { return m_file.commit(); }
    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    [[nodiscard]] QString whatFailed() const { return u"\"%1\" cannot be written: %2."_s.arg(m_file.fileName(), m_file.errorString()); }
    void clearProgress() const
    {
        if (m_shows)
            std::fprintf(stderr, "\r%*s\r", BarWidth + 30, "");
    }

private:
    void show(qint64 size)
    {
        const qint64 whole = std::max(size, m_bytes);
        const auto full = static_cast<int>(BarWidth * m_bytes / std::max<qint64>(1, whole));
        const QString bar = console::speaksUtf8() ? QString(full, u'━') + QString(BarWidth - full, u'─') : QString(full, u'#') + QString(BarWidth - full, u'.');
        std::fprintf(stderr, "\r%s %s of %s ", qPrintable(bar), qPrintable(megabytes(m_bytes)), qPrintable(megabytes(whole)));
        m_sinceShown.restart();
    }

    QSaveFile m_file;
    QElapsedTimer m_sinceShown;
    qint64 m_bytes = 0;
    bool m_failed = false;
    const bool m_shows;
};

QJsonObject described(const Answer &answer, const QString &file)
{
    const auto number = [&answer](const char *name) { return answer.headers.value(name).toLongLong(); };
    const QByteArray digest = answer.headers.value("repr-digest").mid(9).chopped(1); // between "sha-256=:" and ":"
    return { { u"file"_s, file }, { u"bytes"_s, number("backup-bytes") }, { u"sha256"_s, QString::fromLatin1(QByteArray::fromBase64(digest).toHex()) }, { u"items"_s, number("backup-items") },
        { u"moment"_s, QString::fromLatin1(answer.headers.value("backup-moment")) }, { u"lastEvent"_s, number("backup-last-event") }, { u"schema"_s, number("backup-schema") } };
}

void show(const CommandLine &line, const QJsonObject &backup)
{
    if (wantsJson(line))
        return console::print(pretty(backup));
    console::print(u"Wrote %1 to %2\n\n"
                   "  Items         %3\n"
                   "  Moment        %4 UTC\n"
                   "  Newest event  %5\n"
                   "  SHA-256       %6\n\n"
                   "It holds everything, the work and the digests of keys and passwords: keep it as safe as the server.\n"
                   "To restore it, stop the server and run: iwd-server --restore %2\n"_s.arg(megabytes(backup["bytes"_L1].toInteger()), backup["file"_L1].toString(),
                       grouped(backup["items"_L1].toInteger()), shortTime(backup["moment"_L1]), grouped(backup["lastEvent"_L1].toInteger()), backup["sha256"_L1].toString()));
}

} // namespace

const CommandSpec &backupCommand()
{
    static const CommandSpec command { u"backup"_s, {}, u"Writes a copy of all data of a running server (with its embedded store) to a file."_s,
        { { u"to"_s, u"FILE"_s, u"there when it is whole and verified, else as it was before; readable by you alone"_s } } };
    return command;
}

QCoro::Task<int> runBackup(CommandLine line, std::shared_ptr<Client> client)
{
    const QString name = line.value(u"to"_s);
    if (name.isEmpty())
        co_return failUsage({ ErrorCode::MissingField, u"Say where to: iwdctl backup --to FILE."_s, {}, {} });
    BackupFile file(name);
    if (!file.open()) {
        console::complain(file.whatFailed());
        co_return ExitUsage;
    }
    Interrupt interrupt;
    bool interrupted = false;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [&interrupted, client] {
        interrupted = true;
        client->close();
    });
    Call call;
    call.method = "POST";
    call.path = u"/backup"_s;
    call.deadline = PatienceForACopy;
    std::function<bool(const QByteArray &, qint64)> write = [&file](const QByteArray &piece, qint64 size) { return file.write(piece, size); };
    const auto answer = co_await client->downloadVerified(call, write);
    file.clearProgress();
    if (interrupted)
        co_return ExitInterrupted;
    if (file.failed() || (answer && !file.keep())) {
        console::complain(file.whatFailed());
        co_return ExitRefused;
    }
    if (!answer) {
        if (file.bytes() > 0)
            console::complain(u"The backup broke off, and \"%1\" is as it was before."_s.arg(name));
        co_return fail(answer.error());
    }
    show(line, described(*answer, name));
    co_return ExitFine;
}

} // namespace iwd
