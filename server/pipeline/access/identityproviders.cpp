// SPDX-License-Identifier: Apache-2.0
#include "identityproviders.h"

#include "users.h"

#include <contract/identityproviderapi.h>
#include <contract/jsonreading.h>
#include <contract/userapi.h>
#include <pipeline/versionmismatch.h>

namespace iwd {

namespace {

const QString kind = QStringLiteral("identityProvider");

QJsonObject named(const QString &id)
{
    return { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), id } };
}

QString calledBy(const QString &id)
{
    return QStringLiteral("identity provider \"%1\"").arg(id);
}

/// As it is in the audit: that there is a secret, not which one.
QJsonObject audited(const IdentityProviderRecord &record)
{
    QJsonObject json = encodeIdentityProvider(record.provider);
    json.insert(QStringLiteral("hasClientSecret"), !record.secret.isEmpty());
    return json;
}

/// Whoever decides which role a group has gives it to all who are in it.
Result<void> mayGive(Transaction &transaction, const IdentityProvider &provider, const Granter &granter, const QStringList &categoriesBefore)
{
    if (const auto may = checkGrantOf(granter, privilegesOfRoles(provider.roles(), transaction.roles())); !may)
        return may;
    return checkGrantOf(granter, provider.categories, categoriesBefore);
}

Result<void> checkRoles(Transaction &transaction, const IdentityProvider &provider)
{
    const auto made = transaction.roles();
    const auto isRole = [&made](const QString &id) {
        return grantNamed(stockRoles(), id) || std::any_of(made.begin(), made.end(), [&id](const RoleRecord &record) { return record.role.id == id; });
    };
    const auto unknown = [](const QString &id, const QString &field) {
        return Error { ErrorCode::InvalidReference, QStringLiteral("There is no role \"%1\". Create it first.").arg(id), field,
            { { QStringLiteral("kind"), QStringLiteral("role") }, { QStringLiteral("id"), id } } };
    };
    for (const auto &[group, role] : provider.rolesOfGroups) {
        if (!isRole(role))
            return unknown(role, QStringLiteral("rolesOfGroups.") + group.left(60));
    }
    if (!provider.defaultRole.isEmpty() && !isRole(provider.defaultRole))
        return unknown(provider.defaultRole, QStringLiteral("defaultRole"));
    return {};
}

/// Refuses to shut out the last ones who may do everything.
Result<void> checkAdministratorsWithout(Transaction &transaction, const QString &provider)
{
    const auto users = transaction.users();
    const auto isOf = [&provider](const UserRecord &record) { return record.identity.provider == provider; };
    const auto last = std::find_if(users.begin(), users.end(), [&](const UserRecord &record) { return isOf(record) && record.user.isAdministrator(); });
    const bool remains = std::any_of(users.begin(), users.end(), [&](const UserRecord &record) { return !isOf(record) && record.user.isAdministrator(); });
    if (last == users.end() || remains)
        return {};
    return Error { ErrorCode::LastAdministrator,
        QStringLiteral("All users with the role Administrator and all categories, \"%1\" among them, sign in through this identity provider. Make one with a password first, or nobody could change users any more.")
            .arg(last->user.name),
        {}, { { QStringLiteral("id"), last->user.name } } };
}

const IdentityProviderRecord *find(const std::vector<IdentityProviderRecord> &providers, const QString &id)
{
    const auto found = std::find_if(providers.begin(), providers.end(), [&id](const IdentityProviderRecord &record) { return record.provider.id == id; });
    return found == providers.end() ? nullptr : &*found;
}

/// What a provider that is new must not be.
Result<void> mayBeMade(const std::vector<IdentityProviderRecord> &providers, const PutIdentityProviderCommand &command)
{
    if (!command.create && (command.ifVersion || command.anyVersion))
        return Error { ErrorCode::VersionMismatch, QStringLiteral("There is no %1 to replace; leave If-Match out to create it.").arg(calledBy(command.provider.id)), {}, named(command.provider.id) };
    if (providers.size() >= MaxIdentityProviders) {
        return Error { ErrorCode::TooManyItems, QStringLiteral("A tenant has at most %1 identity providers.").arg(MaxIdentityProviders), {},
            { { QStringLiteral("limit"), MaxIdentityProviders }, { QStringLiteral("got"), MaxIdentityProviders + 1 } } };
    }
    return {};
}

Result<void> mayBeReplaced(Transaction &transaction, const IdentityProviderRecord &stored, const PutIdentityProviderCommand &command)
{
    const QString &id = command.provider.id;
    if (command.create) {
        return Error { ErrorCode::ObjectExists, QStringLiteral("There is already an %1. Replace it with PUT, or choose another id.").arg(calledBy(id)), QStringLiteral("id"), named(id) };
    }
    if (const auto current = checkVersion(calledBy(id), stored.version, command.ifVersion, command.anyVersion); !current)
        return current;
    if (const auto may = mayGive(transaction, stored.provider, command.granter, stored.provider.categories); !may)
        return may;
    // A secret that nobody can read any more must not be sent to an address of somebody else's choice.
    if (!command.secret && !stored.secret.isEmpty() && stored.provider.issuer != command.provider.issuer) {
        return missingField(QStringLiteral("clientSecret"), QStringLiteral("the secret of the client once more, or null for none, because the issuer is another one"));
    }
    return {};
}

Result<void> checkIssuerIsNew(const std::vector<IdentityProviderRecord> &providers, const IdentityProvider &provider)
{
    for (const IdentityProviderRecord &other : providers) {
        if (other.provider.id != provider.id && other.provider.issuer == provider.issuer) {
            return Error { ErrorCode::ObjectExists,
                QStringLiteral("The %1 has this issuer already. Change that one: people are known by the issuer, so two would change the roles of the same users by turns.").arg(calledBy(other.provider.id)),
                QStringLiteral("issuer"), named(other.provider.id) };
        }
    }
    return {};
}

QStringList rolesFor(const IdentityProvider &provider, const QStringList &groups)
{
    QStringList roles;
    for (const QString &group : groups) {
        const auto role = provider.rolesOfGroups.find(group);
        if (role != provider.rolesOfGroups.end() && !roles.contains(role->second))
            roles.append(role->second);
    }
    if (roles.isEmpty() && !provider.defaultRole.isEmpty())
        roles.append(provider.defaultRole);
    roles.sort(); // in whichever order the provider names the groups
    return roles.first(std::min<qsizetype>(roles.size(), MaxRolesOfUser));
}

Actor actorNamed(const QString &name, const QString &address)
{
    Actor actor { QStringLiteral("user"), name, name };
    actor.address = address;
    return actor;
}

/// A text of the provider's that we would take from nobody else either is left out.
QString tidy(const QString &text, int most)
{
    return json::isText(text, most) ? text : QString();
}

Result<UserRecord> makeUser(Transaction &transaction, const ForeignSignIn &signIn, const IdentityProvider &provider, const QStringList &roles)
{
    const OpenIdIdentity &identity = signIn.identity;
    const QString &name = identity.name;
    if (name.isEmpty() || !json::isText(name, MaxUserNameLength) || !isUserName(name)) {
        return signInRefused(QStringLiteral("name"), provider.id,
            QStringLiteral("\"%1\" says no name that a user can have here: up to %2 visible characters without / are needed. Ask an administrator to choose another claim (nameClaim).").arg(provider.name).arg(MaxUserNameLength));
    }
    if (transaction.user(name)) {
        return signInRefused(QStringLiteral("name-taken"), provider.id,
            QStringLiteral("There is another user \"%1\" here already, who does not sign in as this person of \"%2\". Ask an administrator to delete or rename one of them.").arg(name, provider.name));
    }
    if (transaction.users().size() >= MaxUsers)
        return Error { ErrorCode::TooManyItems, QStringLiteral("A tenant has at most %1 users.").arg(MaxUsers), {}, { { QStringLiteral("limit"), MaxUsers }, { QStringLiteral("got"), MaxUsers + 1 } } };
    UserRecord record;
    record.tenant = transaction.tenant();
    record.user.name = name;
    record.user.displayName = tidy(identity.displayName, 200);
    record.user.email = tidy(identity.email, 254);
    record.user.roles = roles;
    record.user.categories = provider.categories;
    record.passwordHash = QStringLiteral("");
    record.identity = { provider.id, identity.issuer, identity.subject };
    record.version = 1;
    record.created = record.updated = record.passwordSet = transaction.now();
    transaction.insertUser(record);
    auditCaller(transaction, actorNamed(name, signIn.address), QStringLiteral("create"), QStringLiteral("user"), name, {}, encodeUser(record.user), record.version);
    return record;
}

Result<void> mayComeIn(const UserRecord &stored, const IdentityProvider &provider, Instant now)
{
    if (stored.user.disabled)
        return signInRefused(QStringLiteral("disabled"), provider.id, QStringLiteral("This user is disabled. Ask an administrator."));
    if (stored.lockedUntil > now)
        return signInRefused(QStringLiteral("locked"), provider.id, QStringLiteral("This user is locked until %1. Ask an administrator.").arg(toIso(stored.lockedUntil)));
    return {};
}

Result<UserRecord> renewUser(Transaction &transaction, UserRecord record, const ForeignSignIn &signIn, const IdentityProvider &provider, const QStringList &roles)
{
    const User before = record.user;
    record.user.roles = roles;
    if (const QString name = tidy(signIn.identity.displayName, 200); !name.isEmpty())
        record.user.displayName = name;
    if (const QString email = tidy(signIn.identity.email, 254); !email.isEmpty())
        record.user.email = email;
    UserRecord stored = record;
    stored.user = before;
    if (const auto remain = checkAdministrators(transaction, stored, record.user.isAdministrator()); !remain)
        return remain.error();
    if (encodeUser(record.user) != encodeUser(before)) {
        transaction.updateUser(record);
        auditCaller(transaction, actorNamed(before.name, signIn.address), QStringLiteral("update"), QStringLiteral("user"), before.name, encodeUser(before), encodeUser(record.user), record.version);
    }
    if (record.identity.provider != provider.id) {
        transaction.setProviderOfUser(before.name, provider.id);
        record.identity.provider = provider.id;
    }
    return record;
}

} // namespace

Error noSuchIdentityProvider(const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no %1.").arg(calledBy(id.left(100))), {}, named(id.left(100)) };
}

Result<PutIdentityProviderOutcome> putIdentityProvider(Transaction &transaction, const PutIdentityProviderCommand &command)
{
    const auto providers = transaction.identityProviders();
    const IdentityProviderRecord *stored = find(providers, command.provider.id);
    if (const auto may = stored ? mayBeReplaced(transaction, *stored, command) : mayBeMade(providers, command); !may)
        return may.error();
    if (const auto isNew = checkIssuerIsNew(providers, command.provider); !isNew)
        return isNew.error();
    if (const auto known = checkRoles(transaction, command.provider); !known)
        return known.error();
    if (const auto may = mayGive(transaction, command.provider, command.granter, stored ? stored->provider.categories : QStringList()); !may)
        return may.error();
    const bool shutsOut = stored && (!command.provider.enabled || command.provider.issuer != stored->provider.issuer);
    if (shutsOut) {
        if (const auto remain = checkAdministratorsWithout(transaction, command.provider.id); !remain)
            return remain.error();
        transaction.removeSessionsThrough(command.provider.id);
    }
    IdentityProviderRecord record;
    record.provider = command.provider;
    record.secret = command.secret ? *command.secret : stored ? stored->secret : QByteArray();
    transaction.putIdentityProvider(record);
    QJsonObject after = audited(record);
    if (stored && command.secret && !command.secret->isEmpty())
        after.insert(QStringLiteral("clientSecretReplaced"), true);
    const auto before = stored ? std::optional(audited(*stored)) : std::nullopt;
    auditCaller(transaction, command.granter.actor, stored ? QStringLiteral("update") : QStringLiteral("create"), kind, record.provider.id, before, after, record.version);
    return PutIdentityProviderOutcome { record, !stored };
}

Result<void> removeIdentityProvider(Transaction &transaction, const QString &id, std::optional<qint64> ifVersion, const Granter &granter)
{
    const auto providers = transaction.identityProviders();
    const IdentityProviderRecord *stored = find(providers, id);
    if (!stored)
        return noSuchIdentityProvider(id);
    if (ifVersion && *ifVersion != stored->version)
        return versionMismatch(QStringLiteral("The ") + calledBy(id), stored->version, *ifVersion);
    if (const auto may = mayGive(transaction, stored->provider, granter, stored->provider.categories); !may)
        return may;
    if (const auto remain = checkAdministratorsWithout(transaction, id); !remain)
        return remain;
    transaction.removeSessionsThrough(id);
    transaction.removeIdentityProvider(id);
    auditCaller(transaction, granter.actor, QStringLiteral("delete"), kind, id, audited(*stored), {});
    return {};
}

Result<IdentityProviderRecord> enabledIdentityProvider(Snapshot &snapshot, const QString &id)
{
    const auto providers = snapshot.identityProviders();
    const IdentityProviderRecord *stored = find(providers, id);
    if (!stored || !stored->provider.enabled)
        return noSuchIdentityProvider(id);
    return *stored;
}

Result<UserRecord> signInForeign(Transaction &transaction, const ForeignSignIn &signIn)
{
    const auto found = enabledIdentityProvider(transaction, signIn.provider);
    if (!found || found->provider.issuer != signIn.identity.issuer) {
        return signInRefused(
            QStringLiteral("provider"), signIn.provider, QStringLiteral("The identity provider \"%1\" was changed meanwhile. Sign in once more.").arg(signIn.provider.left(100)));
    }
    const IdentityProvider &provider = found->provider;
    auto stored = transaction.userWithIdentity(signIn.identity.issuer, signIn.identity.subject);
    if (stored) {
        if (const auto may = mayComeIn(*stored, provider, transaction.now()); !may)
            return may.error();
    }
    const QStringList roles = rolesFor(provider, signIn.identity.groups);
    if (roles.isEmpty()) {
        return signInRefused(QStringLiteral("no-role"), provider.id,
            QStringLiteral("\"%1\" has signed you in, but none of the groups that it says you are in has a role here. Ask an administrator.").arg(provider.name));
    }
    return stored ? renewUser(transaction, *stored, signIn, provider, roles) : makeUser(transaction, signIn, provider, roles);
}

} // namespace iwd
