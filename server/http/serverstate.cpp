// SPDX-License-Identifier: Apache-2.0
#include "serverstate.h"

namespace iwd::http {

std::unique_ptr<ConnectionPermit> ConnectionPermit::take(const std::shared_ptr<ServerState> &state, const QByteArray &address)
{
    const Limits &limits = state->options.limits;
    QMutexLocker lock(&state->addressMutex);
    int &ofAddress = state->perAddress[address];
    if (ofAddress >= limits.connectionsPerAddress || state->connections >= limits.connections) {
        if (ofAddress == 0)
            state->perAddress.remove(address);
        return nullptr;
    }
    ++ofAddress;
    ++state->connections;
    return std::unique_ptr<ConnectionPermit>(new ConnectionPermit(state, address));
}

ConnectionPermit::ConnectionPermit(std::shared_ptr<ServerState> state, QByteArray address)
    : m_state(std::move(state))
    , m_address(std::move(address))
{
}

ConnectionPermit::~ConnectionPermit()
{
    QMutexLocker lock(&m_state->addressMutex);
    --m_state->connections;
    const auto entry = m_state->perAddress.find(m_address);
    if (--entry.value() == 0)
        m_state->perAddress.erase(entry);
}

} // namespace iwd::http
