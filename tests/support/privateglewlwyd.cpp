// SPDX-License-Identifier: Apache-2.0
#include "privateglewlwyd.h"

#include "httpcaller.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QJsonArray>
#include <QTcpServer>

#include <csignal>

#include <sqlite3.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

const QString password = u"eleven quiet marble engines"_s;

quint16 freePort()
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost))
        qFatal("No port of loopback is free.");
    return probe.serverPort();
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read; is the package glewlwyd installed?", qPrintable(path));
    return file.readAll();
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("%s cannot be written.", qPrintable(path));
}

QByteArray openssl(const QStringList &arguments)
{
    QProcess process;
    process.start(u"openssl"_s, arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("openssl %s failed", qPrintable(arguments.join(u' ')));
    return process.readAllStandardOutput();
}

QByteArray compact(const QJsonObject &json)
{
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

} // namespace

PrivateGlewlwyd::PrivateGlewlwyd(const QString &redirectUri)
    : m_port(freePort())
{
    makeDatabase();
    start();
    setUp(redirectUri);
}

PrivateGlewlwyd::~PrivateGlewlwyd()
{
    m_process.kill();
    m_process.waitForFinished();
}

QString PrivateGlewlwyd::issuer() const
{
    return u"http://127.0.0.1:%1/api/oidc"_s.arg(m_port);
}

/// As the package makes it, with users who have groups.
void PrivateGlewlwyd::makeDatabase()
{
    QByteArray sql = contentOf(u"/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"_s);
    sql += "\nupdate g_user_module_instance set gumi_parameters = "
           "'{\"use-glewlwyd-connection\":true,\"data-format\":{\"groups\":{\"multiple\":true,\"read\":true,\"write\":true,\"profile-read\":true,\"profile-write\":false}}}';";
    sqlite3 *database = nullptr;
    const bool isMade = sqlite3_open(QFile::encodeName(m_folder.filePath(u"glewlwyd.db"_s)).constData(), &database) == SQLITE_OK
        && sqlite3_exec(database, sql.constData(), nullptr, nullptr, nullptr) == SQLITE_OK;
    if (!isMade)
        qFatal("The database of Glewlwyd cannot be made: %s", sqlite3_errmsg(database));
    sqlite3_close(database);
}

void PrivateGlewlwyd::start()
{
    const QString modules = u"/usr/lib/glewlwyd/"_s;
    QString text = u"port=%1\nexternal_url=\"http://127.0.0.1:%1\"\nlogin_url=\"login.html\"\napi_prefix=\"api\"\nbind_address=\"127.0.0.1\"\nlog_mode=\"console\"\nlog_level=\"INFO\"\n"
                   "cookie_secure=0\nsession_key=\"GLEWLWYD\"\nadmin_scope=\"g_admin\"\nprofile_scope=\"g_profile\"\nhash_algorithm=\"SHA512\"\n"_s.arg(m_port);
    for (const auto &[key, folder] : { std::pair(u"user"_s, u"user"_s), std::pair(u"client"_s, u"client"_s), std::pair(u"user_auth_scheme"_s, u"scheme"_s), std::pair(u"plugin"_s, u"plugin"_s) })
        text += u"%1_module_path=\"%2\"\n"_s.arg(key, modules + folder);
    text += u"database = { type = \"sqlite3\" path = \"%1\" };\n"_s.arg(m_folder.filePath(u"glewlwyd.db"_s));
    const QString path = m_folder.filePath(u"glewlwyd.conf"_s);
    write(path, text.toUtf8());
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_folder.filePath(u"log"_s));
    m_process.setChildProcessModifier([tester = ::getpid()] {
        if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != tester)
            ::_exit(125);
    });
    m_process.start(u"glewlwyd"_s, { u"--config-file="_s + path });
    const QDeadlineTimer patience(std::chrono::seconds(30));
    for (;;) {
        HttpCaller caller(m_port);
        if (const auto answer = caller.call("GET", "/config"); answer && answer->status == 200)
            return;
        if (m_process.waitForFinished(50) || patience.hasExpired())
            qFatal("Glewlwyd does not start: %s\n%s", qPrintable(m_process.errorString()), contentOf(m_folder.filePath(u"log"_s)).constData());
    }
}

QByteArray PrivateGlewlwyd::cookieOf(const QString &name, const QString &its) const
{
    HttpCaller caller(m_port);
    const auto answer = caller.call("POST", "/api/auth/", compact({ { u"username"_s, name }, { u"password"_s, its } }));
    if (!answer || answer->status != 200)
        qFatal("Glewlwyd does not let %s in", qPrintable(name));
    return answer->header("set-cookie").split(';').constFirst();
}

void PrivateGlewlwyd::call(const QByteArray &method, const QByteArray &target, const QByteArray &cookie, const QJsonObject &body) const
{
    HttpCaller caller(m_port, { { "Cookie", cookie } });
    const auto answer = caller.call(method, target, compact(body));
    if (!answer || answer->status != 200)
        qFatal("Glewlwyd refuses %s %s: %d %s", method.constData(), target.constData(), answer ? answer->status : 0, answer ? answer->body.constData() : "");
}

void PrivateGlewlwyd::setUp(const QString &redirectUri)
{
    const QByteArray cookie = cookieOf(u"admin"_s, u"password"_s); // that its package comes with
    const QString key = m_folder.filePath(u"key.pem"_s);
    write(key, openssl({ u"genrsa"_s, u"2048"_s }));
    const auto claim = [](const QString &name, const QString &property) {
        return QJsonObject { { u"name"_s, name }, { u"user-property"_s, property }, { u"type"_s, u"string"_s }, { u"mandatory"_s, true }, { u"on-demand"_s, false }, { u"scope"_s, QJsonArray() } };
    };
    const QJsonObject parameters { { u"iss"_s, issuer() }, { u"jwt-type"_s, u"rsa"_s }, { u"jwt-key-size"_s, u"256"_s }, { u"key"_s, QString::fromLatin1(contentOf(key)) },
        { u"cert"_s, QString::fromLatin1(openssl({ u"rsa"_s, u"-in"_s, key, u"-pubout"_s })) }, { u"access-token-duration"_s, 3'600 }, { u"refresh-token-duration"_s, 3'600 }, { u"code-duration"_s, 600 },
        { u"refresh-token-rolling"_s, false }, { u"allow-non-oidc"_s, false }, { u"auth-type-code-enabled"_s, true }, { u"auth-type-token-enabled"_s, false }, { u"auth-type-id-token-enabled"_s, true },
        { u"auth-type-password-enabled"_s, false }, { u"auth-type-client-enabled"_s, false }, { u"auth-type-refresh-enabled"_s, true }, { u"jwks-show"_s, true }, { u"pkce-allowed"_s, true },
        { u"pkce-method-plain-allowed"_s, false }, { u"subject-type"_s, u"public"_s }, { u"name-claim"_s, u"mandatory"_s }, { u"email-claim"_s, u"mandatory"_s }, { u"scope-claim"_s, u"no"_s },
        { u"claims"_s, QJsonArray { claim(u"groups"_s, u"groups"_s), claim(u"preferred_username"_s, u"username"_s) } }, { u"allowed-scope"_s, QJsonArray { u"openid"_s } } };
    call("POST", "/api/mod/plugin/", cookie,
        { { u"module"_s, u"oidc"_s }, { u"name"_s, u"oidc"_s }, { u"display_name"_s, u"OpenID"_s }, { u"order_rank"_s, 0 }, { u"readonly"_s, false }, { u"parameters"_s, parameters } });
    const QString secret = QString::fromLatin1(ClientSecret);
    call("POST", "/api/client/", cookie,
        { { u"client_id"_s, QString::fromLatin1(ClientId) }, { u"name"_s, u"IWD"_s }, { u"enabled"_s, true }, { u"confidential"_s, true }, { u"password"_s, secret }, { u"client_secret"_s, secret },
            { u"redirect_uri"_s, QJsonArray { redirectUri } }, { u"authorization_type"_s, QJsonArray { u"code"_s } }, { u"token_endpoint_auth_method"_s, QJsonArray { u"client_secret_basic"_s, u"client_secret_post"_s } }, { u"scope"_s, QJsonArray() } });
}

void PrivateGlewlwyd::put(const QString &name, const QStringList &groups, bool isNew)
{
    QJsonObject user { { u"name"_s, QString(name.toUpper()) }, { u"email"_s, QString(name + u"@example.com"_s) }, { u"enabled"_s, true }, { u"scope"_s, QJsonArray { u"openid"_s } },
        { u"groups"_s, QJsonArray::fromStringList(groups) } };
    if (isNew) {
        user.insert(u"username"_s, name);
        user.insert(u"password"_s, password);
    }
    call(isNew ? "POST" : "PUT", isNew ? QByteArray("/api/user/") : "/api/user/" + name.toLatin1(), cookieOf(u"admin"_s, u"password"_s), user);
}

void PrivateGlewlwyd::addUser(const QString &name, const QStringList &groups)
{
    put(name, groups, true);
}

void PrivateGlewlwyd::setGroups(const QString &name, const QStringList &groups)
{
    put(name, groups, false);
}

QUrl PrivateGlewlwyd::signIn(const QUrl &authorizationUrl, const QString &name)
{
    const QByteArray cookie = cookieOf(name, password);
    call("PUT", QByteArray("/api/auth/grant/") + ClientId, cookie, { { u"scope"_s, u"openid"_s } });
    HttpCaller caller(m_port, { { "Cookie", cookie } });
    const QByteArray target = authorizationUrl.path(QUrl::FullyEncoded).toLatin1() + '?' + authorizationUrl.query(QUrl::FullyEncoded).toLatin1() + "&g_continue";
    const auto answer = caller.call("GET", target);
    if (!answer || answer->status != 302)
        qFatal("Glewlwyd does not send the browser back: %d", answer ? answer->status : 0);
    return QUrl(QString::fromLatin1(answer->header("location")));
}

} // namespace iwd::test
