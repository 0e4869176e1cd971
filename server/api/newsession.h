// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <http/httpmessage.h>
#include <pipeline/store.h>

namespace iwd {

/// A session that is about to be opened, in whichever way somebody has proven who he is.
struct NewSession
{
    /// Makes a token that nobody has. @param provider id of the identity provider; empty: it is opened with a password
    [[nodiscard]] static NewSession make(const http::Request &request, TenantId tenant, const QString &provider = {});

    QString token;
    QByteArray digest; ///< of the token
    SessionRecord record;

    /// As whom it acts, with the address.
    [[nodiscard]] Actor actor() const;
    /// Opens it for record.user, and writes it into the audit. A unit about callers. @returns when it ends at the latest
    [[nodiscard]] Instant insertInto(Transaction &transaction, milliseconds lifetime) const;
    /// What is answered to who has signed in.
    [[nodiscard]] Answer answer(const TenantRecord &tenant, Instant expires, bool changePassword) const;
};

/// A tenant as answers show it.
[[nodiscard]] QJsonObject tenantJson(const QString &id, const QString &name);

} // namespace iwd
