// SPDX-License-Identifier: Apache-2.0
#include "caller.h"

namespace iwd {

namespace {

using enum Privilege;

struct Scope
{
    QString name;
    std::vector<Privilege> privileges;
};

const std::vector<Scope> &scopeTable()
{
    static const std::vector<Scope> table {
        { QStringLiteral("admin"),
            { WorkitemsView, WorkitemsCreate, WorkitemsUpdate, WorkitemsHold, WorkitemsResume, WorkitemsComplete, WorkitemsCancel,
                WorkitemsRestart, WorkitemsActivate, WorkitemsAssign, WorkitemsRequeue, ConfigurationView, ConfigurationUpdate, AgentsView,
                AgentsState, DistributionTake, EventsView, DashboardView, ApiKeysView, ApiKeysUpdate, CalendarsView, CalendarsUpdate,
                SettingsView, SettingsUpdate } },
        { QStringLiteral("source"),
            { WorkitemsView, WorkitemsCreate, WorkitemsUpdate, WorkitemsActivate, WorkitemsHold, WorkitemsResume, WorkitemsComplete,
                WorkitemsCancel, WorkitemsRestart, ConfigurationView, CalendarsView } },
        { QStringLiteral("agent"), { WorkitemsView, WorkitemsHold, WorkitemsComplete, DistributionTake, AgentsView, AgentsState } },
        { QStringLiteral("reporting"), { WorkitemsView, EventsView, DashboardView, ConfigurationView, CalendarsView } },
    };
    return table;
}

} // namespace

QString privilegeName(Privilege privilege)
{
    switch (privilege) {
    case None:
        return QStringLiteral("none");
    case WorkitemsView:
        return QStringLiteral("Workitems.View");
    case WorkitemsCreate:
        return QStringLiteral("Workitems.Create");
    case WorkitemsUpdate:
        return QStringLiteral("Workitems.Update");
    case WorkitemsHold:
        return QStringLiteral("Workitems.Hold");
    case WorkitemsResume:
        return QStringLiteral("Workitems.Resume");
    case WorkitemsComplete:
        return QStringLiteral("Workitems.Complete");
    case WorkitemsCancel:
        return QStringLiteral("Workitems.Cancel");
    case WorkitemsRestart:
        return QStringLiteral("Workitems.Restart");
    case WorkitemsActivate:
        return QStringLiteral("Workitems.Activate");
    case WorkitemsAssign:
        return QStringLiteral("Workitems.Assign");
    case WorkitemsRequeue:
        return QStringLiteral("Workitems.Requeue");
    case ConfigurationView:
        return QStringLiteral("Configuration.View");
    case ConfigurationUpdate:
        return QStringLiteral("Configuration.Update");
    case AgentsView:
        return QStringLiteral("Agents.View");
    case AgentsState:
        return QStringLiteral("Agents.State");
    case DistributionTake:
        return QStringLiteral("Distribution.Take");
    case EventsView:
        return QStringLiteral("Events.View");
    case DashboardView:
        return QStringLiteral("Dashboard.View");
    case ApiKeysView:
        return QStringLiteral("ApiKeys.View");
    case ApiKeysUpdate:
        return QStringLiteral("ApiKeys.Update");
    case CalendarsView:
        return QStringLiteral("Calendars.View");
    case CalendarsUpdate:
        return QStringLiteral("Calendars.Update");
    case SettingsView:
        return QStringLiteral("Settings.View");
    case SettingsUpdate:
        return QStringLiteral("Settings.Update");
    }
    Q_UNREACHABLE();
}

const QStringList &knownScopes()
{
    static const QStringList names = [] {
        QStringList all;
        for (const Scope &scope : scopeTable())
            all.append(scope.name);
        return all;
    }();
    return names;
}

Privileges privilegesOf(const QStringList &scopes)
{
    Privileges sum;
    for (const Scope &scope : scopeTable()) {
        if (!scopes.contains(scope.name))
            continue;
        for (const Privilege privilege : scope.privileges)
            sum.set(static_cast<size_t>(privilege));
    }
    return sum;
}

bool Caller::actsOnlyOnWhatItHolds() const
{
    return !scopes.contains(QStringLiteral("admin")) && !scopes.contains(QStringLiteral("source"));
}

} // namespace iwd
