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

int Segmentation::shareOf(const QString &segment) const
{
    const auto own = shares.find(segment);
    return own == shares.end() ? otherShare : own->second;
}

int Segmentation::totalShares() const
{
    int total = otherShare;
    for (const auto &[segment, share] : shares)
        total += share;
    return total;
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
