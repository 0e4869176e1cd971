// SPDX-License-Identifier: Apache-2.0
#include "users.h"

#include <contract/userapi.h>
#include <pipeline/versionmismatch.h>

#include <QJsonArray>

namespace iwd {

namespace {

const QString userKind = QStringLiteral("user");
const QString roleKind = QStringLiteral("role");

QJsonObject named(const QString &kind, const QString &id)
{
    return { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), id } };
}

Error exists(const QString &kind, const QString &id, const QString &field)
{
    return { ErrorCode::ObjectExists, QStringLiteral("There is already a %1 \"%2\". Replace it with PUT, or choose another name.").arg(kind, id), field, named(kind, id) };
}

Result<void> checkRoles(const std::vector<RoleRecord> &made, const User &user, const Granter &granter)
{
    for (qsizetype i = 0; i < user.roles.size(); ++i) {
        const QString &id = user.roles[i];
        const bool isMade = std::any_of(made.begin(), made.end(), [&](const RoleRecord &record) { return record.role.id == id; });
        if (!isMade && !grantNamed(stockRoles(), id)) {
            return Error { ErrorCode::InvalidReference, QStringLiteral("There is no role \"%1\". Create it first.").arg(id), QStringLiteral("roles[%1]").arg(i), named(roleKind, id) };
        }
    }
    return checkGrantOf(granter, privilegesOfRoles(user.roles, made));
}

/// Whoever may change a user may become it.
Result<void> mayChange(Transaction &transaction, const UserRecord &stored, const Granter &granter)
{
    if (granter.actor.kind == QLatin1StringView("user") && granter.actor.id == stored.user.name)
        return {};
    if (const auto may = checkGrantOf(granter, privilegesOfRoles(stored.user.roles, transaction.roles())); !may)
        return may;
    return checkGrantOf(granter, stored.user.categories, stored.user.categories);
}

} // namespace

Result<void> checkVersion(const QString &what, qint64 stored, std::optional<qint64> ifVersion, bool anyVersion)
{
    if (anyVersion)
        return {};
    if (!ifVersion) {
        return Error { ErrorCode::VersionRequired,
            QStringLiteral("Say in If-Match which version of the %1 you are replacing (its ETag), so that nobody's change is lost; \"If-Match: *\" overwrites any.").arg(what), {}, {} };
    }
    if (*ifVersion != stored)
        return versionMismatch(QStringLiteral("The ") + what, stored, *ifVersion);
    return {};
}

Result<void> checkAdministrators(Transaction &transaction, const UserRecord &stored, bool remains)
{
    if (!stored.user.isAdministrator() || remains)
        return {};
    const auto users = transaction.users();
    const bool another = std::any_of(users.begin(), users.end(), [&](const UserRecord &record) { return record.user.name != stored.user.name && record.user.isAdministrator(); });
    if (another)
        return {};
    return Error { ErrorCode::LastAdministrator,
        QStringLiteral("The user \"%1\" is the last one with the role Administrator and all categories. Give another one that role first, or nobody could change users any more.").arg(stored.user.name), {},
        { { QStringLiteral("id"), stored.user.name } } };
}

Error hasNoPassword(const UserRecord &user)
{
    return { ErrorCode::NotAllowed,
        QStringLiteral("\"%1\" signs in through the identity provider \"%2\" and has no password here. Change it there.").arg(user.user.name, user.identity.provider), {},
        { { QStringLiteral("privilege"), QString() }, { QStringLiteral("provider"), user.identity.provider } } };
}

Error noSuchUser(const QString &name)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no user \"%1\".").arg(name), {}, named(userKind, name) };
}

Error noSuchRole(const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no role \"%1\".").arg(id), {}, named(roleKind, id) };
}

void auditCaller(Transaction &transaction, const Actor &actor, const QString &action, const QString &kind, const QString &id, const std::optional<QJsonObject> &before,
    const std::optional<QJsonObject> &after, qint64 version)
{
    AuditRecord record;
    record.area = AuditArea::Callers;
    record.actor = actor;
    record.action = action;
    record.kind = kind;
    record.objectId = id;
    record.version = version;
    record.before = before;
    record.after = after;
    transaction.appendAudit(record);
}

Result<UserRecord> createUser(Transaction &transaction, const CreateUserCommand &command)
{
    const QString &name = command.user.name;
    if (transaction.user(name))
        return exists(userKind, name, QStringLiteral("name"));
    if (transaction.users().size() >= MaxUsers)
        return Error { ErrorCode::TooManyItems, QStringLiteral("A tenant has at most %1 users.").arg(MaxUsers), {}, { { QStringLiteral("limit"), MaxUsers }, { QStringLiteral("got"), MaxUsers + 1 } } };
    if (const auto known = checkRoles(transaction.roles(), command.user, command.granter); !known)
        return known.error();
    if (const auto known = checkGrantOf(command.granter, command.user.categories); !known)
        return known.error();
    UserRecord record;
    record.tenant = transaction.tenant();
    record.user = command.user;
    record.passwordHash = command.passwordHash;
    record.changePassword = command.changePassword;
    record.version = 1;
    record.created = record.updated = record.passwordSet = transaction.now();
    transaction.insertUser(record);
    auditCaller(transaction, command.granter.actor, QStringLiteral("create"), userKind, name, {}, encodeUser(record.user), record.version);
    return record;
}

Result<UserRecord> replaceUser(Transaction &transaction, const ReplaceUserCommand &command)
{
    const QString &name = command.user.name;
    const auto stored = transaction.user(name);
    if (!stored)
        return noSuchUser(name);
    if (const auto current = checkVersion(QStringLiteral("user \"%1\"").arg(name), stored->version, command.ifVersion, command.anyVersion); !current)
        return current.error();
    if (const auto may = mayChange(transaction, *stored, command.granter); !may)
        return may.error();
    if (const auto known = checkRoles(transaction.roles(), command.user, command.granter); !known)
        return known.error();
    if (const auto known = checkGrantOf(command.granter, command.user.categories, stored->user.categories); !known)
        return known.error();
    if (const auto remain = checkAdministrators(transaction, *stored, command.user.isAdministrator()); !remain)
        return remain.error();
    UserRecord record = *stored;
    record.user = command.user;
    if (encodeUser(record.user) == encodeUser(stored->user))
        return record;
    transaction.updateUser(record);
    if (record.user.disabled)
        transaction.removeSessionsOf(name);
    auditCaller(transaction, command.granter.actor, QStringLiteral("update"), userKind, name, encodeUser(stored->user), encodeUser(record.user), record.version);
    return record;
}

Result<void> removeUser(Transaction &transaction, const QString &name, const Granter &granter)
{
    const auto stored = transaction.user(name);
    if (!stored)
        return noSuchUser(name);
    if (const auto may = mayChange(transaction, *stored, granter); !may)
        return may;
    if (const auto remain = checkAdministrators(transaction, *stored, false); !remain)
        return remain;
    transaction.removeUser(name);
    auditCaller(transaction, granter.actor, QStringLiteral("delete"), userKind, name, encodeUser(stored->user), {});
    return {};
}

Result<UserRecord> setPassword(Transaction &transaction, const QString &name, const QString &hash, bool changePassword, const Granter &granter, const QByteArray &but)
{
    auto stored = transaction.user(name);
    if (!stored)
        return noSuchUser(name);
    if (const auto may = mayChange(transaction, *stored, granter); !may)
        return may.error();
    if (!stored->identity.isEmpty())
        return hasNoPassword(*stored);
    transaction.setPassword(*stored, hash, changePassword);
    transaction.removeSessionsOf(name, but);
    auditCaller(transaction, granter.actor, QStringLiteral("set-password"), userKind, name);
    stored->changePassword = changePassword;
    stored->passwordSet = transaction.now();
    stored->failures = 0;
    stored->lockedUntil = Instant();
    return *stored;
}

Result<UserRecord> unlockUser(Transaction &transaction, const QString &name, const Actor &actor)
{
    auto stored = transaction.user(name);
    if (!stored)
        return noSuchUser(name);
    transaction.setLoginFailures(name, 0, Instant());
    auditCaller(transaction, actor, QStringLiteral("unlock"), userKind, name);
    stored->failures = 0;
    stored->lockedUntil = Instant();
    return *stored;
}

Result<PutRoleOutcome> putRole(Transaction &transaction, const PutRoleCommand &command)
{
    const QString &id = command.role.id;
    const bool isStock = std::any_of(stockRoles().begin(), stockRoles().end(), [&](const Grant &stock) { return stock.name.compare(id, Qt::CaseInsensitive) == 0; });
    if (isStock) {
        Error error = exists(roleKind, id, QStringLiteral("id"));
        error.text = QStringLiteral("The role \"%1\" comes with the server and cannot be changed. Make one of your own, with another id.").arg(id);
        return error;
    }
    const auto made = transaction.roles();
    const auto stored = std::find_if(made.begin(), made.end(), [&](const RoleRecord &record) { return record.role.id == id; });
    const bool isThere = stored != made.end();
    if (isThere && command.create)
        return exists(roleKind, id, QStringLiteral("id"));
    if (isThere) {
        if (const auto current = checkVersion(QStringLiteral("role \"%1\"").arg(id), stored->version, command.ifVersion, command.anyVersion); !current)
            return current.error();
        if (const auto may = checkGrantOf(command.granter, stored->role.privileges); !may)
            return may.error();
    } else if (command.ifVersion || command.anyVersion) {
        return Error { ErrorCode::VersionMismatch, QStringLiteral("There is no role \"%1\" to replace; leave If-Match out to create it.").arg(id), {}, named(roleKind, id) };
    } else if (made.size() >= MaxRoles) {
        return Error { ErrorCode::TooManyItems, QStringLiteral("A tenant makes at most %1 roles.").arg(MaxRoles), {}, { { QStringLiteral("limit"), MaxRoles }, { QStringLiteral("got"), MaxRoles + 1 } } };
    }
    if (const auto may = checkGrantOf(command.granter, command.role.privileges); !may)
        return may.error();
    RoleRecord record;
    record.role = command.role;
    transaction.putRole(record);
    const auto before = isThere ? std::optional(encodeRole(stored->role)) : std::nullopt;
    auditCaller(transaction, command.granter.actor, isThere ? QStringLiteral("update") : QStringLiteral("create"), roleKind, id, before, encodeRole(record.role), record.version);
    return PutRoleOutcome { record, !isThere };
}

Result<void> removeRole(Transaction &transaction, const QString &id, std::optional<qint64> ifVersion, const Granter &granter)
{
    const auto made = transaction.roles();
    const auto stored = std::find_if(made.begin(), made.end(), [&](const RoleRecord &record) { return record.role.id == id; });
    if (stored == made.end())
        return noSuchRole(id);
    if (ifVersion && *ifVersion != stored->version)
        return versionMismatch(QStringLiteral("The role \"%1\"").arg(id), stored->version, *ifVersion);
    if (const auto may = checkGrantOf(granter, stored->role.privileges); !may)
        return may;
    QStringList users;
    for (const UserRecord &record : transaction.users()) {
        if (record.user.roles.contains(id))
            users.append(QStringLiteral("user ") + record.user.name);
    }
    for (const IdentityProviderRecord &record : transaction.identityProviders()) {
        if (record.provider.roles().contains(id))
            users.append(QStringLiteral("identity provider ") + record.provider.id);
    }
    if (!users.isEmpty()) {
        constexpr qsizetype mostNamed = 20;
        QJsonObject args = named(roleKind, id);
        args.insert(QStringLiteral("usedBy"), QJsonArray::fromStringList(users.first(std::min(users.size(), mostNamed))));
        return Error { ErrorCode::ObjectInUse, QStringLiteral("%1 users or identity providers have the role \"%2\". Give them another one first.").arg(users.size()).arg(id), {}, args };
    }
    transaction.removeRole(id);
    auditCaller(transaction, granter.actor, QStringLiteral("delete"), roleKind, id, encodeRole(stored->role), {});
    return {};
}

} // namespace iwd
