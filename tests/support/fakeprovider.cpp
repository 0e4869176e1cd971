// SPDX-License-Identifier: Apache-2.0
#include "fakeprovider.h"

#include <cjose/cjose.h>

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include <cstdlib>

namespace iwd::test {

namespace {

QByteArray base64Url(const QByteArray &bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QByteArray compact(const QJsonObject &json)
{
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

std::shared_ptr<void> owned(cjose_jwk_t *key)
{
    if (!key)
        qFatal("A key could not be made");
    return { key, [](void *gone) { cjose_jwk_release(static_cast<cjose_jwk_t *>(gone)); } };
}

QString field(const QUrlQuery &form, const char *name)
{
    return form.queryItemValue(QString::fromLatin1(name), QUrl::FullyDecoded);
}

FakeAnswer refusal(const char *error)
{
    return FakeAnswer::json(400, { { QStringLiteral("error"), QString::fromLatin1(error) } });
}

} // namespace

SigningKey SigningKey::rsa(const QByteArray &id)
{
    // Making one takes long: a few, handed out by turns.
    constexpr size_t most = 4;
    static const uint8_t exponent[] = { 1, 0, 1 };
    static std::vector<std::shared_ptr<void>> made;
    static size_t next = 0;
    if (made.size() < most)
        made.push_back(owned(cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, nullptr)));
    SigningKey key;
    key.m_key = made[next++ % most];
    key.m_id = id;
    return key;
}

SigningKey SigningKey::ec(const QByteArray &id)
{
    SigningKey key;
    key.m_key = owned(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr));
    key.m_id = id;
    return key;
}

SigningKey SigningKey::symmetricOfPublic() const
{
    const QByteArray text = compact(publicJwk());
    SigningKey key;
    key.m_key = owned(cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t *>(text.constData()), static_cast<size_t>(text.size()), nullptr));
    key.m_id = m_id;
    return key;
}

QJsonObject SigningKey::publicJwk() const
{
    char *text = cjose_jwk_to_json(static_cast<cjose_jwk_t *>(m_key.get()), false, nullptr);
    QJsonObject json = QJsonDocument::fromJson(text).object();
    std::free(text);
    json.insert(QStringLiteral("use"), QStringLiteral("sig"));
    if (!m_id.isEmpty())
        json.insert(QStringLiteral("kid"), QString::fromLatin1(m_id));
    return json;
}

QByteArray SigningKey::sign(const QByteArray &algorithm, const QByteArray &keyId, const QJsonObject &claims) const
{
    if (algorithm == "none")
        return base64Url(R"({"alg":"none"})") + '.' + base64Url(compact(claims)) + '.';
    cjose_header_t *header = cjose_header_new(nullptr);
    cjose_header_set(header, CJOSE_HDR_ALG, algorithm.constData(), nullptr);
    if (!keyId.isEmpty())
        cjose_header_set(header, CJOSE_HDR_KID, keyId.constData(), nullptr);
    const QByteArray text = compact(claims);
    cjose_err error {};
    cjose_jws_t *jws = cjose_jws_sign(static_cast<cjose_jwk_t *>(m_key.get()), header, reinterpret_cast<const uint8_t *>(text.constData()), static_cast<size_t>(text.size()), &error);
    const char *serialized = nullptr;
    if (!jws || !cjose_jws_export(jws, &serialized, &error))
        qFatal("A token could not be signed: %s", error.message);
    const QByteArray token(serialized);
    cjose_jws_release(jws);
    cjose_header_release(header);
    return token;
}

FakeProvider::FakeProvider()
    : key(SigningKey::rsa("one"))
    , published { key }
    , m_server([this](const FakeRequest &request) { return answer(request); })
{
}

QString FakeProvider::authorize(const QUrl &authorizationUrl, const QString &subject)
{
    const QUrlQuery query(authorizationUrl);
    if (field(query, "client_id") != clientId || field(query, "response_type") != QLatin1StringView("code") || field(query, "code_challenge_method") != QLatin1StringView("S256"))
        qFatal("This is no request that a provider would take: %s", qPrintable(authorizationUrl.toString()));
    const QString code = QStringLiteral("code-%1").arg(++m_last);
    m_grants[code] = { subject, field(query, "nonce"), field(query, "code_challenge"), field(query, "redirect_uri") };
    return code;
}

int FakeProvider::asked(const QByteArray &path) const
{
    return static_cast<int>(std::count_if(m_server.requests().begin(), m_server.requests().end(), [&](const FakeRequest &request) { return request.target == path; }));
}

FakeAnswer FakeProvider::answer(const FakeRequest &request)
{
    if (const auto other = instead.find(request.target); other != instead.end())
        return other->second;
    const QString base = issuer();
    if (request.target == "/.well-known/openid-configuration") {
        return FakeAnswer::json(200,
            { { QStringLiteral("issuer"), base }, { QStringLiteral("authorization_endpoint"), QString(base + QStringLiteral("/auth?theme=dark")) }, { QStringLiteral("token_endpoint"), QString(base + QStringLiteral("/token")) },
                { QStringLiteral("jwks_uri"), QString(base + QStringLiteral("/keys")) }, { QStringLiteral("userinfo_endpoint"), QString(base + QStringLiteral("/userinfo")) } });
    }
    if (request.target == "/keys") {
        QJsonArray keys;
        for (const SigningKey &one : published)
            keys.append(one.publicJwk());
        return FakeAnswer::json(200, { { QStringLiteral("keys"), keys } });
    }
    if (request.target == "/token")
        return tokens(request);
    if (request.target == "/userinfo") {
        const auto known = m_subjects.find(QString::fromLatin1(request.headers.value("authorization").mid(7)));
        if (known == m_subjects.end())
            return FakeAnswer::json(401, {});
        QJsonObject info = userInfo;
        info.insert(QStringLiteral("sub"), subjectOfUserInfo.isEmpty() ? known->second : subjectOfUserInfo);
        return FakeAnswer::json(200, info);
    }
    return FakeAnswer::json(404, {});
}

FakeAnswer FakeProvider::tokens(const FakeRequest &request)
{
    const QUrlQuery form(QString::fromLatin1(request.body));
    const QByteArray pair = QUrl::toPercentEncoding(clientId) + ':' + QUrl::toPercentEncoding(clientSecret);
    const bool isClient = clientSecret.isEmpty() ? field(form, "client_id") == clientId : request.headers.value("authorization") == "Basic " + pair.toBase64();
    if (!isClient && !takesAnySecret)
        return refusal("invalid_client");
    const auto grant = m_grants.find(field(form, "code"));
    if (grant == m_grants.end() || field(form, "redirect_uri") != grant->second.redirectUri)
        return refusal("invalid_grant");
    const QByteArray challenge = base64Url(QCryptographicHash::hash(field(form, "code_verifier").toLatin1(), QCryptographicHash::Sha256));
    if (!ignoresVerifiers && QString::fromLatin1(challenge) != grant->second.challenge)
        return refusal("invalid_grant");
    const QString access = QStringLiteral("access-%1").arg(++m_last);
    m_subjects[access] = grant->second.subject;
    const qint64 seconds = toMillis(now) / 1000;
    QJsonObject token { { QStringLiteral("iss"), issuer() }, { QStringLiteral("sub"), grant->second.subject }, { QStringLiteral("aud"), clientId }, { QStringLiteral("iat"), seconds },
        { QStringLiteral("exp"), seconds + 300 }, { QStringLiteral("nonce"), grant->second.nonce } };
    for (auto member = claims.begin(); member != claims.end(); ++member)
        token.insert(member.key(), member.value());
    if (spoil)
        spoil(token);
    if (!takesCodesAgain)
        m_grants.erase(grant);
    return FakeAnswer::json(200,
        { { QStringLiteral("access_token"), access }, { QStringLiteral("token_type"), QStringLiteral("Bearer") },
            { QStringLiteral("id_token"), QString::fromLatin1(idToken.value_or(key.sign(algorithm, keyId, token))) } });
}

} // namespace iwd::test
