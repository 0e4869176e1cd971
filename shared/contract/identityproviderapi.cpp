// SPDX-License-Identifier: Apache-2.0
#include "identityproviderapi.h"

#include "configurationobject.h"
#include "userapi.h"

#include <QJsonArray>
#include <QUrl>

namespace iwd {

namespace {

constexpr int MaxScopes = 20;
constexpr int MaxClaimLength = 200;
constexpr int MaxSecretLength = 1'000;
const QString issuerName = QStringLiteral("issuer");
const QString scopesName = QStringLiteral("scopes");
const QString groupsClaimName = QStringLiteral("groupsClaim");
const QString rolesName = QStringLiteral("rolesOfGroups");
const QString secretName = QStringLiteral("clientSecret");

/// OpenID Connect Discovery 1.0, 3: https, and neither query nor fragment. Whether plain http is good enough is decided by who knows the networks.
bool isIssuer(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool isWeb = url.scheme() == QLatin1StringView("https") || url.scheme() == QLatin1StringView("http");
    return isWeb && url.isValid() && !url.host().isEmpty() && url.userInfo().isEmpty() && !url.hasQuery() && !url.hasFragment();
}

/// RFC 6749, 3.3: visible ASCII without quotes and backslashes.
bool isScope(const QString &text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c > u' ' && c < u'\x7f' && c != u'"' && c != u'\\'; });
}

QStringList readScopes(ObjectReader &reader)
{
    const QJsonValue value = reader.value(scopesName);
    if (value.isUndefined() || value.isNull())
        return { QStringLiteral("profile"), QStringLiteral("email") };
    QStringList scopes = reader.take(json::textList(scopesName, value, MaxScopes, MaxClaimLength));
    for (qsizetype i = 0; i < scopes.size(); ++i) {
        if (!isScope(scopes[i]))
            reader.fail(invalidField(QStringLiteral("%1[%2]").arg(scopesName).arg(i), QStringLiteral("a scope: visible ASCII without spaces, quotes and backslashes"), scopes[i].left(60)));
    }
    scopes.removeAll(QStringLiteral("openid")); // is asked for anyway
    return scopes;
}

std::map<QString, QString> readRolesOfGroups(ObjectReader &reader)
{
    const QJsonValue value = reader.value(rolesName);
    if (value.isUndefined() || value.isNull())
        return {};
    const QJsonObject object = reader.take(json::object(rolesName, value));
    if (object.size() > MaxGroupsOfProvider)
        reader.fail({ ErrorCode::TooManyItems, QStringLiteral("At most %1 groups of a provider have a role.").arg(MaxGroupsOfProvider), rolesName,
            { { QStringLiteral("limit"), MaxGroupsOfProvider }, { QStringLiteral("got"), object.size() } } });
    std::map<QString, QString> roles;
    for (auto member = object.begin(); member != object.end() && !reader.failed(); ++member) {
        const QString path = rolesName + u'.' + member.key().left(60);
        if (member.key().isEmpty() || !json::isText(member.key(), MaxGroupLength))
            reader.fail(invalidField(path, QStringLiteral("the name of a group of 1 to %1 characters").arg(MaxGroupLength)));
        roles[member.key()] = reader.take(json::objectId(path, member.value()));
    }
    return roles;
}

std::optional<QString> readSecret(ObjectReader &reader)
{
    const QJsonValue value = reader.value(secretName);
    if (value.isUndefined())
        return std::nullopt;
    return reader.take(json::text(secretName, value, MaxSecretLength));
}

} // namespace

Result<IdentityProviderInput> decodeIdentityProvider(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    IdentityProviderInput input;
    IdentityProvider &provider = input.provider;
    configuration::readHead(reader, provider, idInPath);
    provider.issuer = reader.requiredText(issuerName, MaxIssuerLength);
    if (!provider.issuer.isEmpty() && !isIssuer(provider.issuer))
        reader.fail(invalidField(issuerName, QStringLiteral("the https address that the provider's discovery document gives as \"issuer\", without query and fragment"), provider.issuer.left(60)));
    provider.clientId = reader.requiredText(QStringLiteral("clientId"), MaxNameLength);
    input.secret = readSecret(reader);
    provider.scopes = readScopes(reader);
    provider.nameClaim = reader.text(QStringLiteral("nameClaim"), MaxClaimLength);
    provider.groupsClaim = reader.text(groupsClaimName, MaxClaimLength);
    if (provider.groupsClaim.isEmpty())
        provider.groupsClaim = QStringLiteral("groups");
    provider.rolesOfGroups = readRolesOfGroups(reader);
    provider.defaultRole = reader.objectId(QStringLiteral("defaultRole"));
    if (provider.roles().isEmpty())
        reader.fail(missingField(rolesName, QStringLiteral("a role for at least one group, or a \"defaultRole\": otherwise nobody could sign in")));
    provider.categories = reader.objectIds(QStringLiteral("categories"), MaxCategoriesOfCaller);
    provider.enabled = reader.boolean(QStringLiteral("enabled"), true);
    reader.ignore({ QStringLiteral("hasClientSecret") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return input;
}

QJsonObject encodeIdentityProvider(const IdentityProvider &provider)
{
    QJsonObject roles;
    for (const auto &[group, role] : provider.rolesOfGroups)
        roles.insert(group, role);
    QJsonObject json = configuration::encodeHead(provider);
    json.insert(issuerName, provider.issuer);
    json.insert(QStringLiteral("clientId"), provider.clientId);
    json.insert(scopesName, QJsonArray::fromStringList(provider.scopes));
    json.insert(QStringLiteral("nameClaim"), configuration::encodeReference(provider.nameClaim));
    json.insert(groupsClaimName, provider.groupsClaim);
    json.insert(rolesName, roles);
    json.insert(QStringLiteral("defaultRole"), configuration::encodeReference(provider.defaultRole));
    json.insert(QStringLiteral("categories"), QJsonArray::fromStringList(provider.categories));
    json.insert(QStringLiteral("enabled"), provider.enabled);
    return json;
}

} // namespace iwd
