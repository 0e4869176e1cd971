// SPDX-License-Identifier: Apache-2.0
#include "newsession.h"

#include "encoding.h"
#include "responses.h"

#include <contract/jsonreading.h>
#include <pipeline/access/users.h>
#include <runtime/secrets.h>

#include <QUuid>

namespace iwd {

namespace {

constexpr int longestProgram = 200;

} // namespace

QJsonObject tenantJson(const QString &id, const QString &name)
{
    return { { QStringLiteral("id"), id }, { QStringLiteral("name"), name } };
}

NewSession NewSession::make(const http::Request &request, TenantId tenant, const QString &provider)
{
    NewSession session;
    session.token = secrets::newSessionToken();
    session.digest = secrets::digest(session.token);
    session.record.id = QStringLiteral("session-") + QUuid::createUuid().toString(QUuid::Id128).left(16);
    session.record.tenant = tenant;
    session.record.address = request.remoteAddress;
    session.record.program = QString::fromUtf8(request.headers.value("User-Agent")).left(longestProgram);
    if (!json::isText(session.record.program, longestProgram))
        session.record.program.clear();
    session.record.provider = provider;
    return session;
}

Actor NewSession::actor() const
{
    Actor actor { QStringLiteral("user"), record.user, record.user };
    actor.address = record.address;
    return actor;
}

Instant NewSession::insertInto(Transaction &transaction, milliseconds lifetime) const
{
    SessionRecord opened = record;
    opened.expires = transaction.now() + lifetime;
    transaction.insertSession(opened, digest);
    transaction.noteSignIn(opened.user);
    QJsonObject what { { QStringLiteral("program"), textOrNull(opened.program) } };
    if (!opened.provider.isEmpty())
        what.insert(QStringLiteral("identityProvider"), opened.provider);
    auditCaller(transaction, actor(), QStringLiteral("sign-in"), QStringLiteral("session"), opened.id, {}, what);
    return opened.expires;
}

Answer NewSession::answer(const TenantRecord &tenant, Instant expires, bool changePassword) const
{
    return jsonAnswer({ { QStringLiteral("token"), token }, { QStringLiteral("id"), record.id }, { QStringLiteral("expiresDateTime"), toIso(expires) }, { QStringLiteral("user"), record.user },
                          { QStringLiteral("tenant"), tenantJson(tenant.id, tenant.name) }, { QStringLiteral("changePassword"), changePassword } },
        201);
}

} // namespace iwd
