// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "granting.h"

namespace iwd {

inline constexpr int MaxUsers = 10'000; ///< of a tenant
inline constexpr int MaxRoles = 200; ///< that a tenant makes itself

// All of these are units about callers (WriteUnit::aboutCallers). Each writes what it did into the audit.

struct CreateUserCommand
{
    User user;
    QString passwordHash;
    bool changePassword = false;
    Granter granter;
};
/// @returns ObjectExists, InvalidReference about a role, NotAllowed
[[nodiscard]] Result<UserRecord> createUser(Transaction &transaction, const CreateUserCommand &command);

struct ReplaceUserCommand
{
    User user;
    std::optional<qint64> ifVersion;
    bool anyVersion = false; ///< If-Match: *
    Granter granter;
};
/// A disabled user's sessions end. @returns ObjectNotFound, VersionMismatch, VersionRequired, LastAdministrator, and what createUser() does
[[nodiscard]] Result<UserRecord> replaceUser(Transaction &transaction, const ReplaceUserCommand &command);

/// @returns ObjectNotFound, LastAdministrator, or NotAllowed about a user who may do more than the granter
[[nodiscard]] Result<void> removeUser(Transaction &transaction, const QString &name, const Granter &granter);

/// By somebody else, as whose work it has to be changed (@p changePassword), or by the user itself. Unlocks it, and ends its sessions but @p but.
/// @returns ObjectNotFound, or NotAllowed about a user who may do more than the granter, or who has no password
[[nodiscard]] Result<UserRecord> setPassword(Transaction &transaction, const QString &name, const QString &hash, bool changePassword, const Granter &granter, const QByteArray &but = {});

/// Takes back what wrong passwords have done. @returns ObjectNotFound
[[nodiscard]] Result<UserRecord> unlockUser(Transaction &transaction, const QString &name, const Actor &actor);

struct PutRoleCommand
{
    Role role;
    bool create = false; ///< refuse when it exists
    std::optional<qint64> ifVersion;
    bool anyVersion = false;
    Granter granter;
};
struct PutRoleOutcome
{
    RoleRecord record;
    bool created = false;
};
/// Takes effect at once for everybody who has the role. @returns ObjectExists (stock roles among them), VersionMismatch, VersionRequired, NotAllowed
[[nodiscard]] Result<PutRoleOutcome> putRole(Transaction &transaction, const PutRoleCommand &command);
/// @returns ObjectNotFound, ObjectInUse with the users who have it and the identity providers that give it, NotAllowed
[[nodiscard]] Result<void> removeRole(Transaction &transaction, const QString &id, std::optional<qint64> ifVersion, const Granter &granter);

/// What is said of the password of a user who signs in through an identity provider.
[[nodiscard]] Error hasNoPassword(const UserRecord &user);

/// Refuses what would leave nobody who may do everything. @param remains whether @p stored will still be an administrator
/// @returns LastAdministrator
[[nodiscard]] Result<void> checkAdministrators(Transaction &transaction, const UserRecord &stored, bool remains);
/// Whether @p stored has the version that is meant. @param what what people call it
/// @returns VersionRequired, VersionMismatch
[[nodiscard]] Result<void> checkVersion(const QString &what, qint64 stored, std::optional<qint64> ifVersion, bool anyVersion);

[[nodiscard]] Error noSuchUser(const QString &name);
[[nodiscard]] Error noSuchRole(const QString &id);

/// An entry about a caller.
void auditCaller(Transaction &transaction, const Actor &actor, const QString &action, const QString &kind, const QString &id, const std::optional<QJsonObject> &before = {},
    const std::optional<QJsonObject> &after = {}, qint64 version = 0);

} // namespace iwd
