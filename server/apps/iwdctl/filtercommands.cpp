// SPDX-License-Identifier: Apache-2.0
#include "filtercommands.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "searchwords.h"
#include "table.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

const QString filtersPath = u"/filters"_s;

QString pathOf(const QJsonObject &filter)
{
    return filtersPath + u'/' + pathSegment(filter["id"_L1].toString());
}

QString readers(const QJsonObject &filter)
{
    const QString visibility = filter["visibility"_L1].toString();
    return visibility == "shared"_L1 ? u"shared with "_s + fieldText(filter["roles"_L1]) : visibility;
}

QString titleOf(const QJsonObject &filter)
{
    return u"%1 \"%2\""_s.arg(filter["id"_L1].toString(), filter["name"_L1].toString());
}

QCoro::Task<int> listFilters(CommandLine line, std::shared_ptr<Client> client)
{
    const auto filters = co_await client->list(filtersPath);
    if (!filters)
        co_return fail(filters.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *filters } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"NAME"_s, u"OWNER"_s, u"WHO FINDS IT"_s, u"DESCRIPTION"_s };
    for (const auto &entry : *filters) {
        const QJsonObject filter = entry.toObject();
        const QString owner = filter["own"_L1].toBool() ? u"(you)"_s : fieldText(filter["owner"_L1]["name"_L1]);
        const QString problem = filter["problem"_L1]["detail"_L1].toString();
        table.rows.append({ fieldText(filter["id"_L1]), fieldText(filter["name"_L1]), owner, readers(filter),
            problem.isEmpty() ? fieldText(filter["description"_L1]) : u"cannot be used: "_s + problem });
    }
    console::print(filters->isEmpty() ? u"No filters.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

Result<QJsonObject> filterFromLine(const CommandLine &line)
{
    CommandLine words = line;
    words.arguments.removeFirst(); // the name
    const auto search = searchFromLine(words);
    if (!search)
        return search.error();
    QJsonObject filter = *search;
    filter.insert(u"name"_s, line.arguments.constFirst());
    if (line.has(u"description"_s))
        filter.insert(u"description"_s, line.value(u"description"_s));
    QStringList roles;
    for (const QString &value : line.values(u"role"_s))
        roles += value.split(u',', Qt::SkipEmptyParts);
    if (line.has(u"public"_s) && !roles.isEmpty())
        return Error { ErrorCode::InvalidField, u"Give --public or --role, not both: everybody finds a public filter."_s, {}, {} };
    if (line.has(u"public"_s))
        filter.insert(u"visibility"_s, u"public"_s);
    if (!roles.isEmpty()) {
        filter.insert(u"visibility"_s, u"shared"_s);
        filter.insert(u"roles"_s, QJsonArray::fromStringList(roles));
    }
    return filter;
}

/// One's own filter with this name; an empty object when there is none.
QCoro::Task<Result<QJsonObject>> ownFilter(QString name, std::shared_ptr<Client> client)
{
    const auto filters = co_await client->list(filtersPath);
    if (!filters)
        co_return filters.error();
    for (const auto &entry : *filters) {
        const QJsonObject filter = entry.toObject();
        if (filter["own"_L1].toBool() && filter["name"_L1].toString() == name)
            co_return filter;
    }
    co_return QJsonObject();
}

QCoro::Task<Result<QJsonObject>> putFilter(QJsonObject filter, bool replace, std::shared_ptr<Client> client)
{
    QJsonObject before;
    if (replace) {
        const auto found = co_await ownFilter(filter["name"_L1].toString(), client);
        if (!found)
            co_return found.error();
        before = *found;
    }
    if (before.isEmpty())
        co_return co_await client->post(filtersPath, filter);
    const QString path = pathOf(before);
    const QByteArray version = '"' + QByteArray::number(before["version"_L1].toInteger()) + '"';
    co_return co_await client->put(path, filter, version);
}

QCoro::Task<int> saveFilter(CommandLine line, std::shared_ptr<Client> client)
{
    const auto filter = filterFromLine(line);
    if (!filter)
        co_return failUsage(filter.error());
    const auto saved = co_await putFilter(*filter, line.has(u"replace"_s), client);
    if (!saved) {
        const int code = fail(saved.error());
        if (saved.error().code == ErrorCode::ObjectExists)
            console::complain(u"Give --replace to put this in its place."_s);
        co_return code;
    }
    if (wantsJson(line))
        console::print(pretty(*saved));
    else
        console::print(u"Saved %1, %2. Use it with: iwdctl items search --filter %3\n"_s.arg(titleOf(*saved), readers(*saved), saved->value("id"_L1).toString()));
    co_return ExitFine;
}

QCoro::Task<int> deleteFilter(CommandLine line, std::shared_ptr<Client> client)
{
    const auto filter = co_await filterMeant(line.arguments.constFirst(), client);
    if (!filter)
        co_return fail(filter.error());
    const QString path = pathOf(*filter);
    const auto removed = co_await client->remove(path);
    if (!removed)
        co_return fail(removed.error());
    if (wantsJson(line))
        console::print(pretty({ { u"id"_s, filter->value("id"_L1) }, { u"deleted"_s, true } }));
    else
        console::print(u"Deleted %1.\n"_s.arg(titleOf(*filter)));
    co_return ExitFine;
}

Error severalCalled(const QString &name, const QList<QJsonObject> &filters)
{
    QStringList which;
    for (const QJsonObject &filter : filters)
        which.append(u"%1 of %2"_s.arg(filter["id"_L1].toString(), fieldText(filter["owner"_L1]["name"_L1])));
    return { ErrorCode::InvalidField, u"Several filters are called \"%1\": %2. Say which by its id."_s.arg(name, which.join(u", "_s)), {}, {} };
}

} // namespace

QCoro::Task<Result<QJsonObject>> filterMeant(QString idOrName, std::shared_ptr<Client> client)
{
    static const QRegularExpression id(u"^filter-[1-9][0-9]*$"_s);
    if (id.match(idOrName).hasMatch()) {
        const QString path = filtersPath + u'/' + idOrName;
        co_return co_await client->get(path);
    }
    const auto filters = co_await client->list(filtersPath);
    if (!filters)
        co_return filters.error();
    QList<QJsonObject> ofOthers;
    for (const auto &entry : *filters) {
        const QJsonObject filter = entry.toObject();
        if (filter["name"_L1].toString() != idOrName)
            continue;
        if (filter["own"_L1].toBool())
            co_return filter;
        ofOthers.append(filter);
    }
    if (ofOthers.size() > 1)
        co_return severalCalled(idOrName, ofOthers);
    if (ofOthers.isEmpty())
        co_return Error { ErrorCode::ObjectNotFound, u"There is no filter \"%1\". See iwdctl filters list."_s.arg(idOrName), {}, {} };
    co_return ofOthers.constFirst();
}

QCoro::Task<Result<QJsonObject>> filterOfLine(CommandLine line, std::shared_ptr<Client> client)
{
    if (!line.has(u"filter"_s))
        co_return QJsonObject();
    co_return co_await filterMeant(line.value(u"filter"_s), client);
}

const std::vector<CommandSpec> &filterCommands()
{
    static const std::vector<CommandSpec> commands {
        { u"filters list"_s, {}, u"Shows the saved filters: your own, and what others share with you."_s, {} },
        { u"filters save"_s, { u"NAME"_s, u"[WORDS]"_s }, u"Gives a search a name, for items search --filter and items export --filter."_s,
            { { u"where"_s, u"NAME=VALUE"_s, u"as of items search; may be repeated"_s, true }, { u"condition"_s, u"JSON|@FILE"_s, u"a condition as in the rules of categories"_s },
                { u"sort"_s, u"[-]FIELD,…|priority"_s, u"- is descending; default: newest first"_s }, { u"columns"_s, u"NAME,…"_s, u"what to tell of each item, such as status,custom.region"_s },
                { u"description"_s, u"TEXT"_s, u"what it is good for"_s }, { u"public"_s, {}, u"everybody of the tenant finds it; default: you alone"_s },
                { u"role"_s, u"ROLE"_s, u"users with this role find it; several with commas"_s, true }, { u"replace"_s, {}, u"in the place of your filter with this name, if there is one"_s } } },
        { u"filters delete"_s, { u"ID"_s }, u"Deletes a saved filter, by its id or its name."_s, {} },
    };
    return commands;
}

QCoro::Task<int> runFilterCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "filters list"_L1)
        return listFilters(std::move(line), std::move(client));
    if (line.command == "filters save"_L1)
        return saveFilter(std::move(line), std::move(client));
    return deleteFilter(std::move(line), std::move(client));
}

} // namespace iwd
