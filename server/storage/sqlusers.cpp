// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "callercolumns.h"
#include "columns.h"

namespace iwd {

using namespace column;

namespace {

void bindUser(Statement &row, const UserRecord &record)
{
    const User &user = record.user;
    row.bind(QStringLiteral(":name"), user.name)
        .bind(QStringLiteral(":display_name"), present(user.displayName))
        .bind(QStringLiteral(":email"), present(user.email))
        .bind(QStringLiteral(":roles"), callercolumns::joined(user.roles))
        .bind(QStringLiteral(":scopes"), callercolumns::scopesFor(user, record.changePassword))
        .bind(QStringLiteral(":categories"), callercolumns::joined(user.categories))
        .bind(QStringLiteral(":disabled"), user.disabled ? 1 : 0);
}

} // namespace

bool SqlTransaction::hasUsers()
{
    auto row = statement("caller/count_users");
    return row.run() && row.next() && row.integer(0) > 0;
}

std::vector<UserRecord> SqlTransaction::users()
{
    auto rows = statement("caller/list_users");
    std::vector<UserRecord> users;
    rows.run();
    while (!failed() && rows.next())
        users.push_back(callercolumns::readUser(rows, m_tenant, 0));
    return users;
}

std::optional<UserRecord> SqlTransaction::user(const QString &name)
{
    auto row = statement("caller/get_user");
    row.bind(QStringLiteral(":name"), name);
    return row.run() && row.next() ? std::optional(callercolumns::readUser(row, m_tenant, 0)) : std::nullopt;
}

void SqlTransaction::insertUser(const UserRecord &user)
{
    auto row = statement("caller/insert_user");
    bindUser(row, user);
    row.bind(QStringLiteral(":password_hash"), user.passwordHash)
        .bind(QStringLiteral(":change_password"), user.changePassword ? 1 : 0)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":updated_ms"), toMillis(m_now))
        .bind(QStringLiteral(":password_ms"), toMillis(m_now))
        .bind(QStringLiteral(":provider_id"), nullable(user.identity.provider))
        .bind(QStringLiteral(":issuer"), nullable(user.identity.issuer))
        .bind(QStringLiteral(":subject"), nullable(user.identity.subject));
    changeCallers(row);
}

void SqlTransaction::updateUser(UserRecord &user)
{
    auto row = statement("caller/update_user");
    bindUser(row, user);
    row.bind(QStringLiteral(":updated_ms"), toMillis(m_now));
    ++m_callerChanges;
    m_callersChanged = true;
    if (row.run() && row.next()) {
        user.version = row.integer(0);
        user.updated = m_now;
    }
}

void SqlTransaction::setPassword(const UserRecord &user, const QString &hash, bool changePassword)
{
    auto row = statement("caller/set_password");
    row.bind(QStringLiteral(":name"), user.user.name)
        .bind(QStringLiteral(":password_hash"), hash)
        .bind(QStringLiteral(":change_password"), changePassword ? 1 : 0)
        .bind(QStringLiteral(":scopes"), callercolumns::scopesFor(user.user, changePassword))
        .bind(QStringLiteral(":now_ms"), toMillis(m_now));
    m_callersChanged = true;
    changeCallers(row);
}

void SqlTransaction::setLoginFailures(const QString &user, int failures, Instant lockedUntil)
{
    auto row = statement("caller/set_failures");
    row.bind(QStringLiteral(":name"), user).bind(QStringLiteral(":failures"), failures).bind(QStringLiteral(":locked_until_ms"), toMillis(lockedUntil));
    changeCallers(row);
}

void SqlTransaction::noteSignIn(const QString &user)
{
    auto row = statement("caller/note_sign_in");
    row.bind(QStringLiteral(":name"), user).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    changeCallers(row);
}

void SqlTransaction::removeUser(const QString &name)
{
    removeSessionsOf(name, {});
    auto row = statement("caller/remove_user");
    row.bind(QStringLiteral(":name"), name);
    changeCallers(row);
}

std::vector<RoleRecord> SqlTransaction::roles()
{
    auto rows = statement("caller/list_roles");
    std::vector<RoleRecord> roles;
    rows.run();
    while (!failed() && rows.next())
        roles.push_back(callercolumns::readRole(rows));
    return roles;
}

void SqlTransaction::putRole(RoleRecord &role)
{
    auto row = statement("caller/put_role");
    row.bind(QStringLiteral(":id"), role.role.id)
        .bind(QStringLiteral(":name"), role.role.name)
        .bind(QStringLiteral(":description"), present(role.role.description))
        .bind(QStringLiteral(":privileges"), callercolumns::joined(namesOf(role.role.privileges)))
        .bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_callerChanges;
    m_callersChanged = true;
    if (row.run() && row.next()) {
        role.version = row.integer(0);
        role.created = fromMillis(row.integer(1));
        role.updated = m_now;
    }
}

void SqlTransaction::removeRole(const QString &id)
{
    auto row = statement("caller/remove_role");
    row.bind(QStringLiteral(":id"), id);
    m_callersChanged = true;
    changeCallers(row);
}

} // namespace iwd
