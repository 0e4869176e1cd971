// SPDX-License-Identifier: Apache-2.0
#include "usercommands.h"

#include "connection.h"
#include "console.h"
#include "exportcommand.h"
#include "printing.h"
#include "table.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

const QString usersPath = u"/users"_s;

QString pathOf(const QString &name)
{
    return usersPath + u'/' + pathSegment(name);
}

/// Of options that may be given several times and hold several values with commas.
QJsonArray listIn(const CommandLine &line, const QString &option)
{
    QStringList all;
    for (const QString &value : line.values(option))
        all += value.split(u',', Qt::SkipEmptyParts);
    return QJsonArray::fromStringList(all);
}

QCoro::Task<int> listUsers(CommandLine line, std::shared_ptr<Client> client)
{
    const auto users = co_await client->list(usersPath);
    if (!users)
        co_return fail(users.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *users } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"NAME"_s, u"DISPLAY NAME"_s, u"ROLES"_s, u"CATEGORIES"_s, u"LAST SIGN-IN"_s, u"STATE"_s };
    for (const auto &entry : *users) {
        const QJsonObject user = entry.toObject();
        const QString state = user["disabled"_L1].toBool() ? u"disabled"_s : user["changePassword"_L1].toBool() ? u"has to change the password"_s : QString();
        const QString categories = fieldText(user["categories"_L1]);
        table.rows.append({ fieldText(user["name"_L1]), fieldText(user["displayName"_L1]), fieldText(user["roles"_L1]), categories.isEmpty() ? u"(all)"_s : categories,
            user["lastSignInDateTime"_L1].isNull() ? u"never"_s : shortTime(user["lastSignInDateTime"_L1]), state });
    }
    console::print(users->isEmpty() ? u"No users.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

QCoro::Task<int> listRoles(CommandLine line, std::shared_ptr<Client> client)
{
    const auto roles = co_await client->list(u"/roles"_s);
    if (!roles)
        co_return fail(roles.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *roles } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"NAME"_s, u"STOCK"_s, u"PRIVILEGES"_s };
    for (const auto &entry : *roles) {
        const QJsonObject role = entry.toObject();
        table.rows.append({ fieldText(role["id"_L1]), fieldText(role["name"_L1]), role["stock"_L1].toBool() ? u"yes"_s : u"no"_s, fieldText(role["privileges"_L1]) });
    }
    console::print(table.toText(tableWidth()));
    co_return ExitFine;
}

/// A password that the server has made is shown this once.
void printPassword(const QString &name, const QJsonObject &answer)
{
    const QString password = answer["password"_L1].toString();
    if (password.isEmpty())
        console::complain(u"The answer with the password was lost on its way. Make another one: iwdctl users password %1"_s.arg(name));
    else
        console::print(u"The password of %1:\n\n    %2\n\nIt is shown this once, and has to be changed when signing in.\n"_s.arg(name, password));
}

QCoro::Task<int> createUser(CommandLine line, std::shared_ptr<Client> client)
{
    const QString name = line.arguments.constFirst();
    QJsonObject user { { u"name"_s, name }, { u"roles"_s, listIn(line, u"role"_s) }, { u"categories"_s, listIn(line, u"category"_s) } };
    if (line.has(u"display-name"_s))
        user.insert(u"displayName"_s, line.value(u"display-name"_s));
    if (line.has(u"email"_s))
        user.insert(u"email"_s, line.value(u"email"_s));
    const auto created = co_await client->post(usersPath, user);
    if (!created)
        co_return fail(created.error());
    if (wantsJson(line))
        console::print(pretty(*created));
    else
        printPassword(name, *created);
    co_return ExitFine;
}

QCoro::Task<int> givePassword(CommandLine line, std::shared_ptr<Client> client)
{
    const QString name = line.arguments.constFirst();
    const QString path = pathOf(name) + u"/password"_s;
    const auto given = co_await client->put(path, {});
    if (!given)
        co_return fail(given.error());
    if (wantsJson(line))
        console::print(pretty(*given));
    else
        printPassword(name, *given);
    co_return ExitFine;
}

/// Changes one member of the user and leaves the others as they are.
QCoro::Task<int> setDisabled(CommandLine line, std::shared_ptr<Client> client, bool disabled)
{
    const QString path = pathOf(line.arguments.constFirst());
    auto user = co_await client->get(path);
    if (!user)
        co_return fail(user.error());
    user->insert(u"disabled"_s, disabled);
    const QByteArray version = '"' + QByteArray::number(user->value("version"_L1).toInteger()) + '"';
    const auto changed = co_await client->put(path, *user, version);
    if (!changed)
        co_return fail(changed.error());
    if (wantsJson(line))
        console::print(pretty(*changed));
    else
        console::print((disabled ? u"%1 is disabled; its sessions have ended.\n"_s : u"%1 may sign in again.\n"_s).arg(line.arguments.constFirst()));
    co_return ExitFine;
}

QCoro::Task<int> unlockUser(CommandLine line, std::shared_ptr<Client> client)
{
    const QString path = pathOf(line.arguments.constFirst()) + u"/unlock"_s;
    const auto unlocked = co_await client->post(path, {});
    if (!unlocked)
        co_return fail(unlocked.error());
    if (wantsJson(line))
        console::print(pretty(*unlocked));
    else
        console::print(u"%1 is unlocked.\n"_s.arg(line.arguments.constFirst()));
    co_return ExitFine;
}

QCoro::Task<int> deleteUser(CommandLine line, std::shared_ptr<Client> client)
{
    const auto removed = co_await client->remove(pathOf(line.arguments.constFirst()), {});
    if (!removed)
        co_return fail(removed.error());
    if (wantsJson(line))
        console::print(pretty({ { u"name"_s, line.arguments.constFirst() }, { u"deleted"_s, true } }));
    else
        console::print(u"%1 is deleted; its sessions have ended.\n"_s.arg(line.arguments.constFirst()));
    co_return ExitFine;
}

/// What was different, as "name: General -> Everything".
QString differences(const QJsonObject &entry)
{
    const QJsonObject before = entry["before"_L1].toObject();
    const QJsonObject after = entry["after"_L1].toObject();
    QStringList parts;
    for (auto member = after.begin(); member != after.end(); ++member) {
        const QString now = fieldText(*member);
        parts.append(before.contains(member.key()) ? u"%1: %2 -> %3"_s.arg(member.key(), fieldText(before[member.key()]), now) : u"%1: %2"_s.arg(member.key(), now));
    }
    for (auto member = before.begin(); member != before.end(); ++member) {
        if (!after.contains(member.key()))
            parts.append(u"%1: was %2"_s.arg(member.key(), fieldText(*member)));
    }
    return parts.join(u"; "_s);
}

/// What chooses entries, with whatever else the command has.
QUrlQuery auditQuery(const CommandLine &line)
{
    QUrlQuery query;
    for (const QString &filter : { u"actor"_s, u"action"_s, u"kind"_s, u"object"_s, u"from"_s, u"until"_s, u"format"_s }) {
        if (line.has(filter))
            query.addQueryItem(filter, QString::fromLatin1(QUrl::toPercentEncoding(line.value(filter))));
    }
    return query;
}

QCoro::Task<int> exportAudit(CommandLine line, std::shared_ptr<Client> client)
{
    Call call;
    call.method = "GET";
    call.path = u"/audit/export"_s;
    call.query = auditQuery(line);
    return downloadTo(line.value(u"to"_s), call, std::move(client));
}

QCoro::Task<int> showAudit(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query = auditQuery(line);
    query.addQueryItem(u"limit"_s, line.value(u"limit"_s, u"50"_s));
    const auto page = co_await client->get(u"/audit"_s, query);
    if (!page)
        co_return fail(page.error());
    if (wantsJson(line)) {
        console::print(pretty(*page));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"TIME (UTC)"_s, u"WHO"_s, u"FROM"_s, u"ACTION"_s, u"WHAT"_s, u"CHANGE"_s };
    const QJsonArray entries = page->value("data"_L1).toArray();
    for (const auto &value : entries) {
        const QJsonObject entry = value.toObject();
        table.rows.append({ shortTime(entry["time"_L1]), fieldText(entry["actor"_L1]["name"_L1]), fieldText(entry["address"_L1]), fieldText(entry["action"_L1]),
            u"%1 %2"_s.arg(fieldText(entry["kind"_L1]), fieldText(entry["object"_L1])), differences(entry) });
    }
    console::print(entries.isEmpty() ? u"Nothing of that kind.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

std::vector<OptionSpec> with(std::vector<OptionSpec> options, const std::vector<OptionSpec> &further)
{
    options.insert(options.end(), further.begin(), further.end());
    return options;
}

} // namespace

const std::vector<CommandSpec> &userCommands()
{
    static const std::vector<OptionSpec> choosing { { u"actor"_s, u"ID"_s, u"only what this user or key did"_s },
        { u"action"_s, u"ACTION"_s, u"only such as update, delete, sign-in, sign-in-failed"_s }, { u"kind"_s, u"KIND"_s, u"only what was done to such as queue, schema, user"_s },
        { u"object"_s, u"ID"_s, u"only what was done to this one"_s }, { u"from"_s, u"TIME"_s, u"from this moment on, such as 2026-03-01T00:00:00Z"_s },
        { u"until"_s, u"TIME"_s, u"before this moment"_s } };
    static const std::vector<CommandSpec> commands {
        { u"users list"_s, {}, u"Shows who can sign in."_s, {} },
        { u"users create"_s, { u"NAME"_s }, u"Makes a user, and shows the password this once."_s,
            { { u"role"_s, u"ROLE"_s, u"such as Supervisor; several with commas"_s, true },
                { u"category"_s, u"ID"_s, u"sees only the work of this category and below; several with commas; default: all"_s, true },
                { u"display-name"_s, u"TEXT"_s, u"how people call the user"_s }, { u"email"_s, u"ADDRESS"_s, u"the e-mail address"_s } } },
        { u"users password"_s, { u"NAME"_s }, u"Gives a user another password, and shows it this once."_s, {} },
        { u"users disable"_s, { u"NAME"_s }, u"Keeps a user from signing in, and ends its sessions."_s, {} },
        { u"users enable"_s, { u"NAME"_s }, u"Lets a disabled user sign in again."_s, {} },
        { u"users unlock"_s, { u"NAME"_s }, u"Takes back what wrong passwords have done."_s, {} },
        { u"users delete"_s, { u"NAME"_s }, u"Deletes a user, and ends its sessions."_s, {} },
        { u"roles"_s, {}, u"Shows the roles with their privileges."_s, {} },
        { u"audit"_s, {}, u"Shows who changed what that is not work, the newest first."_s, with(choosing, { { u"limit"_s, u"NUMBER"_s, u"so many entries, 1 to 1000; default 50"_s } }) },
        { u"audit export"_s, {}, u"Writes the audit to a file or standard output, the newest first."_s,
            with(choosing, { { u"to"_s, u"FILE"_s, u"there when it is whole, else not at all; default: standard output"_s }, { u"format"_s, u"csv|ndjson"_s, u"default csv"_s } }) },
    };
    return commands;
}

QCoro::Task<int> runUserCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "users list"_L1)
        return listUsers(std::move(line), std::move(client));
    if (line.command == "users create"_L1)
        return createUser(std::move(line), std::move(client));
    if (line.command == "users password"_L1)
        return givePassword(std::move(line), std::move(client));
    if (line.command == "users disable"_L1 || line.command == "users enable"_L1) {
        const bool disabled = line.command == "users disable"_L1;
        return setDisabled(std::move(line), std::move(client), disabled);
    }
    if (line.command == "users unlock"_L1)
        return unlockUser(std::move(line), std::move(client));
    if (line.command == "users delete"_L1)
        return deleteUser(std::move(line), std::move(client));
    if (line.command == "roles"_L1)
        return listRoles(std::move(line), std::move(client));
    if (line.command == "audit export"_L1)
        return exportAudit(std::move(line), std::move(client));
    return showAudit(std::move(line), std::move(client));
}

} // namespace iwd
