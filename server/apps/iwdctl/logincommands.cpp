// SPDX-License-Identifier: Apache-2.0
#include "logincommands.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "secretinput.h"
#include "table.h"

#include <client/browsersignin.h>

#include <QHostAddress>
#include <QProcess>
#include <QStandardPaths>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

std::shared_ptr<Client> clientFor(const Profile &profile)
{
    ClientOptions options;
    options.url = QUrl(profile.url);
    options.apiKey = profile.apiKey;
    options.bearerToken = profile.token;
    options.program = "iwdctl";
    return std::make_shared<Client>(std::move(options));
}

/// Only a secret that crosses a network can be overheard there.
void warnOfPlainHttp(const QUrl &url, const QString &what)
{
    const bool isHere = url.host() == "localhost"_L1 || QHostAddress(url.host()).isLoopback();
    if (url.scheme() == "http"_L1 && !isHere)
        console::complain(u"Warning: %1 goes to %2 unencrypted. Use https where others could listen."_s.arg(what, url.host()));
}

/// What a login begins with.
struct Plan
{
    QString name;
    Profile before; ///< of the same name; empty when it is new
    QUrl url;
};

Result<Plan> planOf(const CommandLine &line)
{
    const auto profiles = readProfiles();
    if (!profiles)
        return profiles.error();
    Plan plan;
    plan.name = profileName(line, *profiles, u"default"_s);
    if (!isProfileName(plan.name))
        return Error { ErrorCode::InvalidField, u"\"%1\" is no name for a profile: use letters, digits, and . _ - inside."_s.arg(plan.name), {}, {} };
    if (const Profile *before = profiles->find(plan.name))
        plan.before = *before;
    const QString known = plan.before.url.isEmpty() ? qEnvironmentVariable("IWD_URL", u"http://127.0.0.1:4024"_s) : plan.before.url;
    const auto url = serverAddress(line.value(u"url"_s, known));
    if (!url)
        return url.error();
    plan.url = *url;
    return plan;
}

/// Asks for a password of one's own, twice on a terminal.
Result<QString> askNewPassword()
{
    const auto first = readSecret(u"New password: "_s);
    if (!first || !isatty(STDIN_FILENO))
        return first;
    const auto second = readSecret(u"The same again: "_s);
    if (!second)
        return second;
    if (*first != *second)
        return Error { ErrorCode::InvalidField, u"The two are not the same. Nothing was changed."_s, {}, {} };
    return *first;
}

/// @param client signed in as the person
QCoro::Task<Result<void>> changePassword(std::shared_ptr<Client> client, QString current)
{
    const auto wanted = askNewPassword();
    if (!wanted)
        co_return wanted.error();
    const QJsonObject body { { u"currentPassword"_s, current }, { u"newPassword"_s, *wanted } };
    const auto changed = co_await client->put(u"/me/password"_s, body);
    co_return changed ? Result<void>() : changed.error();
}

QCoro::Task<> endQuietly(Profile profile);

Profile profileOf(const Plan &plan, const QString &user, const QJsonObject &session)
{
    Profile profile;
    profile.url = plan.url.toString();
    profile.user = user;
    profile.token = session["token"_L1].toString();
    profile.expires = session["expiresDateTime"_L1].toString();
    profile.tenant = session["tenant"_L1]["id"_L1].toString();
    return profile;
}

/// Opens a session for a person, who types the password, and another one where the first was made by somebody else.
QCoro::Task<Result<Profile>> openSession(Plan plan, QString user)
{
    warnOfPlainHttp(plan.url, u"the password"_s);
    const auto password = readSecret(u"Password of %1 at %2: "_s.arg(user, plan.url.toDisplayString()));
    if (!password)
        co_return password.error();
    Profile nobody;
    nobody.url = plan.url.toString();
    const auto client = clientFor(nobody);
    const QJsonObject body { { u"user"_s, user }, { u"password"_s, *password } };
    const auto session = co_await client->post(u"/sessions"_s, body);
    if (!session)
        co_return session.error();
    const Profile profile = profileOf(plan, user, *session);
    if (session->value("changePassword"_L1).toBool()) {
        console::complain(u"The password was made by somebody else: choose one of your own."_s);
        const auto signedIn = clientFor(profile);
        const auto changed = co_await changePassword(signedIn, *password);
        if (!changed) {
            co_await endQuietly(profile);
            co_return changed.error();
        }
    }
    co_return profile;
}

/// Asks the server whose key it is, so that no profile is made that does not work.
QCoro::Task<Result<Profile>> tryKey(Plan plan, QString key)
{
    warnOfPlainHttp(plan.url, u"the key"_s);
    Profile profile;
    profile.url = plan.url.toString();
    profile.apiKey = key;
    const auto client = clientFor(profile);
    const auto me = co_await client->get(u"/me"_s);
    if (!me)
        co_return me.error();
    profile.tenant = me->value("tenant"_L1)["id"_L1].toString();
    co_return profile;
}

/// Which of the tenant's identity providers is meant.
/// @param wanted id; empty: the only one
QCoro::Task<Result<QString>> chooseProvider(std::shared_ptr<Client> client, QString tenant, QString wanted)
{
    if (!wanted.isEmpty())
        co_return wanted;
    QUrlQuery query;
    if (!tenant.isEmpty())
        query.addQueryItem(u"tenant"_s, QString::fromLatin1(QUrl::toPercentEncoding(tenant)));
    const auto ways = co_await client->get(u"/sign-in"_s, query);
    if (!ways)
        co_return ways.error();
    QStringList ids;
    for (const auto &entry : ways->value("identityProviders"_L1).toArray())
        ids.append(entry["id"_L1].toString());
    if (ids.isEmpty())
        co_return Error { ErrorCode::InvalidField, u"Nobody can log in through an identity provider here. Use a password, or ask an administrator: iwdctl providers add."_s, {}, {} };
    if (ids.size() > 1)
        co_return Error { ErrorCode::InvalidField, u"Which identity provider? Say one of them: iwdctl login --openid %1"_s.arg(ids.join(u'|')), {}, {} };
    co_return ids.constFirst();
}

/// Where there is a screen. Otherwise, or when that fails, the person has the address.
void openBrowser(const QString &url)
{
    const bool hasScreen = !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    const QString opener = QStandardPaths::findExecutable(u"xdg-open"_s);
    if (hasScreen && !opener.isEmpty())
        QProcess::startDetached(opener, { url });
}

/// Opens a session for a person whom an identity provider signs in, in a browser.
QCoro::Task<Result<Profile>> openSessionInBrowser(Plan plan, CommandLine line)
{
    warnOfPlainHttp(plan.url, u"the session"_s);
    const auto patience = durationFromText(line.value(u"wait"_s, u"5m"_s));
    if (!patience)
        co_return patience.error();
    bool isPort = true;
    const quint16 port = line.has(u"port"_s) ? line.value(u"port"_s).toUShort(&isPort) : quint16(0);
    if (!isPort)
        co_return Error { ErrorCode::InvalidField, u"\"%1\" is no port: write a number from 1 to 65535."_s.arg(line.value(u"port"_s)), {}, {} };
    Profile nobody;
    nobody.url = plan.url.toString();
    const auto client = clientFor(nobody);
    const QString tenant = line.value(u"tenant"_s);
    const auto provider = co_await chooseProvider(client, tenant, line.arguments.value(0));
    if (!provider)
        co_return provider.error();
    const auto browser = BrowserSignIn::listen(port);
    if (!browser)
        co_return browser.error();
    QJsonObject beginning { { u"provider"_s, *provider }, { u"redirectUri"_s, (*browser)->redirectUri() }, { u"codeChallenge"_s, (*browser)->codeChallenge() } };
    if (!tenant.isEmpty())
        beginning.insert(u"tenant"_s, tenant);
    const auto begun = co_await client->post(u"/sign-in/openid"_s, beginning);
    if (!begun)
        co_return begun.error();
    const QString url = begun->value("authorizationUrl"_L1).toString();
    console::complain(u"Sign in at this address in a browser on this machine:\n\n    %1\n"_s.arg(url));
    openBrowser(url);
    const auto back = co_await (*browser)->comeBack(begun->value("state"_L1).toString(), *patience);
    if (!back)
        co_return back.error();
    const QJsonObject body { { u"state"_s, back->state }, { u"code"_s, back->code }, { u"codeVerifier"_s, back->codeVerifier } };
    const auto session = co_await client->post(u"/sessions/openid"_s, body);
    if (!session)
        co_return session.error();
    co_return profileOf(plan, session->value("user"_L1).toString(), *session);
}

/// What only makes sense with --openid.
Result<void> checkOpenIdOptions(const CommandLine &line)
{
    for (const QString &option : { u"tenant"_s, u"port"_s, u"wait"_s }) {
        if (line.has(option))
            return Error { ErrorCode::InvalidField, u"--%1 goes with --openid alone."_s.arg(option), {}, {} };
    }
    if (!line.arguments.isEmpty())
        return Error { ErrorCode::InvalidField, u"\"login\" does not know what to do with \"%1\" without --openid."_s.arg(line.arguments.constFirst()), {}, {} };
    return {};
}

QCoro::Task<Result<Profile>> logInTo(Plan plan, CommandLine line)
{
    if (line.has(u"openid"_s) && (line.has(u"user"_s) || line.has(u"key-file"_s) || line.has(u"bootstrap-file"_s)))
        co_return Error { ErrorCode::InvalidField, u"With --openid the identity provider says who it is: leave --user, --key-file and --bootstrap-file out."_s, {}, {} };
    if (line.has(u"openid"_s))
        co_return co_await openSessionInBrowser(std::move(plan), std::move(line));
    if (const auto fine = checkOpenIdOptions(line); !fine)
        co_return fine.error();
    const auto key = keyFromFile(line);
    if (!key)
        co_return key.error();
    if (*key && line.has(u"user"_s))
        co_return Error { ErrorCode::InvalidField, u"--user is for a person, --key-file and --bootstrap-file for a program: give one of them."_s, {}, {} };
    if (*key)
        co_return co_await tryKey(std::move(plan), **key);
    QString user = line.value(u"user"_s, plan.before.user);
    if (user.isEmpty()) {
        const auto typed = readLine(u"User: "_s);
        if (!typed)
            co_return typed.error();
        user = typed->trimmed();
    }
    if (user.isEmpty())
        co_return Error { ErrorCode::InvalidField, u"Nobody can log in without a name: give --user NAME, or --key-file FILE."_s, {}, {} };
    co_return co_await openSession(std::move(plan), user);
}

/// "until 2026-03-01 08:15:30 UTC"
QString untilText(const Profile &profile)
{
    return profile.expires.isEmpty() ? QString() : u" until %1 UTC"_s.arg(shortTime(profile.expires));
}

/// Ends a session if that can be done; otherwise it ends by itself later.
QCoro::Task<> endQuietly(Profile profile)
{
    if (profile.token.isEmpty())
        co_return;
    const auto client = clientFor(profile);
    (void)co_await client->remove(u"/sessions/current"_s, {});
}

/// What went wrong before anything was sent is the person's doing.
int loginExitCode(const Error &error)
{
    if (wasInterrupted(error))
        return ExitInterrupted;
    const bool wasSent = error.args.contains("status"_L1) || error.args.contains("url"_L1);
    return wasSent ? exitCodeOf(error) : ExitUsage;
}

QCoro::Task<int> logIn(CommandLine line)
{
    const auto plan = planOf(line);
    if (!plan)
        co_return failUsage(plan.error());
    const auto profile = co_await logInTo(*plan, line);
    if (!profile) {
        console::complain(profile.error().text); // without the error itself, whose advice would be to log in
        co_return loginExitCode(profile.error());
    }
    bool isDefault = false;
    const auto kept = changeProfiles([&](Profiles &profiles) -> Result<void> {
        profiles.all[plan->name] = *profile;
        if (profiles.defaultName.isEmpty() || line.has(u"default"_s))
            profiles.defaultName = plan->name;
        isDefault = profiles.defaultName == plan->name;
        return {};
    });
    if (!kept) {
        co_await endQuietly(*profile); // a session that nobody can use any more is only a risk
        co_return failUsage(kept.error());
    }
    co_await endQuietly(plan->before); // or it would stay open without anybody who knows it
    const QString who = profile->user.isEmpty() ? u"with an API key"_s : u"as %1"_s.arg(profile->user);
    console::print(u"Logged in to %1 %2 (tenant %3)%4.\nProfile: %5%6\n"_s.arg(profile->url, who, profile->tenant, untilText(*profile), plan->name,
        isDefault ? u" (the default)"_s : QString()));
    co_return ExitFine;
}

QCoro::Task<int> changeOwnPassword(CommandLine line)
{
    const auto profiles = readProfiles();
    if (!profiles)
        co_return failUsage(profiles.error());
    const QString name = profileName(line, *profiles);
    const Profile *found = profiles->find(name);
    if (!found || found->token.isEmpty())
        co_return failUsage({ ErrorCode::InvalidField, u"Log in first: iwdctl login. Only a person has a password; a key is rotated with iwdctl keys rotate."_s, {}, {} });
    const Profile profile = *found;
    warnOfPlainHttp(QUrl(profile.url), u"the password"_s);
    const auto current = readSecret(u"Current password of %1 at %2: "_s.arg(profile.user, profile.url));
    if (!current)
        co_return failUsage(current.error());
    const auto client = clientFor(profile);
    const auto changed = co_await changePassword(client, *current);
    if (!changed) {
        console::complain(changed.error().text);
        co_return loginExitCode(changed.error());
    }
    console::print(u"Changed. Other sessions of %1 have ended.\n"_s.arg(profile.user));
    co_return ExitFine;
}

Result<void> forget(const QString &name, const QString &token, bool wholly)
{
    return changeProfiles([&](Profiles &profiles) -> Result<void> {
        const auto found = profiles.all.find(name);
        if (found == profiles.all.end() || found->second.token != token)
            return {}; // somebody has logged in again meanwhile
        found->second.token.clear();
        found->second.apiKey.clear();
        found->second.expires.clear();
        if (!wholly)
            return {};
        profiles.all.erase(found);
        if (profiles.defaultName == name)
            profiles.defaultName.clear();
        return {};
    });
}

QCoro::Task<int> logOut(CommandLine line)
{
    const auto profiles = readProfiles();
    if (!profiles)
        co_return failUsage(profiles.error());
    const QString name = profileName(line, *profiles);
    const Profile *found = profiles->find(name);
    if (!found)
        co_return failUsage(name.isEmpty() ? Error { ErrorCode::InvalidField, u"There is no default profile to log out of. Name one: --profile NAME. See iwdctl profiles."_s, {}, {} }
                                           : noSuchProfile(*profiles, name));
    const Profile profile = *found;
    if (!profile.token.isEmpty()) {
        const auto client = clientFor(profile);
        const auto ended = co_await client->remove(u"/sessions/current"_s, {});
        const bool isOver = !ended && ended.error().code == ErrorCode::InvalidCredentials;
        if (!ended && !isOver && !line.has(u"local"_s)) {
            console::complain(u"%1 The session of the profile \"%2\" is still open, so it was kept here, too. Try again; or forget it here with --local, then it ends%3."_s.arg(
                ended.error().text, name, untilText(profile).replace(" until"_L1, " at"_L1)));
            co_return exitCodeOf(ended.error());
        }
    }
    if (const auto forgotten = forget(name, profile.token, line.has(u"forget"_s)); !forgotten)
        co_return failUsage(forgotten.error());
    if (!profile.apiKey.isEmpty())
        console::print(u"The key of the profile \"%1\" is forgotten here. On the server it works on, until iwdctl keys revoke.\n"_s.arg(name));
    else
        console::print((profile.token.isEmpty() ? u"The profile \"%1\" was not logged in.\n"_s : u"Logged out of %2 (profile %1).\n"_s).arg(name, profile.url));
    co_return ExitFine;
}

QJsonObject withoutSecrets(const QString &name, const Profile &profile, bool isDefault)
{
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    return { { u"name"_s, name }, { u"default"_s, isDefault }, { u"url"_s, profile.url }, { u"tenant"_s, orNull(profile.tenant) }, { u"user"_s, orNull(profile.user) },
        { u"loggedIn"_s, profile.isLoggedIn() }, { u"expiresDateTime"_s, orNull(profile.expires) } };
}

QString stateOf(const Profile &profile)
{
    if (!profile.isLoggedIn())
        return u"logged out"_s;
    if (profile.expires.isEmpty())
        return u"until the key is revoked"_s;
    const auto expires = instantFromIso(profile.expires);
    const bool isOver = expires && *expires <= std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    return (isOver ? u"ended %1"_s : u"until %1"_s).arg(shortTime(profile.expires));
}

int showProfiles(const CommandLine &line)
{
    const auto profiles = readProfiles();
    if (!profiles)
        return failUsage(profiles.error());
    QJsonArray data;
    TextTable table;
    table.head = { u"PROFILE"_s, u"URL"_s, u"TENANT"_s, u"USER"_s, u"LOGGED IN (UTC)"_s };
    for (const auto &[name, profile] : profiles->all) {
        const bool isDefault = name == profiles->defaultName;
        data.append(withoutSecrets(name, profile, isDefault));
        const QString user = profile.user.isEmpty() && !profile.apiKey.isEmpty() ? u"(API key)"_s : profile.user;
        table.rows.append({ isDefault ? u"%1 *"_s.arg(name) : name, profile.url, profile.tenant, user, stateOf(profile) });
    }
    if (line.has(u"names"_s)) {
        for (const auto &[name, profile] : profiles->all)
            console::print(name + u'\n');
    } else if (wantsJson(line))
        console::print(pretty({ { u"data"_s, data } }));
    else if (data.isEmpty())
        console::print(u"No profiles. Make one with iwdctl login.\n"_s);
    else
        console::print(table.toText(tableWidth()) + (profiles->defaultName.isEmpty() ? u"\nNone is the default.\n"_s : u"\n* is the default.\n"_s));
    return ExitFine;
}

int useProfile(const CommandLine &line)
{
    const QString name = line.arguments.constFirst();
    const auto changed = changeProfiles([&name](Profiles &profiles) -> Result<void> {
        if (!profiles.find(name))
            return noSuchProfile(profiles, name);
        profiles.defaultName = name;
        return {};
    });
    if (!changed)
        return failUsage(changed.error());
    console::print(u"The default profile is %1.\n"_s.arg(name));
    return ExitFine;
}

} // namespace

const std::vector<CommandSpec> &loginCommands()
{
    static const std::vector<CommandSpec> commands {
        { u"login"_s, { u"[PROVIDER]"_s }, u"Logs in and remembers it as a profile."_s,
            { { u"user"_s, u"NAME"_s, u"who; the password is asked for, or read from standard input"_s },
                { u"openid"_s, {}, u"in a browser, through the identity provider; PROVIDER says which of several"_s },
                { u"tenant"_s, u"TENANT"_s, u"whose identity provider it is; default: the first tenant"_s },
                { u"port"_s, u"PORT"_s, u"at which the browser comes back, for providers that ask for a known one; default: a free one"_s },
                { u"wait"_s, u"TIME"_s, u"how long the browser may take; default 5m"_s },
                { u"default"_s, {}, u"make it the default profile, as the first one is anyway"_s } } },
        { u"password"_s, {}, u"Changes your password; your other sessions end."_s, {} },
        { u"logout"_s, {}, u"Ends the session of a profile, on the server too."_s,
            { { u"local"_s, {}, u"forget it here even when the server does not answer"_s }, { u"forget"_s, {}, u"remove the whole profile"_s } } },
        { u"profiles"_s, {}, u"Shows the profiles, without their secrets."_s, { { u"names"_s, {}, u"only their names, one in a line"_s } } },
        { u"profiles use"_s, { u"PROFILE"_s }, u"Makes a profile the default."_s, {} },
    };
    return commands;
}

QCoro::Task<int> runLoginCommand(CommandLine line)
{
    if (line.command == "login"_L1)
        co_return co_await logIn(std::move(line));
    if (line.command == "password"_L1)
        co_return co_await changeOwnPassword(std::move(line));
    if (line.command == "logout"_L1)
        co_return co_await logOut(std::move(line));
    co_return line.command == "profiles use"_L1 ? useProfile(line) : showProfiles(line);
}

} // namespace iwd
