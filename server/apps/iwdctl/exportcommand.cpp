// SPDX-License-Identifier: Apache-2.0
#include "exportcommand.h"

#include "connection.h"
#include "console.h"
#include "filtercommands.h"
#include "interrupt.h"
#include "printing.h"
#include "searchwords.h"

#include <QElapsedTimer>
#include <QSaveFile>
#include <QStringDecoder>

#include <cstdio>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr milliseconds PatienceForAPiece { 60'000 }; ///< twice what the server takes for one before it gives up
constexpr qint64 ProgressEveryMs = 200;

QString megabytes(qint64 bytes)
{
    return u"%1 MB"_s.arg(static_cast<double>(bytes) / 1'000'000, 0, 'f', 1);
}

/// Where an export goes: a file that is there as a whole or not at all, or standard output.
class Destination
{
public:
    explicit Destination(const QString &fileName)
        : m_isFile(!fileName.isEmpty() && fileName != "-"_L1)
        , m_shows(isatty(STDERR_FILENO) == 1 && (m_isFile || !console::isTerminal()))
    {
        m_file.setFileName(fileName);
        m_sinceShown.start();
    }

    /// @returns what to tell the person when it cannot be written to
    [[nodiscard]] QString open() { return !m_isFile || m_file.open(QIODevice::WriteOnly) ? QString() : whatFailed(); }

    [[nodiscard]] bool write(const QByteArray &piece)
    {
        m_bytes += piece.size();
        if (m_shows && m_sinceShown.hasExpired(ProgressEveryMs)) {
            std::fprintf(stderr, "\r%s", qPrintable(megabytes(m_bytes)));
            m_sinceShown.restart();
        }
        m_failed = m_failed || !put(piece);
        return !m_failed;
    }
    /// @returns what to tell the person when it did not work
    [[nodiscard]] QString finish()
    {
        if (!m_isFile)
            return std::fflush(stdout) == 0 && !console::outputHasFailed() ? QString() : whatFailed();
        return m_file.commit() ? QString() : whatFailed();
    }
    void clearProgress() const
    {
        if (m_shows)
            std::fprintf(stderr, "\r%*s\r", 20, "");
    }
    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] bool isFile() const { return m_isFile; }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    [[nodiscard]] QString whatFailed() const
    {
        return m_isFile ? u"\"%1\" cannot be written: %2."_s.arg(m_file.fileName(), m_file.errorString()) : u"Standard output cannot be written to."_s;
    }

private:
    bool put(const QByteArray &piece)
    {
        if (m_isFile)
            return m_file.write(piece) == piece.size();
        if (console::isTerminal()) {
            console::print(m_decoder(piece)); // strangers' text must not command a terminal
            return !console::outputHasFailed();
        }
        return std::fwrite(piece.constData(), 1, static_cast<size_t>(piece.size()), stdout) == static_cast<size_t>(piece.size());
    }

    QSaveFile m_file;
    QStringDecoder m_decoder { QStringDecoder::Utf8 };
    QElapsedTimer m_sinceShown;
    qint64 m_bytes = 0;
    bool m_failed = false;
    const bool m_isFile;
    const bool m_shows;
};

} // namespace

const CommandSpec &exportCommand()
{
    static const CommandSpec command { u"items export"_s, { u"[WORDS]"_s }, u"Writes everything that a search finds to a file or standard output."_s,
        { { u"to"_s, u"FILE"_s, u"there when it is whole, else not at all; default: standard output"_s }, { u"format"_s, u"csv|ndjson"_s, u"default csv"_s },
            { u"where"_s, u"NAME=VALUE"_s, u"as of items search; may be repeated"_s, true }, { u"condition"_s, u"JSON|@FILE"_s, u"a condition as in the rules of categories"_s },
            { u"filter"_s, u"ID|NAME"_s, u"also what this saved filter looks for, in its order and with its columns"_s },
            { u"sort"_s, u"[-]FIELD,…|priority"_s, u"- is descending; default: newest first"_s }, { u"columns"_s, u"NAME,…"_s, u"what to write of each item, such as status,custom.region"_s },
            { u"header"_s, u"NAME,…|none"_s, u"of the columns; default: their own names"_s }, { u"time-zone"_s, u"ZONE"_s, u"of dates, such as Europe/Berlin; default UTC"_s },
            { u"separator"_s, u"comma|semicolon|tab"_s, u"of CSV; default comma"_s }, { u"bom"_s, {}, u"begins CSV with the mark by which spreadsheets know UTF-8"_s } } };
    return command;
}

Result<QJsonObject> exportFromLine(const CommandLine &line)
{
    auto search = searchFromLine(line);
    if (!search)
        return search.error();
    QJsonObject body = *search;
    if (line.has(u"format"_s))
        body.insert(u"format"_s, line.value(u"format"_s));
    if (line.has(u"time-zone"_s))
        body.insert(u"timeZone"_s, line.value(u"time-zone"_s));
    if (line.has(u"bom"_s))
        body.insert(u"byteOrderMark"_s, true);
    if (const QString header = line.value(u"header"_s); header == "none"_L1)
        body.insert(u"header"_s, false);
    else if (!header.isEmpty())
        body.insert(u"header"_s, QJsonArray::fromStringList(header.split(u',')));
    if (line.has(u"separator"_s)) {
        static const std::map<QString, QString> separators { { u"comma"_s, u","_s }, { u"semicolon"_s, u";"_s }, { u"tab"_s, u"\t"_s } };
        const auto found = separators.find(line.value(u"separator"_s));
        if (found == separators.end())
            return Error { ErrorCode::InvalidField, u"--separator is comma, semicolon or tab, not \"%1\"."_s.arg(line.value(u"separator"_s)), {}, {} };
        body.insert(u"separator"_s, found->second);
    }
    return body;
}

QCoro::Task<int> downloadTo(QString fileName, Call call, std::shared_ptr<Client> client)
{
    Destination destination(fileName);
    if (const QString trouble = destination.open(); !trouble.isEmpty()) {
        console::complain(trouble);
        co_return ExitUsage;
    }
    Interrupt interrupt;
    bool interrupted = false;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [&interrupted, client] {
        interrupted = true;
        client->close();
    });
    call.deadline = PatienceForAPiece;
    std::function<bool(const QByteArray &)> write = [&destination](const QByteArray &piece) { return destination.write(piece); };
    const auto answer = co_await client->download(call, write);
    destination.clearProgress();
    if (interrupted)
        co_return ExitInterrupted;
    const QString trouble = destination.failed() ? destination.whatFailed() : answer ? destination.finish() : QString();
    if (!trouble.isEmpty()) {
        console::complain(trouble);
        co_return ExitRefused;
    }
    if (!answer) {
        if (destination.bytes() > 0)
            console::complain(destination.isFile() ? u"The export broke off, and nothing was written to the file."_s : u"The export broke off: what was written is not all of it."_s);
        co_return fail(answer.error());
    }
    if (destination.isFile())
        std::fprintf(stderr, "%s\n", qPrintable(u"Wrote %1 to %2"_s.arg(megabytes(destination.bytes()), fileName)));
    co_return ExitFine;
}

QCoro::Task<int> runExport(CommandLine line, std::shared_ptr<Client> client)
{
    auto body = exportFromLine(line);
    if (!body)
        co_return failUsage(body.error());
    const auto filter = co_await filterOfLine(line, client);
    if (!filter)
        co_return fail(filter.error());
    if (!filter->isEmpty())
        body->insert(u"filter"_s, filter->value("id"_L1));
    Call call;
    call.method = "POST";
    call.path = u"/items/export"_s;
    call.body = *body;
    co_return co_await downloadTo(line.value(u"to"_s), call, client);
}

} // namespace iwd
