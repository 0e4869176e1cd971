// SPDX-License-Identifier: Apache-2.0
#include "configuration.h"

namespace iwd {

QString agentStateName(AgentState state)
{
    switch (state) {
    case AgentState::LoggedOut:
        return QStringLiteral("loggedOut");
    case AgentState::Ready:
        return QStringLiteral("ready");
    case AgentState::NotReady:
        return QStringLiteral("notReady");
    }
    Q_UNREACHABLE();
}

std::optional<AgentState> agentStateFromName(QStringView name)
{
    for (const auto state : { AgentState::LoggedOut, AgentState::Ready, AgentState::NotReady }) {
        if (agentStateName(state) == name)
            return state;
    }
    return std::nullopt;
}

int Agent::capacityFor(const QString &channel) const
{
    if (const auto named = capacity.find(channel); named != capacity.end())
        return named->second;
    if (const auto rest = capacity.find(QString()); rest != capacity.end())
        return rest->second;
    return DefaultCapacity;
}

} // namespace iwd
