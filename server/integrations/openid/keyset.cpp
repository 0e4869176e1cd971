// SPDX-License-Identifier: Apache-2.0
#include "keyset.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cjose/cjose.h>

#include <cstdlib>
#include <map>
#include <memory>

namespace iwd::openid {

namespace {

using Fault = Verification::Fault;

constexpr qsizetype MaxKeys = 100;
constexpr size_t LeastRsaBits = 2'048; // RFC 7518, 3.3
constexpr size_t MostRsaBits = 8'192; // beyond it verifying takes longer than anybody should make a server work

struct Algorithm
{
    const char *keyType;
    cjose_jwk_ec_curve curve = CJOSE_JWK_EC_INVALID;
};

/// RFC 7518, 3.1, without those that are symmetric or nothing at all.
const std::map<QByteArray, Algorithm> &algorithms()
{
    static const std::map<QByteArray, Algorithm> known {
        { "RS256", { "RSA" } }, { "RS384", { "RSA" } }, { "RS512", { "RSA" } },
        { "PS256", { "RSA" } }, { "PS384", { "RSA" } }, { "PS512", { "RSA" } },
        { "ES256", { "EC", CJOSE_JWK_EC_P_256 } }, { "ES384", { "EC", CJOSE_JWK_EC_P_384 } }, { "ES512", { "EC", CJOSE_JWK_EC_P_521 } },
    };
    return known;
}

template <auto Release>
struct Releaser
{
    template <typename T>
    void operator()(T *object) const
    {
        Release(object);
    }
};
using Jwk = std::unique_ptr<cjose_jwk_t, Releaser<cjose_jwk_release>>;
using Jws = std::unique_ptr<cjose_jws_t, Releaser<cjose_jws_release>>;

Jwk importKey(const QByteArray &json)
{
    cjose_err error {};
    return Jwk(cjose_jwk_import(json.constData(), static_cast<size_t>(json.size()), &error));
}

bool isStrong(const Jwk &key, const QByteArray &type)
{
    cjose_err error {};
    const size_t bits = cjose_jwk_get_keysize(key.get(), &error);
    return type != "RSA" || (bits >= LeastRsaBits && bits <= MostRsaBits);
}

QByteArray textIn(cjose_header_t *header, const char *name)
{
    cjose_err error {};
    const char *value = cjose_header_get(header, name, &error);
    return value ? QByteArray(value) : QByteArray();
}

bool holds(cjose_header_t *header, const char *name)
{
    cjose_err error {};
    char *value = cjose_header_get_raw(header, name, &error);
    const bool is = value != nullptr;
    std::free(value);
    return is;
}

std::optional<QJsonObject> claimsOf(const Jws &jws)
{
    cjose_err error {};
    uint8_t *text = nullptr;
    size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &text, &size, &error))
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char *>(text), static_cast<qsizetype>(size)));
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

} // namespace

std::optional<KeySet> KeySet::fromJson(const QByteArray &json)
{
    const QJsonValue keys = QJsonDocument::fromJson(json).object().value(QStringLiteral("keys"));
    if (!keys.isArray())
        return std::nullopt;
    KeySet set;
    for (const QJsonValue value : keys.toArray()) {
        const QJsonObject object = value.toObject();
        const QString use = object.value(QStringLiteral("use")).toString();
        Key key;
        key.type = object.value(QStringLiteral("kty")).toString().toUtf8();
        key.id = object.value(QStringLiteral("kid")).toString().toUtf8();
        key.algorithm = object.value(QStringLiteral("alg")).toString().toUtf8();
        const bool isForSignatures = use.isEmpty() || use == QLatin1StringView("sig");
        if (!isForSignatures || (key.type != "RSA" && key.type != "EC") || set.m_keys.size() >= MaxKeys)
            continue;
        key.json = QJsonDocument(object).toJson(QJsonDocument::Compact);
        if (const Jwk imported = importKey(key.json); imported && isStrong(imported, key.type))
            set.m_keys.append(key);
    }
    return set;
}

const KeySet::Key *KeySet::keyFor(const QByteArray &algorithm, const QByteArray &id) const
{
    const QByteArray type = algorithms().at(algorithm).keyType;
    const Key *only = nullptr;
    for (const Key &key : m_keys) {
        const bool fits = key.type == type && (key.algorithm.isEmpty() || key.algorithm == algorithm) && (id.isEmpty() || key.id == id);
        if (!fits)
            continue;
        if (only && id.isEmpty())
            return nullptr; // OpenID Connect Core 1.0, 10.1: of several, the token has to say which
        if (!only)
            only = &key;
    }
    return only;
}

Verification KeySet::verify(const QByteArray &compact) const
{
    cjose_err error {};
    const Jws jws(cjose_jws_import(compact.constData(), static_cast<size_t>(compact.size()), &error));
    if (!jws)
        return { Fault::Malformed };
    cjose_header_t *header = cjose_jws_get_protected(jws.get());
    const QByteArray algorithm = textIn(header, CJOSE_HDR_ALG);
    const auto known = algorithms().find(algorithm);
    if (known == algorithms().end() || holds(header, "crit"))
        return { Fault::Algorithm };
    const Key *key = keyFor(algorithm, textIn(header, CJOSE_HDR_KID));
    if (!key)
        return { Fault::UnknownKey };
    // Imported for each use: a key of this library's counts its users without a lock.
    const Jwk imported = importKey(key->json);
    const bool hasCurve = imported && (known->second.curve == CJOSE_JWK_EC_INVALID || cjose_jwk_EC_get_curve(imported.get(), &error) == known->second.curve);
    if (!hasCurve)
        return { Fault::UnknownKey };
    if (!cjose_jws_verify(jws.get(), imported.get(), &error))
        return { Fault::Signature };
    const auto claims = claimsOf(jws);
    return claims ? Verification { Fault::None, algorithm, *claims } : Verification { Fault::Malformed };
}

} // namespace iwd::openid
