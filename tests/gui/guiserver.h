// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/await.h>
#include <support/firststart.h>
#include <support/httpcaller.h>

#include <models/session.h>
#include <models/signin.h>

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

namespace iwd::test {

/// A real server on the embedded store, which the desktop application may be shown.
class GuiServer
{
public:
    GuiServer()
        : m_server({ .program = QStringLiteral(IWD_SERVER), .data = m_folder.filePath(QStringLiteral("data")) })
    {
        m_server.start();
        if (!m_server.waitUntilReady())
            qFatal("the server did not become ready: %s", m_server.log().constData());
        m_caller = std::make_unique<HttpCaller>(m_server.port(), HttpCaller::HeaderFields { { "x-api-key", m_server.apiKey() } });
    }

    [[nodiscard]] ServerProcess &process() { return m_server; }
    [[nodiscard]] QUrl url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server.port())); }

    HttpAnswer call(const QByteArray &method, const QByteArray &path, const QJsonValue &body = {}, const HttpCaller::HeaderFields &headers = {})
    {
        const QJsonDocument document = body.isArray() ? QJsonDocument(body.toArray()) : QJsonDocument(body.toObject());
        const auto answer = m_caller->call(method, "/iwd/v3" + path, body.isNull() ? QByteArray() : document.toJson(QJsonDocument::Compact), headers);
        if (!answer || answer->status >= 300)
            qFatal("%s %s: %s", method.constData(), path.constData(), answer ? answer->body.constData() : "no answer");
        return *answer;
    }

    /// @returns ids, in the order in which they were captured
    QStringList capture(const QJsonArray &items)
    {
        QStringList ids;
        for (const QJsonValue item : call("POST", "/items", items).json()[QLatin1StringView("results")].toArray())
            ids.append(item[QLatin1StringView("id")].toString());
        return ids;
    }
    /// So many new ones, none of them known before.
    QStringList capture(int number)
    {
        QStringList ids;
        while (ids.size() < number) {
            QJsonArray items;
            for (qsizetype i = ids.size(); i < number && items.size() < 500; ++i)
                items.append(QJsonObject { { QStringLiteral("captureId"), QStringLiteral("INC%1").arg(++m_number) }, { QStringLiteral("businessValue"), i % 7 },
                    { QStringLiteral("customerId"), QStringLiteral("customer %1").arg(i % 13) } });
            ids += capture(items);
        }
        return ids;
    }
    [[nodiscard]] QString statusOf(const QString &id) { return call("GET", "/items/" + id.toLatin1()).json()[QLatin1StringView("status")].toString(); }
    /// In the order of the Universal Queue.
    [[nodiscard]] QStringList waiting()
    {
        QStringList ids;
        QJsonObject search { { QStringLiteral("sort"), QStringLiteral("priority") }, { QStringLiteral("limit"), 1000 }, { QStringLiteral("columns"), QJsonArray { QStringLiteral("status") } } };
        for (;;) {
            const QJsonObject page = call("POST", "/items/search", search).json();
            for (const QJsonValue item : page[QLatin1StringView("data")].toArray())
                ids.append(item[QLatin1StringView("id")].toString());
            if (!page[QLatin1StringView("nextCursor")].isString())
                return ids;
            search.insert(QStringLiteral("cursor"), page[QLatin1StringView("nextCursor")]);
        }
    }

    static constexpr const char *password = "eleven quiet marble engines";
    /// A session of the administrator, who has a password of their own by now.
    [[nodiscard]] std::unique_ptr<Session> signIn(const QString &user = QStringLiteral("admin"), Session::Options options = {})
    {
        if (!choosePassword(m_server, password))
            qFatal("the password could not be chosen");
        const auto signedIn = await(signInByPassword(signInClient(url()), user, QString::fromLatin1(password)));
        if (!signedIn)
            qFatal("%s", qPrintable(signedIn.error().text));
        Profile profile;
        profile.name = QStringLiteral("test");
        profile.url = url();
        profile.user = user;
        auto session = await(Session::open(profile, signedIn->token, options));
        if (!session)
            qFatal("%s", qPrintable(session.error().text));
        return *std::move(session);
    }

private:
    int m_number = 1000;
    QTemporaryDir m_folder;
    ServerProcess m_server;
    std::unique_ptr<HttpCaller> m_caller;
};

} // namespace iwd::test
