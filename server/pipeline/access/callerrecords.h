// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemrecord.h>

#include <base/instant.h>

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
};

struct UserRecord
{
    TenantId tenant;
    QString name;
    QString passwordHash; ///< argon2id, in its usual text form
    QStringList scopes;
    int failures = 0; ///< wrong passwords in a row
    Instant lockedUntil;
    Instant created;
};

struct SessionRecord
{
    TenantId tenant;
    QString user;
    QStringList scopes;
    Instant created;
    Instant expires;
};

/// What can be looked up before it is known which tenant a caller belongs to.
class Directory
{
public:
    virtual ~Directory() = default;
    [[nodiscard]] virtual std::vector<TenantRecord> tenants() = 0;
    [[nodiscard]] virtual std::optional<ApiKeyRecord> apiKey(const QByteArray &hash) = 0;
    [[nodiscard]] virtual std::optional<SessionRecord> session(const QByteArray &hash) = 0;
    [[nodiscard]] virtual std::optional<UserRecord> user(const QString &name) = 0;
};

} // namespace iwd
