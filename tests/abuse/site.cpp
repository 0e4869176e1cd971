// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include <QJsonArray>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

QByteArray text(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray itemBody(const QString &captureId, int padding)
{
    return text({ { u"captureId"_s, captureId }, { u"custom"_s, QJsonObject { { u"padding"_s, QString(padding, u'x') } } } });
}

Site::Site(const QStringList &environment, const QString &data)
    : server(setUp(environment, data))
{
    server.start();
    if (!server.waitUntilReady())
        qFatal("The server does not start:\n%s", server.log().constData());
    admin.emplace(server.port(), headers());
}

HttpAnswer Site::ask(const QByteArray &method, const QByteArray &target, const QByteArray &body)
{
    auto answer = admin->call(method, "/iwd/v3" + target, body);
    if (!answer) // one that was kept open may have been closed for idleness
        answer = admin->call(method, "/iwd/v3" + target, body);
    return answer.value_or(HttpAnswer());
}

int Site::readiness()
{
    HttpCaller caller(server.port());
    const auto answer = caller.call("GET", "/health/ready");
    return answer ? answer->status : 0;
}

std::set<QString> Site::stored()
{
    std::set<QString> ids;
    QByteArray cursor;
    do {
        const QJsonObject page = ask("GET", "/items?limit=1000&sort=id" + (cursor.isEmpty() ? QByteArray() : "&cursor=" + cursor)).json();
        const QJsonArray data = page.value(u"data"_s).toArray();
        for (const QJsonValue item : data)
            ids.insert(item.toObject().value(u"captureId"_s).toString());
        cursor = page.value(u"nextCursor"_s).toString().toLatin1();
    } while (!cursor.isEmpty());
    return ids;
}

void Site::addReadyAgent(const QString &id, int capacity)
{
    const QByteArray name = id.toLatin1();
    QCOMPARE(ask("PUT", "/agents/" + name, text({ { u"name"_s, id }, { u"capacity"_s, QJsonObject { { u"*"_s, capacity } } } })).status, 201);
    QCOMPARE(ask("PUT", "/agents/" + name + "/state", text({ { u"state"_s, u"ready"_s } })).status, 200);
}

ServerSetup Site::setUp(const QStringList &environment, const QString &data) const
{
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = data.isEmpty() ? folder.filePath(u"data"_s) : data;
    setup.environment = environment;
    setup.openFilesLimit = 256; // the server has to help itself
    return setup;
}

} // namespace iwd::test
