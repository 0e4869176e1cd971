// SPDX-License-Identifier: Apache-2.0
#include "idtoken.h"

#include <QCryptographicHash>
#include <QJsonArray>

namespace iwd::openid {

namespace {

constexpr qsizetype LongestSubject = 255; // OpenID Connect Core 1.0, 2
constexpr qsizetype MostTexts = 2'000;

/// The instant of a NumericDate (RFC 7519, 2).
std::optional<Instant> dateIn(const QJsonObject &claims, const QString &name)
{
    const QJsonValue value = claims.value(name);
    constexpr double most = 1e11; // thousands of years; keeps the arithmetic whole
    if (!value.isDouble() || value.toDouble() < 0 || value.toDouble() > most)
        return std::nullopt;
    return fromMillis(static_cast<qint64>(value.toDouble() * 1000));
}

std::optional<QString> audienceFault(const QJsonObject &claims, const QString &clientId)
{
    const QStringList audience = textsOf(claims.value(QStringLiteral("aud")));
    const QJsonValue party = claims.value(QStringLiteral("azp"));
    if (!audience.contains(clientId))
        return QStringLiteral("was made for another client (aud)");
    const bool saysParty = !party.isUndefined();
    if ((saysParty || audience.size() > 1) && party.toString() != clientId)
        return QStringLiteral("was made for another client (azp)");
    return std::nullopt;
}

std::optional<QString> timeFault(const QJsonObject &claims, Instant now)
{
    const auto expires = dateIn(claims, QStringLiteral("exp"));
    const auto issued = dateIn(claims, QStringLiteral("iat"));
    if (!expires || !issued)
        return QStringLiteral("does not say when it was made and until when it is good (iat, exp)");
    if (*expires + Leeway <= now)
        return QStringLiteral("is too old (exp)");
    if (*issued > now + Leeway)
        return QStringLiteral("was made in the future (iat): the clocks of the two servers differ");
    if (claims.contains(QStringLiteral("nbf"))) {
        const auto from = dateIn(claims, QStringLiteral("nbf"));
        if (!from || *from > now + Leeway)
            return QStringLiteral("is not good yet (nbf)");
    }
    return std::nullopt;
}

QCryptographicHash::Algorithm hashOf(const QByteArray &algorithm)
{
    if (algorithm.endsWith("384"))
        return QCryptographicHash::Sha384;
    return algorithm.endsWith("512") ? QCryptographicHash::Sha512 : QCryptographicHash::Sha256;
}

/// OpenID Connect Core 1.0, 3.1.3.6.
bool belongsTo(const QJsonValue &accessTokenHash, const QByteArray &accessToken, const QByteArray &algorithm)
{
    const QByteArray hash = QCryptographicHash::hash(accessToken, hashOf(algorithm));
    const QByteArray half = hash.first(hash.size() / 2).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    return accessTokenHash.toString() == QString::fromLatin1(half);
}

} // namespace

std::optional<QString> faultOf(const QJsonObject &claims, const QByteArray &algorithm, const Expected &expected)
{
    if (claims.value(QStringLiteral("iss")).toString() != expected.issuer)
        return QStringLiteral("was made by another issuer (iss)");
    if (const auto fault = audienceFault(claims, expected.clientId))
        return fault;
    if (const auto fault = timeFault(claims, expected.now))
        return fault;
    if (expected.nonce.isEmpty() || claims.value(QStringLiteral("nonce")).toString() != expected.nonce)
        return QStringLiteral("was made for another sign-in (nonce)");
    const QString subject = claims.value(QStringLiteral("sub")).toString();
    if (subject.isEmpty() || subject.size() > LongestSubject || subject.contains(QChar(0)))
        return QStringLiteral("does not say whom it is about (sub)");
    const QJsonValue hash = claims.value(QStringLiteral("at_hash"));
    if (!hash.isUndefined() && !belongsTo(hash, expected.accessToken, algorithm))
        return QStringLiteral("does not belong to the access token that came with it (at_hash)");
    return std::nullopt;
}

QJsonValue claim(const QJsonObject &claims, const QString &name)
{
    if (const QJsonValue value = claims.value(name); !value.isUndefined())
        return value;
    QJsonValue value = claims;
    for (const QString &step : name.split(u'.'))
        value = value.toObject().value(step);
    return value;
}

QStringList textsOf(const QJsonValue &value)
{
    if (value.isString())
        return { value.toString() };
    QStringList texts;
    for (const QJsonValue text : value.toArray()) {
        if (text.isString() && texts.size() < MostTexts)
            texts.append(text.toString());
    }
    return texts;
}

} // namespace iwd::openid
