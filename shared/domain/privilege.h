// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <bitset>
#include <optional>

namespace iwd {

/// What a caller may do: one per object and verb. The names (privilegeName()) are part of the API, and are stored in roles; the numbers are neither.
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
    WorkitemsExport,
    WorkitemsBulk,
    FiltersView,
    FiltersUpdate,
    DistributionTake,
    EventsView,
    DashboardView,
    QueuesView,
    QueuesUpdate,
    CategoriesView,
    CategoriesUpdate,
    PrioritizationView,
    PrioritizationUpdate,
    CapturePointsView,
    CapturePointsUpdate,
    AttributesView,
    AttributesUpdate,
    AgentsView,
    AgentsUpdate,
    AgentsState,
    CalendarsView,
    CalendarsUpdate,
    SettingsView,
    SettingsUpdate,
    UsersView,
    UsersUpdate,
    ApiKeysView,
    ApiKeysUpdate,
    AuditView,
    ServerBackup,
};
inline constexpr int PrivilegeCount = static_cast<int>(Privilege::ServerBackup) + 1;

[[nodiscard]] QString privilegeName(Privilege privilege); ///< "Workitems.View"; "none" for None
/// @returns nothing for a name that no privilege has, and for "none"
[[nodiscard]] std::optional<Privilege> privilegeNamed(QStringView name);

using Privileges = std::bitset<PrivilegeCount>;

[[nodiscard]] Privileges allPrivileges();
[[nodiscard]] QStringList namesOf(const Privileges &privileges); ///< in the order of the enumeration

/// Privileges that are granted together under a name.
struct Grant
{
    QString name;
    QString description;
    Privileges privileges;
};

/// What an API key may be given: "admin", "source", "agent", "reporting".
[[nodiscard]] const QList<Grant> &stockScopes();
/// What a user may be given everywhere: "Administrator", "Supervisor", "Viewer", "Agent". They cannot be changed.
[[nodiscard]] const QList<Grant> &stockRoles();

/// @returns null for a name that none of @p grants has
[[nodiscard]] const Grant *grantNamed(const QList<Grant> &grants, QStringView name);
[[nodiscard]] QStringList namesOf(const QList<Grant> &grants);

} // namespace iwd
