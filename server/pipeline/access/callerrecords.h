// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemrecord.h>

#include <base/instant.h>
#include <domain/identityprovider.h>
#include <domain/user.h>

#include <QByteArray>
#include <QStringList>

#include <optional>
#include <vector>

namespace iwd {

struct TenantRecord
{
    TenantId number;
    QString id; ///< "100"
    QString name; ///< "t100"
    QString ccid;
    QString database = {}; ///< the name of its own database; empty: it lives where callers are looked up
    bool databaseMade = true; ///< else its own database is still to be made
};

struct ApiKeyRecord
{
    QString id;
    TenantId tenant;
    QString name;
    QStringList scopes; ///< "admin", "source", "agent", "reporting"
    Instant created;
    std::optional<Instant> expires;
    QString agent = {}; ///< the id of the agent as whom alone it acts, whether or not there still is one; empty: any
    QStringList categories = {}; ///< the roots of what it may see; empty: everything
    std::optional<Instant> oldKeyUntil = {}; ///< how long the key before the last rotation is good
    std::optional<Instant> lastUsed = {}; ///< give or take a minute
    QString lastAddress = {}; ///< from where
};

struct RoleRecord
{
    Role role;
    qint64 version = 0;
    Instant created;
    Instant updated;
};

/// Who somebody is with an identity provider (OpenID Connect Core 1.0, 5.7): nothing else of what it says is sure to stay, or to be only his.
struct ForeignIdentity
{
    QString provider; ///< id of the identity provider through which he came last
    QString issuer;
    QString subject;

    [[nodiscard]] bool isEmpty() const { return subject.isEmpty(); }
};

struct IdentityProviderRecord
{
    IdentityProvider provider;
    QByteArray secret; ///< of the client, encrypted; empty: a public client has none
    qint64 version = 0;
    Instant created;
    Instant updated;
};

struct UserRecord
{
    TenantId tenant;
    User user;
    QString passwordHash; ///< argon2id, in its usual text form
    bool changePassword = false; ///< before it may do anything else
    int failures = 0; ///< wrong passwords in a row
    Instant lockedUntil;
    qint64 version = 0;
    Instant created;
    Instant updated;
    Instant passwordSet;
    std::optional<Instant> signedIn; ///< last
    ForeignIdentity identity = {}; ///< empty: it signs in with a password
};

struct SessionRecord
{
    QString id; ///< what people call it; the token cannot be told from it
    TenantId tenant;
    QString user;
    Instant created;
    Instant expires; ///< at the latest
    Instant seen; ///< last, give or take a minute
    QString address; ///< from where it was opened
    QString program; ///< with which, as it calls itself
    QString provider = {}; ///< id of the identity provider through which it was opened; empty: with a password
};

/// A session that is there, and whose it is.
struct SignedIn
{
    SessionRecord session;
    UserRecord user;
};

/// The last time that a key or a session was used.
struct LastUse
{
    bool isKey = false;
    QByteArray hash;
    Instant at;
    QString address;
};

/// What can be looked up before it is known which tenant a caller belongs to.
class Directory
{
public:
    virtual ~Directory() = default;
    [[nodiscard]] virtual std::vector<TenantRecord> tenants() = 0;
    [[nodiscard]] virtual std::optional<ApiKeyRecord> apiKey(const QByteArray &hash, Instant now) = 0;
    [[nodiscard]] virtual std::optional<SignedIn> session(const QByteArray &hash) = 0;
    /// Those of the name, of any tenant, in order of their tenants.
    [[nodiscard]] virtual std::vector<UserRecord> users(const QString &name) = 0;
    /// Those that the tenant has made itself.
    [[nodiscard]] virtual std::vector<RoleRecord> roles(TenantId tenant) = 0;
};

} // namespace iwd
