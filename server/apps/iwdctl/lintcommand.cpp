// SPDX-License-Identifier: Apache-2.0
#include "lintcommand.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "table.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

int exitCodeFor(const QJsonObject &answer)
{
    if (answer["errors"_L1].toInteger() > 0)
        return ExitErrorsFound;
    return answer["warnings"_L1].toInteger() > 0 ? ExitWarningsFound : ExitFine;
}

QString objectText(const QJsonObject &finding)
{
    const QJsonObject object = finding["object"_L1].toObject();
    return object.isEmpty() ? QString() : object["kind"_L1].toString() + u' ' + object["id"_L1].toString();
}

QString itemsText(const QJsonValue &items)
{
    if (!items.isObject())
        return {};
    return (items["exact"_L1].toBool() ? QString() : u"≥ "_s) + grouped(items["count"_L1].toInteger());
}

} // namespace

const CommandSpec &lintCommand()
{
    static const CommandSpec command { u"lint"_s, {}, u"Finds what is wrong with the configuration, and work that nobody will get."_s,
        { { u"severity"_s, u"hint|warning|error"_s, u"show these and what is worse; default hint"_s } } };
    return command;
}

QCoro::Task<int> runLint(CommandLine line, std::shared_ptr<Client> client)
{
    QUrlQuery query;
    if (line.has(u"severity"_s))
        query.addQueryItem(u"severity"_s, line.value(u"severity"_s));
    const auto answer = co_await client->get(u"/lint"_s, query);
    if (!answer)
        co_return fail(answer.error());
    if (wantsJson(line)) {
        console::print(pretty(*answer));
        co_return exitCodeFor(*answer);
    }
    TextTable table;
    table.head = { u"SEVERITY"_s, u"CODE"_s, u"OBJECT"_s, u"ITEMS"_s };
    table.right = { false, false, false, true };
    QString sentences;
    const QJsonArray findings = (*answer)["data"_L1].toArray();
    for (const auto &entry : findings) {
        const QJsonObject finding = entry.toObject();
        table.rows.append({ finding["severity"_L1].toString(), finding["code"_L1].toString(), objectText(finding), itemsText(finding["items"_L1]) });
        sentences += u"\n%1. %2\n"_s.arg(table.rows.size()).arg(finding["text"_L1].toString());
    }
    if (!findings.isEmpty())
        console::print(table.toText(tableWidth()) + sentences + u'\n');
    console::print(u"%1, %2, %3.\n"_s.arg(counted((*answer)["errors"_L1].toInteger(), u"error"_s), counted((*answer)["warnings"_L1].toInteger(), u"warning"_s), counted((*answer)["hints"_L1].toInteger(), u"hint"_s)));
    co_return exitCodeFor(*answer);
}

} // namespace iwd
