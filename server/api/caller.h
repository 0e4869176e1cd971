// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/event.h>

#include <bitset>

namespace iwd {

/// What a caller may do. The names (privilegeName()) are part of the API.
enum class Privilege {
    None, ///< any known caller
    WorkitemsView,
    WorkitemsCreate,
    WorkitemsUpdate,
    WorkitemsHold,
    WorkitemsResume,
    WorkitemsComplete,
    WorkitemsCancel,
    WorkitemsRestart,
    WorkitemsActivate,
    WorkitemsAssign,
    WorkitemsRequeue,
    ConfigurationView,
    ConfigurationUpdate,
    AgentsView,
    AgentsState,
    DistributionTake,
    EventsView,
    DashboardView,
    ApiKeysView,
    ApiKeysUpdate,
    CalendarsView,
    CalendarsUpdate,
    SettingsView,
    SettingsUpdate,
};
inline constexpr int PrivilegeCount = static_cast<int>(Privilege::SettingsUpdate) + 1;

[[nodiscard]] QString privilegeName(Privilege privilege); ///< "Workitems.View"; "none" for None

using Privileges = std::bitset<PrivilegeCount>;

/// The scopes that an API key or a user may have: "admin", "source", "agent", "reporting".
[[nodiscard]] const QStringList &knownScopes();
/// The sum of what the scopes allow.
[[nodiscard]] Privileges privilegesOf(const QStringList &scopes);

/// Who sends a request, as far as it has been proven.
struct Caller
{
    TenantId tenant;
    QString tenantId; ///< "100"
    QString tenantName; ///< "t100"
    Actor actor;
    QStringList scopes;
    Privileges privileges;
    QString agent; ///< the only one as whom it may act; empty: any
    std::optional<Instant> expires;
    QByteArray credential; ///< digest of the key or token

    [[nodiscard]] bool may(Privilege privilege) const
    {
        return privilege == Privilege::None || privileges.test(static_cast<size_t>(privilege));
    }
    [[nodiscard]] bool mayActAs(const QString &agentId) const { return agent.isEmpty() || agent == agentId; }
    /// Whether the caller may act on items only while holding them, and so must show the fencing token: nothing but the scope
    /// of agents lets it change items.
    [[nodiscard]] bool actsOnlyOnWhatItHolds() const;
};

} // namespace iwd
