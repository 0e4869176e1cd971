// SPDX-License-Identifier: Apache-2.0
#include "diagnosis.h"

#include "printing.h"
#include "table.h"

#include <QHostAddress>
#include <QJsonDocument>
#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr qint64 SlowMs = 1'000; ///< an answer that looks nothing up
constexpr qint64 ClockWarningMs = 3'000; ///< as the server judges its own and the database's
constexpr qint64 ClockFailureMs = 300'000;
constexpr int SoonDays = 30; ///< that something is to be renewed within
constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 LeastFreeBytes = 512 * MiB; ///< the server itself needs 8 MiB to write at all
constexpr int LeastFreePercent = 10;
constexpr int MostNamed = 5;
constexpr qint64 LongestLagSeconds = 300; ///< of a webhook

QString seconds(qint64 milliseconds)
{
    return u"%1 s"_s.arg(std::abs(static_cast<double>(milliseconds)) / 1'000, 0, 'f', 1);
}

QString size(qint64 bytes)
{
    return bytes >= 1024 * MiB ? u"%1 GiB"_s.arg(static_cast<double>(bytes) / (1024.0 * MiB), 0, 'f', 1) : u"%1 MiB"_s.arg(bytes / MiB);
}

QString day(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd"_s);
}

bool isOwnMachine(const Reach &reach)
{
    return std::all_of(reach.addresses.begin(), reach.addresses.end(), [](const QString &address) { return QHostAddress(address).isLoopback(); });
}

Finding judgeTls(const QUrl &url, const Reach &reach)
{
    const QString check = u"connection.tls"_s;
    if (!reach.usesTls && isOwnMachine(reach))
        return { check, Finding::Ok, u"Without TLS, but it does not leave this machine."_s };
    if (!reach.usesTls)
        return { check, Finding::Warning, u"Without TLS: whoever is on the way to %1 reads keys and work."_s.arg(url.host()), u"Give the server a certificate (http.tls.*) or put a proxy with one in front, and use https://."_s };
    if (!reach.tlsTroubles.isEmpty()) {
        return { check, Finding::Fail, u"No trusted connection: %1."_s.arg(reach.tlsTroubles.join(u"; "_s)),
            u"Use the name that the certificate is for, let the server send the whole chain, and let this machine trust its authority."_s };
    }
    return { check, Finding::Ok, u"Trusted, in %1 ms."_s.arg(reach.tlsMs) };
}

Finding judgeCertificate(const QDateTime &until, const QDateTime &now)
{
    const QString check = u"connection.certificate"_s;
    const QString advice = u"Renew it, put the new one where http.tls.certificate names it, and start the server again."_s;
    if (until <= now)
        return { check, Finding::Fail, u"The server's certificate ended on %1."_s.arg(day(until)), advice };
    if (now.daysTo(until) <= SoonDays)
        return { check, Finding::Warning, u"The server's certificate ends on %1, in %2 days."_s.arg(day(until)).arg(now.daysTo(until)), advice };
    return { check, Finding::Ok, u"The server's certificate is good until %1."_s.arg(day(until)) };
}

QJsonObject objectIn(const QByteArray &body)
{
    return QJsonDocument::fromJson(body).object();
}

Finding judgeDisk(const QJsonObject &installation, qint64 databaseBytes, const QString &kind)
{
    const QString check = u"server.disk"_s;
    const qint64 free = installation["dataFreeBytes"_L1].toInteger();
    const qint64 whole = installation["dataDiskBytes"_L1].toInteger();
    const QString text = u"%1 of %2 are free on the disk of the data folder."_s.arg(size(free), size(whole));
    if (free < LeastFreeBytes)
        return { check, Finding::Fail, text, u"Make room now: a server that cannot write refuses all work (503) until it can."_s };
    if (free < whole / LeastFreePercent)
        return { check, Finding::Warning, text, u"Make room, or give the data folder a larger disk."_s };
    if (kind == "sqlite"_L1 && free < databaseBytes + 64 * MiB)
        return { check, Finding::Warning, text + u" That is too little for a backup."_s, u"Make room: a backup needs %1 for a while."_s.arg(size(databaseBytes + 64 * MiB)) };
    return { check, Finding::Ok, text };
}

Finding judgeDatabaseClock(const QJsonValue &ahead, const QString &kind)
{
    const QString check = u"clock.database"_s;
    if (kind == "sqlite"_L1)
        return { check, Finding::Ok, u"The server and its database have one clock."_s };
    if (!ahead.isDouble())
        return { check, Finding::NotLookedAt, u"The server does not know yet how its clock and the database's differ."_s };
    const qint64 ms = ahead.toInteger();
    if (std::abs(ms) <= ClockWarningMs)
        return { check, Finding::Ok, u"The clock of the server agrees with the database's."_s };
    return { check, Finding::Warning, u"The clock of the server is %1 %2 the database's: due times and ages go wrong by as much."_s.arg(seconds(ms), ms > 0 ? u"ahead of"_s : u"behind"_s),
        u"Let a time service (NTP) set both."_s };
}

Finding judgeCache(const QJsonObject &installation)
{
    const QString check = u"server.cache"_s;
    if (installation["cache"_L1] == "local"_L1)
        return { check, Finding::Ok, u"The cache is in the process of the server."_s };
    if (installation["cacheAnswers"_L1].toBool())
        return { check, Finding::Ok, u"The Redis answers."_s };
    return { check, Finding::Warning, u"The Redis does not answer. Nothing is lost, but each server looks everything up, and counts limits for itself."_s, u"Look at the Redis of cache.url and at the server's log."_s };
}

} // namespace

Finding refused(const QString &check, const Error &error)
{
    const QString privilege = error.args["privilege"_L1].toString();
    if (error.code == ErrorCode::NotAllowed)
        return { check, Finding::NotLookedAt, error.text, u"Ask as somebody who may: this needs %1."_s.arg(privilege.isEmpty() ? u"a caller who sees all work"_s : privilege), privilege };
    return { check, Finding::Fail, error.text, u"Look at the server's log for the reason."_s };
}

Findings judgeReach(const QUrl &url, const Reach &reach, const QDateTime &now)
{
    const QString resolve = u"connection.name"_s;
    if (reach.addresses.isEmpty())
        return { { resolve, Finding::Fail, u"Nobody knows the name %1."_s.arg(url.host()), u"Check the address (--url, $IWD_URL or the profile) and this machine's DNS."_s } };
    Findings found;
    if (QHostAddress(url.host()).isNull()) // an address needs nobody to know it
        found.append({ resolve, Finding::Ok, u"%1 is %2 (%3 ms)."_s.arg(url.host(), reach.addresses.join(u", "_s)).arg(reach.resolveMs) });
    const QString open = u"connection.open"_s;
    const int port = url.port(reach.usesTls ? 443 : 80);
    if (!reach.connectTrouble.isEmpty()) {
        found.append({ open, Finding::Fail, u"No connection to port %1: %2."_s.arg(port).arg(reach.connectTrouble),
            u"See whether iwd-server runs there and listens on that address (http.listen), and whether a firewall is in between."_s });
        return found;
    }
    const bool slow = reach.connectMs > SlowMs;
    found.append({ open, slow ? Finding::Warning : Finding::Ok, u"Port %1 took the connection in %2 ms."_s.arg(port).arg(reach.connectMs), slow ? u"Look at the network in between."_s : QString() });
    found.append(judgeTls(url, reach));
    if (reach.certificateUntil)
        found.append(judgeCertificate(*reach.certificateUntil, now));
    return found;
}

Finding judgeAnswer(const Glance &live)
{
    const QString check = u"server.answers"_s;
    if (live.status == 0)
        return { check, Finding::Fail, u"No answer: %1."_s.arg(live.trouble), u"See whether it is iwd-server that listens there, and look at its log."_s };
    const QString status = objectIn(live.body)["status"_L1].toString();
    if (status == "notLive"_L1)
        return { check, Finding::Fail, u"The server answers, but its main thread hangs."_s, u"Start it again, and keep its log of before."_s };
    if (live.status != 200 || status != "live"_L1)
        return { check, Finding::Fail, u"Something answers there that is no iwd-server (status %1 to /health/live)."_s.arg(live.status), u"Check the address, and the proxy if there is one: it has to pass on /health."_s };
    const qint64 took = live.asked.msecsTo(live.answered);
    if (took > SlowMs)
        return { check, Finding::Warning, u"It took %1 to say that it lives."_s.arg(seconds(took)), u"Look at the load of its machine, and at the network in between."_s };
    return { check, Finding::Ok, u"It answers within %1 ms."_s.arg(took) };
}

Findings judgeReadiness(const Glance &ready)
{
    const QJsonObject json = objectIn(ready.body);
    const QJsonArray components = json["components"_L1].toArray();
    if (ready.status == 0 || components.isEmpty())
        return { { u"ready"_s, Finding::Fail, u"It does not say whether it is ready (status %1 to /health/ready)."_s.arg(ready.status), u"Look at the server's log."_s } };
    Findings found;
    for (const auto &entry : components) {
        const QJsonObject component = entry.toObject();
        const bool isReady = component["ready"_L1].toBool();
        const bool isNeeded = component["needed"_L1].toBool();
        const QString check = u"ready."_s + component["name"_L1].toString();
        const QString advice = isNeeded ? u"The server takes no work until this is mended; its log says more."_s : u"The server goes on without it; its log says more."_s;
        found.append({ check, isReady ? Finding::Ok : isNeeded ? Finding::Fail : Finding::Warning, component["text"_L1].toString(), isReady ? QString() : advice });
    }
    return found;
}

Finding judgeClock(const Glance &glance)
{
    const QString check = u"clock.server"_s;
    // RFC 9110, 5.6.7; the month and day are English, whatever the locale is.
    QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(glance.date), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s);
    if (!date.isValid())
        return { check, Finding::NotLookedAt, u"The answer does not say what time it is there."_s };
    date.setTimeSpec(Qt::UTC);
    // It is cut to whole seconds and was written somewhen between question and answer.
    const qint64 least = glance.answered.msecsTo(date);
    const qint64 most = glance.asked.msecsTo(date) + 999;
    const qint64 ahead = least > 0 ? least : most < 0 ? most : 0;
    if (std::abs(ahead) < ClockWarningMs)
        return { check, Finding::Ok, u"The clocks of the server and of this machine agree."_s };
    return { check, std::abs(ahead) < ClockFailureMs ? Finding::Warning : Finding::Fail, u"The clock of the server is at least %1 %2 this machine's."_s.arg(seconds(ahead), ahead > 0 ? u"ahead of"_s : u"behind"_s),
        u"Let a time service (NTP) set both: due times, leases, sessions and keys go by the server's."_s };
}

Findings judgeCaller(const QJsonObject &me)
{
    const QString who = me["kind"_L1] == "user"_L1 ? u"The user"_s : u"The API key"_s;
    const auto privileges = me["privileges"_L1].toArray().size();
    QString text = u"%1 \"%2\" of tenant %3, with %4 privileges"_s.arg(who, me["name"_L1].toString(), me["tenant"_L1]["id"_L1].toVariant().toString()).arg(privileges);
    if (!me["agentId"_L1].isNull())
        text += u", who acts as agent %1 only"_s.arg(me["agentId"_L1].toString());
    if (const auto categories = me["categories"_L1].toArray(); !categories.isEmpty())
        text += u", who sees the work of %1 categories only"_s.arg(categories.size());
    const QString check = u"caller"_s;
    if (me["changePassword"_L1].toBool())
        return { { check, Finding::Warning, text + u". The password was made by somebody else and has to be changed first."_s, u"iwdctl password"_s } };
    if (privileges == 0)
        return { { check, Finding::Warning, text + u'.', u"Ask an administrator for a role, or for a key with a scope."_s } };
    return { { check, Finding::Ok, text + u'.' } };
}

Finding judgeApi(const Glance &document)
{
    const QString check = u"version.api"_s;
    const QString version = objectIn(document.body)["info"_L1]["version"_L1].toString();
    if (document.status != 200 || version.isEmpty())
        return { check, Finding::Fail, u"The server does not show its API (status %1 to /iwd/v3/openapi.json)."_s.arg(document.status), u"Check the address: this program speaks /iwd/v3."_s };
    if (!version.startsWith("3."_L1))
        return { check, Finding::Fail, u"The server's API has version %1, and this program speaks version 3."_s.arg(version), u"Use the iwdctl that came with the server."_s };
    return { check, Finding::Ok, u"The API has version %1."_s.arg(version) };
}

Findings judgeServer(const QJsonObject &stats, const QString &version)
{
    const QString server = stats["version"_L1].toString();
    const bool same = server == version;
    const QJsonObject storage = stats["storage"_L1].toObject();
    const QString kind = storage["kind"_L1].toString();
    const QJsonObject installation = stats["installation"_L1].toObject();
    const QString form = installation.isEmpty() ? QString() : u", in form %1"_s.arg(installation["schema"_L1].toInteger());
    const QString data = u" The data is in %1, %2%3."_s.arg(kind == "sqlite"_L1 ? u"SQLite"_s : u"PostgreSQL"_s, size(storage["sizeBytes"_L1].toInteger()), form);
    const QString versions = same ? u"Server and iwdctl have version %1."_s.arg(version) : u"The server has version %1, and iwdctl %2."_s.arg(server, version);
    Findings found { { u"version.server"_s, same ? Finding::Ok : Finding::Warning, versions + data, same ? QString() : u"Use the iwdctl that came with the server."_s } };
    const auto held = stats["items"_L1]["errorheld"_L1].toInteger();
    if (held > 0)
        found.append({ u"items.errorheld"_s, Finding::Warning, u"%1 items are held with an error, and nobody gets them."_s.arg(grouped(held)), u"iwdctl items list --status errorheld says why; mend the rules, then iwdctl items bulk resume --where status=errorheld."_s });
    else
        found.append({ u"items.errorheld"_s, Finding::Ok, u"No item is held with an error."_s });

    if (installation.isEmpty()) {
        const QString privilege = u"Settings.View"_s;
        for (const char *check : { "server.disk", "server.cache", "clock.database" })
            found.append({ QString::fromLatin1(check), Finding::NotLookedAt, u"The server tells this only to those who look after it."_s, u"Ask as somebody who may: this needs %1."_s.arg(privilege), privilege });
        return found;
    }
    found.append(judgeDisk(installation, storage["sizeBytes"_L1].toInteger(), kind));
    found.append(judgeCache(installation));
    found.append(judgeDatabaseClock(installation["clockAheadMilliseconds"_L1], kind));
    return found;
}

Finding judgeConfiguration(const QJsonObject &lint)
{
    const QString check = u"configuration"_s;
    const auto errors = lint["errors"_L1].toInteger();
    const auto warnings = lint["warnings"_L1].toInteger();
    if (errors + warnings == 0)
        return { check, Finding::Ok, u"Nothing is wrong with the configuration."_s };
    return { check, errors > 0 ? Finding::Fail : Finding::Warning, u"%1 errors and %2 warnings about the configuration."_s.arg(errors).arg(warnings), u"iwdctl lint --severity warning tells each."_s };
}

Finding judgeDueWork(const QJsonObject &search)
{
    const QString check = u"items.due"_s;
    const QJsonObject count = search["count"_L1].toObject();
    const auto late = count["value"_L1].toInteger();
    if (late == 0)
        return { check, Finding::Ok, u"What is due by the clock is done in time."_s };
    return { check, Finding::Fail, u"%1%2 items should have been activated more than a minute ago."_s.arg(count["exact"_L1].toBool() ? QString() : u"About "_s, grouped(late)),
        u"Look at the server's log, at the load of its database, and at its clock."_s };
}

Finding judgeKeys(const QJsonArray &keys, const QDateTime &now)
{
    const QString check = u"keys"_s;
    QStringList soon;
    QStringList ended;
    for (const auto &entry : keys) {
        const QDateTime until = QDateTime::fromString(entry["expiresDateTime"_L1].toString(), Qt::ISODateWithMs);
        if (!until.isValid())
            continue;
        if (until <= now)
            ended.append(entry["name"_L1].toString());
        else if (now.daysTo(until) <= SoonDays)
            soon.append(u"\"%1\" on %2"_s.arg(entry["name"_L1].toString(), day(until)));
    }
    if (soon.isEmpty())
        return { check, Finding::Ok, u"None of %1 API keys ends within %2 days%3."_s.arg(keys.size()).arg(SoonDays).arg(ended.isEmpty() ? QString() : u" (%1 have ended)"_s.arg(ended.size())) };
    const QString named = soon.mid(0, MostNamed).join(u", "_s) + (soon.size() > MostNamed ? u" and %1 more"_s.arg(soon.size() - MostNamed) : QString());
    return { check, Finding::Warning, u"API keys end soon: %1."_s.arg(named), u"Make new ones and change the programs that use them; iwdctl keys list shows who does."_s };
}

Finding judgeWebhooks(const QJsonArray &states)
{
    const QString check = u"webhooks"_s;
    QStringList troubles;
    for (const auto &entry : states) {
        const QString id = entry["capturePointId"_L1].toString();
        if (const auto dead = entry["dead"_L1].toInteger(); dead > 0)
            troubles.append(u"\"%1\" has %2"_s.arg(id, counted(dead, u"dead letter"_s)));
        if (const auto missed = entry["missedEvents"_L1].toInteger(); missed > 0)
            troubles.append(u"\"%1\" missed %2 that the log no longer kept"_s.arg(id, counted(missed, u"event"_s)));
        if (!entry["enabled"_L1].toBool())
            continue;
        if (entry["secretSinceDateTime"_L1].isNull())
            troubles.append(u"\"%1\" has no secret, so nothing is sent"_s.arg(id));
        else if (const auto lag = entry["lagSeconds"_L1].toInteger(); lag > LongestLagSeconds)
            troubles.append(u"\"%1\" is %2 behind"_s.arg(id, shortDuration(static_cast<double>(lag))));
    }
    if (troubles.isEmpty())
        return { check, Finding::Ok, states.isEmpty() ? u"There are no webhooks."_s : u"%1 up to date, without dead letters."_s.arg(counted(states.size(), u"webhook"_s)) };
    const QString named = troubles.mid(0, MostNamed).join(u", "_s) + (troubles.size() > MostNamed ? u" and %1 more"_s.arg(troubles.size() - MostNamed) : QString());
    return { check, Finding::Warning, u"Receivers of webhooks are not told everything: %1."_s.arg(named), u"iwdctl webhooks list tells why; iwdctl webhooks dead and replay are for the dead letters, iwdctl webhooks secret makes a secret."_s };
}

} // namespace iwd
