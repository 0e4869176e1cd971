// SPDX-License-Identifier: Apache-2.0
#include "importcommand.h"

#include "connection.h"
#include "console.h"
#include "interrupt.h"
#include "printing.h"
#include "table.h"

#include <QFile>

#include <cstdio>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int FaultsShown = 10;

Error mistake(const QString &text)
{
    return { ErrorCode::InvalidField, text, {}, {} };
}

/// What the whole file came to.
struct Totals
{
    qint64 accepted = 0;
    qint64 duplicates = 0;
    qint64 unclassified = 0;
    qint64 failed = 0;
};

void add(Totals &totals, const QJsonObject &part)
{
    totals.accepted += part["accepted"_L1].toInteger();
    totals.duplicates += part["duplicates"_L1].toInteger();
    totals.unclassified += part["unclassified"_L1].toInteger();
    totals.failed += part["failed"_L1].toInteger();
}

/// The body of each request, but for its content.
Result<QJsonObject> requestFromLine(const CommandLine &line)
{
    QJsonObject body { { u"format"_s, line.value(u"format"_s, u"csv"_s) } };
    QJsonObject columns;
    for (const QString &text : line.values(u"map"_s)) {
        const auto equals = text.lastIndexOf(u'=');
        if (equals < 1)
            return mistake(u"--map wants COLUMN=FIELD, or COLUMN= to leave a column out, not \"%1\"."_s.arg(text));
        const QString target = text.mid(equals + 1).trimmed();
        columns.insert(text.left(equals), target.isEmpty() ? QJsonValue() : QJsonValue(target));
    }
    if (!columns.isEmpty())
        body.insert(u"columns"_s, columns);
    if (line.has(u"separator"_s)) {
        static const std::map<QString, QString> separators { { u"comma"_s, u","_s }, { u"semicolon"_s, u";"_s }, { u"tab"_s, u"\t"_s } };
        const auto found = separators.find(line.value(u"separator"_s));
        if (found == separators.end())
            return mistake(u"--separator is comma, semicolon or tab, not \"%1\"."_s.arg(line.value(u"separator"_s)));
        body.insert(u"separator"_s, found->second);
    }
    static const std::vector<std::pair<QString, QString>> names { { u"time-zone"_s, u"timeZone"_s }, { u"date-format"_s, u"dateFormat"_s }, { u"capture-point"_s, u"capturePointId"_s } };
    for (const auto &[option, member] : names) {
        if (line.has(option))
            body.insert(member, line.value(option));
    }
    body.insert(u"dryRun"_s, line.has(u"dry-run"_s));
    return body;
}

/// Where the faults go: a file with an object in each line, and the first of them to the person.
class FaultReport
{
public:
    explicit FaultReport(const QString &fileName) { m_file.setFileName(fileName); }
    [[nodiscard]] bool open() { return m_file.fileName().isEmpty() || m_file.open(QIODevice::WriteOnly | QIODevice::Truncate); }
    void add(const QJsonArray &faults)
    {
        for (const auto &entry : faults) {
            const QJsonObject fault = entry.toObject();
            if (m_file.isOpen())
                m_file.write(jsonLine(fault).toUtf8());
            if (m_shown++ < FaultsShown)
                console::complain(u"line %1%2: %3"_s.arg(fault["line"_L1].toInteger()).arg(fault["column"_L1].isString() ? u", "_s + fault["column"_L1].toString() : QString(), fault["detail"_L1].toString()));
        }
    }
    /// @returns whether everything is in the file
    [[nodiscard]] bool finish()
    {
        if (m_shown > FaultsShown)
            console::complain(u"… and %1 more lines."_s.arg(m_shown - FaultsShown));
        return !m_file.isOpen() || (m_file.flush() && m_file.error() == QFileDevice::NoError);
    }

private:
    QFile m_file;
    qint64 m_shown = 0;
};

void showProgress(qint64 done, qint64 size, const Totals &totals)
{
    if (isatty(STDERR_FILENO) != 1)
        return;
    constexpr int width = 30;
    const auto filled = size > 0 ? static_cast<int>(std::min<qint64>(width, done * width / size)) : 0;
    const qint64 lines = totals.accepted + totals.duplicates + totals.failed;
    if (size > 0)
        std::fprintf(stderr, "\r[%s%s] %3d %%  %lld items", std::string(static_cast<size_t>(filled), '#').c_str(), std::string(static_cast<size_t>(width - filled), ' ').c_str(),
            static_cast<int>(std::min<qint64>(100, done * 100 / size)), static_cast<long long>(lines));
    else
        std::fprintf(stderr, "\r%lld items", static_cast<long long>(lines));
}

void clearProgress()
{
    if (isatty(STDERR_FILENO) == 1)
        std::fprintf(stderr, "\r%*s\r", 70, "");
}

QString summary(const Totals &totals, bool dryRun)
{
    QString text = (dryRun ? u"Only checked: %1 would be accepted, %2 known already, %3 refused"_s : u"%1 accepted, %2 known already, %3 refused"_s)
                       .arg(grouped(totals.accepted), grouped(totals.duplicates), grouped(totals.failed));
    if (totals.unclassified > 0)
        text += u"; %1 of the new ones match no category"_s.arg(grouped(totals.unclassified));
    return text + u'\n';
}

int told(const Totals &totals, const CommandLine &line)
{
    if (wantsJson(line))
        console::print(pretty({ { u"dryRun"_s, line.has(u"dry-run"_s) }, { u"accepted"_s, totals.accepted }, { u"duplicates"_s, totals.duplicates },
            { u"unclassified"_s, totals.unclassified }, { u"failed"_s, totals.failed } }));
    else
        console::print(summary(totals, line.has(u"dry-run"_s)));
    return totals.failed > 0 ? ExitRefused : ExitFine;
}

} // namespace

ImportParts::ImportParts(QIODevice &device, bool isCsv)
    : m_device(device)
    , m_isCsv(isCsv)
{
}

Result<QByteArray> ImportParts::record()
{
    QByteArray text;
    for (bool open = false; !m_device.atEnd() || text.isEmpty();) {
        const QByteArray line = m_device.readLine(MostBytes + 1);
        if (line.isEmpty())
            break;
        text += line;
        if (text.size() > MostBytes)
            return mistake(u"The record that begins in line %1 is longer than %2 bytes; is there a quote without its end?"_s.arg(m_line + 1).arg(MostBytes));
        open = m_isCsv && (open != (line.count('"') % 2 == 1)); // a doubled quote changes nothing
        if (!open)
            break;
    }
    m_bytesRead += text.size();
    m_line += static_cast<int>(text.count('\n')) + (text.isEmpty() || text.endsWith('\n') ? 0 : 1);
    return text;
}

Result<ImportParts::Part> ImportParts::next()
{
    if (m_isCsv && m_header.isEmpty()) {
        while (m_header.trimmed().isEmpty()) {
            auto first = record();
            if (!first)
                return first.error();
            if (first->isEmpty())
                return mistake(u"The file is empty; its first line has to name the columns."_s);
            m_header = *first;
        }
        if (!m_header.endsWith('\n'))
            m_header += '\n';
        m_headerLines = static_cast<int>(m_header.count('\n'));
    }
    Part part;
    part.content = m_header;
    int line = m_line - static_cast<int>(m_waiting.count('\n'));
    part.lineOffset = line - m_headerLines;
    while (part.records < MostRecords) {
        Result<QByteArray> next = m_waiting.isEmpty() ? record() : Result<QByteArray>(std::exchange(m_waiting, {}));
        if (!next)
            return next.error();
        if (next->isEmpty())
            break;
        if (part.records > 0 && part.content.size() + next->size() > MostBytes) {
            m_waiting = *next;
            break;
        }
        part.content += *next;
        part.records += next->trimmed().isEmpty() ? 0 : 1;
    }
    return part;
}

const CommandSpec &importCommand()
{
    static const CommandSpec command { u"items import"_s, { u"FILE"_s }, u"Captures the lines of a CSV or NDJSON file (- reads standard input)."_s,
        { { u"map"_s, u"COLUMN=FIELD"_s, u"where a column goes: a field, custom.NAME, or nowhere; may be repeated"_s, true }, { u"dry-run"_s, {}, u"only check every line"_s },
            { u"report"_s, u"FILE"_s, u"for the lines that were refused, a JSON object for each"_s }, { u"format"_s, u"csv|ndjson"_s, u"default csv"_s },
            { u"separator"_s, u"comma|semicolon|tab"_s, u"of CSV; default comma"_s }, { u"date-format"_s, u"FORMAT"_s, u"such as dd.MM.yyyy HH:mm; default ISO 8601"_s },
            { u"time-zone"_s, u"ZONE"_s, u"of dates without an offset; default UTC"_s }, { u"capture-point"_s, u"ID"_s, u"of lines that name none"_s } } };
    return command;
}

QCoro::Task<int> runImport(CommandLine line, std::shared_ptr<Client> client)
{
    auto body = requestFromLine(line);
    if (!body)
        co_return failUsage(body.error());
    const QString name = line.arguments.constFirst();
    QFile file(name);
    const bool open = name == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!open)
        co_return failUsage(mistake(u"\"%1\" cannot be read: %2."_s.arg(name, file.errorString())));
    FaultReport report(line.value(u"report"_s));
    if (!report.open())
        co_return failUsage(mistake(u"\"%1\" cannot be written."_s.arg(line.value(u"report"_s))));
    Interrupt interrupt;
    bool interrupted = false;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [&interrupted, client] {
        interrupted = true;
        client->close();
    });
    ImportParts parts(file, line.value(u"format"_s, u"csv"_s) == "csv"_L1);
    Totals totals;
    std::optional<Error> failure;
    for (bool first = true; !failure && !interrupted; first = false) {
        const auto part = parts.next();
        if (!part) {
            failure = part.error();
            break;
        }
        if (part->records == 0 && !first)
            break;
        body->insert(u"content"_s, QString::fromUtf8(part->content));
        body->insert(u"lineOffset"_s, part->lineOffset);
        const auto answer = co_await client->post(u"/items/import"_s, *body);
        if (!answer) {
            failure = answer.error();
            break;
        }
        add(totals, *answer);
        clearProgress();
        report.add(answer->value("errors"_L1).toArray());
        showProgress(parts.bytesRead(), file.isSequential() ? 0 : file.size(), totals);
    }
    clearProgress();
    const bool reported = report.finish();
    const int code = told(totals, line);
    if (interrupted || failure)
        console::complain(u"Not the whole file was read. Importing it again is safe: what was accepted is known by its captureId."_s);
    if (interrupted)
        co_return ExitInterrupted;
    if (failure)
        co_return fail(*failure);
    if (!reported)
        co_return failUsage(mistake(u"\"%1\" could not be written completely."_s.arg(line.value(u"report"_s))));
    co_return code;
}

} // namespace iwd
