// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakehttpserver.h"

#include <base/instant.h>

#include <map>
#include <memory>
#include <set>

namespace iwd::test {

/// A key pair of a provider, by a kept JOSE library.
class SigningKey
{
public:
    /// @param id kid; empty: it has none
    /// Another one than the three before.
    [[nodiscard]] static SigningKey rsa(const QByteArray &id);
    [[nodiscard]] static SigningKey ec(const QByteArray &id);
    /// One that is made of the public half of another, as whoever knows that alone could make it.
    [[nodiscard]] SigningKey symmetricOfPublic() const;

    [[nodiscard]] QJsonObject publicJwk() const;
    [[nodiscard]] QByteArray sign(const QByteArray &algorithm, const QByteArray &keyId, const QJsonObject &claims) const;

private:
    std::shared_ptr<void> m_key;
    QByteArray m_id;
};

/// An OpenID provider that can break every rule. Speaks HTTP on loopback; the part of the browser and of who signs in there is played by authorize().
class FakeProvider
{
public:
    FakeProvider();

    [[nodiscard]] QString issuer() const { return m_server.url().toString(); }
    /// Somebody signs in at the address that the server has made. @returns the code, whose tokens are about @p subject
    [[nodiscard]] QString authorize(const QUrl &authorizationUrl, const QString &subject);
    [[nodiscard]] int asked(const QByteArray &path) const;

    Instant now; ///< by its clock
    QString clientId = QStringLiteral("iwd");
    QString clientSecret = QStringLiteral("a secret of the client");
    SigningKey key;
    QList<SigningKey> published; ///< in the key set
    QByteArray algorithm = "RS256";
    QByteArray keyId = "one"; ///< that tokens name; empty: none
    QJsonObject claims; ///< of the ID token, besides those that it makes itself
    std::function<void(QJsonObject &)> spoil; ///< changes the claims of the ID token last
    std::optional<QByteArray> idToken; ///< instead of the one it would make
    QJsonObject userInfo; ///< besides the subject
    QString subjectOfUserInfo; ///< empty: the right one
    bool takesCodesAgain = false;
    bool ignoresVerifiers = false;
    bool takesAnySecret = false;
    std::map<QByteArray, FakeAnswer> instead; ///< by path

private:
    struct Grant
    {
        QString subject;
        QString nonce;
        QString challenge;
        QString redirectUri;
    };
    FakeAnswer answer(const FakeRequest &request);
    FakeAnswer tokens(const FakeRequest &request);

    std::map<QString, Grant> m_grants; ///< by code
    std::map<QString, QString> m_subjects; ///< by access token
    int m_last = 0;
    FakeHttpServer m_server;
};

} // namespace iwd::test
