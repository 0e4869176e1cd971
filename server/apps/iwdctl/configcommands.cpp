// SPDX-License-Identifier: Apache-2.0
#include "configcommands.h"

#include "asking.h"
#include "connection.h"
#include "console.h"
#include "printing.h"
#include "styledline.h"
#include "table.h"

#include <base/jsonfromyaml.h>
#include <base/yamlfromjson.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int shownVersions = 50;
constexpr milliseconds patience { 60'000 }; ///< the server's own for whole configurations

/// How a file of configuration is best read: what others refer to comes first.
const QStringList &order()
{
    static const QStringList names { u"format"_s, u"calendars"_s, u"skills"_s, u"attributes"_s, u"capturePoints"_s, u"schemas"_s, u"queues"_s, u"categories"_s, u"agents"_s, u"settings"_s,
        u"name"_s, u"description"_s };
    return names;
}

QString oneLine(const QJsonValue &value)
{
    if (value.isUndefined())
        return u"–"_s;
    const QByteArray array = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(array.mid(1, array.size() - 2));
}

Style styleOf(const QString &action)
{
    return action == "create"_L1 ? Style::Good : action == "delete"_L1 ? Style::Bad : Style::Accent;
}

QString markOf(const QString &action)
{
    return action == "create"_L1 ? u"+"_s : action == "delete"_L1 ? u"-"_s : u"~"_s;
}

/// "2 to create, 1 to delete, 40 as they are"
QString summaryOf(const QJsonObject &plan)
{
    std::map<QString, qint64> counts;
    for (const auto &change : plan["changes"_L1].toArray())
        ++counts[change["action"_L1].toString()];
    QStringList parts;
    for (const auto &[action, words] : { std::pair(u"create"_s, u"to create"_s), { u"update"_s, u"to change"_s }, { u"delete"_s, u"to delete"_s } }) {
        if (counts[action] > 0)
            parts.append(u"%1 %2"_s.arg(grouped(counts[action]), words));
    }
    if (parts.isEmpty())
        return u"Nothing to do: %1 as wanted.\n"_s.arg(grouped(plan["unchanged"_L1].toInteger()));
    parts.append(u"%1 as they are"_s.arg(grouped(plan["unchanged"_L1].toInteger())));
    return parts.join(u", "_s) + u".\n"_s;
}

void showPlan(const QJsonObject &plan)
{
    const QJsonArray changes = plan["changes"_L1].toArray();
    console::printStyled(changesText(changes, console::wantsColor()));
    const QJsonArray warnings = plan["warnings"_L1].toArray();
    for (const auto &warning : warnings)
        console::print(u"\nWarning: %1\n"_s.arg(warning.toString()));
    console::print((changes.isEmpty() ? QString() : u"\n"_s) + summaryOf(plan));
    const QJsonArray problems = plan["problems"_L1].toArray();
    for (const auto &problem : problems)
        console::complain(u"%1: %2"_s.arg(problem["field"_L1].toString(), problem["text"_L1].toString()));
    if (!problems.isEmpty())
        console::complain(problems.size() == 1 ? u"It cannot be done because of this problem."_s : u"It cannot be done because of these %1 problems."_s.arg(problems.size()));
}

int exitCodeOfPlan(const QJsonObject &plan)
{
    if (!plan["problems"_L1].toArray().isEmpty())
        return ExitRefused;
    return plan["changes"_L1].toArray().isEmpty() ? ExitFine : ExitDifferent;
}

Result<QByteArray> contentOf(const QString &fileName)
{
    QFile file(fileName);
    const bool isOpen = fileName == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return Error { ErrorCode::ConfigurationInvalid, u"\"%1\" cannot be read: %2."_s.arg(fileName, file.errorString()), {}, {} };
    return file.readAll();
}

/// What to send to have the file's configuration.
Result<QJsonObject> requestOf(const CommandLine &line)
{
    const QString fileName = line.arguments.constFirst();
    const auto content = contentOf(fileName);
    if (!content)
        return content.error();
    const auto configuration = configurationFrom(*content);
    if (!configuration)
        return Error { configuration.error().code, fileName + u": "_s + configuration.error().text, {}, {} };
    return QJsonObject { { u"configuration"_s, *configuration }, { u"removeOthers"_s, line.has(u"prune"_s) } };
}

QCoro::Task<Result<Answer>> send(std::shared_ptr<Client> client, QByteArray method, QString path, QJsonObject body, QByteArray ifMatch)
{
    Call call;
    call.method = method;
    call.path = path;
    call.body = body;
    call.ifMatch = ifMatch;
    call.deadline = patience;
    const auto answer = co_await client->send(call);
    co_return answer;
}

QCoro::Task<Result<QJsonObject>> planned(std::shared_ptr<Client> client, QJsonObject request)
{
    const auto answer = co_await send(client, "POST", u"/configuration/plan"_s, request, {});
    if (!answer)
        co_return answer.error();
    co_return answer->body;
}

QByteArray tagOf(const QJsonObject &plan)
{
    return '"' + QByteArray::number(plan["version"_L1].toInteger()) + '"';
}

/// Looks, shows, asks, and does it, if nobody changed anything in between.
QCoro::Task<int> planAndDo(CommandLine line, std::shared_ptr<Client> client, QJsonObject request, QByteArray method, QString path)
{
    const bool json = wantsJson(line);
    const bool dry = line.has(u"dry-run"_s);
    const auto plan = co_await planned(client, request);
    if (!plan)
        co_return fail(plan.error());
    if (!json)
        showPlan(*plan);
    const int outcome = exitCodeOfPlan(*plan);
    if (dry || outcome != ExitDifferent) {
        if (json)
            console::print(pretty(*plan));
        co_return outcome;
    }
    if (const auto refused = askToGoAhead(line))
        co_return *refused;
    const auto answer = co_await send(client, method, path, request, tagOf(*plan));
    if (!answer)
        co_return fail(answer.error());
    if (json)
        console::print(pretty(answer->body));
    else
        console::print(u"Done: this is version %1. To take it back: iwdctl config restore %2\n"_s.arg(answer->body["version"_L1].toInteger()).arg((*plan)["version"_L1].toInteger()));
    co_return ExitFine;
}

int writeTo(const QString &fileName, const QByteArray &content)
{
    if (fileName.isEmpty() || fileName == "-"_L1) {
        console::print(QString::fromUtf8(content));
        return ExitFine;
    }
    QSaveFile file(fileName);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit()) {
        console::complain(u"\"%1\" cannot be written: %2."_s.arg(fileName, file.errorString()));
        return ExitRefused;
    }
    return ExitFine;
}

QCoro::Task<int> exportConfiguration(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query;
    if (line.has(u"version"_s))
        query.addQueryItem(u"version"_s, line.value(u"version"_s));
    const auto answer = co_await client->get(u"/configuration"_s, query);
    if (!answer)
        co_return fail(answer.error());
    if (wantsJson(line))
        co_return writeTo(line.value(u"to"_s), pretty(*answer).toUtf8());
    QJsonObject configuration = *answer;
    const QString version = QString::number(configuration.take("version"_L1).toInteger());
    const QString time = shortTime(configuration.take("time"_L1));
    const QString head = u"# The configuration of %1, version %2, read %3 UTC.\n"
                         "# What is not said has its default. To put a changed file in force: iwdctl config apply FILE\n"_s.arg(client->options().url.toString(QUrl::RemoveUserInfo), version, time);
    co_return writeTo(line.value(u"to"_s), head.toUtf8() + yamlFromJson(configuration, order()));
}

QCoro::Task<int> diff(CommandLine line, std::shared_ptr<Client> client)
{
    const auto request = requestOf(line);
    if (!request)
        co_return failUsage(request.error());
    const auto plan = co_await planned(client, *request);
    if (!plan)
        co_return fail(plan.error());
    if (wantsJson(line))
        console::print(pretty(*plan));
    else
        showPlan(*plan);
    co_return exitCodeOfPlan(*plan);
}

QCoro::Task<int> apply(CommandLine line, std::shared_ptr<Client> client)
{
    const auto request = requestOf(line);
    if (!request)
        co_return failUsage(request.error());
    co_return co_await planAndDo(line, client, *request, "PUT", u"/configuration"_s);
}

/// The argument as the number of a version.
Result<qint64> versionFrom(const QString &text)
{
    bool isNumber = false;
    const qint64 version = text.toLongLong(&isNumber);
    if (isNumber && version >= 0)
        return version;
    return Error { ErrorCode::InvalidField, u"\"%1\" is no version: it is one of the numbers that \"iwdctl config versions\" shows."_s.arg(text), {}, {} };
}

QCoro::Task<int> restore(CommandLine line, std::shared_ptr<Client> client)
{
    const auto version = versionFrom(line.arguments.constFirst());
    if (!version)
        co_return failUsage(version.error());
    QJsonObject request { { u"version"_s, *version } };
    QStringList kinds;
    for (const QString &value : line.values(u"kind"_s))
        kinds += value.split(u',', Qt::SkipEmptyParts);
    if (!kinds.isEmpty())
        request.insert(u"kinds"_s, QJsonArray::fromStringList(kinds));
    co_return co_await planAndDo(line, client, request, "POST", u"/configuration/restore"_s);
}

QCoro::Task<int> compare(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query;
    for (qsizetype i = 0; i < line.arguments.size(); ++i) {
        const auto version = versionFrom(line.arguments[i]);
        if (!version)
            co_return failUsage(version.error());
        query.addQueryItem(i == 0 ? u"from"_s : u"to"_s, QString::number(*version));
    }
    const auto answer = co_await client->get(u"/configuration/changes"_s, query);
    if (!answer)
        co_return fail(answer.error());
    const QJsonArray changes = (*answer)["changes"_L1].toArray();
    if (wantsJson(line))
        console::print(pretty(*answer));
    else if (changes.isEmpty())
        console::print(u"No difference.\n"_s);
    else
        console::printStyled(changesText(changes, console::wantsColor()));
    co_return changes.isEmpty() ? ExitFine : ExitDifferent;
}

/// "update queue claims, create skill french … and 12 more"
QString whatChanged(const QJsonObject &version)
{
    const QJsonArray changes = version["changes"_L1].toArray();
    QStringList some;
    for (qsizetype i = 0; i < std::min<qsizetype>(3, changes.size()); ++i)
        some.append(u"%1 %2 %3"_s.arg(changes[i]["action"_L1].toString(), changes[i]["kind"_L1].toString(), changes[i]["id"_L1].toString()));
    const qint64 others = version["count"_L1].toInteger() - some.size();
    return some.join(u", "_s) + (others > 0 ? u" and %1 more"_s.arg(grouped(others)) : QString());
}

QCoro::Task<int> listVersions(CommandLine line, std::shared_ptr<Client> client)
{
    bool isNumber = false;
    const int most = line.value(u"limit"_s, QString::number(shownVersions)).toInt(&isNumber);
    if (!isNumber || most < 1)
        co_return failUsage({ ErrorCode::InvalidField, u"--limit is a number from 1 on."_s, {}, {} });
    const auto versions = co_await client->list(u"/configuration/versions"_s, {}, most);
    if (!versions)
        co_return fail(versions.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *versions } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"VERSION"_s, u"TIME"_s, u"BY"_s, u"WHAT"_s };
    table.right = { true };
    for (const auto &entry : *versions) {
        const QJsonObject version = entry.toObject();
        table.rows.append({ QString::number(version["version"_L1].toInteger()), shortTime(version["time"_L1]), fieldText(version["actor"_L1]["name"_L1]), whatChanged(version) });
    }
    console::print(versions->isEmpty() ? u"Nothing was ever changed.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

} // namespace

Result<QJsonObject> configurationFrom(const QByteArray &content)
{
    const auto json = jsonFromYaml(content);
    if (!json)
        return json.error();
    const QJsonDocument document = QJsonDocument::fromJson(*json);
    if (!document.isObject())
        return Error { ErrorCode::ConfigurationInvalid, u"This is no configuration: at its top are members such as \"queues:\"."_s, {}, {} };
    return document.object();
}

QString changesText(const QJsonArray &changes, bool color)
{
    const Look look { color, true };
    constexpr int unlimited = std::numeric_limits<int>::max();
    QString text;
    for (const auto &entry : changes) {
        const QJsonObject change = entry.toObject();
        const QString action = change["action"_L1].toString();
        StyledLine head;
        head.add(u"%1 %2 %3"_s.arg(markOf(action), change["kind"_L1].toString(), change["id"_L1].toString()), styleOf(action));
        text += head.toText(look, unlimited) + u'\n';
        const QJsonObject before = change["before"_L1].toObject();
        const QJsonObject after = change["after"_L1].toObject();
        if (action == "delete"_L1)
            continue;
        QStringList members = after.keys();
        for (const QString &gone : before.keys()) {
            if (!after.contains(gone))
                members.append(gone);
        }
        for (const QString &member : members) {
            if (member == "id"_L1)
                continue;
            StyledLine line;
            line.add(u"    %1: "_s.arg(member), Style::Dim);
            if (action == "update"_L1)
                line.add(oneLine(before[member])).add(u" → "_s, Style::Dim);
            line.add(oneLine(after[member]));
            text += line.toText(look, unlimited) + u'\n';
        }
    }
    return text;
}

const std::vector<CommandSpec> &configCommands()
{
    static const OptionSpec prune { u"prune"_s, {}, u"objects that the file does not name go, of the kinds that it names"_s };
    static const OptionSpec dryRun { u"dry-run"_s, {}, u"only look, change nothing"_s };
    static const std::vector<CommandSpec> commands {
        { u"config export"_s, {}, u"Writes the whole configuration as YAML."_s,
            { { u"to"_s, u"FILE"_s, u"default: standard output"_s }, { u"version"_s, u"N"_s, u"as it was then; default: as it is"_s } } },
        { u"config diff"_s, { u"FILE"_s }, u"Shows what applying a file would change. Exit code 6 when something would."_s, { prune } },
        { u"config apply"_s, { u"FILE"_s }, u"Makes the configuration what a file says: all of it or nothing."_s, { prune, dryRun, yesOption() } },
        { u"config versions"_s, {}, u"Shows who changed the configuration and when, newest first."_s, { { u"limit"_s, u"N"_s, u"at most so many; default 50"_s } } },
        { u"config compare"_s, { u"VERSION"_s, u"[VERSION]"_s }, u"Shows what is different between two versions, or between one and now."_s, {} },
        { u"config restore"_s, { u"VERSION"_s }, u"Makes the configuration what it was at a version."_s,
            { { u"kind"_s, u"KIND,…"_s, u"only these, such as queues,categories,schemas,calendars; default: all"_s, true }, dryRun, yesOption() } },
    };
    return commands;
}

QCoro::Task<int> runConfigCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "config export"_L1)
        return exportConfiguration(std::move(line), std::move(client));
    if (line.command == "config diff"_L1)
        return diff(std::move(line), std::move(client));
    if (line.command == "config apply"_L1)
        return apply(std::move(line), std::move(client));
    if (line.command == "config versions"_L1)
        return listVersions(std::move(line), std::move(client));
    if (line.command == "config compare"_L1)
        return compare(std::move(line), std::move(client));
    return restore(std::move(line), std::move(client));
}

} // namespace iwd
