// SPDX-License-Identifier: Apache-2.0
#include "itemcommands.h"

#include "connection.h"
#include "console.h"
#include "filtercommands.h"
#include "printing.h"
#include "searchwords.h"
#include "table.h"

#include <QFile>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int HistoryLimit = 10'000;

QString itemList(const QJsonArray &items)
{
    TextTable table;
    table.head = { u"ID"_s, u"CAPTURE ID"_s, u"STATUS"_s, u"QUEUE"_s, u"PRIORITY"_s, u"ASSIGNED TO"_s, u"CREATED"_s, u"SLA"_s };
    table.right = { false, false, false, false, true };
    for (const auto &entry : items) {
        const QJsonObject item = entry.toObject();
        table.rows.append({ fieldText(item["id"_L1]), fieldText(item["captureId"_L1]), fieldText(item["status"_L1]), fieldText(item["queue"_L1]), fieldText(item["priority"_L1]),
            fieldText(item["assignedToUser"_L1]), shortTime(item["createdDateTime"_L1]), shortTime(item["slaDateTime"_L1]) });
    }
    return items.isEmpty() ? u"No items.\n"_s : table.toText(tableWidth());
}

void appendFields(TextTable &table, const QString &prefix, const QJsonObject &object)
{
    for (auto field = object.begin(); field != object.end(); ++field) {
        if (field->isObject() && prefix.isEmpty())
            appendFields(table, field.key() + u'.', field->toObject());
        else if (!field->isNull() && !fieldText(*field).isEmpty())
            table.rows.append({ prefix + field.key(), fieldText(*field) });
    }
}

QString itemSheet(const QJsonObject &item)
{
    TextTable table;
    table.head = { u"FIELD"_s, u"VALUE"_s };
    appendFields(table, {}, item);
    return table.toText(tableWidth());
}

QString historyTable(const QJsonArray &events)
{
    TextTable table;
    table.head = { u"TIME"_s, u"WHAT"_s, u"BY"_s };
    for (const auto &entry : events) {
        const QJsonObject event = entry.toObject();
        const QJsonObject actor = event["actor"_L1].toObject();
        const QString name = actor["name"_L1].toString();
        table.rows.append({ event["time"_L1].toString().left(23).replace(u'T', u' '), eventSentence(event), name.isEmpty() ? actor["kind"_L1].toString() : name });
    }
    return events.isEmpty() ? u"No history.\n"_s : table.toText(tableWidth());
}

QUrlQuery filtersOf(const CommandLine &line)
{
    static const std::vector<std::pair<QString, QString>> names { { u"status"_s, u"status"_s }, { u"queue"_s, u"queue"_s },
        { u"category"_s, u"category"_s }, { u"capture-point"_s, u"capturePointId"_s }, { u"capture-id"_s, u"captureId"_s },
        { u"assigned-to"_s, u"assignedToUser"_s }, { u"label"_s, u"label"_s }, { u"sort"_s, u"sort"_s } };
    QUrlQuery query;
    for (const auto &[option, parameter] : names) {
        if (line.has(option))
            query.addQueryItem(parameter, QString::fromLatin1(QUrl::toPercentEncoding(line.value(option))));
    }
    return query;
}

/// How many items are wanted. @returns nothing, after a complaint, when that is not a number of items
std::optional<int> limitOf(const CommandLine &line)
{
    bool isNumber = false;
    const int limit = line.value(u"limit"_s, u"50"_s).toInt(&isNumber);
    if (isNumber && limit > 0)
        return limit;
    console::complain(u"--limit is a number from 1 on."_s);
    return std::nullopt;
}

QCoro::Task<int> listItems(CommandLine line, std::shared_ptr<Client> client)
{
    const auto limit = limitOf(line);
    if (!limit)
        co_return ExitUsage;
    const auto items = co_await client->list(u"/items"_s, filtersOf(line), *limit);
    if (!items)
        co_return fail(items.error());
    if (wantsJson(line))
        console::print(pretty({ { u"data"_s, *items } }));
    else
        console::print(itemList(*items));
    co_return ExitFine;
}

/// The columns that somebody chose, in their order.
QString chosenColumns(const QJsonArray &items, const QStringList &columns)
{
    TextTable table;
    table.head = { u"ID"_s };
    for (const QString &column : columns)
        table.head.append(column.toUpper());
    for (const auto &entry : items) {
        const QJsonObject item = entry.toObject();
        QStringList row { fieldText(item["id"_L1]) };
        for (const QString &column : columns) {
            const QJsonValue value = column.startsWith("custom."_L1) ? item["custom"_L1][QStringView(column).sliced(7)] : item[column];
            row.append(column.endsWith("DateTime"_L1) ? shortTime(value) : fieldText(value));
        }
        table.rows.append(row);
    }
    return items.isEmpty() ? u"No items.\n"_s : table.toText(tableWidth());
}

/// Pages until there are enough.
QCoro::Task<Result<QJsonObject>> searchPages(QJsonObject search, int most, std::shared_ptr<Client> client)
{
    QJsonArray found;
    QJsonObject last;
    do {
        search.insert(u"limit"_s, std::min(1'000, most - static_cast<int>(found.size())));
        const auto page = co_await client->post(u"/items/search"_s, search);
        if (!page)
            co_return page.error();
        if (last.isEmpty())
            last = *page;
        for (const auto &item : page->value("data"_L1).toArray())
            found.append(item);
        search.insert(u"cursor"_s, page->value("nextCursor"_L1));
        search.remove(u"count"_s);
    } while (search.value("cursor"_L1).isString() && found.size() < most);
    last.insert(u"data"_s, found);
    last.insert(u"nextCursor"_s, search.value("cursor"_L1));
    co_return last;
}

QCoro::Task<int> searchItems(CommandLine line, std::shared_ptr<Client> client)
{
    const auto limit = limitOf(line);
    if (!limit)
        co_return ExitUsage;
    auto search = searchFromLine(line);
    if (!search) {
        console::complain(search.error());
        co_return ExitUsage;
    }
    const auto filter = co_await filterOfLine(line, client);
    if (!filter)
        co_return fail(filter.error());
    if (!filter->isEmpty())
        search->insert(u"filter"_s, filter->value("id"_L1));
    const auto found = co_await searchPages(*search, *limit, client);
    if (!found)
        co_return fail(found.error());
    if (wantsJson(line)) {
        console::print(pretty(*found));
        co_return ExitFine;
    }
    QStringList columns = line.value(u"columns"_s).split(u',', Qt::SkipEmptyParts);
    if (columns.isEmpty()) {
        for (const auto &column : filter->value("columns"_L1).toArray())
            columns.append(column.toString());
        columns.removeAll(u"id"_s); // it is always there
    }
    const QJsonArray items = found->value("data"_L1).toArray();
    console::print(columns.isEmpty() ? itemList(items) : chosenColumns(items, columns));
    if (const QJsonObject count = found->value("count"_L1).toObject(); !count.isEmpty())
        console::print(u"%1%2 in all\n"_s.arg(count["exact"_L1].toBool() ? QString() : u"about "_s, grouped(count["value"_L1].toInteger())));
    co_return ExitFine;
}

Result<QJsonValue> inputFromFile(const QString &name)
{
    QFile file(name);
    const bool open = name == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!open)
        return Error { ErrorCode::InvalidField, u"\"%1\" cannot be read: %2."_s.arg(name, file.errorString()), {}, {} };
    QJsonParseError broken {};
    const auto document = QJsonDocument::fromJson(file.readAll(), &broken);
    if (broken.error != QJsonParseError::NoError)
        return Error { ErrorCode::InvalidField, u"\"%1\" is no JSON: %2 at byte %3."_s.arg(name, broken.errorString()).arg(broken.offset), {}, {} };
    return document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object());
}

Result<QJsonValue> newItem(const CommandLine &line)
{
    QJsonValue input = QJsonObject();
    if (!line.arguments.isEmpty()) {
        const auto read = inputFromFile(line.arguments.constFirst());
        if (!read || read->isArray())
            return read;
        input = *read;
    }
    QJsonObject item = input.toObject();
    static const std::vector<std::pair<QString, QString>> names { { u"capture-id"_s, u"captureId"_s }, { u"capture-point"_s, u"capturePointId"_s },
        { u"category"_s, u"category"_s }, { u"channel"_s, u"channel"_s } };
    for (const auto &[option, field] : names) {
        if (line.has(option))
            item.insert(field, line.value(option));
    }
    for (const QString &assignment : line.values(u"set"_s)) {
        const auto equals = assignment.indexOf(u'=');
        if (equals < 1)
            return Error { ErrorCode::InvalidField, u"--set wants NAME=VALUE, not \"%1\"."_s.arg(assignment), {}, {} };
        item.insert(assignment.left(equals), valueFromText(assignment.mid(equals + 1)));
    }
    if (line.has(u"label"_s))
        item.insert(u"labels"_s, QJsonArray::fromStringList(line.values(u"label"_s)));
    return QJsonValue(item);
}

QCoro::Task<int> addItems(CommandLine line, std::shared_ptr<Client> client)
{
    const auto input = newItem(line);
    if (!input) {
        console::complain(input.error());
        co_return ExitUsage;
    }
    const auto answer = co_await client->post(u"/items"_s, *input);
    if (!answer)
        co_return fail(answer.error());
    if (wantsJson(line)) {
        console::print(pretty(*answer));
    } else if (input->isArray()) {
        console::print(u"%1 accepted, %2 known already, %3 refused\n"_s.arg((*answer)["accepted"_L1].toInt())
                           .arg((*answer)["duplicates"_L1].toInt())
                           .arg((*answer)["failed"_L1].toInt()));
    } else {
        const QString known = (*answer)["duplicate"_L1].toBool() ? u" (known already, nothing changed)"_s : QString();
        console::print(u"%1 is %2 in queue %3%4\n"_s.arg(fieldText((*answer)["id"_L1]), fieldText((*answer)["status"_L1]), fieldText((*answer)["queue"_L1]), known));
    }
    co_return (*answer)["failed"_L1].toInt() > 0 ? ExitRefused : ExitFine;
}

QString itemPath(const CommandLine &line)
{
    return u"/items/"_s + pathSegment(line.arguments.constFirst());
}

QCoro::Task<int> getItem(CommandLine line, std::shared_ptr<Client> client)
{
    const auto item = co_await client->get(itemPath(line));
    if (!item)
        co_return fail(item.error());
    console::print(wantsJson(line) ? pretty(*item) : itemSheet(*item));
    co_return ExitFine;
}

QCoro::Task<int> showHistory(CommandLine line, std::shared_ptr<Client> client)
{
    const QString path = itemPath(line) + u"/history"_s;
    const auto events = co_await client->list(path, {}, HistoryLimit);
    if (!events)
        co_return fail(events.error());
    console::print(wantsJson(line) ? pretty({ { u"data"_s, *events } }) : historyTable(*events));
    co_return ExitFine;
}

QCoro::Task<int> act(CommandLine line, std::shared_ptr<Client> client)
{
    QJsonObject body;
    if (line.has(u"reason"_s))
        body.insert(u"reason"_s, line.value(u"reason"_s));
    if (line.has(u"result-code"_s))
        body.insert(u"resultCode"_s, line.value(u"result-code"_s));
    const QString operation = line.command.section(u' ', 1);
    const QString path = itemPath(line) + u'/' + operation;
    const auto item = co_await client->post(path, body);
    if (!item)
        co_return fail(item.error());
    if (wantsJson(line))
        console::print(pretty(*item));
    else
        console::print(u"%1 is %2\n"_s.arg(fieldText((*item)["id"_L1]), fieldText((*item)["status"_L1])));
    co_return ExitFine;
}

} // namespace

QJsonValue valueFromText(const QString &text)
{
    bool ok = false;
    const double number = text.toDouble(&ok);
    if (ok && !text.startsWith(u'+'))
        return number;
    if (text == "true"_L1 || text == "false"_L1)
        return text == "true"_L1;
    return text;
}

QString eventSentence(const QJsonObject &event)
{
    QString type = event["type"_L1].toString();
    type = type.section(u'.', 1).replace(u'_', u' ');
    const QJsonObject after = event["after"_L1].toObject();
    const QJsonObject itsClass = event["class"_L1].toObject();
    QStringList details;
    if (type == "queued"_L1 || type == "captured"_L1)
        details.append(u"queue %1"_s.arg(fieldText(itsClass["queue"_L1])));
    if (!after["assignedToUser"_L1].toString().isEmpty())
        details.append(u"to %1"_s.arg(fieldText(after["assignedToUser"_L1])));
    if (type == "queued"_L1 && itsClass["priority"_L1].isDouble())
        details.append(u"priority %1"_s.arg(fieldText(itsClass["priority"_L1])));
    if (!event["reason"_L1].toString().isEmpty())
        details.append(event["reason"_L1].toString());
    return details.isEmpty() ? type : u"%1: %2"_s.arg(type, details.join(u", "_s));
}

const std::vector<CommandSpec> &itemCommands()
{
    static const OptionSpec reason { u"reason"_s, u"TEXT"_s, u"kept in the item's history"_s };
    static const QStringList id { u"ID"_s };
    static const std::vector<CommandSpec> commands {
        { u"items list"_s, {}, u"Shows items, newest first."_s,
            { { u"status"_s, u"STATUS,…"_s, u"new captured queued assigned held errorheld completed …"_s }, { u"queue"_s, u"ID"_s, u"of this queue"_s },
                { u"category"_s, u"ID"_s, u"of this category"_s }, { u"capture-point"_s, u"ID"_s, u"from this source"_s },
                { u"capture-id"_s, u"ID"_s, u"with this key of the source"_s }, { u"assigned-to"_s, u"AGENT"_s, u"with this agent"_s },
                { u"label"_s, u"LABEL"_s, u"with this label"_s },
                { u"sort"_s, u"-id|id|priority"_s, u"newest, oldest, or the Universal Queue's own order"_s },
                { u"limit"_s, u"N"_s, u"at most so many; default 50"_s } } },
        { u"items search"_s, { u"[WORDS]"_s }, u"Finds items by words, by conditions, or by both."_s,
            { { u"where"_s, u"NAME=VALUE"_s, u"also != < <= > >= and ~ (contains); a,b is one of both; may be repeated"_s, true },
                { u"condition"_s, u"JSON|@FILE"_s, u"a condition as in the rules of categories"_s },
                { u"filter"_s, u"ID|NAME"_s, u"also what this saved filter looks for, in its order and with its columns"_s },
                { u"sort"_s, u"[-]FIELD,…|priority"_s, u"- is descending; default: newest first"_s },
                { u"columns"_s, u"NAME,…"_s, u"what to show of each item, such as status,custom.region"_s },
                { u"limit"_s, u"N"_s, u"at most so many; default 50"_s }, { u"count"_s, {}, u"also say how many there are in all"_s } } },
        { u"items get"_s, id, u"Shows one item, by its id or the source's key."_s, {} },
        { u"items add"_s, { u"[FILE]"_s }, u"Posts an item, or those of a JSON file (- reads standard input)."_s,
            { { u"capture-id"_s, u"ID"_s, u"the source's own key"_s }, { u"capture-point"_s, u"ID"_s, u"the source"_s },
                { u"category"_s, u"ID"_s, u"classified already"_s }, { u"channel"_s, u"NAME"_s, u"such as email"_s },
                { u"set"_s, u"NAME=VALUE"_s, u"any attribute; may be repeated"_s, true }, { u"label"_s, u"LABEL"_s, u"may be repeated"_s, true } } },
        { u"items hold"_s, id, u"Takes an item out of distribution."_s, { reason } },
        { u"items resume"_s, id, u"Puts a held item back, or retries a failed classification."_s, {} },
        { u"items complete"_s, id, u"Ends an item as done."_s, { { u"result-code"_s, u"TEXT"_s, u"how it ended"_s } } },
        { u"items cancel"_s, id, u"Ends an item that is no longer wanted."_s, { reason } },
        { u"items restart"_s, id, u"Sends an item back to the beginning; reopens a finished one."_s, {} },
        { u"items history"_s, id, u"Shows everything that happened to an item."_s, {} },
    };
    return commands;
}

QCoro::Task<int> runItemCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "items list"_L1)
        return listItems(std::move(line), std::move(client));
    if (line.command == "items search"_L1)
        return searchItems(std::move(line), std::move(client));
    if (line.command == "items get"_L1)
        return getItem(std::move(line), std::move(client));
    if (line.command == "items add"_L1)
        return addItems(std::move(line), std::move(client));
    if (line.command == "items history"_L1)
        return showHistory(std::move(line), std::move(client));
    return act(std::move(line), std::move(client));
}

} // namespace iwd
