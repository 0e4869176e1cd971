// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <pipeline/itemrecord.h>

#include <QString>

#include <map>
#include <mutex>
#include <optional>

namespace iwd {

/// Slows down the guessing of passwords. After FreeFailures wrong ones in a row each further one locks the name for a time that doubles,
/// from FirstLock to LongestLock. Names that no user has are treated the same, so that the answers do not tell who exists.
///
/// An attempt counts as failed from its beginning until it has succeeded, so that many at once gain nothing. Thread-safe.
class LoginGuard
{
public:
    static constexpr int FreeFailures = 5;
    static constexpr std::chrono::seconds FirstLock { 1 };
    static constexpr std::chrono::seconds LongestLock { 15 * 60 };
    /// Names remembered; beyond that, those that are not locked are forgotten first.
    static constexpr size_t MostNames = 10'000;

    struct State
    {
        int failures = 0; ///< in a row
        Instant lockedUntil;
    };

    /// How a user is called here. @param tenant 0: nobody of that name is known
    [[nodiscard]] static QString nameOf(TenantId tenant, const QString &user) { return QString::number(tenant.number) + u'/' + user; }

    /// Begins an attempt. @param stored what the database remembers of the name, from before a restart and from other servers
    /// @returns how long to wait, when the name is locked: then nothing was counted
    [[nodiscard]] std::optional<milliseconds> begin(const QString &name, const State &stored, Instant now);
    void succeeded(const QString &name);
    /// What to store for the name.
    [[nodiscard]] State state(const QString &name) const;

private:
    void makeRoom(Instant now);

    mutable std::mutex m_mutex;
    std::map<QString, State> m_names;
};

} // namespace iwd
