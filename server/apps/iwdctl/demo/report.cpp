// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <iwdctl/table.h>

using namespace Qt::StringLiterals;

namespace iwd::demo {
namespace {

QString seconds(double value)
{
    if (value < 1)
        return u"%1 ms"_s.arg(std::lround(value * 1000));
    return u"%1 s"_s.arg(value, 0, 'f', 1);
}

QString indented(const QString &text)
{
    QString result;
    for (const QString &line : text.split(u'\n', Qt::SkipEmptyParts))
        result += u"  "_s + line + u'\n';
    return result;
}

QString priorityTable(const std::map<QString, PriorityFigures> &priorities)
{
    TextTable table;
    table.head = { u"Priority"_s, u"Items"_s, u"Completed"_s, u"SLA met"_s };
    table.right = { false, true, true, true };
    PriorityFigures all;
    for (const auto &[name, figures] : priorities) {
        table.rows.append({ name, grouped(figures.items), grouped(figures.completed), percent(figures.slaMet, figures.completed) });
        all.items += figures.items;
        all.completed += figures.completed;
        all.slaMet += figures.slaMet;
    }
    table.rows.append({ u"All"_s, grouped(all.items), grouped(all.completed), percent(all.slaMet, all.completed) });
    return table.toText(0);
}

QString shellWord(const QString &text)
{
    const bool plain = std::all_of(text.begin(), text.end(), [](QChar c) { return c.isLetterOrNumber() || u"/._-:~"_s.contains(c); });
    return plain ? text : QString(u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'');
}

} // namespace

std::map<QString, PriorityFigures> byPriority(const QJsonArray &items)
{
    std::map<QString, PriorityFigures> priorities;
    for (const auto &entry : items) {
        const QJsonObject item = entry.toObject();
        PriorityFigures &figures = priorities[item["custom"_L1]["priority"_L1].toString()];
        ++figures.items;
        if (item["status"_L1].toString() != "completed"_L1)
            continue;
        ++figures.completed;
        const auto done = instantFromIso(item["completedDateTime"_L1].toString());
        const auto sla = instantFromIso(item["slaDateTime"_L1].toString());
        if (done && sla && *done <= *sla)
            ++figures.slaMet;
    }
    return priorities;
}

QString reportText(const Outcome &outcome, const std::map<QString, PriorityFigures> &priorities, const QString &days)
{
    const auto &counts = outcome.counts;
    QStringList lines;
    lines.append(outcome.interrupted ? u"Run %1 was stopped after %2 s. The next run finishes what is open."_s.arg(outcome.run).arg(outcome.seconds, 0, 'f', 0)
                                     : u"Run %1: the incidents of %2 in %3 s."_s.arg(outcome.run).arg(days).arg(outcome.seconds, 0, 'f', 0));
    lines.append(QString());
    lines.append(u"  %1 items arrived, %2 takings by agents, %3 completions"_s.arg(grouped(counts.arrived), grouped(counts.taken), grouped(counts.completed)));
    lines.append(u"  %1 holds, %2 moves to another group, %3 handed over, %4 reopened"_s.arg(
        grouped(counts.held), grouped(counts.moved), grouped(counts.released), grouped(counts.reopened)));
    lines.append(u"  waited for an agent: p50 %1, p95 %2"_s.arg(seconds(quantileOf(outcome.waits, 0.5)), seconds(quantileOf(outcome.waits, 0.95))));
    if (outcome.serverRequests > 0 && outcome.seconds > 0)
        lines.append(u"  the server answered %1 requests, %2 a second"_s.arg(
            grouped(std::llround(outcome.serverRequests)), grouped(std::llround(outcome.serverRequests / outcome.seconds))));
    if (outcome.leftOver > 0)
        lines.append(u"  %1 incidents of an earlier run were finished"_s.arg(outcome.leftOver));
    if (outcome.staleTokens > 0)
        lines.append(u"  %1 times an agent came too late with an old token, and was refused"_s.arg(outcome.staleTokens));
    if (outcome.stillOpen > 0)
        lines.append(u"  %1 incidents are still open"_s.arg(outcome.stillOpen));
    lines.append(outcome.errors == 0 ? u"  no errors"_s : u"  %1 ERRORS, the last ones:"_s.arg(outcome.errors));
    for (const QString &error : outcome.lastErrors)
        lines.append(u"    "_s + error);
    lines.append(QString());
    return lines.join(u'\n') + u'\n' + indented(priorityTable(priorities));
}

QString nextSteps(const QUrl &server, const QString &captureId, const QString &bootstrapFile, const QString &program)
{
    const QString key = bootstrapFile.isEmpty() ? u"$IWD_API_KEY"_s : u"$(sed -n 's/.*\"apiKey\": *\"\\([^\"]*\\)\".*/\\1/p' %1)"_s.arg(shellWord(bootstrapFile));
    const QString credentials = bootstrapFile.isEmpty() ? QString() : u" --bootstrap-file %1"_s.arg(shellWord(bootstrapFile));
    const QString url = server.toString();
    const QString address = server.port() == 4024 && server.host() == "127.0.0.1"_L1 ? QString() : u" --url %1"_s.arg(url);
    return u"Every step of every incident is kept. One of them:\n"
           "  %1 items history %2%3%4\n"
           "  curl -H \"x-api-key: %5\" %6/iwd/v3/items/%2/history\n"_s.arg(shellWord(program), captureId, address, credentials, key, url);
}

} // namespace iwd::demo
