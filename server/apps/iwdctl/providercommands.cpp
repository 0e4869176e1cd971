// SPDX-License-Identifier: Apache-2.0
#include "providercommands.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "secretinput.h"
#include "table.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

const QString providersPath = u"/identity-providers"_s;

QCoro::Task<int> listProviders(CommandLine line, std::shared_ptr<Client> client)
{
    const auto providers = co_await client->list(providersPath);
    if (!providers)
        co_return fail(providers.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *providers } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"NAME"_s, u"ISSUER"_s, u"CLIENT"_s, u"ROLES OF GROUPS"_s, u"OTHERS"_s, u"STATE"_s };
    for (const auto &entry : *providers) {
        const QJsonObject provider = entry.toObject();
        const QJsonObject roles = provider["rolesOfGroups"_L1].toObject();
        QStringList pairs;
        for (auto role = roles.begin(); role != roles.end(); ++role)
            pairs.append(u"%1=%2"_s.arg(role.key(), fieldText(*role)));
        const QString others = fieldText(provider["defaultRole"_L1]);
        table.rows.append({ fieldText(provider["id"_L1]), fieldText(provider["name"_L1]), fieldText(provider["issuer"_L1]), fieldText(provider["clientId"_L1]), pairs.join(u", "_s),
            others.isEmpty() ? u"refused"_s : others, provider["enabled"_L1].toBool() ? QString() : u"disabled"_s });
    }
    console::print(providers->isEmpty() ? u"No identity providers.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

Result<QJsonObject> rolesOfGroupsIn(const CommandLine &line)
{
    QJsonObject roles;
    for (const QString &pair : line.values(u"group"_s)) {
        const auto sign = pair.lastIndexOf(u'=');
        if (sign <= 0 || sign == pair.size() - 1)
            return Error { ErrorCode::InvalidField, u"\"%1\" is no group with its role: write --group GROUP=ROLE."_s.arg(pair), {}, {} };
        roles.insert(pair.left(sign), pair.mid(sign + 1));
    }
    return roles;
}

QCoro::Task<int> addProvider(CommandLine line, std::shared_ptr<Client> client)
{
    const QString id = line.arguments.constFirst();
    const auto roles = rolesOfGroupsIn(line);
    if (!roles)
        co_return failUsage(roles.error());
    for (const QString &needed : { u"issuer"_s, u"client"_s }) {
        if (!line.has(needed))
            co_return failUsage({ ErrorCode::InvalidField, u"\"providers add\" needs --%1. See iwdctl providers add --help."_s.arg(needed), {}, {} });
    }
    QJsonObject provider { { u"id"_s, id }, { u"name"_s, line.value(u"name"_s, id) }, { u"issuer"_s, line.value(u"issuer"_s) }, { u"clientId"_s, line.value(u"client"_s) }, { u"rolesOfGroups"_s, *roles } };
    const std::pair<QString, QString> texts[] = { { u"default-role"_s, u"defaultRole"_s }, { u"groups-claim"_s, u"groupsClaim"_s }, { u"name-claim"_s, u"nameClaim"_s } };
    for (const auto &[option, member] : texts) {
        if (line.has(option))
            provider.insert(member, line.value(option));
    }
    if (line.has(u"scope"_s)) {
        QStringList scopes;
        for (const QString &value : line.values(u"scope"_s))
            scopes += value.split(u',', Qt::SkipEmptyParts);
        provider.insert(u"scopes"_s, QJsonArray::fromStringList(scopes));
    }
    if (!line.has(u"public"_s)) {
        const auto secret = readSecret(u"Secret of the client %1: "_s.arg(line.value(u"client"_s)));
        if (!secret)
            co_return failUsage(secret.error());
        provider.insert(u"clientSecret"_s, *secret);
    }
    const auto added = co_await client->post(providersPath, provider);
    if (!added)
        co_return fail(added.error());
    if (wantsJson(line))
        console::print(pretty(*added));
    else
        console::print(u"People can sign in through %1 now: iwdctl login --openid %1\n"_s.arg(id));
    co_return ExitFine;
}

QCoro::Task<int> removeProvider(CommandLine line, std::shared_ptr<Client> client)
{
    const QString id = line.arguments.constFirst();
    const QString path = providersPath + u'/' + pathSegment(id);
    const auto removed = co_await client->remove(path, {});
    if (!removed)
        co_return fail(removed.error());
    if (wantsJson(line))
        console::print(pretty({ { u"id"_s, id }, { u"deleted"_s, true } }));
    else
        console::print(u"%1 is removed; the sessions of its users have ended.\n"_s.arg(id));
    co_return ExitFine;
}

} // namespace

const std::vector<CommandSpec> &providerCommands()
{
    static const std::vector<CommandSpec> commands {
        { u"providers list"_s, {}, u"Shows the identity providers through which people sign in."_s, {} },
        { u"providers add"_s, { u"ID"_s }, u"Lets people sign in through an OpenID provider; the client's secret is asked for, or read from standard input."_s,
            { { u"issuer"_s, u"URL"_s, u"exactly as the provider's discovery document gives it"_s }, { u"client"_s, u"ID"_s, u"as which the server is registered there"_s },
                { u"public"_s, {}, u"the client has no secret"_s }, { u"name"_s, u"TEXT"_s, u"what people see; default: the id"_s },
                { u"group"_s, u"GROUP=ROLE"_s, u"who is in the group there has the role here; several times for several"_s, true },
                { u"default-role"_s, u"ROLE"_s, u"for whom no group gives a role; otherwise they are refused"_s }, { u"groups-claim"_s, u"CLAIM"_s, u"that holds the groups; default: groups"_s },
                { u"name-claim"_s, u"CLAIM"_s, u"that holds the user's name; default: preferred_username"_s },
                { u"scope"_s, u"SCOPE"_s, u"to ask for; several with commas; default: profile,email"_s, true } } },
        { u"providers remove"_s, { u"ID"_s }, u"Removes an identity provider, and ends the sessions of its users."_s, {} },
    };
    return commands;
}

QCoro::Task<int> runProviderCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "providers add"_L1)
        return addProvider(std::move(line), std::move(client));
    if (line.command == "providers remove"_L1)
        return removeProvider(std::move(line), std::move(client));
    return listProviders(std::move(line), std::move(client));
}

} // namespace iwd
