// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "callercolumns.h"
#include "columns.h"

#include <contract/identityproviderapi.h>

#include <QJsonDocument>

namespace iwd {

using namespace column;

namespace {

IdentityProviderRecord readProvider(Statement &row)
{
    IdentityProviderRecord record;
    // What is written is what was decoded before; a member that a newer server knows is left out with the whole, so that nobody signs in by half a rule.
    if (const auto input = decodeIdentityProvider(QJsonDocument::fromJson(row.bytes(1)).object(), row.text(0)))
        record.provider = input->provider;
    else
        record.provider.enabled = false;
    record.provider.id = row.text(0);
    record.secret = row.bytes(2);
    record.version = row.integer(3);
    record.created = fromMillis(row.integer(4));
    record.updated = fromMillis(row.integer(5));
    return record;
}

} // namespace

std::vector<IdentityProviderRecord> SqlTransaction::identityProviders()
{
    auto rows = statement("caller/list_identity_providers");
    std::vector<IdentityProviderRecord> providers;
    rows.run();
    while (!failed() && rows.next())
        providers.push_back(readProvider(rows));
    return providers;
}

std::optional<UserRecord> SqlTransaction::userWithIdentity(const QString &issuer, const QString &subject)
{
    auto row = statement("caller/get_user_with_identity");
    row.bind(QStringLiteral(":issuer"), issuer).bind(QStringLiteral(":subject"), subject);
    return row.run() && row.next() ? std::optional(callercolumns::readUser(row, m_tenant, 0)) : std::nullopt;
}

void SqlTransaction::putIdentityProvider(IdentityProviderRecord &record)
{
    const QByteArray definition = QJsonDocument(encodeIdentityProvider(record.provider)).toJson(QJsonDocument::Compact);
    auto row = statement("caller/put_identity_provider");
    row.bind(QStringLiteral(":id"), record.provider.id)
        .bindUtf8(QStringLiteral(":definition"), definition)
        .bind(QStringLiteral(":secret"), record.secret.isEmpty() ? QByteArray() : record.secret)
        .bind(QStringLiteral(":now_ms"), toMillis(m_now));
    ++m_callerChanges;
    if (row.run() && row.next()) {
        record.version = row.integer(0);
        record.created = fromMillis(row.integer(1));
        record.updated = m_now;
    }
}

void SqlTransaction::removeIdentityProvider(const QString &id)
{
    auto row = statement("caller/remove_identity_provider");
    row.bind(QStringLiteral(":id"), id);
    changeCallers(row);
}

void SqlTransaction::removeSessionsThrough(const QString &provider)
{
    m_callersChanged = true;
    auto row = statement("caller/remove_sessions_through");
    row.bind(QStringLiteral(":provider_id"), provider);
    changeCallers(row);
}

void SqlTransaction::setProviderOfUser(const QString &user, const QString &provider)
{
    auto row = statement("caller/set_provider_of_user");
    row.bind(QStringLiteral(":name"), user).bind(QStringLiteral(":provider_id"), provider);
    changeCallers(row);
}

bool SqlTransaction::finishSignIn(const QByteArray &digest, Instant until)
{
    auto old = statement("caller/forget_finished_sign_ins");
    old.bind(QStringLiteral(":now_ms"), toMillis(m_now));
    changeCallers(old);
    auto row = statement("caller/finish_sign_in");
    row.bind(QStringLiteral(":digest"), digest).bind(QStringLiteral(":until_ms"), toMillis(until));
    ++m_callerChanges;
    return row.run() && row.changedRows() > 0;
}

} // namespace iwd
