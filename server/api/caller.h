// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/privilege.h>
#include <pipeline/report/event.h>

namespace iwd {

/// What the scopes of an API key allow together: stock scopes, or names of privileges.
[[nodiscard]] Privileges privilegesOf(const QStringList &scopes);

/// Who sends a request, as far as it has been proven.
struct Caller
{
    TenantId tenant;
    QString tenantId; ///< "100"
    QString tenantName; ///< "t100"
    Actor actor;
    QStringList roles; ///< of a user
    Privileges privileges;
    QStringList categories; ///< the roots of what it may see (CategoryScope); empty: everything
    bool changePassword = false; ///< before it may do anything else
    QString session; ///< the id of a user's session
    QString agent; ///< the only one as whom it may act; empty: any
    std::optional<Instant> expires;
    QByteArray credential; ///< digest of the key or token

    [[nodiscard]] bool may(Privilege privilege) const
    {
        return privilege == Privilege::None || privileges.test(static_cast<size_t>(privilege));
    }
    [[nodiscard]] bool mayActAs(const QString &agentId) const { return agent.isEmpty() || agent == agentId; }
    /// Whether the caller may act on items only while holding them, and so must show the fencing token: it may take work, but not give it to others.
    [[nodiscard]] bool actsOnlyOnWhatItHolds() const { return may(Privilege::DistributionTake) && !may(Privilege::WorkitemsAssign); }
};

} // namespace iwd
