// SPDX-License-Identifier: Apache-2.0
#include "jobcommands.h"

#include "asking.h"
#include "connection.h"
#include "console.h"
#include "interrupt.h"
#include "itemcommands.h"
#include "printing.h"
#include "searchwords.h"
#include "table.h"

#include <client/latch.h>

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd {
namespace {

constexpr auto lookEvery = 500ms; ///< at a job that runs
constexpr int longestBar = 40;
constexpr int shownJobs = 50;
constexpr int shownResults = 1'000;

const QStringList &actions()
{
    static const QStringList names { u"hold"_s, u"resume"_s, u"complete"_s, u"cancel"_s, u"restart"_s, u"activate"_s, u"assign"_s, u"requeue"_s, u"update"_s };
    return names;
}

QString jobPath(const QString &id)
{
    return u"/jobs/"_s + pathSegment(id);
}

qint64 processed(const QJsonObject &job)
{
    return job["done"_L1].toInteger() + job["skipped"_L1].toInteger() + job["failed"_L1].toInteger();
}

bool hasEnded(const QJsonObject &job)
{
    return job["endedDateTime"_L1].isString();
}

int exitCodeOfJob(const QJsonObject &job)
{
    return job["state"_L1] == u"finished"_s && job["failed"_L1].toInteger() == 0 ? ExitFine : ExitRefused;
}

/// What has become of it, when there is nothing more to wait for.
QString jobSummary(const QJsonObject &job)
{
    QString text = u"%1 %2: %3 of %4 done"_s.arg(fieldText(job["id"_L1]), fieldText(job["state"_L1]), grouped(job["done"_L1].toInteger()), counted(job["total"_L1].toInteger(), u"item"_s));
    if (const qint64 skipped = job["skipped"_L1].toInteger(); skipped > 0)
        text += u", %1 skipped"_s.arg(grouped(skipped));
    if (const qint64 failed = job["failed"_L1].toInteger(); failed > 0)
        text += u", %1 failed"_s.arg(grouped(failed));
    text += u".\n"_s;
    if (const QString error = job["error"_L1].toString(); !error.isEmpty())
        text += error + u'\n';
    if (job["skipped"_L1].toInteger() + job["failed"_L1].toInteger() > 0)
        text += u"What became of them: iwdctl jobs results %1 --outcome skipped|failed\n"_s.arg(fieldText(job["id"_L1]));
    if (job["undoable"_L1].toBool())
        text += u"To take it back: iwdctl jobs undo %1\n"_s.arg(fieldText(job["id"_L1]));
    return text;
}

QString jobSheet(const QJsonObject &job)
{
    TextTable table;
    table.head = { u"FIELD"_s, u"VALUE"_s };
    const auto add = [&table](const QString &name, const QString &value) {
        if (!value.isEmpty())
            table.rows.append({ name, value });
    };
    add(u"id"_s, fieldText(job["id"_L1]));
    add(u"action"_s, fieldText(job["action"_L1]));
    add(u"state"_s, fieldText(job["state"_L1]));
    add(u"items"_s, (job["totalExact"_L1].toBool() ? QString() : u"about "_s) + grouped(job["total"_L1].toInteger()));
    add(u"done"_s, grouped(job["done"_L1].toInteger()));
    add(u"skipped"_s, grouped(job["skipped"_L1].toInteger()));
    add(u"failed"_s, grouped(job["failed"_L1].toInteger()));
    add(u"by"_s, fieldText(job["actor"_L1]["name"_L1]));
    add(u"undo of"_s, fieldText(job["undoOf"_L1]));
    add(u"created"_s, shortTime(job["createdDateTime"_L1]));
    add(u"started"_s, shortTime(job["startedDateTime"_L1]));
    add(u"ends about"_s, shortTime(job["estimatedEndDateTime"_L1]));
    add(u"ended"_s, shortTime(job["endedDateTime"_L1]));
    add(u"error"_s, fieldText(job["error"_L1]));
    return table.toText(tableWidth());
}

/// Waits, with a bar where somebody sees it, until a job has ended or is paused. Ctrl+C leaves the job alone.
class Watching
{
public:
    explicit Watching(bool showsBar)
        : m_showsBar(showsBar && console::isTerminal())
    {
        QObject::connect(&m_interrupt, &Interrupt::requested, &m_interrupt, [this] {
            m_interrupted = true;
            // Whoever waits goes on later, not inside of the signal of an object that goes on with this.
            QTimer::singleShot(0, QCoreApplication::instance(), [latch = m_resting] {
                if (latch)
                    latch->open();
            });
        });
    }

    [[nodiscard]] bool interrupted() const { return m_interrupted; }

    void show(const QJsonObject &job)
    {
        if (!m_showsBar)
            return;
        const int width = std::max(20, console::size().width - 1);
        console::printStyled(u"\r"_s + fitted(jobProgress(job, width, console::speaksUtf8()), width));
        m_shown = true;
    }
    void end()
    {
        if (std::exchange(m_shown, false))
            console::print(u"\n"_s);
    }

    QCoro::Task<> rest()
    {
        m_resting = std::make_shared<Latch>();
        const std::shared_ptr<Latch> latch = m_resting;
        QTimer::singleShot(lookEvery, QCoreApplication::instance(), [latch] { latch->open(); });
        co_await latch->wait();
    }

private:
    Interrupt m_interrupt;
    std::shared_ptr<Latch> m_resting;
    bool m_showsBar;
    bool m_shown = false;
    bool m_interrupted = false;
};

QCoro::Task<int> follow(QString id, bool json, std::shared_ptr<Client> client)
{
    Watching watching(!json);
    const QString path = jobPath(id);
    QJsonObject job;
    for (;;) {
        const auto now = co_await client->get(path);
        if (!now) {
            watching.end();
            co_return fail(now.error());
        }
        job = *now;
        watching.show(job);
        if (hasEnded(job) || job["state"_L1] == u"paused"_s || watching.interrupted())
            break;
        co_await watching.rest();
    }
    watching.end();
    if (json)
        console::print(pretty(job));
    else if (hasEnded(job))
        console::print(jobSummary(job));
    else if (job["state"_L1] == u"paused"_s)
        console::print(u"%1 is paused. To let it go on: iwdctl jobs resume %1\n"_s.arg(id));
    else
        console::complain(u"%1 goes on. Look at it with: iwdctl jobs show %1"_s.arg(id));
    if (watching.interrupted() && !hasEnded(job))
        co_return ExitInterrupted;
    co_return hasEnded(job) ? exitCodeOfJob(job) : ExitFine;
}

QCoro::Task<int> listJobs(CommandLine line, std::shared_ptr<Client> client)
{
    const auto jobs = co_await client->list(u"/jobs"_s, {}, shownJobs);
    if (!jobs)
        co_return fail(jobs.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *jobs } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"ACTION"_s, u"STATE"_s, u"ITEMS"_s, u"DONE"_s, u"SKIPPED"_s, u"FAILED"_s, u"BY"_s, u"CREATED"_s, u"ENDED"_s };
    table.right = { false, false, false, true, true, true, true };
    for (const auto &entry : *jobs) {
        const QJsonObject job = entry.toObject();
        const QString undo = job["undoOf"_L1].isString() ? u" (undo)"_s : QString();
        table.rows.append({ fieldText(job["id"_L1]), fieldText(job["action"_L1]) + undo, fieldText(job["state"_L1]), grouped(job["total"_L1].toInteger()), grouped(job["done"_L1].toInteger()),
            grouped(job["skipped"_L1].toInteger()), grouped(job["failed"_L1].toInteger()), fieldText(job["actor"_L1]["name"_L1]), shortTime(job["createdDateTime"_L1]),
            shortTime(job["endedDateTime"_L1]) });
    }
    console::print(jobs->isEmpty() ? u"No jobs.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

QCoro::Task<int> showJob(CommandLine line, std::shared_ptr<Client> client)
{
    const QString id = line.arguments.constFirst();
    const auto job = co_await client->get(jobPath(id));
    if (!job)
        co_return fail(job.error());
    if (wantsJson(line)) {
        console::print(pretty(*job));
        co_return ExitFine;
    }
    console::print(jobSheet(*job));
    const bool isAtWork = !hasEnded(*job) && (*job)["state"_L1] != u"paused"_s;
    if (!isAtWork || !console::isTerminal() || line.has(u"once"_s))
        co_return ExitFine;
    co_return co_await follow(id, false, client);
}

QCoro::Task<int> showResults(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query;
    if (line.has(u"outcome"_s))
        query.addQueryItem(u"outcome"_s, QString::fromLatin1(QUrl::toPercentEncoding(line.value(u"outcome"_s))));
    bool isNumber = false;
    const int most = line.value(u"limit"_s, QString::number(shownResults)).toInt(&isNumber);
    if (!isNumber || most < 1) {
        console::complain(u"--limit is a number from 1 on."_s);
        co_return ExitUsage;
    }
    const QString path = jobPath(line.arguments.constFirst()) + u"/results"_s;
    const auto results = co_await client->list(path, query, most);
    if (!results)
        co_return fail(results.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *results } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ITEM"_s, u"OUTCOME"_s, u"WHY"_s };
    for (const auto &entry : *results)
        table.rows.append({ fieldText(entry["item"_L1]), fieldText(entry["outcome"_L1]), fieldText(entry["detail"_L1]) });
    console::print(results->isEmpty() ? u"No results.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

QCoro::Task<int> commandJob(CommandLine line, std::shared_ptr<Client> client)
{
    const QString command = line.command.section(u' ', 1);
    const QString path = jobPath(line.arguments.constFirst()) + u'/' + command;
    const auto job = co_await client->post(path);
    if (!job)
        co_return fail(job.error());
    const QString id = (*job)["id"_L1].toString();
    if (command == "undo"_L1 && !line.has(u"no-wait"_s))
        co_return co_await follow(id, wantsJson(line), client);
    if (wantsJson(line))
        console::print(pretty(*job));
    else
        console::print(u"%1 is %2: %3 of %4 had their turn.\n"_s.arg(id, fieldText((*job)["state"_L1]), grouped(processed(*job)), counted((*job)["total"_L1].toInteger(), u"item"_s)));
    co_return ExitFine;
}

// ---- items bulk

Result<QJsonObject> parametersOf(const CommandLine &line, const QString &action)
{
    struct Known
    {
        QString option;
        QString member;
        QStringList actions;
    };
    static const std::vector<Known> known {
        { u"reason"_s, u"reason"_s, { u"hold"_s, u"cancel"_s, u"requeue"_s } },
        { u"result-code"_s, u"resultCode"_s, { u"complete"_s } },
        { u"queue"_s, u"queue"_s, { u"requeue"_s } },
        { u"category"_s, u"category"_s, { u"restart"_s } },
        { u"agent"_s, u"agent"_s, { u"assign"_s } },
    };
    QJsonObject parameters;
    for (const Known &one : known) {
        if (!line.has(one.option))
            continue;
        if (!one.actions.contains(action))
            return Error { ErrorCode::InvalidField, u"--%1 belongs to %2, not to %3."_s.arg(one.option, one.actions.join(u", "_s), action), {}, {} };
        parameters.insert(one.member, line.value(one.option));
    }
    if (line.has(u"set"_s) && action != "update"_L1)
        return Error { ErrorCode::InvalidField, u"--set belongs to update, not to %1."_s.arg(action), {}, {} };
    for (const QString &text : line.values(u"set"_s)) {
        const auto at = text.indexOf(u'=');
        if (at < 1)
            return Error { ErrorCode::InvalidField, u"--set wants NAME=VALUE, not \"%1\"."_s.arg(text), {}, {} };
        const QString value = text.mid(at + 1);
        parameters.insert(text.left(at), value.isEmpty() ? QJsonValue() : valueFromText(value));
    }
    return parameters;
}

Result<QJsonObject> bulkRequest(const CommandLine &line)
{
    const QString action = line.arguments.constFirst();
    if (!actions().contains(action))
        return Error { ErrorCode::InvalidField, u"There is no action \"%1\": it is one of %2."_s.arg(action, actions().join(u", "_s)), {}, {} };
    const auto parameters = parametersOf(line, action);
    if (!parameters)
        return parameters.error();
    QJsonObject request { { u"action"_s, action }, { u"parameters"_s, *parameters } };
    QStringList ids;
    for (const QString &value : line.values(u"item"_s))
        ids += value.split(u',', Qt::SkipEmptyParts);
    CommandLine words = line; // as for items search
    words.arguments.removeFirst();
    const auto search = searchFromLine(words);
    if (!search)
        return search.error();
    const bool bySearch = !search->isEmpty() || line.has(u"all"_s);
    if (ids.isEmpty() && !bySearch)
        return Error { ErrorCode::MissingField, u"Which items? Give words, --where or --condition, or --item; or --all for everything."_s, {}, {} };
    if (!ids.isEmpty() && bySearch)
        return Error { ErrorCode::InvalidField, u"Give either --item or what the items have in common, not both."_s, {}, {} };
    if (!ids.isEmpty())
        request.insert(u"items"_s, QJsonArray::fromStringList(ids));
    else
        request.insert(u"search"_s, *search);
    QStringList excluded;
    for (const QString &value : line.values(u"exclude"_s))
        excluded += value.split(u',', Qt::SkipEmptyParts);
    if (!excluded.isEmpty())
        request.insert(u"exclude"_s, QJsonArray::fromStringList(excluded));
    return request;
}

QString previewText(const QJsonObject &preview)
{
    const QJsonObject count = preview["count"_L1].toObject();
    const QJsonObject checked = preview["checked"_L1].toObject();
    TextTable table;
    table.head = { u"ID"_s, u"CAPTURE ID"_s, u"STATUS"_s, u"QUEUE"_s, u"CREATED"_s };
    const QJsonArray sample = preview["sample"_L1].toArray();
    for (const auto &item : sample)
        table.rows.append({ fieldText(item["id"_L1]), fieldText(item["captureId"_L1]), fieldText(item["status"_L1]), fieldText(item["queue"_L1]), shortTime(item["createdDateTime"_L1]) });
    QString text = u"%1 of %2%3"_s.arg(fieldText(preview["action"_L1]), count["exact"_L1].toBool() ? QString() : u"about "_s, counted(count["value"_L1].toInteger(), u"item"_s));
    text += sample.isEmpty() ? u".\n"_s : u", such as:\n\n"_s + table.toText(tableWidth());
    if (const qint64 notAllowed = checked["notAllowed"_L1].toInteger(); notAllowed > 0)
        text += u"\n%1 of %2 that were looked at cannot take it in the status they have, and will be skipped.\n"_s.arg(grouped(notAllowed), grouped(checked["items"_L1].toInteger()));
    return text;
}

QCoro::Task<int> bulk(CommandLine line, std::shared_ptr<Client> client)
{
    auto request = bulkRequest(line);
    if (!request)
        co_return failUsage(request.error());
    const bool json = wantsJson(line);
    const bool dry = line.has(u"dry-run"_s);
    const auto preview = co_await client->post(u"/items/bulk"_s, *request);
    if (!preview)
        co_return fail(preview.error());
    if (dry && json)
        console::print(pretty(*preview));
    if (!json)
        console::print(previewText(*preview));
    if (dry || (*preview)["count"_L1]["value"_L1].toInteger() == 0)
        co_return ExitFine;
    if (const auto refused = askToGoAhead(line))
        co_return *refused;
    request->insert(u"confirmationToken"_s, (*preview)["confirmationToken"_L1]);
    const auto job = co_await client->post(u"/items/bulk"_s, *request);
    if (!job)
        co_return fail(job.error());
    const QString id = (*job)["id"_L1].toString();
    if (!line.has(u"no-wait"_s))
        co_return co_await follow(id, json, client);
    if (json)
        console::print(pretty(*job));
    else
        console::print(u"%1 is at work. Look at it with: iwdctl jobs show %1\n"_s.arg(id));
    co_return ExitFine;
}

} // namespace

QString jobProgress(const QJsonObject &job, int width, bool utf8)
{
    const qint64 total = std::max<qint64>(1, job["total"_L1].toInteger());
    const qint64 done = std::min(processed(job), total);
    QString words = u"%1  %2 of %3"_s.arg(percent(done, total), grouped(processed(job)), grouped(job["total"_L1].toInteger()));
    if (const qint64 failed = job["failed"_L1].toInteger(); failed > 0)
        words += u", %1 failed"_s.arg(grouped(failed));
    if (job["estimatedEndDateTime"_L1].isString())
        words += u", ends about %1"_s.arg(shortTime(job["estimatedEndDateTime"_L1]).mid(11));
    const int length = std::clamp(width - static_cast<int>(words.size()) - 4, 0, longestBar);
    const int filled = static_cast<int>(done * length / total);
    const QString bar = QString(filled, utf8 ? u'━' : u'#') + QString(length - filled, utf8 ? u'─' : u' ');
    return length < 5 ? words : u"[%1] %2"_s.arg(bar, words);
}

const std::vector<CommandSpec> &jobCommands()
{
    static const QStringList id { u"ID"_s };
    static const OptionSpec noWait { u"no-wait"_s, {}, u"do not wait until it has ended"_s };
    static const std::vector<CommandSpec> commands {
        { u"items bulk"_s, { actions().join(u'|'), u"[WORDS]"_s }, u"Does one thing to many items, after a look at what that means."_s,
            { { u"where"_s, u"NAME=VALUE"_s, u"as for items search; may be repeated"_s, true }, { u"condition"_s, u"JSON|@FILE"_s, u"a condition as in the rules of categories"_s },
                { u"all"_s, {}, u"every item there is"_s }, { u"item"_s, u"ID,…"_s, u"these items instead; may be repeated"_s, true },
                { u"exclude"_s, u"ID,…"_s, u"but not these; may be repeated"_s, true }, { u"reason"_s, u"TEXT"_s, u"of hold, cancel and requeue: kept in the history"_s },
                { u"result-code"_s, u"TEXT"_s, u"of complete: how it ended"_s }, { u"queue"_s, u"ID"_s, u"of requeue: to this queue"_s },
                { u"category"_s, u"ID"_s, u"of restart: classified here"_s }, { u"agent"_s, u"ID"_s, u"of assign: to this agent"_s },
                { u"set"_s, u"NAME=VALUE"_s, u"of update: any attribute; without a value it is emptied; may be repeated"_s, true }, { u"dry-run"_s, {}, u"only look, change nothing"_s },
                yesOption(), noWait } },
        { u"jobs list"_s, {}, u"Shows the last 50 actions on many items, newest first."_s, {} },
        { u"jobs show"_s, id, u"Shows a job; on a terminal, with its progress until it has ended."_s, { { u"once"_s, {}, u"one look"_s } } },
        { u"jobs results"_s, id, u"Shows what has become of the items of a job."_s,
            { { u"outcome"_s, u"ok|skipped|failed"_s, u"only of these"_s }, { u"limit"_s, u"N"_s, u"at most so many; default 1000"_s } } },
        { u"jobs pause"_s, id, u"Stops a job for a while."_s, {} },
        { u"jobs resume"_s, id, u"Lets a paused job go on."_s, {} },
        { u"jobs cancel"_s, id, u"Ends a job; what it has done stays."_s, {} },
        { u"jobs undo"_s, id, u"Takes back what a job of hold, resume or update has done."_s, { noWait } },
    };
    return commands;
}

QCoro::Task<int> runJobCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "items bulk"_L1)
        return bulk(std::move(line), std::move(client));
    if (line.command == "jobs list"_L1)
        return listJobs(std::move(line), std::move(client));
    if (line.command == "jobs show"_L1)
        return showJob(std::move(line), std::move(client));
    if (line.command == "jobs results"_L1)
        return showResults(std::move(line), std::move(client));
    return commandJob(std::move(line), std::move(client));
}

} // namespace iwd
