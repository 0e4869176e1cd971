// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

std::vector<ApiKeyRecord> SqlTransaction::apiKeys()
{
    auto rows = statement("caller/list_api_keys");
    std::vector<ApiKeyRecord> keys;
    if (rows.run()) {
        while (rows.next())
            keys.push_back({ rows.text(0), m_tenant, rows.text(1), rows.text(2).split(u' '), fromMillis(rows.integer(3)), instantAt(rows, 4), rows.text(5) });
    }
    return keys;
}

bool SqlTransaction::hasUsers()
{
    auto row = statement("caller/count_users");
    return row.run() && row.next() && row.integer(0) > 0;
}

void SqlTransaction::insertApiKey(const ApiKeyRecord &key, const QByteArray &hash)
{
    // The column "scopes" is all that servers of the version before know; see the migration agent_keys.
    const QString scopes = key.scopes.join(u' ');
    const bool ofAgent = !key.agent.isEmpty();
    auto row = statement("caller/insert_api_key");
    row.bind(QStringLiteral(":id"), key.id)
        .bind(QStringLiteral(":name"), key.name)
        .bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":scopes"), ofAgent ? QStringLiteral("") : scopes)
        .bind(QStringLiteral(":agent_id"), nullable(key.agent))
        .bind(QStringLiteral(":agent_scopes"), nullable(ofAgent ? scopes : QString()))
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), nullable(key.expires));
    change(row);
}

bool SqlTransaction::revokeApiKey(const QString &id)
{
    auto row = statement("caller/revoke_api_key");
    row.bind(QStringLiteral(":id"), id).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_changes;
    m_callersChanged = true;
    return row.run() && row.changedRows() > 0;
}

void SqlTransaction::insertUser(const UserRecord &user)
{
    auto row = statement("caller/insert_user");
    row.bind(QStringLiteral(":name"), user.name)
        .bind(QStringLiteral(":password_hash"), user.passwordHash)
        .bind(QStringLiteral(":scopes"), user.scopes.join(u' '))
        .bind(QStringLiteral(":created_ms"), toMillis(m_now));
    change(row);
}

void SqlTransaction::setLoginFailures(const QString &user, int failures, Instant lockedUntil)
{
    auto row = statement("caller/set_failures");
    row.bind(QStringLiteral(":name"), user).bind(QStringLiteral(":failures"), failures).bind(QStringLiteral(":locked_until_ms"), toMillis(lockedUntil));
    change(row);
}

void SqlTransaction::insertSession(const SessionRecord &session, const QByteArray &hash)
{
    auto row = statement("caller/insert_session");
    row.bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":user_name"), session.user)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), toMillis(session.expires));
    change(row);
}

void SqlTransaction::removeSession(const QByteArray &hash)
{
    m_callersChanged = true;
    auto row = statement("caller/remove_session");
    row.bind(QStringLiteral(":hash"), hash);
    change(row);
}

void SqlTransaction::forgetSessionsBefore(Instant instant)
{
    auto row = statement("caller/forget_sessions");
    row.bind(QStringLiteral(":now_ms"), toMillis(instant));
    change(row);
}

} // namespace iwd
