// SPDX-License-Identifier: Apache-2.0
#include "signin.h"

#include <QHostAddress>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr std::chrono::minutes browserPatience { 5 };

bool isHere(const QString &host)
{
    return host == "localhost"_L1 || QHostAddress(host).isLoopback();
}

Result<SignedIn> signedIn(const Result<QJsonObject> &session)
{
    if (!session)
        return session.error();
    return SignedIn { (*session)["token"_L1].toString(), (*session)["user"_L1].toString(), (*session)["changePassword"_L1].toBool() };
}

} // namespace

Result<QUrl> serverUrl(const QString &text)
{
    QString address = text.trimmed();
    if (!address.contains("://"_L1))
        address.prepend(isHere(QUrl(u"http://"_s + address).host()) ? u"http://"_s : u"https://"_s);
    QUrl url(address, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1) || !url.userInfo().isEmpty())
        return Error { ErrorCode::InvalidField, u"\"%1\" is no address of a server. Write for example iwd.example.com or http://127.0.0.1:4024."_s.arg(text.trimmed()), u"url"_s, {} };
    return url;
}

bool isOverheard(const QUrl &url)
{
    return url.scheme() == "http"_L1 && !isHere(url.host());
}

ClientOptions clientOptions(const QUrl &url, const QString &token)
{
    ClientOptions options;
    options.url = url;
    options.bearerToken = token;
    options.program = "iwd-admin";
    return options;
}

std::shared_ptr<Client> signInClient(const QUrl &url)
{
    return std::make_shared<Client>(clientOptions(url, {}));
}

QCoro::Task<Result<WaysToSignIn>> waysToSignIn(std::shared_ptr<Client> client, QString tenant)
{
    QUrlQuery query;
    if (!tenant.isEmpty())
        query.addQueryItem(u"tenant"_s, QString::fromLatin1(QUrl::toPercentEncoding(tenant)));
    const auto answer = co_await client->get(u"/sign-in"_s, query);
    if (!answer)
        co_return answer.error();
    WaysToSignIn ways { answer->value("password"_L1).toBool(), {} };
    for (const QJsonValue provider : answer->value("identityProviders"_L1).toArray())
        ways.providers.append({ provider["id"_L1].toString(), provider["name"_L1].toString() });
    co_return ways;
}

QCoro::Task<Result<SignedIn>> signInByPassword(std::shared_ptr<Client> client, QString user, QString password)
{
    const QJsonObject body { { u"user"_s, user }, { u"password"_s, password } };
    const auto session = co_await client->post(u"/sessions"_s, body);
    co_return signedIn(session);
}

QCoro::Task<Result<SignedIn>> signInByProvider(std::shared_ptr<Client> client, std::shared_ptr<BrowserSignIn> browser, QString tenant, QString provider, std::function<void(QUrl)> open)
{
    QJsonObject beginning { { u"provider"_s, provider }, { u"redirectUri"_s, browser->redirectUri() }, { u"codeChallenge"_s, browser->codeChallenge() } };
    if (!tenant.isEmpty())
        beginning.insert(u"tenant"_s, tenant);
    const auto begun = co_await client->post(u"/sign-in/openid"_s, beginning);
    if (!begun)
        co_return begun.error();
    open(QUrl(begun->value("authorizationUrl"_L1).toString()));
    const auto back = co_await browser->comeBack(begun->value("state"_L1).toString(), browserPatience);
    if (!back)
        co_return back.error();
    const QJsonObject body { { u"state"_s, back->state }, { u"code"_s, back->code }, { u"codeVerifier"_s, back->codeVerifier } };
    const auto session = co_await client->post(u"/sessions/openid"_s, body);
    co_return signedIn(session);
}

QCoro::Task<Result<bool>> changePassword(QUrl url, QString token, QString current, QString wanted)
{
    Client client(clientOptions(url, token));
    const QJsonObject body { { u"currentPassword"_s, current }, { u"newPassword"_s, wanted } };
    const auto changed = co_await client.put(u"/me/password"_s, body);
    if (!changed)
        co_return changed.error();
    co_return true;
}

} // namespace iwd
