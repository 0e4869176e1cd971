// SPDX-License-Identifier: Apache-2.0
#include "loginguard.h"

namespace iwd {

namespace {

milliseconds lockAfter(int failures)
{
    if (failures < LoginGuard::FreeFailures)
        return milliseconds(0);
    const int doublings = std::min(failures - LoginGuard::FreeFailures, 20);
    return std::min<milliseconds>(LoginGuard::FirstLock * (1 << doublings), LoginGuard::LongestLock);
}

} // namespace

std::optional<milliseconds> LoginGuard::begin(const QString &name, const State &stored, Instant now)
{
    const std::lock_guard lock(m_mutex);
    const auto [entry, isNew] = m_names.try_emplace(name, stored);
    State &state = entry->second;
    // Another server may have seen more.
    state.failures = std::max(state.failures, stored.failures);
    state.lockedUntil = std::max(state.lockedUntil, stored.lockedUntil);
    if (state.lockedUntil > now)
        return state.lockedUntil - now;
    ++state.failures;
    state.lockedUntil = now + lockAfter(state.failures);
    if (isNew && m_names.size() > MostNames)
        makeRoom(now);
    return std::nullopt;
}

void LoginGuard::succeeded(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    m_names.erase(name);
}

LoginGuard::State LoginGuard::state(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto entry = m_names.find(name);
    return entry == m_names.end() ? State {} : entry->second;
}

void LoginGuard::makeRoom(Instant now)
{
    std::erase_if(m_names, [now](const auto &entry) { return entry.second.lockedUntil <= now; });
    if (m_names.size() > MostNames)
        m_names.erase(m_names.begin());
}

} // namespace iwd
