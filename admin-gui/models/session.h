// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles.h"

#include <client/client.h>
#include <domain/privilege.h>

#include <QDateTime>
#include <QObject>
#include <QTimer>

namespace iwd {

/// Somebody who is signed in at a server: who they are, what they may, the connection, and how it goes. One thread with an event loop.
class Session : public QObject
{
    Q_OBJECT
public:
    /// How the connection goes.
    enum class Link {
        Working,
        Broken, ///< no answer at the moment; it is tried again by itself
        Ended, ///< the server does not know the session any more: sign in again
    };
    Q_ENUM(Link)

    struct Options
    {
        milliseconds pulse { 10'000 }; ///< between looks at the server while the connection works
        milliseconds retry { 2'000 }; ///< and while it is broken
        milliseconds patience { 5'000 }; ///< with a server that does not answer such a look
    };

    /// Asks the server who it is. @returns why the token is of no use
    [[nodiscard]] static QCoro::Task<Result<std::unique_ptr<Session>>> open(Profile profile, QString token, Options options);
    ~Session() override;

    [[nodiscard]] const Profile &profile() const { return m_profile; }
    [[nodiscard]] QString userName() const { return m_userName; }
    [[nodiscard]] QString tenantName() const { return m_tenantName; }
    [[nodiscard]] bool may(Privilege privilege) const { return m_privileges.test(static_cast<size_t>(privilege)); }
    /// Whether they may look and nothing else.
    [[nodiscard]] bool isReadOnly() const;
    [[nodiscard]] Client &client() const { return *m_client; }

    [[nodiscard]] Link link() const { return m_link; }
    [[nodiscard]] QDateTime since() const { return m_since; } ///< the link is as it is
    [[nodiscard]] QString reason() const { return m_reason; } ///< why it is broken or has ended

    /// To be told how each call ended, so that everybody knows at once how the link is.
    void note(const Error &error);
    /// Looks at the server now instead of later.
    void lookNow();
    /// Ends the session at the server, so that its token is of no use to anybody.
    [[nodiscard]] QCoro::Task<Result<bool>> signOut();

Q_SIGNALS:
    void linkChanged();
    void rightsChanged(); ///< privileges, name or tenant

private:
    Session(Profile profile, const QString &token, Options options);
    void take(const QJsonObject &me);
    void setLink(Link link, const QString &reason);
    QCoro::Task<> look();

    const Profile m_profile;
    const Options m_options;
    const std::unique_ptr<Client> m_client;
    QString m_userName;
    QString m_tenantName;
    Privileges m_privileges;
    Link m_link = Link::Working;
    QDateTime m_since;
    QString m_reason;
    QTimer m_timer; ///< until the next look
    bool m_looking = false;
    bool m_closed = false;
};

/// Whether @p error says that the server did not answer, so that the same call may succeed later.
[[nodiscard]] bool isOutage(const Error &error);

} // namespace iwd
