// SPDX-License-Identifier: Apache-2.0
#include "firststart.h"

#include "httpcaller.h"

#include <QFile>

namespace iwd::test {

using namespace Qt::StringLiterals;

QByteArray madePassword(const ServerProcess &server)
{
    QFile file(server.bootstrapPath());
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll())["password"_L1].toString().toUtf8() : QByteArray();
}

bool choosePassword(const ServerProcess &server, const QByteArray &password)
{
    HttpCaller caller(server.port());
    const QString made = QString::fromUtf8(madePassword(server));
    const auto session = caller.call("POST", "/iwd/v3/sessions", QJsonDocument(QJsonObject { { u"user"_s, u"admin"_s }, { u"password"_s, made } }).toJson());
    if (!session || session->status != 201)
        return session && session->status == 401;
    const HttpCaller::HeaderFields token { { "Authorization", "Bearer " + session->json().value(u"token"_s).toString().toLatin1() } };
    const QJsonObject change { { u"currentPassword"_s, made }, { u"newPassword"_s, QString::fromUtf8(password) } };
    const auto changed = caller.call("PUT", "/iwd/v3/me/password", QJsonDocument(change).toJson(), token);
    return changed && changed->status == 204 && caller.call("DELETE", "/iwd/v3/sessions/current", {}, token)->status == 204;
}

} // namespace iwd::test
