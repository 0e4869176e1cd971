// SPDX-License-Identifier: Apache-2.0
#include "callercolumns.h"

#include "columns.h"

namespace iwd::callercolumns {

namespace {

QStringList split(const QString &ids)
{
    return ids.split(u' ', Qt::SkipEmptyParts);
}

/// The roles of a user of whom nothing but scopes is known.
QStringList rolesOf(const QStringList &scopes)
{
    return { scopes.contains(QStringLiteral("admin")) ? QStringLiteral("Administrator") : QStringLiteral("Viewer") };
}

} // namespace

QString joined(const QStringList &ids)
{
    return column::present(ids.join(u' '));
}

QString scopesFor(const User &user, bool changePassword)
{
    return user.isAdministrator() && !changePassword ? QStringLiteral("admin") : QStringLiteral("");
}

ApiKeyRecord readKey(Statement &row)
{
    ApiKeyRecord key { row.text(0), { row.integer(1) }, row.text(2), split(row.text(3)), fromMillis(row.integer(4)), column::instantAt(row, 5), row.text(6) };
    key.categories = split(row.text(7));
    key.oldKeyUntil = column::instantAt(row, 8);
    key.lastUsed = column::instantAt(row, 9);
    key.lastAddress = row.text(10);
    return key;
}

UserRecord readUser(Statement &row, TenantId tenant, int first)
{
    UserRecord record;
    record.tenant = tenant;
    record.user.name = row.text(first);
    record.user.displayName = row.text(first + 1);
    record.user.email = row.text(first + 2);
    record.user.roles = row.isNull(first + 3) ? rolesOf(split(row.text(first + 4))) : split(row.text(first + 3));
    record.user.categories = split(row.text(first + 5));
    record.user.disabled = row.integer(first + 6) != 0;
    record.passwordHash = row.text(first + 7);
    record.changePassword = row.integer(first + 8) != 0;
    record.failures = static_cast<int>(row.integer(first + 9));
    record.lockedUntil = fromMillis(row.integer(first + 10));
    record.version = row.integer(first + 11);
    record.created = fromMillis(row.integer(first + 12));
    // Those of a server of the version before say 0.
    record.updated = std::max(record.created, fromMillis(row.integer(first + 13)));
    record.passwordSet = std::max(record.created, fromMillis(row.integer(first + 14)));
    record.signedIn = column::instantAt(row, first + 15);
    record.identity = { row.text(first + 16), row.text(first + 17), row.text(first + 18) };
    return record;
}

SessionRecord readSession(Statement &row, TenantId tenant, int first)
{
    return { row.text(first), tenant, row.text(first + 1), fromMillis(row.integer(first + 2)), fromMillis(row.integer(first + 3)), fromMillis(row.integer(first + 4)), row.text(first + 5),
        row.text(first + 6), row.text(first + 7) };
}

RoleRecord readRole(Statement &row)
{
    RoleRecord record;
    record.role.id = row.text(0);
    record.role.name = row.text(1);
    record.role.description = row.text(2);
    // A privilege of another version of the server is nobody's here.
    for (const QString &name : split(row.text(3))) {
        if (const auto privilege = privilegeNamed(name))
            record.role.privileges.set(static_cast<size_t>(*privilege));
    }
    record.version = row.integer(4);
    record.created = fromMillis(row.integer(5));
    record.updated = fromMillis(row.integer(6));
    return record;
}

} // namespace iwd::callercolumns
