// SPDX-License-Identifier: Apache-2.0
#include "webhookcommands.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "table.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

QString webhookPath(const QString &capturePoint, const QString &rest = {})
{
    return u"/capture-points/"_s + pathSegment(capturePoint) + u"/webhook"_s + rest;
}

QString standing(const QJsonObject &state)
{
    if (!state["enabled"_L1].toBool())
        return u"off"_s;
    return state["secretSinceDateTime"_L1].isNull() ? u"no secret"_s : u"on"_s;
}

QCoro::Task<int> listWebhooks(CommandLine line, std::shared_ptr<Client> client)
{
    const auto states = co_await webhookStates(client);
    if (!states)
        co_return fail(states.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *states } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"CAPTURE POINT"_s, u"STATE"_s, u"PENDING"_s, u"DEAD"_s, u"LAG"_s, u"LAST SUCCESS"_s, u"URL"_s };
    table.right = { false, false, true, true, true, false, false };
    QString troubles;
    for (const auto &entry : *states) {
        const QJsonObject state = entry.toObject();
        const QString id = state["capturePointId"_L1].toString();
        table.rows.append({ id, standing(state), grouped(state["pending"_L1].toInteger()), grouped(state["dead"_L1].toInteger()), shortDuration(state["lagSeconds"_L1].toDouble()),
            state["lastSuccessDateTime"_L1].isNull() ? u"never"_s : shortTime(state["lastSuccessDateTime"_L1]), state["url"_L1].toString() });
        const bool troubled = state["pending"_L1].toInteger() + state["dead"_L1].toInteger() > 0 && !state["lastFailure"_L1].isNull();
        if (troubled)
            troubles += u"\n%1, %2: %3\n"_s.arg(id, shortTime(state["lastFailureDateTime"_L1]), state["lastFailure"_L1].toString());
        if (const auto missed = state["missedEvents"_L1].toInteger(); missed > 0)
            troubles += u"\n%1: %2 were no longer in the log when their turn came.\n"_s.arg(id, counted(missed, u"event"_s));
    }
    console::print(states->isEmpty() ? u"No webhooks. Give a capture point the member \"webhook\".\n"_s : table.toText(tableWidth()) + troubles);
    co_return ExitFine;
}

QCoro::Task<int> makeSecret(CommandLine line, std::shared_ptr<Client> client)
{
    const QString id = line.arguments.constFirst();
    const QString path = webhookPath(id, u"/secret"_s);
    const auto made = co_await client->post(path, {});
    if (!made)
        co_return fail(made.error());
    if (wantsJson(line)) {
        console::print(pretty(*made));
        co_return ExitFine;
    }
    const QString secret = made->value("secret"_L1).toString();
    if (secret.isEmpty()) {
        console::complain(u"The secret was made, but the answer with it was lost on its way. Make another one."_s);
        co_return ExitRefused;
    }
    const QJsonValue until = made->value("oldSecretUntilDateTime"_L1);
    const QString old = until.isNull() ? QString() : u" The one before signs along until %1 UTC."_s.arg(shortTime(until));
    console::print(u"The secret of the webhook of %1:\n\n    %2\n\nGive it to the receiver: it is shown this once.%3\n"_s.arg(id, secret, old));
    co_return ExitFine;
}

QCoro::Task<int> testWebhook(CommandLine line, std::shared_ptr<Client> client)
{
    const QString path = webhookPath(line.arguments.constFirst(), u"/test"_s);
    const auto answer = co_await client->post(path, {});
    if (!answer)
        co_return fail(answer.error());
    const bool delivered = answer->value("delivered"_L1).toBool();
    if (wantsJson(line))
        console::print(pretty(*answer));
    else if (delivered)
        console::print(u"The receiver took it (%1).\n"_s.arg(answer->value("status"_L1).toInteger()));
    else
        console::complain(answer->value("failure"_L1).toString());
    co_return delivered ? ExitFine : ExitRefused;
}

QCoro::Task<int> listDead(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query;
    if (!line.arguments.isEmpty())
        query.addQueryItem(u"capturePointId"_s, line.arguments.constFirst());
    const auto dead = co_await client->list(u"/webhooks/dead-letters"_s, query);
    if (!dead)
        co_return fail(dead.error());
    if (dead->isEmpty() && !line.arguments.isEmpty()) {
        // A misspelt name has no dead letters either, which is not what was asked.
        const QString path = webhookPath(line.arguments.constFirst());
        if (const auto state = co_await client->get(path); !state)
            co_return fail(state.error());
    }
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *dead } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"CAPTURE POINT"_s, u"EVENT"_s, u"ITEM"_s, u"HAPPENED"_s, u"ATTEMPTS"_s, u"FAILURE"_s };
    table.right = { true, false, false, false, false, true, false };
    for (const auto &entry : *dead) {
        const QJsonObject letter = entry.toObject();
        table.rows.append({ letter["id"_L1].toString(), letter["capturePointId"_L1].toString(), letter["type"_L1].toString(), letter["item"_L1].toString(), shortTime(letter["eventDateTime"_L1]),
            fieldText(letter["attempts"_L1]), letter["failure"_L1].toString() });
    }
    console::print(dead->isEmpty() ? u"No dead letters.\n"_s : table.toText(tableWidth()));
    co_return ExitFine;
}

/// What was chosen: ids, or all of a capture point.
Result<QJsonObject> choiceOf(const CommandLine &line)
{
    const QString all = line.value(u"all"_s);
    if (line.arguments.isEmpty() == all.isEmpty())
        return Error { ErrorCode::MissingField, u"Which? Give an id of iwdctl webhooks dead, or --all CAPTURE-POINT."_s, {}, {} };
    if (!all.isEmpty())
        return QJsonObject { { u"capturePointId"_s, all } };
    return QJsonObject { { u"ids"_s, QJsonArray::fromStringList(line.arguments) } };
}

QCoro::Task<int> settleDead(CommandLine line, std::shared_ptr<Client> client)
{
    const auto choice = choiceOf(line);
    if (!choice)
        co_return failUsage(choice.error());
    const bool discards = line.command == "webhooks discard"_L1;
    const QString path = discards ? u"/webhooks/dead-letters/discard"_s : u"/webhooks/dead-letters/replay"_s;
    qint64 count = 0;
    for (bool more = true; more;) {
        const auto answer = co_await client->post(path, *choice);
        if (!answer)
            co_return fail(answer.error());
        count += answer->value("count"_L1).toInteger();
        more = answer->value("more"_L1).toBool();
    }
    if (wantsJson(line))
        console::print(pretty({ { u"count"_s, count } }));
    else
        console::print((discards ? u"%1 discarded.\n"_s : u"%1 to be delivered after all.\n"_s).arg(counted(count, u"dead letter"_s)));
    co_return ExitFine;
}

} // namespace

QCoro::Task<Result<QJsonArray>> webhookStates(std::shared_ptr<Client> client)
{
    const auto capturePoints = co_await client->list(u"/capture-points"_s);
    if (!capturePoints)
        co_return capturePoints.error();
    QJsonArray states;
    for (const auto &entry : *capturePoints) {
        if (!entry["webhook"_L1].isObject())
            continue;
        const QString path = webhookPath(entry["id"_L1].toString());
        const auto state = co_await client->get(path);
        if (!state)
            co_return state.error();
        states.append(*state);
    }
    co_return states;
}

const std::vector<CommandSpec> &webhookCommands()
{
    static const OptionSpec all { u"all"_s, u"CAPTURE-POINT"_s, u"all of this capture point"_s };
    static const std::vector<CommandSpec> commands {
        { u"webhooks list"_s, {}, u"Shows how events reach the receivers of capture points."_s, {} },
        { u"webhooks secret"_s, { u"CAPTURE-POINT"_s }, u"Makes a secret for a webhook, and shows it this once; the one before signs along for a day."_s, {} },
        { u"webhooks test"_s, { u"CAPTURE-POINT"_s }, u"Sends a test event, and tells what came of it."_s, {} },
        { u"webhooks dead"_s, { u"[CAPTURE-POINT]"_s }, u"Shows the events that could not be delivered."_s, {} },
        { u"webhooks replay"_s, { u"[ID]"_s }, u"Delivers dead letters after all."_s, { all } },
        { u"webhooks discard"_s, { u"[ID]"_s }, u"Forgets dead letters."_s, { all } },
    };
    return commands;
}

QCoro::Task<int> runWebhookCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "webhooks list"_L1)
        return listWebhooks(std::move(line), std::move(client));
    if (line.command == "webhooks secret"_L1)
        return makeSecret(std::move(line), std::move(client));
    if (line.command == "webhooks test"_L1)
        return testWebhook(std::move(line), std::move(client));
    if (line.command == "webhooks dead"_L1)
        return listDead(std::move(line), std::move(client));
    return settleDead(std::move(line), std::move(client));
}

} // namespace iwd
