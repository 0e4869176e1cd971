// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "backupcommand.h"
#include "completion.h"
#include "configcommands.h"
#include "connection.h"
#include "console.h"
#include "demo/democommand.h"
#include "doctorcommand.h"
#include "exportcommand.h"
#include "filtercommands.h"
#include "importcommand.h"
#include "itemcommands.h"
#include "jobcommands.h"
#include "keycommands.h"
#include "lintcommand.h"
#include "logincommands.h"
#include "manpage.h"
#include "printing.h"
#include "providercommands.h"
#include "table.h"
#include "tailcommand.h"
#include "topcommand.h"
#include "usercommands.h"
#include "webhookcommands.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

QCoro::Task<int> showQueues(CommandLine line, std::shared_ptr<Client> client)
{
    const auto stats = co_await client->get(u"/stats/queues"_s);
    if (!stats)
        co_return fail(stats.error());
    if (wantsJson(line)) {
        console::print(pretty(*stats));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"NAME"_s, u"WAITING"_s, u"OLDEST"_s, u"ASSIGNED"_s, u"HELD"_s, u"ARRIVED TODAY"_s, u"DONE TODAY"_s, u"SLA MET"_s };
    table.right = { false, false, true, true, true, true, true, true, true };
    const QJsonArray queues = (*stats)["data"_L1].toArray();
    for (const auto &entry : queues) {
        const QJsonObject queue = entry.toObject();
        const auto met = queue["slaMetToday"_L1].toInteger();
        table.rows.append({ queue["queue"_L1].toString(), queue["name"_L1].toString(), grouped(queue["queued"_L1].toInteger()),
            shortDuration(queue["oldestAgeSeconds"_L1].toDouble(-1)), grouped(queue["assigned"_L1].toInteger()), grouped(queue["held"_L1].toInteger()),
            grouped(queue["arrivedToday"_L1].toInteger()), grouped(queue["completedToday"_L1].toInteger()),
            percent(met, met + queue["slaMissedToday"_L1].toInteger()) });
    }
    console::print(table.toText(tableWidth()));
    for (const auto &entry : queues) {
        const QJsonArray warnings = entry["warnings"_L1].toArray();
        for (const auto &warning : warnings)
            console::print(u"\nWarning: %1\n"_s.arg(warning.toString()));
    }
    co_return ExitFine;
}

QCoro::Task<int> awaitReadiness(CommandLine line, std::shared_ptr<Client> client)
{
    const auto patience = durationFromText(line.value(u"wait"_s, u"5s"_s));
    if (!patience)
        co_return failUsage(patience.error());
    const auto ready = co_await client->untilReady(*patience);
    if (!ready)
        co_return fail(ready.error());
    console::print(u"%1 is ready.\n"_s.arg(client->options().url.toString()));
    co_return ExitFine;
}

int printCompletion(const QString &shell)
{
    if (shell != "bash"_L1)
        return failUsage({ ErrorCode::InvalidField, u"There is no completion for \"%1\", only for bash."_s.arg(shell), {}, {} });
    console::print(bashCompletion(allCommands()));
    return ExitFine;
}

int printManual()
{
    console::print(manualPage(allCommands()));
    return ExitFine;
}

std::vector<CommandSpec> makeCommands()
{
    std::vector<CommandSpec> commands = itemCommands();
    commands.push_back(exportCommand());
    commands.insert(commands.end(), filterCommands().begin(), filterCommands().end());
    commands.insert(commands.end(), jobCommands().begin(), jobCommands().end());
    commands.push_back(importCommand());
    commands.push_back({ u"queues"_s, {}, u"Shows the queues with what waits in them."_s, {} });
    commands.push_back({ u"ready"_s, {}, u"Waits until the server is ready."_s, { { u"wait"_s, u"TIME"_s, u"at most so long; default 5s"_s } } });
    commands.push_back(lintCommand());
    commands.push_back(doctorCommand());
    commands.push_back(backupCommand());
    commands.push_back(topCommand());
    commands.push_back(tailCommand());
    commands.push_back(demoCommand());
    commands.insert(commands.end(), loginCommands().begin(), loginCommands().end());
    commands.insert(commands.end(), keyCommands().begin(), keyCommands().end());
    commands.insert(commands.end(), webhookCommands().begin(), webhookCommands().end());
    commands.insert(commands.end(), userCommands().begin(), userCommands().end());
    commands.insert(commands.end(), providerCommands().begin(), providerCommands().end());
    commands.insert(commands.end(), configCommands().begin(), configCommands().end());
    commands.push_back({ u"completion"_s, { u"bash"_s }, u"Prints what completes iwdctl in bash: source <(iwdctl completion bash)"_s, {} });
    commands.push_back({ u"man"_s, {}, u"Prints the manual page: iwdctl man | man -l -"_s, {} });
    return commands;
}

bool has(const std::vector<CommandSpec> &commands, const QString &name)
{
    return std::any_of(commands.begin(), commands.end(), [&name](const CommandSpec &command) { return command.name == name; });
}

} // namespace

const std::vector<CommandSpec> &allCommands()
{
    static const std::vector<CommandSpec> commands = makeCommands();
    return commands;
}

QCoro::Task<int> runCommand(CommandLine line)
{
    if (line.command == "completion"_L1)
        co_return printCompletion(line.arguments.constFirst());
    if (line.command == "man"_L1)
        co_return printManual();
    if (has(loginCommands(), line.command))
        co_return co_await runLoginCommand(std::move(line));
    if (line.command == doctorCommand().name)
        co_return co_await runDoctor(std::move(line));
    auto options = connectionOf(line);
    if (!options)
        co_return failUsage(options.error());
    if (line.command == "demo"_L1)
        co_return co_await runDemo(std::move(line), *options);
    auto client = std::make_shared<Client>(*options);
    if (line.command == "queues"_L1)
        co_return co_await showQueues(std::move(line), std::move(client));
    if (line.command == "lint"_L1)
        co_return co_await runLint(std::move(line), std::move(client));
    if (line.command == backupCommand().name)
        co_return co_await runBackup(std::move(line), std::move(client));
    if (line.command == "ready"_L1)
        co_return co_await awaitReadiness(std::move(line), std::move(client));
    if (has(jobCommands(), line.command))
        co_return co_await runJobCommand(std::move(line), std::move(client));
    if (has(filterCommands(), line.command))
        co_return co_await runFilterCommand(std::move(line), std::move(client));
    if (has(webhookCommands(), line.command))
        co_return co_await runWebhookCommand(std::move(line), std::move(client));
    if (has(keyCommands(), line.command))
        co_return co_await runKeyCommand(std::move(line), std::move(client));
    if (has(configCommands(), line.command))
        co_return co_await runConfigCommand(std::move(line), std::move(client));
    if (has(providerCommands(), line.command))
        co_return co_await runProviderCommand(std::move(line), std::move(client));
    if (has(userCommands(), line.command))
        co_return co_await runUserCommand(std::move(line), std::move(client));
    if (line.command == exportCommand().name)
        co_return co_await runExport(std::move(line), std::move(client));
    if (line.command == importCommand().name)
        co_return co_await runImport(std::move(line), std::move(client));
    if (line.command == "top"_L1)
        co_return co_await runTop(std::move(line), std::move(client));
    if (line.command == "tail"_L1)
        co_return co_await runTail(std::move(line), std::move(client));
    co_return co_await runItemCommand(std::move(line), std::move(client));
}

} // namespace iwd
