// SPDX-License-Identifier: Apache-2.0
#include "privilege.h"

#include <algorithm>
#include <array>

namespace iwd {

namespace {

using enum Privilege;

/// To whom a privilege is granted without a word of the tenant's own. Administrators have them all.
enum Holder {
    Source = 1, ///< scope of keys of systems that send work
    Agent = 2, ///< scope and role
    Reporting = 4, ///< scope of keys of those that read and count
    Supervisor = 8,
    Viewer = 16,
};

struct Row
{
    Privilege privilege;
    const char *name;
    int holders;
};

/// One line is all that a new privilege needs.
constexpr std::array<Row, PrivilegeCount> rows { {
    { None, "none", 0 },
    { WorkitemsView, "Workitems.View", Source | Agent | Reporting | Supervisor | Viewer },
    { WorkitemsCreate, "Workitems.Create", Source | Supervisor },
    { WorkitemsUpdate, "Workitems.Update", Source | Supervisor },
    { WorkitemsHold, "Workitems.Hold", Source | Agent | Supervisor },
    { WorkitemsResume, "Workitems.Resume", Source | Supervisor },
    { WorkitemsComplete, "Workitems.Complete", Source | Agent | Supervisor },
    { WorkitemsCancel, "Workitems.Cancel", Source | Supervisor },
    { WorkitemsRestart, "Workitems.Restart", Source | Supervisor },
    { WorkitemsActivate, "Workitems.Activate", Source | Supervisor },
    { WorkitemsAssign, "Workitems.Assign", Supervisor },
    { WorkitemsRequeue, "Workitems.Requeue", Supervisor },
    { WorkitemsExport, "Workitems.Export", Supervisor },
    { WorkitemsBulk, "Workitems.Bulk", Supervisor },
    { FiltersView, "Filters.View", Source | Agent | Reporting | Supervisor | Viewer },
    { FiltersUpdate, "Filters.Update", Supervisor },
    { DistributionTake, "Distribution.Take", Agent },
    { EventsView, "Events.View", Reporting | Supervisor | Viewer },
    { DashboardView, "Dashboard.View", Reporting | Supervisor | Viewer },
    { QueuesView, "Queues.View", Source | Reporting | Supervisor | Viewer },
    { QueuesUpdate, "Queues.Update", Supervisor },
    { CategoriesView, "Categories.View", Source | Reporting | Supervisor | Viewer },
    { CategoriesUpdate, "Categories.Update", 0 },
    { PrioritizationView, "Prioritization.View", Source | Reporting | Supervisor | Viewer },
    { PrioritizationUpdate, "Prioritization.Update", 0 },
    { CapturePointsView, "CapturePoints.View", Source | Reporting | Supervisor | Viewer },
    { CapturePointsUpdate, "CapturePoints.Update", 0 },
    { AttributesView, "Attributes.View", Source | Reporting | Supervisor | Viewer },
    { AttributesUpdate, "Attributes.Update", 0 },
    { AgentsView, "Agents.View", Agent | Supervisor | Viewer },
    { AgentsUpdate, "Agents.Update", Supervisor },
    { AgentsState, "Agents.State", Agent | Supervisor },
    { CalendarsView, "Calendars.View", Source | Reporting | Supervisor | Viewer },
    { CalendarsUpdate, "Calendars.Update", 0 },
    { SettingsView, "Settings.View", 0 },
    { SettingsUpdate, "Settings.Update", 0 },
    { UsersView, "Users.View", 0 },
    { UsersUpdate, "Users.Update", 0 },
    { ApiKeysView, "ApiKeys.View", 0 },
    { ApiKeysUpdate, "ApiKeys.Update", 0 },
    { AuditView, "Audit.View", 0 },
    { ServerBackup, "Server.Backup", 0 },
} };

constexpr bool isInOrder()
{
    for (size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<size_t>(rows[i].privilege) != i)
            return false;
    }
    return true;
}
static_assert(isInOrder(), "a row for each privilege, in the order of the enumeration");

Privileges heldBy(int holder)
{
    Privileges held;
    for (size_t i = 1; i < rows.size(); ++i)
        held[i] = (rows[i].holders & holder) != 0;
    return held;
}

} // namespace

QString privilegeName(Privilege privilege)
{
    return QString::fromLatin1(rows[static_cast<size_t>(privilege)].name);
}

std::optional<Privilege> privilegeNamed(QStringView name)
{
    for (size_t i = 1; i < rows.size(); ++i) {
        if (name == QLatin1StringView(rows[i].name))
            return rows[i].privilege;
    }
    return std::nullopt;
}

Privileges allPrivileges()
{
    Privileges all;
    all.set();
    all.reset(static_cast<size_t>(None));
    return all;
}

QStringList namesOf(const Privileges &privileges)
{
    QStringList names;
    for (size_t i = 1; i < rows.size(); ++i) {
        if (privileges.test(i))
            names.append(QString::fromLatin1(rows[i].name));
    }
    return names;
}

const QList<Grant> &stockScopes()
{
    static const QList<Grant> scopes {
        { QStringLiteral("admin"), QStringLiteral("Everything."), allPrivileges() },
        { QStringLiteral("source"), QStringLiteral("Sends work, changes and ends what it sent."), heldBy(Source) },
        { QStringLiteral("agent"), QStringLiteral("Takes work, and acts on what it holds."), heldBy(Agent) },
        { QStringLiteral("reporting"), QStringLiteral("Reads and counts."), heldBy(Reporting) },
    };
    return scopes;
}

const QList<Grant> &stockRoles()
{
    static const QList<Grant> roles {
        { QStringLiteral("Administrator"), QStringLiteral("Everything."), allPrivileges() },
        { QStringLiteral("Supervisor"), QStringLiteral("Looks after the work and those who do it."), heldBy(Supervisor) },
        { QStringLiteral("Viewer"), QStringLiteral("Looks, and changes nothing."), heldBy(Viewer) },
        { QStringLiteral("Agent"), QStringLiteral("Takes work, and acts on what it holds."), heldBy(Agent) },
    };
    return roles;
}

const Grant *grantNamed(const QList<Grant> &grants, QStringView name)
{
    const auto found = std::find_if(grants.begin(), grants.end(), [&](const Grant &grant) { return grant.name == name; });
    return found == grants.end() ? nullptr : &*found;
}

QStringList namesOf(const QList<Grant> &grants)
{
    QStringList names;
    for (const Grant &grant : grants)
        names.append(grant.name);
    return names;
}

} // namespace iwd
