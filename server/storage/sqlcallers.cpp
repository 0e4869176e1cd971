// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "callercolumns.h"
#include "columns.h"

namespace iwd {

using namespace column;

std::vector<ApiKeyRecord> SqlTransaction::apiKeys()
{
    auto rows = statement("caller/list_api_keys");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now));
    std::vector<ApiKeyRecord> keys;
    rows.run();
    while (!failed() && rows.next())
        keys.push_back(callercolumns::readKey(rows));
    return keys;
}

void SqlTransaction::insertApiKey(const ApiKeyRecord &key, const QByteArray &hash)
{
    // The column "scopes" is all that servers of the versions before know; see the migrations agent_keys and users_and_roles.
    const QString scopes = key.scopes.join(u' ');
    const bool isBound = !key.agent.isEmpty() || !key.categories.isEmpty();
    auto row = statement("caller/insert_api_key");
    row.bind(QStringLiteral(":id"), key.id)
        .bind(QStringLiteral(":name"), key.name)
        .bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":scopes"), isBound ? QStringLiteral("") : scopes)
        .bind(QStringLiteral(":agent_id"), nullable(key.agent))
        .bind(QStringLiteral(":agent_scopes"), nullable(isBound ? scopes : QString()))
        .bind(QStringLiteral(":categories"), callercolumns::joined(key.categories))
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), nullable(key.expires));
    changeCallers(row);
}

bool SqlTransaction::rotateApiKey(const QString &id, const QByteArray &hash, Instant oldUntil)
{
    auto row = statement("caller/rotate_api_key");
    row.bind(QStringLiteral(":id"), id).bind(QStringLiteral(":hash"), hash).bind(QStringLiteral(":old_until_ms"), toMillis(oldUntil));
    ++m_callerChanges;
    m_callersChanged = true;
    return row.run() && row.changedRows() > 0;
}

bool SqlTransaction::revokeApiKey(const QString &id)
{
    auto row = statement("caller/revoke_api_key");
    row.bind(QStringLiteral(":id"), id).bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_callerChanges;
    m_callersChanged = true;
    return row.run() && row.changedRows() > 0;
}

std::vector<SessionRecord> SqlTransaction::sessions()
{
    auto rows = statement("caller/list_sessions");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now));
    std::vector<SessionRecord> sessions;
    rows.run();
    while (!failed() && rows.next())
        sessions.push_back(callercolumns::readSession(rows, m_tenant, 0));
    return sessions;
}

void SqlTransaction::insertSession(const SessionRecord &session, const QByteArray &hash)
{
    auto row = statement("caller/insert_session");
    row.bind(QStringLiteral(":hash"), hash)
        .bind(QStringLiteral(":id"), session.id)
        .bind(QStringLiteral(":user_name"), session.user)
        .bind(QStringLiteral(":created_ms"), toMillis(m_now))
        .bind(QStringLiteral(":expires_ms"), toMillis(session.expires))
        .bind(QStringLiteral(":address"), present(session.address))
        .bind(QStringLiteral(":program"), present(session.program))
        .bind(QStringLiteral(":provider_id"), nullable(session.provider));
    changeCallers(row);
}

void SqlTransaction::removeSession(const QByteArray &hash)
{
    m_callersChanged = true;
    auto row = statement("caller/remove_session");
    row.bind(QStringLiteral(":hash"), hash);
    changeCallers(row);
}

bool SqlTransaction::removeSession(const QString &id, const QString &user)
{
    m_callersChanged = true;
    ++m_callerChanges;
    auto row = statement("caller/remove_session_named");
    row.bind(QStringLiteral(":id"), id).bind(QStringLiteral(":user_name"), user);
    return row.run() && row.changedRows() > 0;
}

void SqlTransaction::removeSessionsOf(const QString &user, const QByteArray &but)
{
    m_callersChanged = true;
    auto row = statement("caller/remove_sessions_of");
    row.bind(QStringLiteral(":user_name"), user).bind(QStringLiteral(":but"), but.isNull() ? QByteArray("") : but);
    changeCallers(row);
}

void SqlTransaction::forgetSessionsBefore(Instant instant)
{
    auto row = statement("caller/forget_sessions");
    row.bind(QStringLiteral(":now_ms"), toMillis(instant));
    changeCallers(row);
}

void SqlTransaction::noteUse(const LastUse &use)
{
    auto row = statement(use.isKey ? "caller/note_key_use" : "caller/note_session_use");
    row.bind(QStringLiteral(":hash"), use.hash).bind(QStringLiteral(":at_ms"), toMillis(use.at));
    if (use.isKey)
        row.bind(QStringLiteral(":address"), present(use.address));
    changeCallers(row);
}

} // namespace iwd
