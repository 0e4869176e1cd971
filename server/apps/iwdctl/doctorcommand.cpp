// SPDX-License-Identifier: Apache-2.0
#include "doctorcommand.h"

#include "connection.h"
#include "console.h"
#include "diagnosis.h"
#include "lintcommand.h"
#include "printing.h"
#include "table.h"
#include "webhookcommands.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

Finding lookAtProfiles()
{
    const QString check = u"profiles"_s;
    const QFileInfo file(profilesFile());
    if (!file.exists())
        return { check, Finding::Ok, u"There is no file of profiles on this machine."_s };
    const auto others = file.permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther);
    if (others != QFile::Permissions())
        return { check, Finding::Fail, u"Others on this machine may read or change %1, which holds keys and sessions."_s.arg(file.filePath()), u"chmod 600 %1, and make new keys if somebody may have seen them."_s.arg(file.filePath()) };
    if (const auto read = readProfiles(); !read)
        return { check, Finding::Fail, read.error().text, u"Mend it, or remove it and log in again."_s };
    return { check, Finding::Ok, u"%1 is readable by you alone."_s.arg(file.filePath()) };
}

/// What would be asked of the server after it has been found out that it cannot be.
void passOver(Findings &findings, const QStringList &checks, const QString &why)
{
    for (const QString &check : checks)
        findings.append({ check, Finding::NotLookedAt, why });
}

const QStringList &callersChecks()
{
    static const QStringList checks { u"version.server"_s, u"items.errorheld"_s, u"server.disk"_s, u"server.cache"_s, u"clock.database"_s, u"configuration"_s, u"items.due"_s, u"keys"_s, u"webhooks"_s };
    return checks;
}

/// What needs credentials. @returns nothing when they are of no use
QCoro::Task<Findings> lookAsCaller(std::shared_ptr<Client> client)
{
    Findings findings;
    const auto me = co_await client->get(u"/me"_s);
    if (!me) {
        const bool unknown = me.error().code == ErrorCode::InvalidCredentials || me.error().code == ErrorCode::NotAuthenticated;
        findings.append({ u"caller"_s, Finding::Fail, me.error().text, unknown ? u"Log in (iwdctl login), or name a key that is good (--key-file, $IWD_API_KEY)."_s : u"Look at the server's log for the reason."_s });
        passOver(findings, callersChecks(), u"The server does not know who asks."_s);
        co_return findings;
    }
    findings += judgeCaller(*me);

    const auto stats = co_await client->get(u"/stats/server"_s);
    if (stats) {
        findings += judgeServer(*stats, QStringLiteral(IWD_VERSION));
    } else {
        for (const QString &check : callersChecks().mid(0, 5))
            findings.append(refused(check, stats.error()));
    }
    const auto lint = co_await client->get(u"/lint"_s);
    findings.append(lint ? judgeConfiguration(*lint) : refused(u"configuration"_s, lint.error()));

    const QJsonObject captured { { u"attribute"_s, u"status"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"captured"_s } };
    const QJsonObject late { { u"attribute"_s, u"activationDateTime"_s }, { u"operator"_s, u"less"_s }, { u"value"_s, u"now-1m"_s } };
    const QJsonObject search { { u"condition"_s, QJsonObject { { u"all"_s, QJsonArray { captured, late } } } }, { u"limit"_s, 1 }, { u"count"_s, u"exact"_s } };
    const auto due = co_await client->post(u"/items/search"_s, search);
    findings.append(due ? judgeDueWork(*due) : refused(u"items.due"_s, due.error()));

    const auto keys = co_await client->list(u"/api-keys"_s);
    findings.append(keys ? judgeKeys(*keys, QDateTime::currentDateTimeUtc()) : refused(u"keys"_s, keys.error()));

    const auto webhooks = co_await webhookStates(client);
    findings.append(webhooks ? judgeWebhooks(*webhooks) : refused(u"webhooks"_s, webhooks.error()));
    co_return findings;
}

/// All checks, from the outside in: each says why those after it are not made.
QCoro::Task<Findings> examine(ClientOptions options)
{
    const QUrl url = options.url;
    const Reach reached = co_await reach(url);
    Findings findings = judgeReach(url, reached, QDateTime::currentDateTimeUtc());
    const QStringList open { u"server.answers"_s, u"clock.server"_s, u"version.api"_s };
    const QStringList all = open + QStringList { u"ready"_s, u"caller"_s } + callersChecks();
    if (reached.addresses.isEmpty() || !reached.connectTrouble.isEmpty() || !reached.tlsTroubles.isEmpty()) {
        passOver(findings, all, u"There is no connection."_s);
        co_return findings;
    }
    const Glance live = co_await glanceAt(url, u"/health/live"_s);
    findings.append(judgeAnswer(live));
    if (live.status == 0) {
        passOver(findings, all.mid(1), u"The server does not answer."_s);
        co_return findings;
    }
    findings.append(judgeClock(live));
    const Glance ready = co_await glanceAt(url, u"/health/ready"_s);
    findings += judgeReadiness(ready);
    const Glance document = co_await glanceAt(url, u"/iwd/v3/openapi.json"_s);
    findings.append(judgeApi(document));
    if (options.apiKey.isEmpty() && options.bearerToken.isEmpty()) {
        findings.append({ u"caller"_s, Finding::Fail, u"There are no credentials for %1."_s.arg(url.toString()), u"Log in (iwdctl login), or name a key (--key-file, $IWD_API_KEY)."_s });
        passOver(findings, callersChecks(), u"Nobody is logged in."_s);
        co_return findings;
    }
    const Findings asCaller = co_await lookAsCaller(std::make_shared<Client>(options));
    findings += asCaller;
    co_return findings;
}

QString stateName(Finding::State state)
{
    switch (state) {
    case Finding::Ok:
        return u"ok"_s;
    case Finding::Warning:
        return u"warning"_s;
    case Finding::Fail:
        return u"fail"_s;
    case Finding::NotLookedAt:
        return u"notLookedAt"_s;
    }
    Q_UNREACHABLE();
}

QString shownState(Finding::State state)
{
    switch (state) {
    case Finding::Ok:
        return u"OK"_s;
    case Finding::Warning:
        return u"WARN"_s;
    case Finding::Fail:
        return u"FAIL"_s;
    case Finding::NotLookedAt:
        return u"-"_s;
    }
    Q_UNREACHABLE();
}

qsizetype countOf(const Findings &findings, Finding::State state)
{
    return std::count_if(findings.begin(), findings.end(), [state](const Finding &finding) { return finding.state == state; });
}

QJsonObject encode(const QString &url, const Findings &findings)
{
    QJsonArray checks;
    for (const Finding &finding : findings) {
        checks.append(QJsonObject { { u"check"_s, finding.check }, { u"state"_s, stateName(finding.state) }, { u"text"_s, finding.text },
            { u"advice"_s, finding.advice.isEmpty() ? QJsonValue() : QJsonValue(finding.advice) }, { u"privilege"_s, finding.privilege.isEmpty() ? QJsonValue() : QJsonValue(finding.privilege) } });
    }
    return { { u"url"_s, url }, { u"checks"_s, checks }, { u"errors"_s, countOf(findings, Finding::Fail) }, { u"warnings"_s, countOf(findings, Finding::Warning) },
        { u"notLookedAt"_s, countOf(findings, Finding::NotLookedAt) } };
}

/// Sentences are not cut, however narrow the terminal is.
QString lines(const QString &url, const Findings &findings)
{
    qsizetype width = 0;
    for (const Finding &finding : findings)
        width = std::max(width, finding.check.size());
    QString text = url.isEmpty() ? QString() : u"%1\n\n"_s.arg(url);
    for (const Finding &finding : findings) {
        const QString place = u"%1  %2  "_s.arg(shownState(finding.state), -4).arg(finding.check, -static_cast<int>(width));
        text += place + finding.text + (finding.state == Finding::NotLookedAt ? u" Not looked at.\n"_s : u"\n"_s);
        if (!finding.advice.isEmpty())
            text += QString(place.size(), u' ') + u"To do: "_s + finding.advice + u'\n';
    }
    return text + u"\n%1, %2, %3 not looked at.\n"_s.arg(counted(countOf(findings, Finding::Fail), u"error"_s), counted(countOf(findings, Finding::Warning), u"warning"_s)).arg(countOf(findings, Finding::NotLookedAt));
}

} // namespace

const CommandSpec &doctorCommand()
{
    static const CommandSpec command { u"doctor"_s, {}, u"Checks the way to the server, the server, its data and its configuration, and says what to do."_s, {} };
    return command;
}

QCoro::Task<int> runDoctor(CommandLine line)
{
    Findings findings { lookAtProfiles() };
    const auto options = connectionOf(line);
    const QString url = options ? options->url.toString() : QString();
    if (options) {
        const Findings found = co_await examine(*options);
        findings += found;
    } else {
        findings.append({ u"connection"_s, Finding::Fail, options.error().text, u"Without an address and credentials nothing else can be looked at."_s });
    }
    console::print(wantsJson(line) ? pretty(encode(url, findings)) : lines(url, findings));
    if (countOf(findings, Finding::Fail) > 0)
        co_return ExitErrorsFound;
    co_return countOf(findings, Finding::Warning) > 0 ? ExitWarningsFound : ExitFine;
}

} // namespace iwd
