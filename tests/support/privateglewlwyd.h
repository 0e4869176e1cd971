// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

namespace iwd::test {

/// A real OpenID provider of the test's own: Glewlwyd on a free port of loopback, with its own SQLite file in a temporary folder. It ends with the test. What
/// cannot be set up ends the program with an explanation. Blocks the thread that asks.
class PrivateGlewlwyd
{
public:
    static constexpr const char *ClientId = "iwd";
    static constexpr const char *ClientSecret = "a secret of the client, 100 % safe";

    /// @param redirectUri the only one that the client may send browsers to
    explicit PrivateGlewlwyd(const QString &redirectUri);
    ~PrivateGlewlwyd();

    [[nodiscard]] QString issuer() const;
    void addUser(const QString &name, const QStringList &groups);
    void setGroups(const QString &name, const QStringList &groups);

    /// What a browser does: somebody signs in with a password, agrees, and is sent on. @returns to where
    [[nodiscard]] QUrl signIn(const QUrl &authorizationUrl, const QString &name);

private:
    void makeDatabase();
    void start();
    void setUp(const QString &redirectUri);
    void put(const QString &name, const QStringList &groups, bool isNew);
    /// @returns the cookie of a session
    [[nodiscard]] QByteArray cookieOf(const QString &name, const QString &password) const;
    void call(const QByteArray &method, const QByteArray &target, const QByteArray &cookie, const QJsonObject &body) const;

    QTemporaryDir m_folder;
    quint16 m_port;
    QProcess m_process;
};

} // namespace iwd::test
